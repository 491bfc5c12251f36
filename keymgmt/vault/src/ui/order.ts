/** A timeline's order: by when what a record tells happened, where it says so, else by when it was added. Pure. */

import { monthOf } from './format.ts';
import type { Gist } from '../sdk/gist.ts';
import type { RecordRow } from '../sdk/results.ts';

/** Where a row stands; `date` is the FHIR date it stands there for, null where the time of adding counts. */
export interface Placed {
  readonly row: RecordRow;
  readonly time: number;
  readonly date: string | null;
}

/** Rows with their places, the newest first. */
export function inOrder(rows: readonly RecordRow[], gistOf: (record: string) => Gist | null): readonly Placed[] {
  return rows
    .map((row) => {
      const date = gistOf(row.record)?.to ?? null;
      const time = date === null ? null : calendarTime(date);
      return time === null ? { row, time: row.created, date: null } : { row, time, date };
    })
    .sort((left, right) => right.time - left.time || right.row.created - left.row.created);
}

/** The heading a row stands under: its month, or the year alone where no month is known. */
export function headingOf({ time, date }: Placed): string {
  return date !== null && isYear(date) ? date : monthOf(time);
}

/** Whether the day is known. */
export function hasDay({ date }: Placed): boolean {
  return date === null || /^\d{4}-\d{2}-\d{2}/.test(date);
}

/**
 * Unix seconds of a FHIR date by the device's calendar: a day is that day wherever one is, a month or year counts from
 * its beginning. Null for what is no date.
 */
export function calendarTime(date: string): number | null {
  const parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(date);
  if (parts === null) {
    const time = Date.parse(date);
    return Number.isNaN(time) ? null : Math.floor(time / 1000);
  }
  const [, year, month = '01', day = '01'] = parts;
  return new Date(Number(year), Number(month) - 1, Number(day)).getTime() / 1000;
}

function isYear(date: string): boolean {
  return /^\d{4}$/.test(date);
}
