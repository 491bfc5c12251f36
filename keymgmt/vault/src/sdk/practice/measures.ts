/**
 * Workload and trends of a professional, from activity metadata only (whitepaper section 3; promises C21, C23, F5).
 *
 * docs/measures.md has the table: each measure with its definition, its source and its limits.
 */

import type { Appointment, PatientRow, SentRequest } from './model.ts';

const DAY = 24 * 3600;
const WINDOW = 28 * DAY;
const SOON = 7 * DAY;

/** Visits a day that a practice takes for safe, unless it says otherwise. */
export const DAILY_LIMIT = 8;

/** Weeks that a trend shows, the current one included. */
export const TREND_WEEKS = 8;

/** The first second of each day from a Monday on, as the device's calendar has it. */
export function weekOf(time: number): readonly number[] {
  return Array.from({ length: 7 }, (_, index) => dayOfWeek(time, index));
}

/** The first second of the day that lies `days` after the Monday of the week of `time`. */
function dayOfWeek(time: number, days: number): number {
  const day = new Date(time * 1000);
  const monday = day.getDate() - ((day.getDay() + 6) % 7);
  return new Date(day.getFullYear(), day.getMonth(), monday + days).getTime() / 1000;
}

/** Visits of one day. */
export interface DayLoad {
  readonly day: number;
  readonly visits: number;
  readonly over: boolean;
}

/** One week, Monday to Sunday. */
export interface WeekLoad {
  /** Its Monday's first second. */
  readonly from: number;
  /** Visits in it that are not cancelled. */
  readonly visits: number;
  /** Visits in it that were cancelled. */
  readonly cancelled: number;
  /** Seconds from making to start, over the visits made in it; null without one. */
  readonly medianWait: number | null;
  /** Requests sent in it. */
  readonly requests: number;
}

/** The measures of this week. */
export interface Measures {
  readonly week: readonly DayLoad[];
  readonly planned: number;
  readonly limit: number;
  /** Seconds; null without a visit made in the window. */
  readonly medianWait: number | null;
  readonly unanswered: number;
  readonly endingSoon: number;
}

/** Computes the measures; `now` is Unix seconds. */
export function measure(
  appointments: readonly Appointment[],
  patients: readonly PatientRow[],
  requests: readonly SentRequest[],
  now: number,
  limit = DAILY_LIMIT,
): Measures {
  const visits = appointments.filter((one) => one.status === 'planned');
  const week = weekOf(now).map((day, index) => {
    const end = dayOfWeek(now, index + 1);
    const count = visits.filter((one) => one.start >= day && one.start < end).length;
    return { day, visits: count, over: count > limit };
  });
  return {
    week,
    planned: week.reduce((sum, { visits: count }) => sum + count, 0),
    limit,
    medianWait: median(visits.filter((one) => now - one.made <= WINDOW).map((one) => one.start - one.made)),
    unanswered: requests.filter((one) => !one.answered && one.until > now).length,
    endingSoon: patients.filter((one) => one.expiry > now && one.expiry - now <= SOON).length,
  };
}

/** The last weeks, the oldest first; visits that are still to come this week count. */
export function trend(
  appointments: readonly Appointment[],
  requests: readonly SentRequest[],
  now: number,
  weeks = TREND_WEEKS,
): readonly WeekLoad[] {
  return Array.from({ length: weeks }, (_, index) => {
    const [from, end] = [dayOfWeek(now, 7 * (index + 1 - weeks)), dayOfWeek(now, 7 * (index + 2 - weeks))];
    const within = (time: number) => time >= from && time < end;
    const planned = appointments.filter((one) => one.status === 'planned');
    return {
      from,
      visits: planned.filter(({ start }) => within(start)).length,
      cancelled: appointments.filter(({ start, status }) => status === 'cancelled' && within(start)).length,
      medianWait: median(planned.filter(({ made }) => within(made)).map(({ start, made }) => start - made)),
      requests: requests.filter(({ sent }) => within(sent)).length,
    };
  });
}

/** The middle value, the mean of the two middle ones, null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
