/** Observations as series for charts: one for each code and unit, oldest value first. */

import type { ClinicalItem, Coding, ObservationSeries, SeriesPoint } from './model.ts';

const LOINC = 'http://loinc.org';
/** Observations that were never made, or were taken back. */
const VOID: ReadonlySet<string> = new Set(['entered-in-error', 'cancelled', 'disputed']);

interface Reading {
  readonly item: ClinicalItem;
  readonly point: SeriesPoint;
}

/** Return the series of every observation, and part of one, that has a number and a time; the longest first. */
export function seriesOf(items: readonly ClinicalItem[]): ObservationSeries[] {
  const found = new Map<string, Reading[]>();
  for (const item of items.flatMap((one) => [one, ...one.parts])) {
    const reading = readingOf(item);
    if (reading === null) continue;
    const key = keyOf(item);
    const readings = found.get(key);
    if (readings === undefined) found.set(key, [reading]);
    else readings.push(reading);
  }
  const series = [...found].map(([key, readings]) => oneSeries(key, readings));
  return series.sort(
    (left, right) => right.points.length - left.points.length || left.title.localeCompare(right.title),
  );
}

function readingOf(item: ClinicalItem): Reading | null {
  const { quantity, time, interpretation, source } = item;
  if (item.kind !== 'observation' || quantity === null || time === null || VOID.has(item.status ?? '')) return null;
  return { item, point: { time, value: quantity.value, interpretation, source } };
}

function oneSeries(key: string, readings: Reading[]): ObservationSeries {
  readings.sort((left, right) => left.point.time - right.point.time);
  const newest = readings.at(-1)!.item;
  const ranged = readings.findLast(
    ({ item }) => item.range !== null && (item.range.low !== null || item.range.high !== null),
  );
  return {
    key,
    title: newest.title,
    loinc: loinc(newest.codes)?.code ?? null,
    unit: newest.quantity?.unit ?? '',
    range: ranged?.item.range ?? null,
    points: readings.map(({ point }) => point),
  };
}

function keyOf(item: ClinicalItem): string {
  const code = loinc(item.codes)?.code ?? item.codes[0]?.code ?? item.title.toLowerCase();
  return `${code}|${item.quantity?.unit ?? ''}`;
}

function loinc(codes: readonly Coding[]): Coding | undefined {
  return codes.find((one) => one.system === LOINC && one.code !== null);
}
