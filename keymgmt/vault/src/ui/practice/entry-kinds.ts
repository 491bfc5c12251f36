/** The kinds of entry a clinician writes into a profile, as FHIR R4 resources: made from what is typed, and read back. */

import { conceptText, object, objects } from '../../sdk/clinical/values.ts';
import { BLOOD_GROUP_CODE, SEX_CODE } from '../../sdk/clinical/items.ts';
import { entryText } from '../entries.ts';
import { t } from '../i18n.ts';
import { amount, codeTyped, concept, decimal, type Part, range, status, typed } from './entry-parts.ts';

/** What was typed, trimmed, by the field's id. */
export type Typed = Readonly<Record<string, string>>;

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
  make(values: Typed): Part;
  /** What somebody would have typed to make the resource; a field that says nothing is empty. */
  read(resource: Part): Typed;
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
            ['unable-to-assess', t('not known')],
            ['high', t('may be life-threatening')],
            ['low', t('unpleasant')],
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
      read: (found) => ({
        ...coded(found['code']),
        severity: typed(found['criticality']),
        reaction: conceptText(objects(objects(found['reaction'])[0]?.['manifestation'])[0]) ?? '',
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
      read: (found) => ({
        ...coded(found['code']),
        since: typed(found['onsetDateTime']),
        state: codeIn(found['clinicalStatus']),
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
      read: (found) => ({
        ...coded(found['medicationCodeableConcept']),
        dose: typed(objects(found['dosage'])[0]?.['text']),
        since: typed(object(found['effectivePeriod'])?.['start']),
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
      read: (found) => {
        const [usual] = objects(found['referenceRange']);
        const quantity = object(found['valueQuantity']);
        return {
          ...coded(found['code']),
          value: typed(quantity?.['value'] ?? found['valueString']),
          unit: typed(quantity?.['unit'] ?? quantity?.['code']),
          low: typed(object(usual?.['low'])?.['value']),
          high: typed(object(usual?.['high'])?.['value']),
          on: typed(found['effectiveDateTime']),
        };
      },
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
      read: (found) => ({
        ...coded(found['vaccineCode']),
        on: typed(found['occurrenceDateTime']),
        lot: typed(found['lotNumber']),
      }),
    },
    {
      id: 'procedure',
      section: 'procedures',
      title: t('Procedure or operation'),
      fields: [
        { id: 'what', label: t('What was done'), required: true, hint: t('For example: removal of the appendix') },
        { id: 'code', label: t('Code, if you use one'), hint: t('System and code, for example SNOMED 80146002') },
        { id: 'on', label: t('Done on'), type: 'date', required: true },
        { id: 'outcome', label: t('Outcome') },
      ],
      make: ({ what = '', code = '', on = '', outcome = '' }) => ({
        resourceType: 'Procedure',
        status: 'completed',
        code: concept(what, code),
        performedDateTime: on,
        ...(outcome === '' ? {} : { outcome: { text: outcome } }),
      }),
      read: (found) => ({
        ...coded(found['code']),
        on: typed(found['performedDateTime']),
        outcome: conceptText(found['outcome']) ?? '',
      }),
    },
    {
      id: 'blood-group',
      section: 'blood-type',
      title: t('Blood group'),
      fields: [
        { id: 'group', label: t('Blood group'), required: true, choices: [['', t('Choose one')], ...groups()] },
        { id: 'on', label: t('Determined on'), type: 'date', required: true },
      ],
      make: ({ group = '', on = '' }) => ({
        resourceType: 'Observation',
        status: 'final',
        code: concept(t('Blood group'), `LOINC ${BLOOD_GROUP_CODE}`),
        effectiveDateTime: on,
        valueCodeableConcept: { text: group },
      }),
      read: (found) => ({
        group: conceptText(found['valueCodeableConcept']) ?? '',
        on: typed(found['effectiveDateTime']),
      }),
    },
    {
      id: 'sex',
      section: 'sex',
      title: t('Sex'),
      fields: [
        {
          id: 'sex',
          label: t('Sex'),
          required: true,
          hint: t('As it counts for treatment: doses, usual ranges and screening go by it.'),
          choices: [['', t('Choose one')], ...sexes()],
        },
      ],
      make: ({ sex = '' }) => ({
        resourceType: 'Observation',
        status: 'final',
        code: concept(t('Sex'), `LOINC ${SEX_CODE}`),
        valueCodeableConcept: {
          coding: [{ system: GENDER, code: sex }],
          text: sexes().find(([code]) => code === sex)?.[1] ?? sex,
        },
      }),
      read: (found) => ({ sex: codeIn(found['valueCodeableConcept']) }),
    },
    {
      id: 'note',
      section: 'documents',
      title: t('Note'),
      fields: [{ id: 'what', label: t('Note'), required: true }],
      make: ({ what = '' }) => ({ text: what }),
      read: (found) => ({ what: entryText(found).title }),
    },
  ];
}

/** HL7's list of administrative genders. */
const GENDER = 'http://hl7.org/fhir/administrative-gender';

function sexes(): readonly (readonly [string, string])[] {
  return [
    ['female', t('female')],
    ['male', t('male')],
    ['other', t('another')],
    ['unknown', t('not known')],
  ];
}

function groups(): readonly (readonly [string, string])[] {
  return ['A', 'B', 'AB', '0'].flatMap((group) => [
    [`${group}+`, t('{group}, Rh positive', { group })] as const,
    [`${group}-`, t('{group}, Rh negative', { group })] as const,
  ]);
}

function coded(found: unknown): Typed {
  return { what: conceptText(found) ?? '', code: codeTyped(found) };
}

function codeIn(found: unknown): string {
  return typed(objects(object(found)?.['coding'])[0]?.['code']);
}

/** The kind an entry is corrected by: the one of its section and resource, else its section's, else plain words. */
export function kindOf(section: string, entry: unknown): EntryKind {
  const kinds = entryKinds().filter((kind) => kind.section === section);
  return kinds.find((kind) => isOf(kind, entry)) ?? kinds[0] ?? plainWords(section);
}

/** What an entry becomes once corrected: whatever its author did not change, or no form shows, stays as it was. */
export function correctedEntry(kind: EntryKind, before: unknown, values: Typed): Part {
  const made = kind.make(values);
  const entry = object(before);
  if (entry === null || !isOf(kind, entry)) return made;
  const shown = kind.make(kind.read(entry));
  const stays = (name: string) => JSON.stringify(shown[name]) === JSON.stringify(made[name]);
  const kept = Object.entries(entry).filter(([name]) => stays(name));
  const changed = Object.entries(made).filter(([name]) => !stays(name) || !(name in entry));
  return Object.fromEntries([...kept, ...changed]);
}

function isOf(kind: EntryKind, entry: unknown): boolean {
  return kind.make({})['resourceType'] === object(entry)?.['resourceType'];
}

function plainWords(section: string): EntryKind {
  return {
    id: 'words',
    section,
    title: t('Entry'),
    fields: [{ id: 'what', label: t('Entry'), required: true }],
    make: ({ what = '' }) => ({ text: what }),
    read: (found) => ({ what: entryText(found).title }),
  };
}
