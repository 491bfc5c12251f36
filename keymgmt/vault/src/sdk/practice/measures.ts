/**
 * Workload and trends of a professional, from activity metadata only (whitepaper section 3; promises C21, C23, F5).
 *
 * | measure | from | definition |
 * |---|---|---|
 * | visits planned | appointments | those of the week (Monday to Sunday) that are not cancelled |
 * | visits of a day | appointments | those whose start lies in the day, by the device's calendar |
 * | over the limit | appointments | days with more visits than the limit (8 unless the person sets another) |
 * | median wait | appointments | median of start − made, over visits made in the last 28 days |
 * | access that ends | grants received | patients whose last grant ends within 7 days |
 * | not answered | requests sent | requests without a grant since, not older than their end |
 */

import type { Appointment, PatientRow, SentRequest } from './model.ts';

const DAY = 24 * 3600;
const WINDOW = 28 * DAY;
const SOON = 7 * DAY;

/** Visits a day that a practice takes for safe, unless it says otherwise. */
export const DAILY_LIMIT = 8;

/** The first second of each day from a Monday on, as the device's calendar has it. */
export function weekOf(time: number): readonly number[] {
  const day = new Date(time * 1000);
  const monday = day.getDate() - ((day.getDay() + 6) % 7);
  return Array.from(
    { length: 7 },
    (_, index) => new Date(day.getFullYear(), day.getMonth(), monday + index).getTime() / 1000,
  );
}

/** Visits of one day. */
export interface DayLoad {
  readonly day: number;
  readonly visits: number;
  readonly over: boolean;
}

/** The measures of the table above. */
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
  const days = weekOf(now);
  const week = days.map((day, index) => {
    const end = days[index + 1] ?? new Date((day + 1.5 * DAY) * 1000).setHours(0, 0, 0, 0) / 1000;
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

/** The middle value, the mean of the two middle ones, null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
