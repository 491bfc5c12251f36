/** Dates, numbers and sizes as people read them (look: "24 February 2027", "1,000", the unit after a no-break space). */

import { locale, t, tn } from './i18n.ts';

const DAY = 24 * 3600;

/** `24 February 2027`; times are Unix seconds, days are the device's. */
export function longDate(time: number): string {
  return format(time, { day: 'numeric', month: 'long', year: 'numeric' });
}

/** `24 Feb 2027`, for tables. */
export function shortDate(time: number): string {
  return format(time, { day: 'numeric', month: 'short', year: 'numeric' });
}

/** `February 2027`, heading of a timeline's month. */
export function monthOf(time: number): string {
  return format(time, { month: 'long', year: 'numeric' });
}

/** `Wed 24`, the day inside a month. */
export function dayOf(time: number): string {
  return `${format(time, { weekday: 'short' })} ${format(time, { day: 'numeric' })}`;
}

/** `2027-02-24`, as date inputs take it. */
export function isoDay(time: number): string {
  const day = new Date(time * 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** `09:05`, 24 hours. */
export function clock(time: number): string {
  return new Date(time * 1000).toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit', hour12: false });
}

/** `today, 09:05`, `yesterday, 09:05`, else `24 Feb 2027, 09:05`. */
export function moment(time: number, now: number = Date.now() / 1000): string {
  const days = daysBetween(time, now);
  if (days === 0) return t('Today, {time}', { time: clock(time) });
  if (days === 1) return t('Yesterday, {time}', { time: clock(time) });
  return `${shortDate(time)}, ${clock(time)}`;
}

/** How many midnights lie between two times, by the device's calendar. */
export function daysBetween(earlier: number, later: number): number {
  return Math.round((midnight(later) - midnight(earlier)) / DAY);
}

/** The first second of the day of `time`. */
export function midnight(time: number): number {
  const day = new Date(time * 1000);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime() / 1000;
}

/** The last second of the day of `time`. */
export function endOfDay(time: number): number {
  const day = new Date(time * 1000);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime() / 1000 - 1;
}

/** `time` moved by whole months; the day is kept where the month has it, else its last day. */
export function addMonths(time: number, months: number): number {
  const from = new Date(time * 1000);
  const last = new Date(from.getFullYear(), from.getMonth() + months + 1, 0).getDate();
  const to = new Date(from);
  to.setFullYear(from.getFullYear(), from.getMonth() + months, Math.min(from.getDate(), last));
  return Math.floor(to.getTime() / 1000);
}

/** A FHIR date or dateTime at its own precision: `2026`, `November 2026`, `23 November 2026` or with the time. */
export function fhirDate(text: string): string {
  const parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(T.+)?)?)?$/.exec(text);
  if (parts === null) return text;
  const [, year, month, day, rest] = parts;
  if (month === undefined) return year ?? text;
  if (day === undefined) return monthOf(new Date(Number(year), Number(month) - 1, 15).getTime() / 1000);
  if (rest === undefined) return longDate(new Date(Number(year), Number(month) - 1, Number(day), 12).getTime() / 1000);
  const time = Date.parse(text) / 1000;
  return Number.isNaN(time) ? text : `${longDate(time)}, ${clock(time)}`;
}

/** `1,000`, with at most `digits` decimals. */
export function number(value: number, digits = 2): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
}

/** `54 mmol/mol`, joined by a no-break space. */
export function amount(value: number, unit: string): string {
  return unit === '' ? number(value) : `${number(value)}\u00a0${unit}`;
}

/** `240 KB`, `1.1 GB`: decimal units, as people's files show. */
export function size(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${number(value, value < 10 && unit > 0 ? 1 : 0)}\u00a0${units[unit]}`;
}

/** `a few seconds`, `40 seconds`, `2 minutes`, `3 hours` of time left. */
export function duration(seconds: number): string {
  if (seconds < 10) return t('a few seconds');
  if (seconds < 60) return tn('{n} second', '{n} seconds', Math.ceil(seconds / 10) * 10);
  if (seconds < 3600) return tn('{n} minute', '{n} minutes', Math.round(seconds / 60));
  return tn('{n} hour', '{n} hours', Math.round(seconds / 3600));
}

/** `Results, Medication and Allergies`, by the language's rules. */
export function listed(items: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: 'conjunction' }).format(items);
}

/** `0x9c41…02d8`, an address short enough to compare by eye. */
export function shortAddress(address: string): string {
  return address.length > 13 ? `${address.slice(0, 6)}…${address.slice(-4)}` : address;
}

/** `9c41 77ae 02d8`, the beginning of a key in groups. */
export function fingerprint(hex: string): string {
  return (hex.replace(/^0x/, '').slice(0, 12).match(/.{4}/g) ?? []).join(' ');
}

function format(time: number, options: Intl.DateTimeFormatOptions): string {
  return new Date(time * 1000).toLocaleDateString(locale(), options);
}
