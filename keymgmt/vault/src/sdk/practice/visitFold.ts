/**
 * Which event of a visit counts: decided by what its author signed alone, never by the order of a listing. Pure.
 *
 * An author's events about one visit are those with the same `id`. When one of them cancels it, the visit is cancelled,
 * whatever else she wrote. Otherwise the event whose record has the latest `created` counts, and of equal ones that with
 * the larger record id. Both stand in the record's header, whose hash is the id that the author signed and the chain
 * anchored, so no platform can change which event counts, and every reader decides alike, also one who sees a part only.
 * `tests/vectors/visits` holds this and `medixain/sdk/visit_fold.py` to it.
 */

import { hasExactly, isObject, type Json, parse } from '../../core/canonical.ts';
import { MedixainError } from '../../core/errors.ts';
import type { Appointment } from './model.ts';

/** The shortest and the longest visit, in minutes. */
export const SHORTEST = 5;
export const LONGEST = 24 * 60;

/** The end of the year 9999, Unix seconds: a later time is none that a calendar could show. */
const LAST = 253_402_300_799;

const FIELDS = ['v', 'kind', 'id', 'status', 'start', 'minutes', 'place', 'reason', 'patient', 'made'] as const;

/** An event of a visit whose record opened and whose author's signature was checked. */
export interface VisitEvent {
  readonly visit: Appointment;
  readonly author: string | null;
  /** The author's clock in the header of the record, Unix seconds. */
  readonly created: number;
}

/** What the events about one visit have in common: their author and the id, which any author may choose. */
export function visitKey({ visit, author }: Pick<VisitEvent, 'visit' | 'author'>): string {
  return `${author} ${visit.visit}`;
}

/**
 * Return the event of each visit that counts, the earliest visit first; the order of `events` is nothing.
 *
 * `cancelled` are visits ({@link visitKey}) that the device has seen cancelled: they stay so if the platform now
 * withholds the event.
 */
export function foldVisits<T extends VisitEvent>(
  events: readonly T[],
  cancelled: ReadonlySet<string> = new Set(),
): T[] {
  const standing = new Map<string, T>();
  for (const event of [...events].sort(laterLast)) standing.set(visitKey(event), event);
  return [...standing]
    .map(([key, event]): T => {
      return cancelled.has(key) ? { ...event, visit: { ...event.visit, status: 'cancelled' } } : event;
    })
    .sort(({ visit: left }, { visit: right }) => left.start - right.start || compare(left.event, right.event));
}

function laterLast(left: VisitEvent, right: VisitEvent): number {
  const [first, second] = [left, right].map(({ visit }) => Number(visit.status === 'cancelled'));
  return first! - second! || left.created - right.created || compare(left.visit.event, right.visit.event);
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** What the content of the activity event `event` says of a visit, null when it is about something else. */
export function appointmentIn(event: string, bytes: Uint8Array): Appointment | null {
  try {
    return appointmentOf(event, parse(bytes));
  } catch (error) {
    if (error instanceof MedixainError) return null;
    throw error;
  }
}

/** What `document` says of a visit, null when it is no appointment of version 1. */
export function appointmentOf(event: string, document: Json): Appointment | null {
  if (!isObject(document) || !hasExactly(document, FIELDS)) return null;
  const { v, kind, id, status, start, minutes, place, reason, patient, made } = document;
  if (v !== 1 || kind !== 'appointment' || (status !== 'planned' && status !== 'cancelled')) return null;
  if (typeof id !== 'string' || typeof place !== 'string' || typeof reason !== 'string') return null;
  if (!isTime(start) || !isTime(made) || !isWithin(minutes, SHORTEST, LONGEST)) return null;
  if (patient !== null && typeof patient !== 'string') return null;
  return { event, visit: id, patient, start, minutes, place, reason, status, made };
}

function isTime(value: Json | undefined): value is number {
  return isWithin(value, 0, LAST);
}

function isWithin(value: Json | undefined, first: number, last: number): value is number {
  return typeof value === 'number' && value >= first && value <= last;
}
