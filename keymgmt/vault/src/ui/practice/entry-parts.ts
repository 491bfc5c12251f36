/** The parts of FHIR R4 resources that entry forms write and read back: concepts with their code, quantities, ranges. */

import { object, objects, text } from '../../sdk/clinical/values.ts';

/** A resource, or a part of one. */
export type Part = Readonly<Record<string, unknown>>;

/** Code systems by the names people type (HL7's list of external systems). */
const SYSTEMS: Readonly<Record<string, string>> = {
  SNOMED: 'http://snomed.info/sct',
  LOINC: 'http://loinc.org',
  'ICD-10': 'http://hl7.org/fhir/sid/icd-10',
  ATC: 'http://www.whocc.no/atc',
  RXNORM: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  CVX: 'http://hl7.org/fhir/sid/cvx',
};

interface CodingGiven {
  readonly system: string;
  readonly code: string;
}

/** `LOINC 59261-8` as a coding; null when the system is not one of the table. */
export function codingOf(typed: string): CodingGiven | null {
  const found = /^\s*([A-Za-z0-9-]+)\s+([A-Za-z0-9.-]+)\s*$/.exec(typed);
  const system = SYSTEMS[(found?.[1] ?? '').toUpperCase()];
  return found === null || system === undefined ? null : { system, code: found[2] ?? '' };
}

/** What was typed for a concept's code, empty when it has none of a known system. */
export function codeTyped(concept: unknown): string {
  for (const coding of objects(object(concept)?.['coding'])) {
    const name = Object.keys(SYSTEMS).find((one) => SYSTEMS[one] === coding['system']);
    if (name !== undefined && text(coding['code']) !== null) return `${name} ${text(coding['code'])}`;
  }
  return '';
}

/** Words with their code, if one was typed. */
export function concept(words: string, code: string): Part {
  const coding = code === '' ? null : codingOf(code);
  return coding === null ? { text: words } : { coding: [{ ...coding, display: words }], text: words };
}

/** A status of one of FHIR's own lists. */
export function status(list: string, code: string): Part {
  return { coding: [{ system: `http://terminology.hl7.org/CodeSystem/${list}`, code }] };
}

/** A quantity whose unit is UCUM's. */
export function amount(value: string, unit: string): Part {
  return { value: decimal(value), ...(unit === '' ? {} : { unit, system: 'http://unitsofmeasure.org', code: unit }) };
}

/** A reference range of which one end may be missing. */
export function range(low: string, high: string, unit: string): Part {
  return {
    ...(decimal(low) === null ? {} : { low: amount(low, unit) }),
    ...(decimal(high) === null ? {} : { high: amount(high, unit) }),
  };
}

/** A number as it is typed in English or German; null for anything else. */
export function decimal(typed: string): number | null {
  return /^-?\d+(?:[.,]\d+)?$/.test(typed.trim()) ? Number(typed.trim().replace(',', '.')) : null;
}

/** A field as it is typed: texts and numbers, empty for what is not there. */
export function typed(value: unknown): string {
  return typeof value === 'number' ? String(value) : (text(value) ?? '');
}
