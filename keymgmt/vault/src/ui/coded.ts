/**
 * Words for codes: those that FHIR itself fixes (states, severities …), LOINC codes of sections and of what is measured
 * most, units that are words, and the names of details.
 *
 * A record's own words are never translated, because a page must not say other words than the record does. A code is no
 * word; and where the name of a measured thing is shown by its code, the record's own name stands in its details.
 */

import { number } from './format.ts';
import { language, t } from './i18n.ts';
import { resourceTitle } from './resource-types.ts';
import type { ClinicalItem, Coding, Quantity } from '../sdk/clinical/model.ts';

const LOINC = 'http://loinc.org';

/** What an item is named by. */
type Named = Pick<ClinicalItem, 'title' | 'codes' | 'resourceType'>;

/** A code of one of FHIR's own value sets; one that is not among them is shown as it came. */
export function codedWord(code: string): string {
  const word = WORDS[code];
  return word === undefined ? code : t(word);
}

/** How dangerous an allergy is said to be (FHIR's criticality); nothing where that could not be told. */
export function riskWords(criticality: string): string {
  if (criticality === 'high') return t('high risk');
  if (criticality === 'low') return t('low risk');
  return criticality === 'unable-to-assess' ? '' : criticality;
}

/** What a detail is called. */
export function detailTitle(name: string): string {
  return name in DETAILS ? t(DETAILS[name]!) : name;
}

/** A detail's value: details whose values are codes are named here, all others are the record's words. */
export function detailValue(name: string, value: string): string {
  return CODED_DETAILS.has(name) ? value.split(', ').map(codedWord).join(', ') : value;
}

/** A unit as people read it: UCUM signs are the same in every language, words are not. */
export function unitTitle(unit: string): string {
  const word = UNITS[unit];
  return word === undefined ? unit : t(word);
}

/** A quantity in the reader's own way of writing numbers, with as many decimals as it came with. */
export function quantityTitle({ value, unit, comparator }: Quantity): string {
  const shown = [comparator ?? '', number(value, 20)].filter(Boolean).join(' ');
  return unit === '' ? shown : `${shown}\u00a0${unitTitle(unit)}`;
}

/**
 * What something is called: the record's own words, and in another language than English the name of its LOINC code
 * where one is known here.
 */
export function itemTitle({ title, codes, resourceType }: Named): string {
  if (title === resourceType) return resourceTitle(resourceType);
  return measuredTitle(codes.find(({ system }) => system === LOINC)?.code ?? null, title);
}

/** The same for a series, of which only the code is known. */
export function measuredTitle(loinc: string | null, title: string): string {
  const known = loinc === null ? undefined : MEASURED[loinc];
  return known === undefined || language() === 'en' ? title : t(known);
}

/** The record's own name of something that is shown by another, null where it is shown by its own. */
export function ownTitle(item: Named): string | null {
  return [itemTitle(item), item.resourceType].includes(item.title) ? null : item.title;
}

