/** What a clinician types into a profile, as FHIR R4 resources: the fields of each kind, and the resource they make. */

import { t } from '../i18n.ts';

/** One field of a form. */
export interface EntryField {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly type?: 'text' | 'date';
  readonly required?: boolean;
  readonly choices?: readonly (readonly [value: string, label: string])[];
}

/** A kind of entry. */
export interface EntryKind {
  readonly id: string;
  /** The section of the profile it goes to. */
  readonly section: string;
  readonly title: string;
  readonly fields: readonly EntryField[];
  /** The resource; `values` are trimmed texts by field. */
  make(values: Readonly<Record<string, string>>): Readonly<Record<string, unknown>>;
}

/** The kinds in the order in which they are offered. */
export function entryKinds(): readonly EntryKind[] {
  return [
    {
      id: 'allergy',
      section: 'allergies',
      title: t('Allergy or intolerance'),
      fields: [
        { id: 'what', label: t('Substance'), required: true },
        { id: 'code', label: t('Code, if you use one'), hint: t('System and code, for example SNOMED 91936005') },
        {
          id: 'severity',
          label: t('How serious'),
          choices: [
            ['high', t('may be life-threatening')],
            ['low', t('unpleasant')],
            ['unable-to-assess', t('not known')],
          ],
        },
        { id: 'reaction', label: t('Reaction'), hint: t('For example: rash in 2014') },
      ],
      make: ({ what = '', code = '', severity = 'unable-to-assess', reaction = '' }) => ({
        resourceType: 'AllergyIntolerance',
        clinicalStatus: status('allergyintolerance-clinical', 'active'),
        criticality: severity,
        code: concept(what, code),
        ...(reaction === '' ? {} : { reaction: [{ manifestation: [{ text: reaction }] }] }),
      }),
    },
    {
      id: 'condition',
      section: 'conditions',
      title: t('Condition'),
      fields: [
        { id: 'what', label: t('Condition'), required: true },
        { id: 'code', label: t('Code, if you use one'), hint: t('System and code, for example ICD-10 E11.9') },
        { id: 'since', label: t('Since'), type: 'date' },
        {
          id: 'state',
          label: t('State'),
          choices: [
            ['active', t('active')],
            ['resolved', t('over')],
          ],
        },
      ],
      make: ({ what = '', code = '', since = '', state = 'active' }) => ({
        resourceType: 'Condition',
        clinicalStatus: status('condition-clinical', state),
        code: concept(what, code),
        ...(since === '' ? {} : { onsetDateTime: since }),
      }),
    },
    {
      id: 'medication',
      section: 'medication',
      title: t('Medication'),
      fields: [
        { id: 'what', label: t('Medicine and strength'), required: true, hint: t('For example: metformin 1000 mg') },
        { id: 'dose', label: t('How it is taken'), required: true, hint: t('For example: 1 tablet twice a day') },
        { id: 'code', label: t('Code, if you use one'), hint: t('System and code, for example ATC A10BA02') },
        { id: 'since', label: t('From'), type: 'date' },
      ],
      make: ({ what = '', dose = '', code = '', since = '' }) => ({
        resourceType: 'MedicationStatement',
        status: 'active',
        medicationCodeableConcept: concept(what, code),
        dosage: [{ text: dose }],
        ...(since === '' ? {} : { effectivePeriod: { start: since } }),
      }),
    },
    {
      id: 'result',
      section: 'results',
      title: t('Test result or measurement'),
      fields: [
        { id: 'what', label: t('Test'), required: true, hint: t('For example: long-term blood sugar (HbA1c)') },
        { id: 'code', label: t('Code, if you use one'), hint: t('System and code, for example LOINC 59261-8') },
        { id: 'value', label: t('Value'), required: true },
        { id: 'unit', label: t('Unit'), hint: t('As UCUM writes it, for example mmol/mol') },
        { id: 'low', label: t('Usual from') },
        { id: 'high', label: t('Usual to') },
        { id: 'on', label: t('Taken on'), type: 'date', required: true },
      ],
      make: ({ what = '', code = '', value = '', unit = '', low = '', high = '', on = '' }) => ({
        resourceType: 'Observation',
        status: 'final',
        code: concept(what, code),
        effectiveDateTime: on,
        ...(decimal(value) === null ? { valueString: value } : { valueQuantity: amount(value, unit) }),
        ...(decimal(low) === null && decimal(high) === null ? {} : { referenceRange: [range(low, high, unit)] }),
      }),
    },
    {
      id: 'vaccination',
      section: 'immunisations',
      title: t('Vaccination'),
      fields: [
        { id: 'what', label: t('Vaccine'), required: true },
        { id: 'code', label: t('Code, if you use one'), hint: t('System and code, for example ATC J07BB02') },
        { id: 'on', label: t('Given on'), type: 'date', required: true },
        { id: 'lot', label: t('Lot number') },
      ],
      make: ({ what = '', code = '', on = '', lot = '' }) => ({
        resourceType: 'Immunization',
        status: 'completed',
        vaccineCode: concept(what, code),
        occurrenceDateTime: on,
        ...(lot === '' ? {} : { lotNumber: lot }),
      }),
    },
    {
      id: 'note',
      section: 'documents',
      title: t('Note'),
      fields: [{ id: 'what', label: t('Note'), required: true }],
      make: ({ what = '' }) => ({ text: what }),
    },
  ];
}

/** What is missing or wrong, by the field's id with its form's prefix. */
export function entryFaults(
  kind: EntryKind,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const faults: Record<string, string> = {};
  for (const field of kind.fields) {
    const value = values[field.id] ?? '';
    if (field.required === true && value === '') faults[fieldId(field)] = t('Give: {what}', { what: field.label });
    if (field.id === 'code' && value !== '' && codingOf(value) === null) {
      faults[fieldId(field)] = t('Give the system and the code, for example LOINC 59261-8');
    }
    if ((field.id === 'low' || field.id === 'high') && value !== '' && decimal(value) === null) {
      faults[fieldId(field)] = t('Give a number');
    }
  }
  return faults;
}

/** The id of a field in the document. */
export function fieldId(field: EntryField): string {
  return `entry-${field.id}`;
}

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

function concept(text: string, code: string): Readonly<Record<string, unknown>> {
  const coding = code === '' ? null : codingOf(code);
  return coding === null ? { text } : { coding: [{ ...coding, display: text }], text };
}

function status(list: string, code: string): Readonly<Record<string, unknown>> {
  return { coding: [{ system: `http://terminology.hl7.org/CodeSystem/${list}`, code }] };
}

function amount(value: string, unit: string): Readonly<Record<string, unknown>> {
  return { value: decimal(value), ...(unit === '' ? {} : { unit, system: 'http://unitsofmeasure.org', code: unit }) };
}

function range(low: string, high: string, unit: string): Readonly<Record<string, unknown>> {
  return {
    ...(decimal(low) === null ? {} : { low: amount(low, unit) }),
    ...(decimal(high) === null ? {} : { high: amount(high, unit) }),
  };
}

/** A number as it is typed in English or German; null for anything else. */
function decimal(text: string): number | null {
  return /^-?\d+(?:[.,]\d+)?$/.test(text.trim()) ? Number(text.trim().replace(',', '.')) : null;
}
