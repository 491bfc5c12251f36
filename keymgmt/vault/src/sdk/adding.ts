/** Taking records in: what a file is, whether it is what it says, and where it goes. */

import { toAddress } from '../core/addresses.ts';
import { RecordType, shortenedName } from '../core/container/index.ts';
import { InvalidInput } from '../core/errors.ts';
import type { Context } from './context.ts';
import { FhirRefused } from './errors.ts';
import type { DefinitionSource } from './fhir/definitions.ts';
import { type Examined, examineDocument, examineNdjson, looksLikeFhir } from './fhir/report.ts';
import { sync } from './inbox.ts';
import { remember } from './records.ts';
import type { FhirReport, FileExamined, Progress, RecordAdded, RecordTypeName } from './results.ts';
import type { Spooler } from './spool.ts';
import { splitSection } from './stored.ts';
import { requireWait, type Waiting, waitFor } from './transactions.ts';
import { ownTarget, patientTarget, type Target, write } from './writing.ts';

/** Types a person may give a file, by name. */
export const TYPES: ReadonlyMap<RecordTypeName, RecordType> = new Map<RecordTypeName, RecordType>([
  ['fhir', RecordType.fhirBundle],
  ['ips', RecordType.ipsDocument],
  ['ndjson', RecordType.fhirNdjson],
  ['fhir-resource', RecordType.fhirResource],
  ['dicom', RecordType.dicom],
  ['pdf', RecordType.pdf],
  ['image', RecordType.image],
  ['text', RecordType.text],
  ['genomic', RecordType.genomic],
  ['claim', RecordType.claim],
  ['credential', RecordType.credential],
  ['other', RecordType.other],
]);

const FHIR_KINDS: Readonly<Record<FhirReport['kind'], RecordTypeName>> = {
  bundle: 'fhir',
  ips: 'ips',
  resource: 'fhir-resource',
  ndjson: 'ndjson',
};
const DOCUMENTS: ReadonlySet<RecordTypeName> = new Set(['fhir', 'ips', 'fhir-resource']);
const DEFAULT_SECTION = 'profile/documents';
const SNIFFED = 64 * 1024;
const MAGIC: readonly (readonly [place: number, magic: string, type: RecordTypeName])[] = [
  [0, '%PDF-', 'pdf'],
  [0, '\x89PNG\r\n\x1a\n', 'image'],
  [0, '\xff\xd8\xff', 'image'],
  [0, 'GIF8', 'image'],
  [0, '##fileformat=VCF', 'genomic'],
  [128, 'DICM', 'dicom'],
];

/** Where a file goes and what it is said to be; without a type it is recognised. */
export interface Where {
  readonly patient?: string | undefined;
  /** `layer/section`, or a section of the profile; documents when left out. */
  readonly section?: string | undefined;
  readonly type?: string | undefined;
}

/** What every act of adding takes besides. */
export interface AddOptions extends Waiting {
  readonly progress?: Progress | undefined;
  readonly spooler?: Spooler | undefined;
}

/**
 * Encrypt a file and add it to the own wallet or to a patient's; FHIR is validated and stored as it came.
 *
 * Throws {@link FhirRefused} with the wrong paths, `NoIntroduction`, `NotAttested` and what the platform refuses.
 */
export async function addRecord(
  context: Context,
  definitions: DefinitionSource,
  file: File,
  { patient, section = DEFAULT_SECTION, type }: Where = {},
  options: AddOptions = {},
): Promise<RecordAdded> {
  requireWait(options.wait ?? 'received');
  const detected = await detect(definitions, file, type ?? null);
  const [layer, part] = splitSection(section);
  const target = await targetOf(context, patient ?? null, layer, part);
  const name = shortenedName(file.name);
  const code = TYPES.get(detected.type) ?? RecordType.other;
  const { stored, transaction } = await write(context, target, file.stream(), {
    ...options,
    name,
    type: code,
    size: file.size,
  });
  await remember(context, stored, { name, type: code }, file.size);
  const handed = [{ id: transaction, state: 'received' }] as const;
  return {
    record: stored.name,
    cid: stored.cid,
    section: `${layer}/${part}`,
    type: detected.type,
    size: file.size,
    report: detected.report,
    state: await waitFor(context, handed, options),
  };
}

/** Return where a record goes: the own wallet, or a patient's who introduced the section. */
export async function targetOf(
  context: Context,
  patient: string | null,
  layer: string,
  section: string,
): Promise<Target> {
  if (patient === null || toAddress(patient) === context.keys.walletId) return ownTarget(context, layer, section);
  await sync(context);
  return patientTarget(context, patient, layer, section);
}

/**
 * Return the type of a file and its FHIR report; a type given by the caller must be true of FHIR types.
 *
 * Throws `InvalidInput` for an unknown type, and {@link FhirRefused}.
 */
export async function detect(
  definitions: DefinitionSource,
  file: File,
  type: string | null,
): Promise<{ readonly type: RecordTypeName; readonly report: FhirReport | null }> {
  const { issues, report, ...found } = await examine(definitions, file, type);
  if (issues.length > 0) throw new FhirRefused(file.name, issues);
  return { type: found.type, report };
}

/** Return what a file is and, for FHIR, what it holds and what is wrong with it; throws `InvalidInput` for an unknown type. */
export async function examine(
  definitions: DefinitionSource,
  file: File,
  type: string | null = null,
): Promise<FileExamined> {
  const given = type === null ? null : requireType(type);
  const found = given ?? (await sniff(file));
  const about = { name: file.name, size: file.size };
  const isNdjson = found === 'ndjson';
  if (!isNdjson && !DOCUMENTS.has(found)) return { ...about, type: found, report: null, resources: [], issues: [] };
  const rules = await definitions();
  const examined: Examined = await (isNdjson ? examineNdjson(rules, file) : examineDocument(rules, file));
  if (examined.report === null) return { ...about, ...examined, type: found };
  const actual = FHIR_KINDS[examined.report.kind];
  // An IPS document is a Bundle too; a Bundle is not an IPS for being called one.
  if (given !== null && given !== actual && !(given === 'fhir' && actual === 'ips')) {
    return {
      ...about,
      ...examined,
      type: given,
      report: null,
      issues: [`resourceType: it is of type ${actual}, not ${given}`],
    };
  }
  return { ...about, ...examined, type: given ?? actual };
}

function requireType(type: string): RecordTypeName {
  for (const name of TYPES.keys()) if (name === type) return name;
  throw new InvalidInput(`There is no type “${type}”; choose one of ${[...TYPES.keys()].join(', ')}.`, {
    field: 'type',
  });
}

async function sniff(file: File): Promise<RecordTypeName> {
  const first = new Uint8Array(await file.slice(0, SNIFFED).arrayBuffer());
  if (looksLikeFhir(first)) return file.name.toLowerCase().endsWith('.ndjson') ? 'ndjson' : 'fhir';
  const characters = new TextDecoder('latin1').decode(first.subarray(0, 256));
  for (const [place, magic, type] of MAGIC) if (startsWithBytes(first, place, magic)) return type;
  if (characters.includes('\0') || first.includes(0)) return 'other';
  return isUtf8(first) ? 'text' : 'other';
}

/** Whether the bytes are UTF-8; a character cut by the sample's end is no reason to call a text something else. */
function isUtf8(first: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(first.length === SNIFFED ? first.subarray(0, -4) : first);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function startsWithBytes(data: Uint8Array, place: number, magic: string): boolean {
  return Array.from(magic, (character) => character.charCodeAt(0)).every((byte, index) => data[place + index] === byte);
}
