/** Whole records as view models: Bundles, IPS documents, single resources, NDJSON and the folded profile. */

import { fromUtf8 } from '../../core/bytes.ts';
import { entries, NoJson, parseJson } from '../fhir/report.ts';
import type { ProfileEntry, ProfileShown, RecordTypeName } from '../results.ts';
import { itemOf } from './items.ts';
import type { AttachedDocument, ClinicalItem, ClinicalKind, ClinicalView, PatientView, Source } from './model.ts';
import { type Placed, References } from './references.ts';
import { seriesOf } from './series.ts';
import { conceptText, type Json, object, objects, personName, quantity, quantityText, text, timeOf } from './values.ts';

/** Types of records that hold FHIR. */
export const FHIR_TYPES: ReadonlySet<RecordTypeName> = new Set(['fhir', 'ips', 'fhir-resource', 'ndjson']);

/** What a section's own words stand for where an entry is no FHIR resource. */
const SECTION_KINDS: Readonly<Record<string, ClinicalKind>> = {
  allergies: 'allergy',
  conditions: 'condition',
  'mental-health': 'condition',
  'sexual-health': 'condition',
  medication: 'medication',
  immunisations: 'immunization',
  results: 'observation',
  measurements: 'observation',
  'blood-type': 'observation',
  procedures: 'procedure',
  imaging: 'imaging',
  genetics: 'family-history',
  'self-reports': 'self-report',
  wishes: 'wish',
};

/** Resources that are about others or about the document itself, and would only be in the way in a list. */
const BEHIND: ReadonlySet<string> = new Set([
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Location',
  'Provenance',
  'Binary',
  'Claim',
  'ExplanationOfBenefit',
  'Patient',
  'Composition',
]);

/** References whose target is told where they stand: what is taken, and what is worn. */
const TOLD: Readonly<Record<string, string>> = {
  MedicationStatement: 'medicationReference',
  MedicationRequest: 'medicationReference',
  MedicationAdministration: 'medicationReference',
  MedicationDispense: 'medicationReference',
  DeviceUseStatement: 'device',
};

/** A view of nothing. */
export const EMPTY_VIEW: ClinicalView = { patient: null, patientFrom: null, items: [], series: [], documents: [] };

/**
 * Return what the bytes of a FHIR record hold, newest first; anything that is not FHIR gives an empty view.
 *
 * `source` names the record; places inside it are added.
 */
export function viewOfRecord(bytes: Uint8Array, source: Source): ClinicalView {
  const document = parseJson(bytes);
  const whole = object(document);
  if (!(document instanceof NoJson) && whole !== null) return viewOfResources(resourcesOf(whole), source);
  const lines = fromUtf8(bytes).split('\n');
  const found = lines.flatMap((line, index) => {
    const parsed = line.trim() === '' ? null : object(parseJson(new TextEncoder().encode(line)));
    if (parsed === null || parsed instanceof NoJson) return [];
    return [{ place: `line ${index + 1}`, fullUrl: null, resource: parsed }];
  });
  return viewOfResources(found, source);
}

/** Return what resources hold, newest first. */
export function viewOfResources(resources: readonly Placed[], source: Source): ClinicalView {
  const references = new References(resources);
  const told = new Set(
    resources.map(({ resource }) => {
      const field = TOLD[text(resource['resourceType']) ?? ''];
      return field === undefined ? undefined : references.placed(resource[field])?.resource;
    }),
  );
  const shown = resources.filter(
    ({ resource }) => !BEHIND.has(text(resource['resourceType']) ?? '') && !told.has(resource),
  );
  const items = shown.map(({ place, resource }) => itemOf(resource, { ...source, place }, references));
  const patient = resources.find(({ resource }) => resource['resourceType'] === 'Patient');
  return {
    patient: patient === undefined ? null : patientView(patient.resource),
    patientFrom: patient === undefined ? null : { ...source, place: patient.place },
    items: newestFirst(items),
    series: seriesOf(items),
    documents: resources.flatMap(({ place, resource }) => documentsOf(resource, { ...source, place })),
  };
}

/** Return the profile's live entries as items: corrected ones are left out, disputed ones are marked by their status. */
export function viewOfProfile(profile: ProfileShown): ClinicalView {
  const live = Object.values(profile.sections)
    .flat()
    .filter((entry) => entry.state !== 'corrected');
  const items = live.map(itemOfEntry);
  return {
    patient: null,
    patientFrom: null,
    items: newestFirst(items),
    series: seriesOf(items),
    documents: live.flatMap((entry) => documentsOf(object(entry.entry) ?? {}, sourceOf(entry))),
  };
}

