/** Planning, moving and cancelling visits: the events of appointments.ts, written into the own wallet and the patient's. */

import { toAddress } from '../../core/addresses.ts';
import { randomBytes } from '../../core/bytes.ts';
import { type JsonObject, encode } from '../../core/canonical.ts';
import { RecordType } from '../../core/container/index.ts';
import { InvalidInput } from '../../core/errors.ts';
import { hexDigits, toHex } from '../../core/hex.ts';
import type { Context } from '../context.ts';
import { NoIntroduction, NotFound } from '../errors.ts';
import { ownTarget, patientTarget, type Target, write } from '../writing.ts';
import { calendarEvents, LAYER, rememberCancelled, SECTION } from './appointments.ts';
import type { Appointment, AppointmentMove, AppointmentWish } from './model.ts';
import { appointmentOf, foldVisits, LONGEST, SHORTEST, type VisitEvent } from './visitFold.ts';

const NAME = 'appointment.json';
const LONGEST_TEXT = 500;

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

/** Moves a visit that this wallet planned; throws `NotFound`, and `InvalidInput` for a cancelled one or a time that cannot be. */
export async function moveAppointment(context: Context, event: string, move: AppointmentMove): Promise<Appointment> {
  const { visit, created } = await countingEvent(context, event);
  if (visit.status === 'cancelled') {
    throw new InvalidInput('This visit was cancelled. Plan a new one.', { field: 'event' });
  }
  requireSensible({ ...move, reason: visit.reason });
  const { start, minutes, place } = move;
  return publish(context, { ...documentOf(visit), start: Math.floor(start), minutes, place: place.trim() }, created);
}

/** Cancels a visit that this wallet planned; throws `NotFound`, and `InvalidInput` for somebody else's. */
export async function cancelAppointment(context: Context, event: string): Promise<Appointment> {
  const { visit, created } = await countingEvent(context, event);
  return publish(context, { ...documentOf(visit), status: 'cancelled' }, created);
}

/** The event of an own visit that counts; one that another took the place of is as good as not there. */
async function countingEvent(context: Context, event: string): Promise<VisitEvent> {
  const { events } = await calendarEvents(context);
  const found = events.find(({ visit }) => visit.event === event);
  if (found === undefined) throw new NotFound('appointment', event);
  if (found.author !== context.keys.walletId) {
    throw new InvalidInput(`Only who planned a visit changes it: ask ${found.author}.`, { field: 'event' });
  }
  // Moved since: to change what it was would say nothing of what it is.
  if (!foldVisits(events).includes(found)) throw new NotFound('appointment', event);
  return found;
}

function documentOf({ visit, start, minutes, place, reason, status, patient, made }: Appointment): JsonObject {
  return { v: 1, kind: 'appointment', id: visit, status, start, minutes, place, reason, patient, made };
}

/**
 * Writes an event into the own wallet and, with the right to append, into the patient's. It counts instead of the one
 * created at `after` whatever this device's clock says.
 */
async function publish(context: Context, document: JsonObject, after: number | null = null): Promise<Appointment> {
  const created = after === null ? context.now() : Math.max(context.now(), after + 1);
  const visit = appointmentOf('', document);
  if (visit === null) throw new InvalidInput('Give a date that a calendar can show.', { field: 'start' });
  const own = await ownTarget(context, LAYER, SECTION);
  const written = { ...visit, event: await writeEvent(context, own, document, created) };
  if (written.status === 'cancelled') await rememberCancelled(context, written);
  if (written.patient !== null) await tellPatient(context, written.patient, document, created);
  return written;
}

async function tellPatient(context: Context, patient: string, document: JsonObject, created: number): Promise<void> {
  try {
    await writeEvent(context, await patientTarget(context, patient, LAYER, SECTION), document, created);
  } catch (error) {
    // Without the right to append, the visit stands in the professional's calendar alone; nothing is lost.
    if (!(error instanceof NoIntroduction)) throw error;
  }
}

async function writeEvent(context: Context, target: Target, document: JsonObject, created: number): Promise<string> {
  const body = encode(document);
  const { stored } = await write(context, target, [body], {
    name: NAME,
    type: RecordType.activityEvent,
    size: body.length,
    created,
  });
  return toHex(stored.id);
}

function requireSensible({ start, minutes, place, reason }: Omit<AppointmentWish, 'patient'>): void {
  if (!Number.isFinite(start) || start <= 0) throw new InvalidInput('Give a date and a time.', { field: 'start' });
  if (!Number.isInteger(minutes) || minutes < SHORTEST || minutes > LONGEST) {
    throw new InvalidInput(`Give the length in minutes, from ${SHORTEST} to ${LONGEST}.`, { field: 'minutes' });
  }
  for (const [field, text] of [
    ['place', place],
    ['reason', reason],
  ] as const) {
    if ([...text].length > LONGEST_TEXT) {
      throw new InvalidInput(`Shorten the ${field} to ${LONGEST_TEXT} characters.`, { field });
    }
  }
}
