/** Visits as items among a patient's others, and where they overlap. Pure. */

import { overlappingAppointments } from '../clinical/flags.ts';
import type { ClinicalItem, ClinicalView, ConsistencyFlag, Source } from '../clinical/model.ts';
import { EMPTY_VIEW } from '../clinical/view.ts';
import type { Appointment } from './model.ts';
import { foldVisits, type VisitEvent } from './visitFold.ts';

/** An activity event of a patient's wallet; `visit` is null where it is about something else than a visit. */
export interface KeptVisit extends Omit<VisitEvent, 'visit'> {
  readonly visit: Appointment | null;
  readonly institution: string | null;
}

/** The visits that a patient's wallet holds, as they are now: of each visit the event that counts (visitFold.ts). */
export function viewOfVisits(kept: readonly KeptVisit[]): ClinicalView {
  const events = kept.filter((one): one is KeptVisit & VisitEvent => one.visit !== null);
  const items = foldVisits(events).map(({ visit, author, institution }) =>
    visitItem(visit, { record: visit.event, place: '', author, institution }),
  );
  return { ...EMPTY_VIEW, items };
}

/** A visit as an item of a timeline. */
export function visitItem(visit: Appointment, source: Source): ClinicalItem {
  const { start, minutes, reason, place } = visit;
  return {
    kind: 'appointment',
    resourceType: 'Appointment',
    id: visit.visit,
    title: reason === '' ? 'Appointment' : reason,
    value: place,
    date: timestamp(start),
    time: start,
    status: visit.status === 'cancelled' ? 'cancelled' : 'booked',
    section: 'appointments',
    codes: [],
    details: [['Ends', timestamp(start + minutes * 60)]],
    quantity: null,
    range: null,
    interpretation: null,
    parts: [],
    source,
  };
}

/**
 * Where visits of the own calendar with one patient overlap others of that patient. A visit that stands in both wallets
 * is one visit.
 */
export function overlapsWithOwn(
  items: readonly ClinicalItem[],
  own: readonly Appointment[],
  patient: string,
): ConsistencyFlag[] {
  const known = new Set(items.map(({ id }) => id));
  const mine = own.filter((visit) => visit.patient?.toLowerCase() === patient.toLowerCase() && !known.has(visit.visit));
  const ownItems = plannedItems(mine);
  const records = new Set(ownItems.map(({ source }) => source.record));
  const booked = items.filter(({ status }) => status !== 'cancelled' && status !== 'noshow');
  return overlappingAppointments([...booked, ...ownItems]).filter(({ sources }) =>
    sources.some(({ record }) => records.has(record)),
  );
}

/** Where visits of the own calendar overlap each other. */
export function doubleBookings(own: readonly Appointment[], now: number): ConsistencyFlag[] {
  return overlappingAppointments(plannedItems(own.filter(({ start, minutes }) => start + minutes * 60 > now)));
}

/** The planned visits of the own calendar in the way of another one; a visit is not in its own. */
export function inTheWay(
  own: readonly Appointment[],
  { start, minutes, visit }: Pick<Appointment, 'start' | 'minutes'> & { readonly visit: string | null },
): readonly Appointment[] {
  return own.filter(
    (one) =>
      one.status === 'planned' &&
      one.visit !== visit &&
      one.start < start + minutes * 60 &&
      start < one.start + one.minutes * 60,
  );
}

function plannedItems(own: readonly Appointment[]): ClinicalItem[] {
  return own
    .filter(({ status }) => status === 'planned')
    .map((visit) => visitItem(visit, { record: visit.event, place: '', author: null, institution: null }));
}

function timestamp(time: number): string {
  return new Date(time * 1000).toISOString();
}
