/**
 * An International Patient Summary as a FHIR R4 document (HL7 IPS 2.0.1), out of what a wallet says.
 *
 * The three required sections are always there, with `emptyReason` where nothing is recorded; the others when there is
 * something. Of observations of one code the newest is taken. References are to resources inside the document only.
 */

import { itemOf } from '../clinical/items.ts';
import { type Json, codeOf, codings, object, objects, text } from '../clinical/values.ts';
import { IPS_COMPOSITION } from '../fhir/report.ts';
import { instant } from './files.ts';
import { ABSENT, type Statement, subjectElement } from './statements.ts';

const IPS = 'http://hl7.org/fhir/uv/ips/StructureDefinition';
const LOINC = 'http://loinc.org';
const XHTML = 'http://www.w3.org/1999/xhtml';
const PAST: ReadonlySet<string | null> = new Set(['inactive', 'remission', 'resolved']);
/** Resources that are taken along only because another refers to them. */
const SUPPORTING: ReadonlySet<string> = new Set([
  'Medication',
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Device',
  'Specimen',
  'Location',
  'Observation',
  'ImagingStudy',
]);
const VOID: ReadonlySet<string | null> = new Set(['entered-in-error', 'cancelled', 'not-done']);

/** A section of the Composition, by its LOINC code. */
export interface Section {
  readonly code: string;
  readonly display: string;
  readonly title: string;
  readonly required: boolean;
  takes(resource: Json): boolean;
}

const is =
  (...types: readonly string[]) =>
  (resource: Json): boolean =>
    types.includes(String(resource['resourceType']));
const inCategory =
  (category: string) =>
  (resource: Json): boolean =>
    resource['resourceType'] === 'Observation' && codings(resource['category']).some(({ code }) => code === category);
const isPast = (resource: Json): boolean =>
  resource['resourceType'] === 'Condition' && PAST.has(codeOf(resource['clinicalStatus']));

/** In the order in which IPS documents show them; a resource goes to the first section that takes it. */
export const SECTIONS: readonly Section[] = [
  {
    code: '48765-2',
    display: 'Allergies and adverse reactions Document',
    title: 'Allergies and Intolerances',
    required: true,
    takes: is('AllergyIntolerance'),
  },
  {
    code: '11348-0',
    display: 'History of Past illness note',
    title: 'History of Past Problems',
    required: false,
    takes: isPast,
  },
  { code: '11450-4', display: 'Problem list - Reported', title: 'Problems', required: true, takes: is('Condition') },
  {
    code: '10160-0',
    display: 'History of Medication use Narrative',
    title: 'Medication Summary',
    required: true,
    takes: is('MedicationStatement', 'MedicationRequest', 'MedicationAdministration', 'MedicationDispense'),
  },
  {
    code: '11369-6',
    display: 'History of Immunization note',
    title: 'Immunizations',
    required: false,
    takes: is('Immunization'),
  },
  {
    code: '8716-3',
    display: 'Vital signs note',
    title: 'Vital Signs',
    required: false,
    takes: inCategory('vital-signs'),
  },
  {
    code: '29762-2',
    display: 'Social history note',
    title: 'Social History',
    required: false,
    takes: inCategory('social-history'),
  },
  {
    code: '30954-2',
    display: 'Relevant diagnostic tests/laboratory data note',
    title: 'Results',
    required: false,
    takes: is('Observation', 'DiagnosticReport'),
  },
  {
    code: '47519-4',
    display: 'History of Procedures Document',
    title: 'History of Procedures',
    required: false,
    takes: is('Procedure'),
  },
  {
    code: '46264-8',
    display: 'History of medical device use',
    title: 'Medical Devices',
    required: false,
    takes: is('DeviceUseStatement'),
  },
  {
    code: '42348-3',
    display: 'Advance healthcare directives',
    title: 'Advance Directives',
    required: false,
    takes: is('Consent'),
  },
  { code: '18776-5', display: 'Plan of care note', title: 'Plan of Care', required: false, takes: is('CarePlan') },
];

/** What a summary is made with. */
export interface IpsOptions {
  /** The Patient resource, null when no record has one. */
  readonly patient: Json | null;
  /** Unix seconds. */
  readonly now: number;
  /** Fresh UUIDs; the browser's when left out. */
  readonly uuid?: () => string;
}

