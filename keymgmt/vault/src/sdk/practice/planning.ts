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
import { type CalendarEvent, LAYER, SECTION, appointmentOf, calendarEvents } from './appointments.ts';
import type { Appointment, AppointmentMove, AppointmentWish } from './model.ts';

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

/** Moves a visit of the own calendar; throws `NotFound`, and `InvalidInput` for a cancelled one or a time that cannot be. */
export async function moveAppointment(context: Context, event: string, move: AppointmentMove): Promise<Appointment> {
  const { document } = await eventOf(context, event);
  if (document['status'] === 'cancelled') {
    throw new InvalidInput('This visit was cancelled. Plan a new one.', { field: 'event' });
  }
  requireSensible({ ...move, reason: String(document['reason']) });
  const { start, minutes, place } = move;
  return publish(context, { ...document, start: Math.floor(start), minutes, place: place.trim() });
}

/** Cancels a visit of the own calendar; throws `NotFound`. */
export async function cancelAppointment(context: Context, event: string): Promise<Appointment> {
  const { document } = await eventOf(context, event);
  return publish(context, { ...document, status: 'cancelled' });
}

/** The newest event of a visit; one that another took the place of is as good as not there. */
async function eventOf(context: Context, event: string): Promise<CalendarEvent> {
  const events = await calendarEvents(context);
  const found = events.find((one) => one.event === event);
  const newest = events.findLast(({ id }) => id === found?.id);
  if (newest === undefined || newest !== found) throw new NotFound('appointment', event);
  return found;
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
  const { stored } = await write(context, target, [body], {
    name: NAME,
    type: RecordType.activityEvent,
    size: body.length,
  });
  return toHex(stored.id);
}

function requireSensible({ start, minutes, place, reason }: Omit<AppointmentWish, 'patient'>): void {
  if (!Number.isFinite(start) || start <= 0) throw new InvalidInput('Give a date and a time.', { field: 'start' });
  if (!Number.isInteger(minutes) || minutes < 5 || minutes > 24 * 60) {
    throw new InvalidInput('Give the length in minutes, from 5 to 1440.', { field: 'minutes' });
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
