/** What a wallet says, as FHIR resources with their surroundings: the material of summaries and full exports. */

import { itemOfEntry } from '../clinical/view.ts';
import { type Json, object, text } from '../clinical/values.ts';
import type { ProfileEntry, ProfileShown } from '../results.ts';

/** A resource, the ones it may refer to, and what speaks against it. */
export interface Statement {
  readonly resource: Json;
  /** The profile section it stands in, or would. */
  readonly section: string;
  /** Why the patient disputes it, null when not. */
  readonly disputed: string | null;
  /** Whether it does not agree with another statement, and nobody entitled to it has decided. */
  readonly conflicting: boolean;
  /** Return what a reference inside it means, undefined when that is not at hand. */
  readonly find: (reference: string) => Json | undefined;
  /** Unix seconds at which it was written down. */
  readonly recorded: number;
}

/** Return the statements of a folded profile; corrected entries are left out. */
export function statementsOfProfile(profile: ProfileShown): Statement[] {
  return Object.values(profile.sections)
    .flat()
    .filter((entry) => entry.state !== 'corrected')
    .map((entry) => ({
      resource: resourceOfEntry(entry),
      section: entry.section,
      disputed: entry.state === 'disputed' ? (entry.marks.at(-1)?.reason ?? '') : null,
      conflicting: entry.conflicts.length > 0,
      find: () => undefined,
      recorded: entry.at,
    }));
}

/** Return the statements of a FHIR document: its own resource, or a Bundle's. */
export function statementsOfDocument(
  document: Json,
  recorded: number,
  sectionOf: (resource: Json) => string,
): Statement[] {
  const entries = document['resourceType'] === 'Bundle' ? list(document['entry']) : [{ resource: document }];
  const found = new Map<string, Json>();
  const resources: Json[] = [];
  for (const entry of entries) {
    const resource = object(entry['resource']);
    if (resource === null) continue;
    resources.push(resource);
    const id = text(resource['id']);
    const url = text(entry['fullUrl']);
    if (id !== null) found.set(`${String(resource['resourceType'])}/${id}`, resource);
    if (url !== null) found.set(url, resource);
  }
  const find = (reference: string): Json | undefined =>
    found.get(reference) ?? found.get(reference.split('/').slice(-2).join('/'));
  return resources.map((resource) => ({
    resource,
    section: sectionOf(resource),
    disputed: null,
    conflicting: false,
    find,
    recorded,
  }));
}

/** Return an entry's FHIR resource; one that is only words becomes a resource of its section's type with these words. */
export function resourceOfEntry(entry: ProfileEntry): Json {
  const content = object(entry.entry) ?? {};
  if (text(content['resourceType']) !== null) return content;
  const resource = resourceOfWords(entry);
  return { ...resource, [subjectElement(resource)]: { display: "this wallet's owner" } };
}

/** The element in which a resource names the patient it is about. */
export function subjectElement(resource: Json): 'patient' | 'subject' {
  return BY_PATIENT.has(String(resource['resourceType'])) ? 'patient' : 'subject';
}

const BY_PATIENT: ReadonlySet<string> = new Set([
  'AllergyIntolerance',
  'Immunization',
  'Consent',
  'FamilyMemberHistory',
  'Claim',
]);

function resourceOfWords(entry: ProfileEntry): Json {
  const { title, value, date, quantity, details } = itemOfEntry(entry);
  const code = { text: title };
  const note = details.map(([, words]) => ({ text: words }));
  const notes = note.length === 0 ? {} : { note };
  const day = date ?? undefined;
  switch (entry.section) {
    case 'allergies':
      return {
        resourceType: 'AllergyIntolerance',
        clinicalStatus: coded('allergyintolerance-clinical', 'active'),
        code,
        ...(day ? { onsetDateTime: day } : {}),
        ...notes,
      };
    case 'medication':
      return {
        resourceType: 'MedicationStatement',
        status: 'unknown',
        medicationCodeableConcept: code,
        ...timed('effectiveDateTime', day),
        ...(value === '' ? {} : { dosage: [{ text: value }] }),
        ...notes,
      };
    case 'immunisations':
      return {
        resourceType: 'Immunization',
        status: 'completed',
        vaccineCode: code,
        ...(day ? { occurrenceDateTime: day } : { occurrenceString: 'unknown' }),
        ...notes,
      };
    case 'procedures':
    case 'imaging':
      return { resourceType: 'Procedure', status: 'completed', code, ...timed('performedDateTime', day), ...notes };
    case 'conditions':
    case 'mental-health':
    case 'sexual-health':
    case 'genetics':
      return {
        resourceType: 'Condition',
        clinicalStatus: coded('condition-clinical', 'active'),
        code,
        ...(day ? { onsetDateTime: day } : {}),
        ...notes,
      };
    default:
      return {
        resourceType: 'Observation',
        status: 'final',
        code,
        ...timed('effectiveDateTime', day),
        ...(quantity === null
          ? value === ''
            ? {}
            : { valueString: value }
          : { valueQuantity: { value: quantity.value, unit: quantity.unit } }),
        ...notes,
      };
  }
}

function coded(system: string, code: string): Json {
  return { coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }] };
}

/** A time, or the extension that says that it is not known (FHIR's data-absent-reason). */
function timed(element: string, date: string | undefined): Json {
  return date === undefined ? { [`_${element}`]: ABSENT } : { [element]: date };
}

/** Says of a primitive element that its value is not known. */
export const ABSENT: Json = {
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
};

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(object).filter((item) => item !== null) : [];
}
