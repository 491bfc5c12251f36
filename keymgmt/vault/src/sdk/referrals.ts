/** Referrals as they are shown: those this home sent, and which sections grants open to whom. Signs nothing. */

import type { Json } from '../core/canonical.ts';
import { HomeDamaged } from './errors.ts';
import type { Context } from './context.ts';
import { integerOf, listOf, objectOf, textOf } from './meta.ts';
import { MedixainError } from '../core/errors.ts';
import type { GrantRow, ReferralRow } from './results.ts';

/** Table of the home: nonce -> the referral as it was sent, and its answer. */
export const REFERRED = 'referred';

/** What a patient says to a referral. */
export const ANSWERS = ['given', 'declined'] as const;

/** One of {@link ANSWERS}. */
export type Answer = (typeof ANSWERS)[number];

/** Return the referrals that this home sent, the newest first. */
export async function sentReferrals(context: Context): Promise<ReferralRow[]> {
  const rows = Object.values(await context.table(REFERRED)).map((row) => rowOf(row, context.now()));
  return rows.sort((left, right) => right.sent - left.sent);
}

/** Return the sections that active grants to or from `other` open. */
export function openSections(
  grants: readonly GrantRow[],
  direction: GrantRow['direction'],
  other: string,
): ReadonlySet<string> {
  const opening = grants.filter(
    (grant) => grant.direction === direction && grant.other === other && grant.state === 'active',
  );
  return new Set(opening.flatMap(({ sections }) => sections));
}

/** `value` as an answer, null when it is none. */
export function answerOf(value: Json | undefined): Answer | null {
  return ANSWERS.find((answer) => answer === value) ?? null;
}

function rowOf(value: Json, now: number): ReferralRow {
  try {
    const row = objectOf(value);
    const until = integerOf(row['until']);
    return {
      request: textOf(row['request']),
      wallet: textOf(row['wallet']),
      colleague: textOf(row['colleague']),
      sections: listOf(row['sections']).map(textOf),
      append: row['append'] === true,
      purpose: textOf(row['purpose']),
      reason: textOf(row['reason']),
      until,
      sent: integerOf(row['sent']),
      state: answerOf(row['answer']) ?? (until <= now ? 'expired' : 'waiting'),
    };
  } catch (error) {
    if (error instanceof MedixainError) throw new HomeDamaged('memory', { cause: error });
    throw error;
  }
}