/** An item's value in one line. */
export function itemValue(item: ClinicalItem): string {
  if (item.quantity !== null) return quantityTitle(item.quantity);
  if (item.kind === 'immunization')
    return item.value.replace(/#(\S+)$/, (_, dose: string) => t('dose {dose}', { dose }));
  if (item.kind !== 'allergy') return item.value;
  // Reactions are the record's words; how severe they are is a code of FHIR's, and stands last.
  const parts = item.value.split(', ');
  const last = parts.at(-1) ?? '';
  return SEVERITIES.has(last) ? [...parts.slice(0, -1), codedWord(last)].join(', ') : item.value;
}

/** What a section of a patient summary is called, by its LOINC code; the document's own title where it is unknown. */
export function summarySectionTitle(code: string | null, title: string): string {
  const known = code === null ? undefined : SUMMARY_SECTIONS[code];
  return known === undefined ? title : t(known);
}

/** The LOINC code among codings, null when there is none. */
export function loincOf(codes: readonly Coding[]): string | null {
  return codes.find(({ system }) => system === LOINC)?.code ?? null;
}

const CODED_DETAILS: ReadonlySet<string> = new Set(['Criticality', 'Verification', 'Category']);
const SEVERITIES: ReadonlySet<string> = new Set(['mild', 'moderate', 'severe']);

/** The details that `sdk/clinical/items.ts` names. */
const DETAILS: Readonly<Record<string, string>> = {
  Category: 'Category',
  Criticality: 'Criticality',
  Ended: 'Ended',
  Ends: 'Ends',
  Expires: 'Expires',
  Issued: 'Issued',
  'Last reaction': 'Last reaction',
  Lot: 'Lot',
  Manufacturer: 'Manufacturer',
  Method: 'Method',
  Note: 'Note',
  'Performed by': 'Performed by',
  'Prescribed by': 'Prescribed by',
  Reason: 'Reason',
  Recorded: 'Recorded',
  'Reference range': 'Reference range',
  Site: 'Site',
  Until: 'Until',
  Verification: 'Verification',
};

/** HL7 FHIR R4: states of resources, clinical and verification status, severity, criticality, category, gender. */
const WORDS: Readonly<Record<string, string>> = {
  accepted: 'accepted',
  active: 'active',
  amended: 'amended',
  appended: 'appended',
  arrived: 'arrived',
  available: 'available',
  biologic: 'biologic',
  booked: 'booked',
  cancelled: 'cancelled',
  completed: 'completed',
  confirmed: 'confirmed',
  corrected: 'corrected',
  current: 'current',
  differential: 'differential',
  disputed: 'disputed',
  draft: 'draft',
  'entered-in-error': 'entered in error',
  environment: 'environment',
  female: 'female',
  final: 'final',
  finished: 'finished',
  food: 'food',
  fulfilled: 'took place',
  high: 'high',
  inactive: 'inactive',
  'in-progress': 'in progress',
  intended: 'intended',
  low: 'low',
  male: 'male',
  medication: 'medication',
  mild: 'mild',
  moderate: 'moderate',
  noshow: 'missed',
  'not-done': 'not done',
  'not-taken': 'not taken',
  'on-hold': 'on hold',
  other: 'other',
  partial: 'partial',
  pending: 'pending',
  planned: 'planned',
  preliminary: 'preliminary',
  preparation: 'in preparation',
  proposed: 'proposed',
  provisional: 'provisional',
  recurrence: 'recurrence',
  refuted: 'refuted',
  registered: 'registered',
  rejected: 'rejected',
  relapse: 'relapse',
  remission: 'in remission',
  resolved: 'resolved',
  revoked: 'revoked',
  severe: 'severe',
  stopped: 'stopped',
  superseded: 'superseded',
  'unable-to-assess': 'not assessable',
  unconfirmed: 'unconfirmed',
  unknown: 'unknown',
};

/** Units that are words; signs (mg/dL, mmol/L) need none. */
const UNITS: Readonly<Record<string, string>> = {
  '/min': 'per minute',
  '{beats}/min': 'beats per minute',
  '{breaths}/min': 'breaths per minute',
  'beats/min': 'beats per minute',
  'beats/minute': 'beats per minute',
  'breaths/min': 'breaths per minute',
  'breaths/minute': 'breaths per minute',
  a: 'years',
  year: 'year',
  years: 'years',
  mo: 'months',
  months: 'months',
  wk: 'weeks',
  weeks: 'weeks',
  d: 'days',
  days: 'days',
  h: 'hours',
  hours: 'hours',
  drops: 'drops',
  puff: 'puff',
  puffs: 'puffs',
  steps: 'steps',
  tablet: 'tablet',
  tablets: 'tablets',
};

/** LOINC codes of what is measured most. */
const MEASURED: Readonly<Record<string, string>> = {
  '10331-7': 'Rhesus factor',
  '11580-8': 'Thyroid hormone TSH',
  '13457-7': 'LDL cholesterol, calculated',
  '14647-2': 'Cholesterol',
  '15074-8': 'Blood sugar',
  '17856-6': 'Long-term blood sugar (HbA1c)',
  '1742-6': 'Liver enzyme ALT',
  '18262-6': 'LDL cholesterol',
  '1920-8': 'Liver enzyme AST',
  '1988-5': 'C-reactive protein (CRP)',
  '19926-5': 'Lung function FEV1/FVC',
  '20150-9': 'Lung function FEV1',
  '2085-9': 'HDL cholesterol',
  '2089-1': 'LDL cholesterol',
  '2093-3': 'Cholesterol',
  '2160-0': 'Creatinine',
  '2339-0': 'Blood sugar',
  '2345-7': 'Blood sugar',
  '2571-8': 'Triglycerides',
  '2708-6': 'Oxygen saturation',
  '2823-3': 'Potassium',
  '29463-7': 'Body weight',
  '2951-2': 'Sodium',
  '3016-3': 'Thyroid hormone TSH',
  '33914-3': 'Kidney function (eGFR)',
  '39156-5': 'Body mass index',
  '4548-4': 'Long-term blood sugar (HbA1c)',
  '55284-4': 'Blood pressure',
  '59261-8': 'Long-term blood sugar (HbA1c)',
  '59408-5': 'Oxygen saturation',
  '62238-1': 'Kidney function (eGFR)',
  '6690-2': 'White blood cells',
  '718-7': 'Haemoglobin',
  '72166-2': 'Smoking',
  '777-3': 'Platelets',
  '8302-2': 'Body height',
  '8310-5': 'Body temperature',
  '8462-4': 'Blood pressure, lower value',
  '8480-6': 'Blood pressure, upper value',
  '85354-9': 'Blood pressure',
  '8867-4': 'Pulse',
  '882-1': 'Blood group',
  '883-9': 'Blood group (ABO)',
  '9279-1': 'Breathing rate',
  '98979-8': 'Kidney function (eGFR)',
};

/** LOINC codes of the sections of a patient summary (HL7 IPS 2.0.1). */
const SUMMARY_SECTIONS: Readonly<Record<string, string>> = {
  '10157-6': 'Family history',
  '10160-0': 'Medication',
  '10162-6': 'Pregnancies',
  '11348-0': 'Earlier conditions',
  '11369-6': 'Vaccinations',
  '11450-4': 'Conditions',
  '18776-5': 'Plan of care',
  '29762-2': 'Social history',
  '30954-2': 'Test results',
  '42348-3': 'Advance directives',
  '46264-8': 'Medical devices',
  '47420-5': 'Functional status',
  '47519-4': 'Procedures',
  '48765-2': 'Allergies',
  '75310-3': 'Health concerns',
  '8716-3': 'Vital signs',
};
