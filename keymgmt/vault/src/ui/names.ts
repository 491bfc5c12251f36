/** What things are called on pages: layers, sections, purposes, types and outcomes. */

import { t } from './i18n.ts';
import { listed, shortAddress } from './format.ts';
import type { ClinicalKind } from '../sdk/clinical/model.ts';
import type { RecordRow } from '../sdk/results.ts';
import type { Oddity } from '../sdk/unusual.ts';

/** A section as pages offer it. */
export interface SectionName {
  /** `layer/section`, as grants and records name it. */
  readonly id: string;
  readonly title: string;
  readonly sensitive: boolean;
}

/** The sections in the order in which people think of them, with their names in the language in use. */
export function sections(): readonly SectionName[] {
  return SECTIONS.map(([id, title, sensitive]) => ({ id, title: t(title), sensitive: sensitive === true }));
}

/** What a section is called; one that this version does not know is shown by its id. */
export function sectionTitle(id: string): string {
  const known = SECTIONS.find(([name]) => name === id || name === `profile/${id}`);
  if (known !== undefined) return t(known[1]);
  return LAYER_TITLES[id] === undefined ? id : t(LAYER_TITLES[id]);
}

/** Sections by name, joined: `Results and Medication`. */
export function sectionTitles(ids: readonly string[]): string {
  return listed(ids.map(sectionTitle));
}

/** Whether a section is off unless chosen. The sealed layer counts too. */
export function isSensitive(id: string): boolean {
  return id.startsWith('sealed') || SECTIONS.some(([name, , sensitive]) => name === id && sensitive === true);
}

/** The layers as the timeline's navigation names them; `everything` is all but the sealed one. */
export function layers(): readonly (readonly [id: string, title: string])[] {
  return [
    ['everything', t('Everything')],
    ['identity', t('About me')],
    ['profile', t('Health profile')],
    ['activity', t('Visits and claims')],
    ['emergency', t('Emergency card')],
    ['sealed', t('Sealed')],
  ];
}

/** Why something is shared, in words. A purpose that somebody wrote is shown as it came. */
export function purposeTitle(purpose: string): string {
  switch (purpose) {
    case 'care':
    case 'treatment':
      return t('My treatment');
    case 'second-opinion':
      return t('A second opinion');
    case 'insurance':
      return t('Evidence for my insurer');
    case 'emergency':
      return t('An emergency');
    default:
      return purpose;
  }
}

/** What kind of file or entry a record is. */
export function typeTitle(type: string | null): string {
  switch (type) {
    case 'fhir':
    case 'ndjson':
    case 'fhir-resource':
      return t('FHIR record');
    case 'ips':
      return t('Patient summary (IPS)');
    case 'dicom':
      return t('Scan (DICOM)');
    case 'pdf':
      return t('PDF document');
    case 'image':
      return t('Image');
    case 'text':
      return t('Text');
    case 'genomic':
      return t('Genetic data');
    case 'claim':
      return t('Claim');
    case 'credential':
      return t('Certificate');
    case 'profile-event':
      return t('Profile entry');
    case 'activity-event':
      return t('Activity entry');
    case 'study-submission':
      return t('Study submission');
    default:
      return t('File');
  }
}

/** The outcome of a look, as the log says it; anything but `given` is a refusal. */
export function outcomeTitle(outcome: string): string {
  switch (outcome) {
    case 'given':
      return t('Opened');
    case 'withdrawn':
    case 'grant-withdrawn':
      return t('Refused: you had stopped this access');
    case 'expired':
    case 'grant-expired':
      return t('Refused: the access had ended');
    case 'not-authorised':
    case 'suspended':
      return t('Refused: not authorised by an institution');
    default:
      return t('Refused: you never shared it');
  }
}

/** Why a look stands out, in words. */
export function oddTitle(odd: Oddity): string {
  switch (odd) {
    case 'night':
      return t('at night');
    case 'first':
      return t('first time');
    default:
      return t('many in one hour');
  }
}

/**
 * What a record is called where its content is not opened. Events have one file name for all of them, which says
 * nothing; their section says more.
 */
export function recordName(row: Pick<RecordRow, 'record' | 'name' | 'type' | 'section'>): string {
  if (row.type === 'profile-event' || row.type === 'activity-event') return sectionTitle(row.section);
  return row.name ?? t('Record {id}', { id: shortAddress(row.record) });
}

/** Kinds of clinical entries, in the order in which a clinician reads them. */
export function kindTitles(): readonly (readonly [ClinicalKind, string])[] {
  return [
    ['allergy', t('Allergies')],
    ['condition', t('Conditions')],
    ['medication', t('Medication')],
    ['observation', t('Test results and measurements')],
    ['report', t('Reports')],
    ['immunization', t('Vaccinations')],
    ['procedure', t('Procedures')],
    ['imaging', t('Imaging')],
    ['encounter', t('Visits')],
    ['appointment', t('Appointments')],
    ['device', t('Devices')],
    ['plan', t('Plans')],
    ['family-history', t('Family history')],
    ['wish', t('My wishes')],
    ['self-report', t('My own notes')],
    ['identity', t('About me')],
    ['document', t('Documents')],
    ['other', t('Other entries')],
  ];
}

const LAYER_TITLES: Readonly<Record<string, string>> = {
  identity: 'About me',
  profile: 'Health profile',
  activity: 'Visits and claims',
  emergency: 'Emergency card',
  sealed: 'Sealed',
};

const SECTIONS: readonly (readonly [id: string, title: string, sensitive?: true])[] = [
  ['profile/results', 'Test results'],
  ['profile/medication', 'Medication'],
  ['profile/allergies', 'Allergies'],
  ['profile/conditions', 'Conditions'],
  ['profile/documents', 'Documents and letters'],
  ['profile/immunisations', 'Vaccinations'],
  ['profile/procedures', 'Procedures'],
  ['profile/imaging', 'Imaging'],
  ['profile/measurements', 'Home measurements'],
  ['profile/blood-type', 'Blood type'],
  ['profile/sex', 'Sex'],
  ['profile/self-reports', 'My own notes'],
  ['profile/wishes', 'My wishes'],
  ['profile/disputes', 'Confirmations and disputes'],
  ['profile/mental-health', 'Mental health', true],
  ['profile/sexual-health', 'Sexual health', true],
  ['profile/genetics', 'Genetics', true],
  ['identity/name', 'Name'],
  ['identity/contact', 'Address and contact'],
  ['identity/national', 'National numbers'],
  ['identity/birth', 'Birth certificate'],
  ['identity/family', 'Family relations'],
  ['identity/contacts-emergency', 'Emergency contacts'],
  ['identity/bank', 'Bank details', true],
  ['activity/appointments', 'Appointments'],
  ['activity/requests', 'Requests'],
  ['activity/edits', 'Changes'],
  ['activity/claims', 'Claims'],
  ['emergency/summary', 'Emergency summary'],
  ['emergency/contacts', 'Emergency contacts'],
  ['sealed/restricted', 'Sealed'],
];

/** Ids of the sections, for the test that holds them against the protocol's table of layers. */
export const SECTION_IDS: readonly string[] = SECTIONS.map(([id]) => id);
