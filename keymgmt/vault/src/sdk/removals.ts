/**
 * Removals that this device signed and the attested history does not show yet.
 *
 * The platform deletes an erased record's row at once and the chain follows, so for a while a record is missing that
 * the history still holds. Only what the owner's own key signed explains that: another record that is missing is
 * hidden.
 */

import { toHex } from '../core/hex.ts';
import type { Context } from './context.ts';
import type { History } from './slots.ts';

/** Record id -> deadline of the signed removal; after it no chain takes the removal, and it explains nothing. */
const TABLE = 'removing';

/** Remember a removal before anybody is told of it. */
export function beginRemoval(context: Context, record: string, deadline: number): Promise<void> {
  return context.changing(TABLE, (removing) => {
    removing[record] = deadline;
  });
}

/** A removal that the platform refused did not begin: the record must be shown as before. */
export function forgetRemoval(context: Context, record: string): Promise<void> {
  return context.changing(TABLE, (removing) => {
    delete removing[record];
  });
}

/** Return the records (`0x…`) that this device is removing; those that `past` shows as removed for good are forgotten. */
export async function removalsUnderWay(context: Context, past: Pick<History, 'records'>): Promise<Set<string>> {
  const waiting = await context.table(TABLE);
  const removed = past.records.filter(({ kind, attested }) => kind === 'remove' && attested);
  const settled = new Set(removed.map(({ record }) => toHex(record)));
  if (Object.keys(waiting).some((record) => settled.has(record))) {
    await context.changing(TABLE, (removing) => {
      for (const record of settled) delete removing[record];
    });
  }
  const now = context.now();
  const running = Object.entries(waiting).filter(([record, until]) => !settled.has(record) && now <= Number(until));
  return new Set(running.map(([record]) => record));
}
