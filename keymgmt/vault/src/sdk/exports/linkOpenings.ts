/**
 * Openings of SMART Health Links, as the platform counts them and this device remembers them.
 *
 * The platform keeps the last twenty of a link, and none once the link is over (docs/spec/api.md, "Share links"). What a
 * person was shown once must not vanish with it, so what is heard is remembered beside the rest of the device's state.
 */

import { isObject, type Json } from '../../core/canonical.ts';
import type { Table } from '../../store/home.ts';
import type { Context } from '../context.ts';
import type { LinkOpening } from '../results.ts';
import { listLinks } from './healthLink.ts';

const TABLE = 'link-openings';
/** Openings that are remembered; the oldest give way. */
const KEPT = 500;

/** Return who opened this wallet's links, the newest first; a name is what the reader called itself. */
export async function linkOpenings(context: Context): Promise<LinkOpening[]> {
  const heard = (await listLinks(context)).flatMap(({ id, label, openings }) =>
    openings.map(({ recipient, at }): LinkOpening => ({ link: id, label, recipient, at })),
  );
  const known = await context.table(TABLE);
  if (heard.every((opening) => keyOf(opening) in known)) return newestFirst(known);
  return context.changing(TABLE, (rows) => {
    for (const { link, label, recipient, at } of heard) {
      // A label that this device has known stays, also when another device made the link.
      rows[keyOf({ link, recipient, at })] ??= { link, label, recipient, at };
    }
    const kept = newestFirst(rows);
    for (const old of kept.splice(KEPT)) delete rows[keyOf(old)];
    return kept;
  });
}

function newestFirst(rows: Table): LinkOpening[] {
  const openings = Object.values(rows).flatMap((row) => openingIn(row) ?? []);
  return openings.sort((left, right) => right.at - left.at);
}

/** Rows are this device's own; one of another form comes from another version. */
function openingIn(row: Json): LinkOpening | null {
  if (!isObject(row)) return null;
  const { link, label, recipient, at } = row;
  if (typeof link !== 'string' || typeof label !== 'string' || typeof recipient !== 'string') return null;
  return typeof at === 'number' ? { link, label, recipient, at } : null;
}

function keyOf({ link, recipient, at }: Pick<LinkOpening, 'link' | 'recipient' | 'at'>): string {
  return `${link}/${at}/${recipient}`;
}
