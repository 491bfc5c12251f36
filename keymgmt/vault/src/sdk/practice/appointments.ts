/**
 * Appointments: activity events (record type 4) in the section `activity/appointments`.
 *
 * A professional's calendar lies in her own wallet, so that reading it asks no node and logs no look at a patient. Where
 * the patient lets her append, the same event is written into the patient's wallet, too. An event is canonical JSON
 * `{"v":1,"kind":"appointment","id","status":"planned"|"cancelled","start","minutes","place","reason","patient","made"}`.
 * Which event of a visit counts is decided by what its author signed (visitFold.ts). An event that a platform withholds
 * is named, since it may have been a cancellation, and one that this device saw is remembered.
 */

import { RecordType } from '../../core/container/index.ts';
import { MedixainError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { authorship, openOwn } from '../reading.ts';
import { decrypted, ownStored } from '../records.ts';
import type { StoredRecord } from '../stored.ts';
import { sectionOfTag } from '../stored.ts';
import type { Appointment, Calendar } from './model.ts';
import { appointmentIn, foldVisits, type VisitEvent, visitKey } from './visitFold.ts';

/** Where appointments lie. */
export const LAYER = 'activity';
export const SECTION = 'appointments';
const MAX_EVENT = 16 * 1024;

/** Table of the home: `<author> <visit id>` of each visit that this device has seen cancelled -> the event. */
const CANCELLED = 'cancelled';

/** Returns the own calendar, the earliest first: one's own visits, and those that professionals wrote into it. */
export async function listAppointments(context: Context): Promise<Calendar> {
  const { events, unreadable } = await calendarEvents(context);
  const seen = await context.table(CANCELLED);
  const counting = foldVisits(events, new Set(Object.keys(seen)));
  const news = counting.filter((one) => one.visit.status === 'cancelled' && !(visitKey(one) in seen));
  if (news.length > 0) {
    await context.changing(CANCELLED, (cancelled) => {
      for (const one of news) cancelled[visitKey(one)] = one.visit.event;
    });
  }
  return { visits: counting.map(({ visit }) => visit), unreadable };
}

/** Remembers that this wallet cancelled a visit, so that nobody makes it planned again by withholding the event. */
export async function rememberCancelled(context: Context, visit: Appointment): Promise<void> {
  const key = visitKey({ visit, author: context.keys.walletId });
  await context.changing(CANCELLED, (cancelled) => {
    cancelled[key] = visit.event;
  });
}

/** Every event of the own calendar, and the records that might be one and do not open or verify. */
export interface CalendarEvents {
  readonly events: readonly VisitEvent[];
  readonly unreadable: readonly string[];
}

/** Reads every event of the own calendar; the order of both lists is the platform's. */
export async function calendarEvents(context: Context): Promise<CalendarEvents> {
  const stored = await ownStored(context, LAYER);
  const found = await Promise.all(stored.map((one) => eventOf(context, one)));
  return {
    events: found.filter((one) => one !== null && typeof one !== 'string'),
    unreadable: found.filter((one) => typeof one === 'string'),
  };
}

/** The event in a record, null when it is about something else, the record's id when it does not open or verify. */
async function eventOf(context: Context, stored: StoredRecord): Promise<VisitEvent | string | null> {
  try {
    if (sectionOfTag(context.keys, LAYER, stored.tag) !== SECTION) return null;
    const opened = openOwn(context, stored);
    const { file, preamble } = await decrypted(context, opened, {});
    if (preamble.type !== RecordType.activityEvent || file.size > MAX_EVENT) return null;
    const visit = appointmentIn(stored.name, new Uint8Array(await file.arrayBuffer()));
    if (visit === null) return null;
    const { author } = await authorship(context, opened, preamble.owner);
    return { visit, author, created: stored.header.created };
  } catch (error) {
    if (error instanceof MedixainError) return stored.name;
    throw error;
  }
}
