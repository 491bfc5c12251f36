/**
 * Proposing a colleague to a patient, and the patient's answer (docs/adr/0055-a-referral-is-a-request.md).
 *
 * Umbral is single-hop: nobody who was given access can pass it on. A clinician can only ask the patient to give it.
 */

import { toAddress } from '../core/addresses.ts';
import { randomBytes } from '../core/bytes.ts';
import { InvalidInput } from '../core/errors.ts';
import { toHex } from '../core/hex.ts';
import { Refusal } from '../core/node/errors.ts';
import { PublicKey } from '../core/pre/index.ts';
import { type Request, requireReason, signLetter, signRequest } from './accessRequest.ts';
import type { Context } from './context.ts';
import { BeyondOwnAccess, NotAttested, ServerRefused } from './errors.ts';
import { show } from './grants.ts';
import { sync } from './inbox.ts';
import { findWallet, forget, send } from './mail.ts';
import { type Answer, REFERRED, openSections } from './referrals.ts';
import type { AccessProposed } from './results.ts';
import { attestedProfessional } from './slots.ts';
import { splitSection } from './stored.ts';

/** What a clinician proposes. */
export interface Proposal {
  readonly wallet: string;
  readonly colleague: string;
  readonly sections: readonly string[];
  readonly reason: string;
  readonly append: boolean;
  readonly purpose: string;
  /** Unix seconds. */
  readonly until: number;
}

/**
 * Leave a signed referral in the patient's inbox.
 *
 * Throws {@link BeyondOwnAccess}, and `unknown-professional` or {@link NotAttested} for a colleague whom no institution
 * answers for: a patient is not asked about a stranger.
 */
export async function propose(context: Context, proposal: Proposal): Promise<AccessProposed> {
  const sections = [...new Set(proposal.sections.map((section) => splitSection(section).join('/')))];
  const { append, purpose, until } = proposal;
  const [patient, colleague, me] = [toAddress(proposal.wallet), toAddress(proposal.colleague), context.professional];
  if (sections.length === 0) {
    throw new InvalidInput('Name at least one section the colleague should see.', { field: 'section' });
  }
  if (until <= context.now()) {
    throw new InvalidInput('The access would end before it begins; give a later time.', { field: 'until' });
  }
  if (colleague === me.address || colleague === patient) {
    throw new InvalidInput('Name a colleague: another professional than you, and not the patient.', {
      field: 'colleague',
    });
  }
  const reason = requireReason(proposal.reason.trim());
  const held = openSections((await show(context)).grants, 'received', patient);
  const beyond = sections.filter((section) => !held.has(section));
  if (beyond.length > 0) throw new BeyondOwnAccess(patient, beyond);
  await attestedProfessional(context, colleague);
  const { wallet, account, exchangeKey } = await findWallet(context, patient);
  const sent = context.now();
  const letter = { v: 1, wallet, referrer: me.address, colleague, reason, written: sent };
  const nonce = toHex(randomBytes(32));
  const asked = { sections, append, purpose, until };
  const document = {
    v: 2,
    wallet,
    professional: me.address,
    letter: signLetter(letter, me.signer),
    nonce,
    ...asked,
  };
  const request = await send(context, {
    to: account,
    key: exchangeKey,
    kind: 'access-request',
    document: signRequest(document, me.signer),
    by: me,
  });
  await context.changing(REFERRED, (rows) => {
    rows[nonce] = { request, wallet, colleague, reason, sent, ...asked, answer: null };
  });
  return { request, wallet, colleague };
}

/** Refuse a request: it is deleted. Only who wrote a referral is told, and no reason. */
export async function decline(context: Context, id: string): Promise<void> {
  const asked = (await sync(context)).find((one) => one.id === id);
  if (asked === undefined) await forget(context, context.account, id);
  else await answer(context, asked, 'declined');
}

/** Take a request out of the inbox; who wrote a referral is told, and learns `word` alone. */
export async function answer(context: Context, { id, letter, nonce }: Request, word: Answer): Promise<void> {
  if (letter !== null) {
    await tell(context, letter.referrer, { v: 1, kind: 'referral-answer', nonce, answer: word });
    // Remembered, because the platform may put the same bytes into the inbox again.
    await context.changing('handled', (handled) => {
      handled[nonce] = 1;
    });
  }
  await forget(context, context.account, id);
}

async function tell(context: Context, to: Request['professional'], document: Record<string, string | number>) {
  try {
    const { wallet, umbralKey } = await attestedProfessional(context, to);
    const key = new PublicKey(umbralKey);
    await send(context, { to: wallet, key, kind: 'notice', document, by: context.account });
  } catch (error) {
    // A full inbox, or nobody's any more: what the patient decided counts without the news of it.
    const unknown = error instanceof Refusal && error.code === 'unknown-professional';
    if (!unknown && !(error instanceof ServerRefused) && !(error instanceof NotAttested)) throw error;
  }
}