/** Return the item of one profile entry: a FHIR resource, or an object that says it in `text`. */
export function itemOfEntry(entry: ProfileEntry): ClinicalItem {
  const source = sourceOf(entry);
  const content = object(entry.entry) ?? {};
  if (text(content['resourceType']) !== null) {
    const item = itemOf(content, source);
    const status = entry.state === 'disputed' ? 'disputed' : item.status;
    return { ...item, section: entry.section, status, time: item.time ?? entry.at };
  }
  const amount = quantity(content['value'] === undefined ? null : content);
  const date = text(content['date']);
  return {
    kind: SECTION_KINDS[entry.section] ?? 'other',
    resourceType: '',
    id: null,
    title:
      text(content['text']) ??
      text(content['title']) ??
      conceptText(content['code']) ??
      firstText(content) ??
      entry.section,
    value: amount === null ? (text(content['value']) ?? '') : quantityText(amount),
    date,
    time: timeOf(date) ?? entry.at,
    status: entry.state === 'disputed' ? 'disputed' : text(content['status']),
    section: entry.section,
    codes: [],
    details: text(content['note']) === null ? [] : [['Note', text(content['note'])!]],
    quantity: amount,
    range: null,
    interpretation: null,
    parts: [],
    source,
  };
}

/** Put views together, newest first; the first patient counts. */
export function mergeViews(views: readonly ClinicalView[]): ClinicalView {
  const items = newestFirst(views.flatMap((view) => view.items));
  const about = views.find((view) => view.patient !== null);
  return {
    patient: about?.patient ?? null,
    patientFrom: about?.patientFrom ?? null,
    items,
    series: seriesOf(items),
    documents: views.flatMap((view) => view.documents),
  };
}

function resourcesOf(document: Json): Placed[] {
  return document['resourceType'] === 'Bundle' ? entries(document) : [{ place: '', fullUrl: null, resource: document }];
}

function sourceOf(entry: ProfileEntry): Source {
  return { record: entry.event, place: '', author: entry.author, institution: entry.institution };
}

function newestFirst(items: readonly ClinicalItem[]): ClinicalItem[] {
  return [...items].sort((left, right) => (right.time ?? -Infinity) - (left.time ?? -Infinity) || 0);
}

function firstText(content: Json): string | null {
  for (const value of Object.values(content)) {
    const found = text(value);
    if (found !== null) return found;
  }
  return null;
}

function patientView(resource: Json): PatientView {
  return {
    name: personName(resource['name']),
    birthDate: text(resource['birthDate']),
    sex: text(resource['gender']),
    identifiers: objects(resource['identifier']).flatMap((one) => {
      const value = text(one['value']);
      return value === null ? [] : [[text(one['system']) ?? '', value] as const];
    }),
  };
}

/** Where a resource carries files, and under which of its fields. */
function documentsOf(resource: Json, source: Source): AttachedDocument[] {
  const attachments: readonly (Json | null)[] =
    resource['resourceType'] === 'DocumentReference'
      ? objects(resource['content']).map((content) => object(content['attachment']))
      : resource['resourceType'] === 'DiagnosticReport'
        ? objects(resource['presentedForm'])
        : resource['resourceType'] === 'Binary'
          ? [resource]
          : [];
  return attachments.flatMap((attachment) => {
    if (attachment === null) return [];
    const contentType = text(attachment['contentType']) ?? 'application/octet-stream';
    const title =
      text(attachment['title']) ?? conceptText(resource['type']) ?? conceptText(resource['code']) ?? contentType;
    const date = text(attachment['creation']) ?? text(resource['date']) ?? text(resource['effectiveDateTime']);
    return [
      { title, contentType, date, data: bytesOf(text(attachment['data'])), url: text(attachment['url']), source },
    ];
  });
}

function bytesOf(data: string | null): Uint8Array | null {
  if (data === null) return null;
  try {
    return Uint8Array.from(atob(data.replace(/\s+/g, '')), (character) => character.charCodeAt(0));
  } catch (error) {
    // Base64 that is not whole says nothing that could be shown.
    if (error instanceof DOMException) return null;
    throw error;
  }
}
