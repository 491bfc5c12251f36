/**
 * Observations as series for charts: one for each measured thing, oldest value first.
 *
 * Values that came in several units are one series in the unit of the newest: that is the unit the person hears today, and
 * the value shown in large stands as it came. A unit that cannot be converted keeps a series of its own.
 */

import { analyteOf, type Analyte } from './analytes.ts';
import type { ClinicalItem, Coding, ObservationSeries, Quantity, ReferenceRange, SeriesPoint } from './model.ts';
import { convert, sameScale, scaleOf, scaleOfBoth, type Scale } from './units.ts';

const LOINC = 'http://loinc.org';
/** Observations that were never made, or were taken back. */
const VOID: ReadonlySet<string> = new Set(['entered-in-error', 'cancelled', 'disputed']);
/** Lifecycle status of goals that aim at nothing any more (HL7 FHIR R4, GoalLifecycleStatus). */
const PAST_GOALS: ReadonlySet<string> = new Set(['completed', 'cancelled', 'entered-in-error', 'rejected']);
/** Digits that a converted value has at least: more than it came with would claim a precision nobody measured. */
const DIGITS = 3;

/** A unit of one series: how it is written, and its scale where it has one. */
interface Unit {
  readonly name: string;
  readonly scale: Scale | null;
}

interface Reading {
  readonly item: ClinicalItem;
  readonly time: number;
  readonly quantity: Quantity;
  readonly unit: Unit;
  readonly analyte: Analyte | null;
}

/** Return the series of every observation, and part of one, that has a number and a time; the longest first. */
export function seriesOf(items: readonly ClinicalItem[]): ObservationSeries[] {
  const found = new Map<string, Reading[]>();
  for (const item of items.flatMap((one) => [one, ...one.parts])) {
    const reading = readingOf(item);
    if (reading === null) continue;
    const key = keyOf(codeOf(item), reading.unit);
    const readings = found.get(key);
    if (readings === undefined) found.set(key, [reading]);
    else readings.push(reading);
  }
  const series = [...found].map(([key, readings]) => oneSeries(key, readings, items));
  return series.sort(
    (left, right) => right.points.length - left.points.length || left.title.localeCompare(right.title),
  );
}

function readingOf(item: ClinicalItem): Reading | null {
  const { quantity, time } = item;
  if (item.kind !== 'observation' || quantity === null || time === null || VOID.has(item.status ?? '')) return null;
  const analyte = analyteOf(codeOf(item));
  const scale = scaleOfBoth(quantity.ucum, quantity.unit, analyte);
  return { item, time, quantity, unit: { name: quantity.unit, scale }, analyte };
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

function oneSeries(key: string, readings: Reading[], items: readonly ClinicalItem[]): ObservationSeries {
  readings.sort((left, right) => left.time - right.time);
  const { item, unit } = readings.at(-1)!;
  return {
    key,
    title: item.title,
    loinc: loinc(item.codes)?.code ?? null,
    unit: unit.name,
    range: rangeOf(readings, unit),
    target: targetFor(key, unit, items),
    points: readings.map((reading) => pointOf(reading, unit)),
  };
}

function pointOf({ item, time, quantity, unit }: Reading, to: Unit): SeriesPoint {
  // Units of one key convert into each other.
  const value = inUnit(quantity.value, unit, to)!;
  const original = value === quantity.value ? null : { value: quantity.value, unit: quantity.unit };
  return { time, value, original, interpretation: item.interpretation, source: item.source };
}

/** The newest range with an end that can be said in the series' unit. */
function rangeOf(readings: readonly Reading[], to: Unit): ReferenceRange | null {
  for (const { item, unit, analyte } of readings.toReversed()) {
    const range = item.range === null ? null : converted(item.range, unit, to, analyte);
    if (range !== null && (range.low !== null || range.high !== null)) return range;
  }
  return null;
}

/** The target of the newest goal about what a key names; goals that are over, or were refused, aim at nothing. */
function targetFor(key: string, to: Unit, items: readonly ClinicalItem[]): ReferenceRange | null {
  const goals = items
    .flatMap(({ target, status, codes, time }) => {
      if (target === undefined || PAST_GOALS.has(status ?? '')) return [];
      return codes.flatMap(({ code }) => {
        const analyte = analyteOf(code ?? '');
        const unit = { name: target.unit, scale: scaleOf(target.unit, analyte) };
        if (keyOf(code ?? '', unit) !== key) return [];
        return [{ time: time ?? 0, target: converted(target, unit, to, analyte) }];
      });
    })
    .sort((left, right) => right.time - left.time);
  return goals[0]?.target ?? null;
}

/** A range in another unit, null where it cannot be said in it; one without a unit is in its value's. */
function converted(range: ReferenceRange, own: Unit, to: Unit, analyte: Analyte | null): ReferenceRange | null {
  const from =
    range.unit === '' || range.unit === own.name ? own : { name: range.unit, scale: scaleOf(range.unit, analyte) };
  const low = range.low === null ? null : inUnit(range.low, from, to);
  const high = range.high === null ? null : inUnit(range.high, from, to);
  if ((low === null && range.low !== null) || (high === null && range.high !== null)) return null;
  return { low, high, unit: from.name === to.name ? range.unit : to.name, text: range.text };
}

/** A value in another unit, with as many digits as it came with; null where it cannot be converted. */
function inUnit(value: number, from: Unit, to: Unit): number | null {
  if (from.name === to.name) return value;
  if (from.scale === null || to.scale === null || from.scale.dimension !== to.scale.dimension) return null;
  if (sameScale(from.scale, to.scale)) return value;
  const digits = value.toExponential().replace(/e.*/, '').replace(/\D/g, '').length;
  return Number(convert(value, from.scale, to.scale).toPrecision(Math.max(DIGITS, digits)));
}

/** What is measured and how: codes of one analyte are one, and so are units that convert into each other. */
function keyOf(code: string, { name, scale }: Unit): string {
  return `${analyteOf(code)?.codes[0] ?? code}|${scale?.dimension ?? name}`;
}

function codeOf(item: ClinicalItem): string {
  return loinc(item.codes)?.code ?? item.codes[0]?.code ?? item.title.toLowerCase();
}

function loinc(codes: readonly Coding[]): Coding | undefined {
  return codes.find((one) => one.system === LOINC && one.code !== null);
}