/** Return the summary of these statements. */
export function ipsDocument(
  statements: readonly Statement[],
  { patient, now, uuid = () => crypto.randomUUID() }: IpsOptions,
): Json {
  const document = new Document(uuid);
  const subject = document.add(patientResource(patient), () => undefined);
  const author = document.add(
    { resourceType: 'Device', deviceName: [{ name: 'medixain vault', type: 'user-friendly-name' }] },
    () => undefined,
  );
  const chosen = newestObservations(
    statements.filter(({ resource }) => !VOID.has(text(resource['status']) ?? codeOf(resource['verificationStatus']))),
  );
  const composition = {
    resourceType: 'Composition',
    meta: { profile: [`${IPS}/Composition-uv-ips`] },
    status: 'final',
    type: { coding: [{ ...IPS_COMPOSITION, display: 'Patient summary Document' }] },
    subject: { reference: subject },
    date: instant(now),
    author: [{ reference: author }],
    title: 'International Patient Summary',
    section: SECTIONS.flatMap((section) => {
      const mine = chosen.filter(({ resource }) => SECTIONS.find((one) => one.takes(resource)) === section);
      return mine.length === 0 && !section.required ? [] : [sectionOf(section, mine, document, subject)];
    }),
  };
  return {
    resourceType: 'Bundle',
    meta: { profile: [`${IPS}/Bundle-uv-ips`] },
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${uuid()}` },
    type: 'document',
    timestamp: instant(now),
    entry: [document.entryOf(composition), ...document.entries],
  };
}

function sectionOf(section: Section, statements: readonly Statement[], document: Document, subject: string): Json {
  const head = {
    title: section.title,
    code: { coding: [{ system: LOINC, code: section.code, display: section.display }] },
    text: narrative(statements),
  };
  if (statements.length === 0) {
    const reason = {
      system: 'http://terminology.hl7.org/CodeSystem/list-empty-reason',
      code: 'unavailable',
      display: 'Unavailable',
    };
    // Nothing recorded here is not the same as nothing known (`nilknown`), which only a clinician can say.
    return { ...head, emptyReason: { coding: [reason], text: 'Nothing is recorded in this wallet' } };
  }
  return { ...head, entry: statements.map((statement) => ({ reference: document.addStatement(statement, subject) })) };
}

/** The entries of a document, each under a URL of its own, with the resources they refer to. */
class Document {
  readonly #uuid: () => string;
  readonly #urls = new Map<Json, string>();
  readonly entries: Json[] = [];

  constructor(uuid: () => string) {
    this.#uuid = uuid;
  }

  entryOf(resource: Json): Json {
    return { fullUrl: `urn:uuid:${this.#uuid()}`, resource };
  }

  addStatement(statement: Statement, subject: string): string {
    const { resource, find } = statement;
    const about = subjectElement(resource);
    const doubts = doubtsOf(statement).map((text) => ({ text }));
    const note = doubts.length === 0 ? {} : { note: [...objects(resource['note']), ...doubts] };
    return this.add({ ...resource, ...note, [about]: { reference: subject } }, find, about);
  }

  /** Add a resource, and those it refers to; what is not at hand keeps its words only. `kept` is left as it is. */
  add(resource: Json, find: Statement['find'], kept?: string): string {
    const known = this.#urls.get(resource);
    if (known !== undefined) return known;
    const url = `urn:uuid:${this.#uuid()}`;
    this.#urls.set(resource, url);
    const place = this.entries.push({}) - 1;
    const { id: _, ...rest } = resource;
    const rewritten = Object.entries(rest).map(
      ([name, value]) => [name, name === kept ? value : this.#rewritten(value, find)] as const,
    );
    this.entries[place] = {
      fullUrl: url,
      resource: Object.fromEntries(rewritten.filter(([, value]) => value !== undefined)),
    };
    return url;
  }

  #rewritten(value: unknown, find: Statement['find']): unknown {
    if (Array.isArray(value)) {
      const items = value.map((item: unknown) => this.#rewritten(item, find)).filter((item) => item !== undefined);
      return items.length === 0 && value.length > 0 ? undefined : items;
    }
    const found = object(value);
    if (found === null) return value;
    if (typeof found['reference'] === 'string') return this.#reference(found, found['reference'], find);
    const members = Object.entries(found).map(([name, item]) => [name, this.#rewritten(item, find)] as const);
    return Object.fromEntries(members.filter(([, item]) => item !== undefined));
  }

  #reference(found: Json, reference: string, find: Statement['find']): unknown {
    // What a resource contains is inside it already.
    if (reference.startsWith('#')) return found;
    const target = find(reference);
    if (target !== undefined && SUPPORTING.has(String(target['resourceType'])))
      return { ...found, reference: this.add(target, find) };
    const { reference: _, ...words } = found;
    return Object.keys(words).length === 0 ? undefined : words;
  }
}

function patientResource(patient: Json | null): Json {
  const { name, birthDate, text: _, ...rest } = patient ?? { resourceType: 'Patient' };
  const named = objects(name).length > 0 ? { name } : { name: [{ _text: ABSENT }] };
  return {
    ...rest,
    ...named,
    ...(text(birthDate) === null ? { _birthDate: ABSENT } : { birthDate }),
  };
}

/** What speaks against a statement, in sentences. */
function doubtsOf({ disputed, conflicting }: Statement): readonly string[] {
  return [
    ...(disputed === null ? [] : [`The patient disputes this entry: ${disputed}`]),
    ...(conflicting ? ['Does not agree with another entry, and the patient has not said which is right'] : []),
  ];
}

/**
 * Of observations of one code the newest: a summary says how things are, not how they went. Of those that do not agree
 * none hides another.
 */
function newestObservations(statements: readonly Statement[]): Statement[] {
  const newest = new Map<string, { readonly statement: Statement; readonly time: number }>();
  for (const statement of statements) {
    const { resource } = statement;
    if (resource['resourceType'] !== 'Observation') continue;
    const item = itemOf(resource, { record: '', place: '', author: null, institution: null });
    const key = item.codes[0] === undefined ? item.title : `${item.codes[0].system}|${item.codes[0].code}`;
    const time = item.time ?? statement.recorded;
    if (time >= (newest.get(key)?.time ?? -Infinity)) newest.set(key, { statement, time });
  }
  const kept = new Set([...newest.values()].map(({ statement }) => statement));
  return statements.filter((one) => one.resource['resourceType'] !== 'Observation' || one.conflicting || kept.has(one));
}

function narrative(statements: readonly Statement[]): Json {
  const lines = statements.map((statement) => {
    const { resource } = statement;
    const { title, value, date, status } = itemOf(resource, { record: '', place: '', author: null, institution: null });
    const words = [title, value, date ?? '', status ?? '', ...doubtsOf(statement)];
    return `<li>${words
      .filter((word) => word !== '')
      .map(escaped)
      .join(' – ')}</li>`;
  });
  const body = lines.length === 0 ? '<p>Nothing is recorded in this wallet.</p>' : `<ul>${lines.join('')}</ul>`;
  return { status: 'generated', div: `<div xmlns="${XHTML}">${body}</div>` };
}

function escaped(words: string): string {
  const shown = words.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, ' ');
  return shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
