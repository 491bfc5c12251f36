/**
 * What a file holds: Bundles, IPS documents, single resources and Bulk NDJSON, with a report of what is wrong and where.
 *
 * What is stored are the bytes as they came: a record that was parsed and written again would not be the record its
 * author signed. NDJSON is read line by line, everything else at most 256 MiB at once.
 */

import { type Bytes, fromUtf8 } from '../../core/bytes.ts';
import { requireShallow } from '../../core/canonical.ts';
import { MedixainError } from '../../core/errors.ts';
import { FhirRefused } from '../errors.ts';
import type { FhirReport, ResourceReport } from '../results.ts';
import type { Definitions } from './definitions.ts';
import { isRecord, type JsonRecord, MAX_ISSUES, validateResource } from './validate.ts';

/** Bytes of the largest JSON document that is read into memory for validation. */
export const MAX_DOCUMENT = 256 * 1024 * 1024;

/** Rows of resources that a report lists; counts and faults are of all. */
const MAX_ROWS = 1000;
const MIB = 1024 * 1024;
/** The type of an IPS document's Composition: LOINC 60591-5, Patient summary (HL7 IPS 2.0.1). */
export const IPS_COMPOSITION = { system: 'http://loinc.org', code: '60591-5' } as const;

const SUBJECTS = ['subject', 'patient', 'beneficiary'] as const;
const NEWLINE = 0x0a;
const BLANK: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]);

/** A report with its resources; `issues` is empty when the file would be taken. */
export interface Examined {
  readonly report: FhirReport | null;
  readonly resources: readonly ResourceReport[];
  readonly issues: readonly string[];
}

/** One NDJSON line as it came, `start` bytes into its file; the last one may lack its newline. */
export interface Line {
  readonly report: ResourceReport;
  readonly start: number;
  readonly bytes: Bytes;
}

/** Whether the beginning of a file is JSON that names a resourceType. */
export function looksLikeFhir(first: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(first);
  return text.trimStart().startsWith('{') && text.includes('"resourceType"');
}

/** Return the report of a JSON file with one resource; throws {@link FhirRefused} listing every wrong path. */
export async function validateDocument(definitions: Definitions, file: File): Promise<FhirReport> {
  const { report, issues } = await examineDocument(definitions, file);
  if (report === null) throw new FhirRefused(file.name, issues);
  return report;
}

/** Return what a JSON file with one resource holds, resource by resource. */
export async function examineDocument(definitions: Definitions, file: File): Promise<Examined> {
  if (file.size > MAX_DOCUMENT) return refused([`it has more than ${MAX_DOCUMENT / MIB} MiB; import it as NDJSON`]);
  const document = parseJson(new Uint8Array(await file.arrayBuffer()));
  if (document instanceof NoJson) return refused([`it is not JSON (${document.reason})`]);
  const issues = validateResource(definitions, document);
  if (!isRecord(document)) return refused(issues);
  const isBundle = document['resourceType'] === 'Bundle';
  const resources = isBundle ? entries(document) : [{ place: '', fullUrl: null, resource: document }];
  if (isBundle && issues.length === 0) issues.push(...untyped(resources));
  const rows = resources.slice(0, MAX_ROWS).map(({ place, resource }) => row(place, resource, issues));
  if (issues.length > 0) return { report: null, resources: rows, issues };
  return {
    report: reportOf(
      document,
      resources.map((entry) => entry.resource),
    ),
    resources: rows,
    issues: [],
  };
}

/** Return the report of a Bulk NDJSON file; throws {@link FhirRefused} naming every invalid line. */
export async function validateNdjson(definitions: Definitions, file: File): Promise<FhirReport> {
  const { report, issues } = await examineNdjson(definitions, file);
  if (report === null) throw new FhirRefused(file.name, issues);
  return report;
}

/** Return what a Bulk NDJSON file holds, line by line; a file with one wrong line is refused whole. */
export async function examineNdjson(definitions: Definitions, file: File): Promise<Examined> {
  const counts: Record<string, number> = {};
  const patients = new Set<string>();
  const rows: ResourceReport[] = [];
  const issues: string[] = [];
  let valid = 0;
  for await (const { report } of readNdjson(definitions, file)) {
    if (rows.length < MAX_ROWS) rows.push(report);
    issues.push(...report.issues.slice(0, MAX_ISSUES - issues.length).map((issue) => `${report.place}: ${issue}`));
    if (report.issues.length > 0) continue;
    valid += 1;
    counts[report.resourceType] = (counts[report.resourceType] ?? 0) + 1;
    if (report.patient !== null) patients.add(report.patient);
  }
  if (valid === 0 && issues.length === 0) issues.push('it is empty');
  if (issues.length > 0) return { report: null, resources: rows, issues };
  return {
    report: { kind: 'ndjson', resources: valid, counts, patients: [...patients].sort(), profiles: [] },
    resources: rows,
    issues: [],
  };
}

/** Yield each non-empty line's report with its bytes, in bounded memory (one line). */
export async function* readNdjson(definitions: Definitions, file: Blob): AsyncGenerator<Line> {
  let number = 0;
  let after = 0;
  for await (const bytes of linesOf(file)) {
    const start = after;
    after += bytes.length;
    number += 1;
    if (bytes.every((byte) => BLANK.has(byte))) continue;
    yield { report: lineReport(definitions, bytes, `line ${number}`), start, bytes };
  }
}

/** The line with its newline, which a file's last one may lack. */
export function terminated(line: Bytes): Bytes {
  return line.at(-1) === NEWLINE ? line : joined([line, Uint8Array.of(NEWLINE)]);
}

