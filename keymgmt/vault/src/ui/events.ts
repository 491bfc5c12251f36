/** Records that are events, in words: entries of the profile with what was said of them, and visits. Pure. */

import { clock, longDate } from './format.ts';
import { entryText } from './entries.ts';
import { t, tn } from './i18n.ts';
import { sectionTitle } from './names.ts';
import type { Appointment } from '../sdk/practice/model.ts';
import type { EventContent } from '../sdk/profileFold.ts';
import type { ProfileEntry, ProfileMark, ProfileShown } from '../sdk/results.ts';

/** A record in one line. */
export interface Summary {
  readonly title: string;
  readonly value: string;
}

/** An event as the profile's fold knows it: an entry, or what a mark says of one. */
export interface FoldedEvent {
  readonly entry: ProfileEntry;
  /** Null for the entry itself. */
  readonly mark: ProfileMark | null;
}

/** Who reads: the person whose records they are, or a practice. */
export type Reader = 'person' | 'practice';

/** Every event of a profile by the id of its record. */
export function foldedEvents({ sections }: ProfileShown): ReadonlyMap<string, FoldedEvent> {
  const found = new Map<string, FoldedEvent>();
  for (const entry of Object.values(sections).flat()) {
    found.set(entry.event, { entry, mark: null });
    for (const mark of entry.marks) found.set(mark.event, { entry, mark });
  }
  return found;
}

/** What a folded event says. */
export function foldedWords({ entry, mark }: FoldedEvent, reader: Reader = 'person'): Summary {
  if (mark === null) return entryWords(entry.section, entry.entry);
  const what = entryWords(entry.section, entry.entry).title;
  return { title: markTitle(mark.kind, what, reader), value: quoted(mark.reason) };
}

/** What an event says by itself, where nothing is known of the others: a mark names the section it is about. */
export function eventWords(event: EventContent, reader: Reader): Summary {
  if (event.kind === 'entry') return entryWords(event.section, event.entry);
  return {
    title: markTitle(event.kind, t('an entry of the health profile'), reader),
    value: quoted(event.reason),
  };
}

/** `Allergy: latex`, with what is said of it besides. */
export function entryWords(section: string, entry: unknown): Summary {
  const { title, value } = entryText(entry);
  return { title: entryTitle(section, title), value };
}

function entryTitle(section: string, what: string): string {
  switch (section) {
    case 'allergies':
      return t('Allergy: {what}', { what });
    case 'conditions':
      return t('Condition: {what}', { what });
    case 'medication':
      return t('Medication: {what}', { what });
    case 'immunisations':
      return t('Vaccination: {what}', { what });
    case 'procedures':
      return t('Procedure: {what}', { what });
    case 'results':
      return t('Test result: {what}', { what });
    default:
      return t('{section}: {what}', { section: sectionTitle(`profile/${section}`), what });
  }
}

function markTitle(kind: ProfileMark['kind'], what: string, reader: Reader): string {
  const own = reader === 'person';
  switch (kind) {
    case 'confirm':
      return own ? t('You confirmed: {what}', { what }) : t('Confirmed by the patient: {what}', { what });
    case 'dispute':
      return own ? t('You disputed: {what}', { what }) : t('Disputed by the patient: {what}', { what });
    default:
      return t('Answer to a dispute: {what}', { what });
  }
}

function quoted(reason: string | null): string {
  return reason === null || reason === '' ? '' : `“${reason}”`;
}

/** `Visit: blood test`, with when, how long and where. */
export function visitWords(visit: Appointment): Summary {
  const title = visit.reason === '' ? t('Visit') : t('Visit: {what}', { what: visit.reason });
  return {
    title: visit.status === 'cancelled' ? t('Cancelled: {what}', { what: title }) : title,
    value: visitTime(visit),
  };
}

/** `2 December 2026, 09:30, 20 minutes, Room 4`. */
export function visitTime({ start, minutes, place }: Appointment): string {
  const when = t('{date}, {time}', { date: longDate(start), time: clock(start) });
  return [when, tn('{n} minute', '{n} minutes', minutes), place].filter((part) => part !== '').join(', ');
}

/**
 * The next visit of `wallet` that was not cancelled, null when none is planned. A professional's own calendar holds
 * visits of others, too; those are no appointment of hers.
 */
export function nextVisit(visits: readonly Appointment[], wallet: string, now: number): Appointment | null {
  const mine = visits.filter(
    ({ patient, status, start, minutes }) =>
      patient?.toLowerCase() === wallet.toLowerCase() && status === 'planned' && start + minutes * 60 > now,
  );
  return mine.reduce<Appointment | null>(
    (next, visit) => (next === null || visit.start < next.start ? visit : next),
    null,
  );
}

/** Whether another event about the same visit counts: `visits` has that of each, as this device knows it. */
export function isSuperseded(visit: Appointment, visits: readonly Appointment[]): boolean {
  return !visits.some(({ event, status }) => event === visit.event && status === visit.status);
}
