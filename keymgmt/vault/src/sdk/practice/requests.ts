/** Requests this home sent, kept so that their sender sees which were answered. */

import { toAddress } from '../../core/addresses.ts';
import { type Json, isObject } from '../../core/canonical.ts';
import type { Context } from '../context.ts';
import { show } from '../grants.ts';
import type { SentRequest } from './model.ts';

/** Table of the home: request id -> {wallet, sections, append, purpose, until, sent}. */
export const REQUESTED = 'requested';

/** Returns the requests sent from this home, the newest first. */
export async function sentRequests(context: Context): Promise<SentRequest[]> {
  const { grants } = await show(context);
  const trusting = new Set(
    grants
      .filter((grant) => grant.direction === 'received' && grant.state === 'active')
      .map((grant) => toAddress(grant.other)),
  );
  return Object.entries(await context.table(REQUESTED))
    .flatMap(([id, row]) => requestOf(id, row, trusting))
    .sort((left, right) => right.sent - left.sent);
}

function requestOf(id: string, row: Json, trusting: ReadonlySet<string>): SentRequest[] {
  if (!isObject(row)) return [];
  const { wallet, sections, append, purpose, until, sent } = row;
  if (typeof wallet !== 'string' || !Array.isArray(sections) || typeof until !== 'number' || typeof sent !== 'number')
    return [];
  return [
    {
      request: id,
      wallet,
      sections: sections.filter((section) => typeof section === 'string'),
      append: append === true,
      purpose: typeof purpose === 'string' ? purpose : '',
      until,
      sent,
      answered: trusting.has(toAddress(wallet)),
    },
  ];
}
