/**
 * Appointments: activity events (record type 4) in the section `activity/appointments`.
 *
 * A professional's calendar lies in her own wallet, so that reading it asks no node and logs no look at a patient. Where
 * the patient lets her append, the same event is written into the patient's wallet, too. An event is canonical JSON
 * `{"v":1,"kind":"appointment","id","status":"planned"|"cancelled","start","minutes","place","reason","patient","made"}`;
 * `id` (16 random bytes in hex) ties a visit to its later events, which move or cancel it: the newest of an id counts.
 */

import { type JsonObject, isObject, parse } from '../../core/canonical.ts';
import { RecordType } from '../../core/container/index.ts';
import { MedixainError } from '../../core/errors.ts';
import { toHex } from '../../core/hex.ts';
import type { Context } from '../context.ts';
import { decrypted, ownStored } from '../records.ts';
import { openOwn } from '../reading.ts';
import type { StoredRecord } from '../stored.ts';
import { sectionOfTag } from '../stored.ts';
import type { Appointment } from './model.ts';

/** Where appointments lie. */
export const LAYER = 'activity';
export const SECTION = 'appointments';
const MAX_EVENT = 16 * 1024;

/** Returns the own calendar, the earliest first; an event that is not one is left out. */
export async function listAppointments(context: Context): Promise<Appointment[]> {
  const newest = new Map<string, Appointment>();
  for (const { event, document, id } of await calendarEvents(context)) newest.set(id, appointmentOf(event, document));
  return [...newest.values()].sort((left, right) => left.start - right.start);
}

/** An event of the calendar: the id of its record, and what ties events about one visit together. */
export interface CalendarEvent {
  readonly event: string;
  readonly id: string;
  readonly document: JsonObject;
}

/** Every event of the own calendar in the order of the chain. */
export async function calendarEvents(context: Context): Promise<CalendarEvent[]> {
  const stored = (await ownStored(context, LAYER)).filter(
    (one) => sectionOfTag(context.keys, LAYER, one.tag) === SECTION,
  );
  const found = await Promise.all(stored.map((one) => eventOf(context, one)));
  return found.filter((one) => one !== null);
}

async function eventOf(context: Context, stored: StoredRecord): Promise<CalendarEvent | null> {
  try {
    const opened = openOwn(context, stored);
    const { file, preamble } = await decrypted(context, opened, {});
    if (preamble.type !== RecordType.activityEvent || file.size > MAX_EVENT) return null;
    const document = calendarDocument(new Uint8Array(await file.arrayBuffer()));
    return document === null ? null : { event: toHex(stored.id), id: String(document['id']), document };
  } catch (error) {
    // A record that does not open is shown with its reason in the list of records; the calendar goes on without it.
    if (error instanceof MedixainError) return null;
    throw error;
  }
}

/** What the content of an activity event says of a visit, null when it is about something else. */
export function appointmentIn(event: string, bytes: Uint8Array): Appointment | null {
  const document = calendarDocument(bytes);
  return document === null ? null : appointmentOf(event, document);
}

function calendarDocument(bytes: Uint8Array): JsonObject | null {
  const document = parse(bytes);
  return isObject(document) && isAppointment(document) ? document : null;
}

function isAppointment(document: JsonObject): boolean {
  const { kind, id, start, minutes, place, reason, patient, made, status } = document;
  return (
    kind === 'appointment' &&
    typeof id === 'string' &&
    [start, minutes, made].every((value) => typeof value === 'number') &&
    [place, reason].every((value) => typeof value === 'string') &&
    (patient === null || typeof patient === 'string') &&
    (status === 'planned' || status === 'cancelled')
  );
}

/** What an event says of its visit. */
export function appointmentOf(event: string, document: JsonObject): Appointment {
  return {
    event,
    visit: String(document['id']),
    patient: typeof document['patient'] === 'string' ? document['patient'] : null,
    start: Number(document['start']),
    minutes: Number(document['minutes']),
    place: String(document['place']),
    reason: String(document['reason']),
    status: document['status'] === 'cancelled' ? 'cancelled' : 'planned',
    made: Number(document['made']),
  };
}
