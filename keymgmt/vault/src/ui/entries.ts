/** One line for an entry of the profile, whose JSON is a FHIR resource, an identity field, or a plain text. */

import { codedWord, riskWords } from './coded.ts';

/** An entry's line. */
export interface EntryText {
  readonly title: string;
  readonly value: string;
}

/** What an entry says. Words are the source's own and never translated; codes that FHIR fixes are no words and are named. */
export function entryText(entry: unknown): EntryText {
  if (!isObject(entry)) return { title: String(entry ?? ''), value: '' };
  const title =
    conceptText(entry['code']) ??
    conceptText(entry['medicationCodeableConcept']) ??
    conceptText(entry['vaccineCode']) ??
    textOf(entry, 'text', 'title', 'name', 'display', 'value') ??
    firstText(entry);
  return { title, value: valueOf(entry) };
}

function valueOf(entry: Readonly<Record<string, unknown>>): string {
  const quantity = entry['valueQuantity'];
  if (isObject(quantity))
    return [quantity['value'], quantity['unit'] ?? quantity['code']].filter(Boolean).join('\u00a0');
  const concept = conceptText(entry['valueCodeableConcept']);
  if (concept !== null) return concept;
  const dosage = entry['dosage'] ?? entry['dosageInstruction'];
  const first: unknown = Array.isArray(dosage) ? dosage[0] : undefined;
  const parts = [
    typeof entry['valueString'] === 'string' ? entry['valueString'] : '',
    isObject(first) && typeof first['text'] === 'string' ? first['text'] : '',
    typeof entry['criticality'] === 'string' ? riskWords(entry['criticality']) : '',
    codedWord(conceptText(entry['clinicalStatus']) ?? ''),
    typeof entry['note'] === 'string' ? entry['note'] : '',
  ];
  return parts.filter(Boolean).join(', ');
}

function conceptText(concept: unknown): string | null {
  if (!isObject(concept)) return typeof concept === 'string' ? concept : null;
  if (typeof concept['text'] === 'string') return concept['text'];
  const coding: unknown = Array.isArray(concept['coding']) ? concept['coding'][0] : undefined;
  if (!isObject(coding)) return null;
  return textOf(coding, 'display', 'code') ?? null;
}

function textOf(entry: Readonly<Record<string, unknown>>, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = entry[name];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return undefined;
}

function firstText(entry: Readonly<Record<string, unknown>>): string {
  const found = Object.entries(entry).find(([name, value]) => name !== 'resourceType' && typeof value === 'string');
  return typeof found?.[1] === 'string' ? found[1] : JSON.stringify(entry);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
