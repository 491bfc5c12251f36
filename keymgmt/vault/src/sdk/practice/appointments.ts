/**
 * Appointments: activity events (record type 4) in the section `activity/appointments`.
 *
 * A professional's calendar lies in her own wallet, so that reading it asks no node and logs no look at a patient. Where
 * the patient lets her append, the same event is written into the patient's wallet, too. An event is canonical JSON
 * `{"v":1,"kind":"appointment","id","status":"planned"|"cancelled","start","minutes","place","reason","patient","made"}`;
 * `id` (16 random bytes in hex) ties a cancellation to what it cancels, the newest event of an id counts.
 */

import { toAddress } from '../../core/addresses.ts';
import { randomBytes } from '../../core/bytes.ts';
import { type JsonObject, encode, isObject, parse } from '../../core/canonical.ts';
import { RecordType } from '../../core/container/index.ts';
import { InvalidInput, MedixainError } from '../../core/errors.ts';
import { hexDigits, toHex } from '../../core/hex.ts';
import type { Context } from '../context.ts';
import { NoIntroduction, NotFound } from '../errors.ts';
import { decrypted, ownStored } from '../records.ts';
import { openOwn } from '../reading.ts';
import type { StoredRecord } from '../stored.ts';
import { sectionOfTag } from '../stored.ts';
import { ownTarget, patientTarget, type Target, write } from '../writing.ts';
import type { Appointment, AppointmentWish } from './model.ts';

const LAYER = 'activity';
const SECTION = 'appointments';
const NAME = 'appointment.json';
const LONGEST_TEXT = 500;
const MAX_EVENT = 16 * 1024;

/** Plans a visit. Throws `InvalidInput` for a time, length or text that cannot be. */
export async function addAppointment(context: Context, wish: AppointmentWish): Promise<Appointment> {
  requireSensible(wish);
  const patient = wish.patient === null ? null : toAddress(wish.patient);
  return publish(context, {
    v: 1,
    kind: 'appointment',
    id: hexDigits(randomBytes(16)),
    status: 'planned',
    start: Math.floor(wish.start),
    minutes: wish.minutes,
    place: wish.place.trim(),
    reason: wish.reason.trim(),
    patient,
    made: context.now(),
  });
}

/** Cancels a visit of the own calendar; throws `NotFound`. */
export async function cancelAppointment(context: Context, event: string): Promise<Appointment> {
  const found = (await events(context)).find((one) => one.event === event);
  if (found === undefined) throw new NotFound('appointment', event);
  return publish(context, { ...found.document, status: 'cancelled' });
}

/** Returns the own calendar, the earliest first; an event that is not one is left out. */
export async function listAppointments(context: Context): Promise<Appointment[]> {
  const newest = new Map<string, Appointment>();
  for (const { event, document, id } of await events(context)) newest.set(id, appointmentOf(event, document));
  return [...newest.values()].sort((left, right) => left.start - right.start);
}

interface Event {
  readonly event: string;
  readonly id: string;
  readonly document: JsonObject;
}

/** Every event of the own calendar in the order of the chain. */
async function events(context: Context): Promise<Event[]> {
  const stored = (await ownStored(context, LAYER)).filter((one) => sectionOfTag(context.keys, LAYER, one.tag) === SECTION);
  const found = await Promise.all(stored.map((one) => eventOf(context, one)));
  return found.filter((one) => one !== null);
}

async function eventOf(context: Context, stored: StoredRecord): Promise<Event | null> {
  try {
    const opened = openOwn(context, stored);
    const { file, preamble } = await decrypted(context, opened, {});
    if (preamble.type !== RecordType.activityEvent || file.size > MAX_EVENT) return null;
    const document = parse(new Uint8Array(await file.arrayBuffer()));
    return isObject(document) && isAppointment(document) ? { event: toHex(stored.id), id: String(document['id']), document } : null;
  } catch (error) {
    // A record that does not open is shown with its reason in the list of records; the calendar goes on without it.
    if (error instanceof MedixainError) return null;
    throw error;
  }
}

async function publish(context: Context, document: JsonObject): Promise<Appointment> {
  const patient = document['patient'];
  const own = await ownTarget(context, LAYER, SECTION);
  const event = await writeEvent(context, own, document);
  if (typeof patient === 'string') await tellPatient(context, patient, document);
  return appointmentOf(event, document);
}

async function tellPatient(context: Context, patient: string, document: JsonObject): Promise<void> {
  try {
    await writeEvent(context, await patientTarget(context, patient, LAYER, SECTION), document);
  } catch (error) {
    // Without the right to append, the visit stands in the professional's calendar alone; nothing is lost.
    if (!(error instanceof NoIntroduction)) throw error;
  }
}

async function writeEvent(context: Context, target: Target, document: JsonObject): Promise<string> {
  const body = encode(document);
  const { stored } = await write(context, target, [body], { name: NAME, type: RecordType.activityEvent, size: body.length });
  return toHex(stored.id);
}

function requireSensible({ start, minutes, place, reason }: AppointmentWish): void {
  if (!Number.isFinite(start) || start <= 0) throw new InvalidInput('Give a date and a time.', { field: 'start' });
  if (!Number.isInteger(minutes) || minutes < 5 || minutes > 24 * 60) {
    throw new InvalidInput('Give the length in minutes, from 5 to 1440.', { field: 'minutes' });
  }
  for (const [field, text] of [['place', place], ['reason', reason]] as const) {
    if ([...text].length > LONGEST_TEXT) {
      throw new InvalidInput(`Shorten the ${field} to ${LONGEST_TEXT} characters.`, { field });
    }
  }
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

function appointmentOf(event: string, document: JsonObject): Appointment {
  return {
    event,
    patient: typeof document['patient'] === 'string' ? document['patient'] : null,
    start: Number(document['start']),
    minutes: Number(document['minutes']),
    place: String(document['place']),
    reason: String(document['reason']),
    status: document['status'] === 'cancelled' ? 'cancelled' : 'planned',
    made: Number(document['made']),
  };
}
