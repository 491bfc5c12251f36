/** Reading FHIR's datatypes out of JSON that may hold anything: what is missing or of another type is null. */

import type { Coding, Interpretation, Quantity, ReferenceRange } from './model.ts';

/** A JSON object of unknown content. */
export type Json = Readonly<Record<string, unknown>>;

const UCUM = 'http://unitsofmeasure.org';
const UNITS: ReadonlyMap<string, string> = new Map([
  ['mm[Hg]', 'mmHg'],
  ['[degF]', '°F'],
  ['Cel', '°C'],
  ['{score}', ''],
  ['1', ''],
]);
/** HL7 v3 ObservationInterpretation. */
const INTERPRETATIONS: Readonly<Record<string, Interpretation>> = {
  L: 'low',
  LU: 'low',
  D: 'low',
  '<': 'low',
  H: 'high',
  HU: 'high',
  U: 'high',
  '>': 'high',
  N: 'normal',
  A: 'abnormal',
  AA: 'critical',
  LL: 'critical',
  HH: 'critical',
  POS: 'abnormal',
  NEG: 'normal',
  R: 'abnormal',
  S: 'normal',
};

/** `value` as an object, null when it is none. */
export function object(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

/** The objects of a list; a single object counts as a list of one. */
export function objects(value: unknown): readonly Json[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map(object).filter((item) => item !== null);
}

/** `value` as text with something in it, null when it is none. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** `value` as a number, also of a decimal written as text. */
export function number(value: unknown): number | null {
  const found = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

/** The codings of a CodeableConcept, of a Coding, or of a list of either. */
export function codings(value: unknown): Coding[] {
  return objects(value).flatMap((concept) => {
    const inner =
      'coding' in concept ? objects(concept['coding']) : 'code' in concept || 'display' in concept ? [concept] : [];
    return inner.map((coding) => ({
      system: text(coding['system']),
      code: text(coding['code']),
      display: text(coding['display']),
    }));
  });
}

/** What a CodeableConcept (or the first of a list) says, in its source's words. */
export function conceptText(value: unknown): string | null {
  const concept = objects(value)[0];
  if (concept === undefined) return text(value);
  const coding = codings(concept);
  return (
    text(concept['text']) ??
    coding.find((one) => one.display !== null)?.display ??
    coding.find((one) => one.code !== null)?.code ??
    null
  );
}

/** The first code of a CodeableConcept in any system. */
export function codeOf(value: unknown): string | null {
  return codings(value).find((one) => one.code !== null)?.code ?? text(value);
}

/** A Quantity (also Age, Money's currency apart), null without a value. */
export function quantity(value: unknown): Quantity | null {
  const found = object(value);
  const amount = number(found?.['value']);
  if (found === null || amount === null) return null;
  const unit = text(found['unit']) ?? text(found['code']) ?? '';
  return {
    value: amount,
    unit: UNITS.get(unit) ?? unit,
    ucum: found['system'] === UCUM ? text(found['code']) : null,
    comparator: text(found['comparator']),
  };
}

/** `< 5 mg/dL`; figures as they came, which is what the laboratory meant by them. */
export function quantityText(found: Quantity): string {
  const { comparator, value, unit } = found;
  return `${comparator === null ? '' : `${comparator} `}${value}${unit === '' ? '' : unit === '%' ? ' %' : ` ${unit}`}`;
}

/** The reference range to show: the first that is for normal values, or has no type. */
export function referenceRange(value: unknown): ReferenceRange | null {
  const ranges = objects(value);
  const chosen = ranges.find((range) => ['normal', null].includes(codeOf(range['type']))) ?? ranges[0];
  if (chosen === undefined) return null;
  const low = quantity(chosen['low']);
  const high = quantity(chosen['high']);
  const words = text(chosen['text']);
  if (low === null && high === null && words === null) return null;
  return { low: low?.value ?? null, high: high?.value ?? null, unit: low?.unit ?? high?.unit ?? '', text: words };
}

/** How a value lies: the source's word, else by its range when the units agree and no bound is in the way. */
export function interpretation(value: unknown, amount: Quantity | null, range: ReferenceRange | null): Interpretation {
  for (const { code } of codings(value)) {
    const found = code === null ? undefined : INTERPRETATIONS[code];
    if (found !== undefined) return found;
  }
  if (amount === null || range === null || amount.comparator !== null) return null;
  if (range.low === null && range.high === null) return null;
  if (range.unit !== '' && range.unit !== amount.unit) return null;
  if (range.low !== null && amount.value < range.low) return 'low';
  return range.high !== null && amount.value > range.high ? 'high' : 'normal';
}

/** A FHIR date or dateTime, the start of a Period, or the first event of a Timing. */
export function dateOf(value: unknown): string | null {
  const found = object(value);
  if (found === null) return text(value);
  return text(found['start']) ?? text(found['end']) ?? text((found['event'] as readonly unknown[] | undefined)?.[0]);
}

/** Unix seconds of a FHIR date for sorting (a year or month counts from its first day), null for none. */
export function timeOf(date: string | null): number | null {
  if (date === null) return null;
  const time = Date.parse(date);
  return Number.isNaN(time) ? null : Math.floor(time / 1000);
}

/** A HumanName (or the official one of a list) as people say it. */
export function personName(value: unknown): string | null {
  const names = objects(value);
  const name = names.find((one) => one['use'] === 'official') ?? names[0];
  if (name === undefined) return null;
  const given: readonly unknown[] = Array.isArray(name['given']) ? name['given'] : [];
  const parts = [...given.map(text), text(name['family'])].filter((part) => part !== null);
  return text(name['text']) ?? (parts.length === 0 ? null : parts.join(' '));
}

/** What a Reference says of its target, in words. */
export function referenceText(value: unknown): string | null {
  const target = objects(value)[0];
  return text(target?.['display']) ?? text(object(target?.['identifier'])?.['value']);
}

/** A value[x] in one line, whichever type it has. */
export function anyValue(holder: Json, name: string): string | null {
  const key = Object.keys(holder).find((one) => one.startsWith(name) && /^[A-Z]/.test(one.slice(name.length)));
  if (key === undefined) return null;
  return valueText(holder[key]);
}

function valueText(value: unknown): string | null {
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  const found = object(value);
  if (found === null) return text(value);
  const amount = quantity(found);
  if (amount !== null) return quantityText(amount);
  if ('numerator' in found) return joined(' / ', valueText(found['numerator']), valueText(found['denominator']));
  if ('low' in found || 'high' in found) return joined(' – ', valueText(found['low']), valueText(found['high']));
  if ('start' in found || 'end' in found) return joined(' – ', text(found['start']), text(found['end']));
  return conceptText(found);
}

/** The parts that are there, put together; null when there is none. */
export function joined(separator: string, ...parts: readonly (string | null | undefined)[]): string | null {
  const found = parts.filter((part) => part !== null && part !== undefined && part !== '');
  return found.length === 0 ? null : found.join(separator);
}
