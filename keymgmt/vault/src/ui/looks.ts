/** Reading the log of looks: filters, what is unusual, and its sum in a sentence. Pure. */

import type { LookRow } from '../sdk/results.ts';

/** What of the log is shown; empty texts show all. */
export interface LookFilter {
  readonly who: string;
  readonly section: string;
  readonly days: number | null;
  readonly outcome: '' | 'given' | 'refused';
}

/** Why a look stands out. */
export type Oddity = 'night' | 'first' | 'many';

/** A look with what is unusual about it. */
export interface MarkedLook {
  readonly look: LookRow;
  readonly odd: readonly Oddity[];
}

const HOUR = 3600;
const MANY = 20;

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

/**
 * Marks what is unusual: a look at night (from 22 to 6 by the device's clock) by somebody who looks for the first time
 * or is no member of one's care yet, and more than 20 looks by one person in an hour. A hint, never a verdict.
 */
export function marked(looks: readonly LookRow[]): readonly MarkedLook[] {
  const first = new Map<string, number>();
  for (const look of looks) first.set(look.who, Math.min(look.when, first.get(look.who) ?? Infinity));
  return looks.map((look) => {
    const hour = new Date(look.when * 1000).getHours();
    const isFirst = first.get(look.who) === look.when;
    const isNight = hour >= 22 || hour < 6;
    const near = looks.filter((other) => other.who === look.who && Math.abs(other.when - look.when) < HOUR).length;
    const odd: Oddity[] = [];
    if (isNight && isFirst) odd.push('night', 'first');
    if (near > MANY) odd.push('many');
    return { look, odd };
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
