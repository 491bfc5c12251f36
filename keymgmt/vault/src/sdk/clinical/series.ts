/** Observations as series for charts: one for each code and unit, oldest value first. */

import type { ClinicalItem, Coding, ObservationSeries, ReferenceRange, SeriesPoint } from './model.ts';

const LOINC = 'http://loinc.org';
/** Observations that were never made, or were taken back. */
const VOID: ReadonlySet<string> = new Set(['entered-in-error', 'cancelled', 'disputed']);
/** Lifecycle status of goals that aim at nothing any more (HL7 FHIR R4, GoalLifecycleStatus). */
const PAST_GOALS: ReadonlySet<string> = new Set(['completed', 'cancelled', 'entered-in-error', 'rejected']);

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
  const series = [...found].map(([key, readings]) => oneSeries(key, readings, targetFor(key, items)));
  return series.sort(
    (left, right) => right.points.length - left.points.length || left.title.localeCompare(right.title),
  );
}

function readingOf(item: ClinicalItem): Reading | null {
  const { quantity, time, interpretation, source } = item;
  if (item.kind !== 'observation' || quantity === null || time === null || VOID.has(item.status ?? '')) return null;
  return { item, point: { time, value: quantity.value, interpretation, source } };
}

/** The target of the newest goal about what a key names; goals that are over, or were refused, aim at nothing. */
function targetFor(key: string, items: readonly ClinicalItem[]): ReferenceRange | null {
  const goals = items.filter(
    ({ target, status, codes }) =>
      target !== undefined &&
      !PAST_GOALS.has(status ?? '') &&
      codes.some(({ code }) => `${code}|${target.unit}` === key),
  );
  goals.sort((left, right) => (right.time ?? 0) - (left.time ?? 0));
  return goals[0]?.target ?? null;
}

/** The same without values that several records repeat: an exported summary holds what its sources hold. */
export function distinctSeries(series: readonly ObservationSeries[]): ObservationSeries[] {
  return series.map((one) => {
    const seen = new Set<string>();
    const points = one.points.filter(({ time, value }) => {
      const known = seen.has(`${time}/${value}`);
      seen.add(`${time}/${value}`);
      return !known;
    });
    return { ...one, points };
  });
}

function oneSeries(key: string, readings: Reading[], target: ReferenceRange | null): ObservationSeries {
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
    target,
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
