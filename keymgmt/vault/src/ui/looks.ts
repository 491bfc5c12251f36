/** Reading the log of looks: filters, and its sum in a sentence. Pure. */

import type { LinkOpening } from '../sdk/results.ts';
import type { MarkedLook } from '../sdk/unusual.ts';

/** Stands in a filter for everybody who came by a link: nobody knows them by an address. */
export const BY_LINK = 'link';

/** What of the log is shown; empty texts show all. */
export interface LookFilter {
  /** An address, or {@link BY_LINK}. */
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

/** The openings of links that a filter lets through; what a link showed lies in no section, and none was refused. */
export function filteredOpenings(
  openings: readonly LinkOpening[],
  { who, section, days, outcome }: LookFilter,
  now: number,
): readonly LinkOpening[] {
  if (section !== '' || outcome === 'refused' || (who !== '' && who !== BY_LINK)) return [];
  return openings.filter(({ at }) => days === null || at >= now - days * 24 * HOUR);
}

/** A line of the page: a look that nodes wrote down, or the opening of a link, which the platform alone saw. */
export type Line = MarkedLook | LinkOpening;

/** Both kinds of lines, the newest first. */
export function lines(looks: readonly MarkedLook[], openings: readonly LinkOpening[]): readonly Line[] {
  const whenOf = (line: Line): number => (isOpening(line) ? line.at : line.look.when);
  return [...looks, ...openings].sort((left, right) => whenOf(right) - whenOf(left));
}

/** Whether a line is the opening of a link. */
export function isOpening(line: Line): line is LinkOpening {
  return 'recipient' in line;
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