/** Return the id of the Patient a resource is or refers to (`subject`, `patient`), null when it does to none. */
export function patientOf(resource: JsonRecord): string | null {
  if (resource['resourceType'] === 'Patient') {
    const id = resource['id'];
    return id === undefined || id === null ? null : String(id);
  }
  for (const field of SUBJECTS) {
    const target = resource[field];
    const reference = isRecord(target) ? target['reference'] : undefined;
    if (typeof reference !== 'string') continue;
    const parts = reference.split('/');
    if (parts.length > 1 && parts.at(-2) === 'Patient') return parts.at(-1) ?? null;
    if (reference.startsWith('urn:uuid:')) return reference.slice('urn:uuid:'.length);
  }
  return null;
}

/** A resource of a Bundle: its place, and the address that other entries call it by. */
export interface BundleEntry {
  readonly place: string;
  readonly fullUrl: string | null;
  readonly resource: JsonRecord;
}

/** The resources of a Bundle. */
export function entries(bundle: JsonRecord): BundleEntry[] {
  const list: readonly unknown[] = Array.isArray(bundle['entry']) ? bundle['entry'] : [];
  return list.flatMap((entry, index) => {
    if (!isRecord(entry) || !isRecord(entry['resource'])) return [];
    const { fullUrl, resource } = entry;
    return [{ place: `entry[${index}].resource`, fullUrl: typeof fullUrl === 'string' ? fullUrl : null, resource }];
  });
}

/** Whether a Bundle is a document whose Composition has the IPS type. */
export function isIps(bundle: JsonRecord, resources: readonly JsonRecord[]): boolean {
  const composition = resources[0];
  if (bundle['type'] !== 'document' || composition?.['resourceType'] !== 'Composition') return false;
  const type = composition['type'];
  const codings: readonly unknown[] = isRecord(type) && Array.isArray(type['coding']) ? type['coding'] : [];
  return codings.some(
    (coding) =>
      isRecord(coding) && coding['system'] === IPS_COMPOSITION.system && coding['code'] === IPS_COMPOSITION.code,
  );
}

/** Bytes that are no JSON, and why. */
export class NoJson {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Return the JSON in `data`, or why there is none; nesting that could exhaust the parser's stack is refused. */
export function parseJson(data: Uint8Array): unknown {
  try {
    requireShallow(data);
    return JSON.parse(fromUtf8(data)) as unknown;
  } catch (error) {
    if (error instanceof MedixainError || error instanceof SyntaxError) return new NoJson(error.message);
    throw error;
  }
}

async function* linesOf(file: Blob): AsyncGenerator<Bytes> {
  let pieces: Bytes[] = [];
  for await (const chunk of file.stream()) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      pieces.push(chunk.subarray(start, end + 1));
      yield joined(pieces);
      pieces = [];
      start = end + 1;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  }
  if (pieces.length > 0) yield joined(pieces);
}

function joined(pieces: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

function lineReport(definitions: Definitions, bytes: Bytes, place: string): ResourceReport {
  const document = parseJson(bytes);
  if (document instanceof NoJson) {
    return { place, resourceType: '', id: null, patient: null, issues: [`it is not JSON (${document.reason})`] };
  }
  const issues = validateResource(definitions, document);
  const resource = isRecord(document) ? document : {};
  return { ...described(place, resource), patient: patientOf(resource), issues };
}

/** Faults of a Bundle that its type lets pass: entries whose resource does not say what it is. */
function untyped(resources: readonly { readonly place: string; readonly resource: JsonRecord }[]): string[] {
  return resources
    .filter(({ resource }) => typeof resource['resourceType'] !== 'string')
    .map(({ place }) => `${place}.resourceType: a FHIR resource is a JSON object that names its resourceType`)
    .slice(0, MAX_ISSUES);
}

function row(place: string, resource: JsonRecord, issues: readonly string[]): ResourceReport {
  const start = `${place}.`;
  const mine =
    place === '' ? issues : issues.filter((issue) => issue.startsWith(start)).map((issue) => issue.slice(start.length));
  return { ...described(place, resource), patient: patientOf(resource), issues: mine };
}

function described(place: string, resource: JsonRecord): Pick<ResourceReport, 'place' | 'resourceType' | 'id'> {
  const { resourceType, id } = resource;
  return {
    place,
    resourceType: typeof resourceType === 'string' ? resourceType : '',
    id: id === undefined || id === null ? null : String(id),
  };
}

function reportOf(document: JsonRecord, resources: readonly JsonRecord[]): FhirReport {
  const counts: Record<string, number> = {};
  for (const resource of resources) {
    const type = String(resource['resourceType'] ?? '');
    counts[type] = (counts[type] ?? 0) + 1;
  }
  const found = resources.map(patientOf).filter((patient) => patient !== null);
  const patients = [...new Set(found)].sort();
  if (document['resourceType'] !== 'Bundle') return { kind: 'resource', resources: 1, counts, patients, profiles: [] };
  const profiles = new Set([document, ...resources].flatMap(profilesOf));
  return {
    kind: isIps(document, resources) ? 'ips' : 'bundle',
    resources: resources.length,
    counts,
    patients,
    profiles: [...profiles].sort(),
  };
}

function profilesOf(resource: JsonRecord): string[] {
  const meta = resource['meta'];
  const profile: unknown = isRecord(meta) ? meta['profile'] : undefined;
  return Array.isArray(profile) ? profile.map(String) : [];
}

function refused(issues: readonly string[]): Examined {
  return { report: null, resources: [], issues };
}
