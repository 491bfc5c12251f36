/** Reading the log of looks: filters, and its sum in a sentence. Pure. */

import type { MarkedLook } from '../sdk/unusual.ts';

/** What of the log is shown; empty texts show all. */
export interface LookFilter {
  readonly who: string;
  readonly section: string;
  readonly days: number | null;
  readonly outcome: '' | 'given' | 'refused';
}

const HOUR = 3600;

/** The rows that a filter lets through; `sectionOf` knows a record's section. */
export function filtered(
  looks: readonly MarkedLook[],
  filter: LookFilter,
  sectionOf: (record: string) => string,
  now: number,
): readonly MarkedLook[] {
  return looks.filter(({ look }) => {
    if (filter.who !== '' && look.who !== filter.who) return false;
    if (filter.section !== '' && sectionOf(look.record) !== filter.section) return false;
    if (filter.days !== null && look.when < now - filter.days * 24 * HOUR) return false;
    return filter.outcome === '' || (filter.outcome === 'given') === (look.outcome === 'given');
  });
}

/** How many people opened how many records, and how many tries were refused. */
export function summed(looks: readonly MarkedLook[]): {
  people: number;
  records: number;
  refused: number;
  odd: number;
} {
  const given = looks.filter(({ look }) => look.outcome === 'given');
  return {
    people: new Set(given.map(({ look }) => look.who)).size,
    records: new Set(given.map(({ look }) => look.record)).size,
    refused: looks.length - given.length,
    odd: looks.filter(({ odd }) => odd.length > 0).length,
  };
}
