/** Records as pages read them: list, metadata, content. What writes them is in `adding.ts` and `removing.ts`. */

import { type Address, toAddress } from '../core/addresses.ts';
import { equalBytes } from '../core/bytes.ts';
import { isObject, type Json } from '../core/canonical.ts';
import { type Preamble, RecordReader, RecordType } from '../core/container/index.ts';
import { MedixainError } from '../core/errors.ts';
import { toHex } from '../core/hex.ts';
import { type Context, RECORD_LAYERS } from './context.ts';
import { BadServerAnswer, Integrity } from './errors.ts';
import { type Given, givenGrants, liveAmong } from './grants.ts';
import { sync } from './inbox.ts';
import { type Authorship, authorship, liveGrantsOf, openRecord, type Opened, openOwn, Received } from './reading.ts';
import { removalsUnderWay } from './removals.ts';
import type { Progress, RecordMetadata, RecordOpened, RecordRow, RecordTypeName } from './results.ts';
import { planLate } from './rotationPlan.ts';
import { attested, history, type History } from './slots.ts';
import { type Spooler, spooler } from './spool.ts';
import { ownLayers, recordId, rows, sectionOfTag, type StoredRecord } from './stored.ts';

/** Types as people name them, by their number in the container (`TYPES` and `_NAMES` of `medixain/sdk/records.py`). */
export const TYPE_NAMES: Readonly<Record<RecordType, RecordTypeName>> = {
  [RecordType.fhirBundle]: 'fhir',
  [RecordType.ipsDocument]: 'ips',
  [RecordType.fhirNdjson]: 'ndjson',
  [RecordType.fhirResource]: 'fhir-resource',
  [RecordType.dicom]: 'dicom',
  [RecordType.pdf]: 'pdf',
  [RecordType.image]: 'image',
  [RecordType.text]: 'text',
  [RecordType.genomic]: 'genomic',
  [RecordType.claim]: 'claim',
  [RecordType.credential]: 'credential',
  [RecordType.other]: 'other',
  [RecordType.profileEvent]: 'profile-event',
  [RecordType.activityEvent]: 'activity-event',
  [RecordType.studySubmission]: 'study-submission',
};

/** What never changes of a record and is remembered, so that a list need not open it again. */
export interface Known {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly author: string | null;
  readonly institution: string | null;
}

// ---- listing ---------------------------------------------------------------------------------------------------------

/**
 * Return the own records, or those a patient shares with this professional.
 *
 * The own list is held against the history the nodes attest: a record that is hidden or invented is an error. One whose
 * content or signature does not verify is marked (`problem`); it hides no other.
 */
export async function listRecords(context: Context, patient: string | null = null): Promise<RecordRow[]> {
  if (patient !== null && toAddress(patient) !== context.keys.walletId)
    return sharedRecords(context, toAddress(patient));
  const given = await givenGrants(context);
  const found: RecordRow[] = [];
  for (const layer of RECORD_LAYERS) {
    const { stored, past } = await ownRecords(context, layer);
    const ofLayer = given.filter((grant) => grant.layer === layer);
    const live = await liveAmong(context, ofLayer, past.withdrawn());
    for (const one of stored) found.push(await ownRow(context, layer, one, live));
    await noteLate(context, layer, stored);
  }
  return found;
}

/** Note for the owner's next act what was sealed late; whatever fails here must not keep her from her list. */
async function noteLate(context: Context, layer: string, listed: readonly StoredRecord[]): Promise<void> {
  try {
    await planLate(context, layer, listed);
  } catch (error) {
    if (!(error instanceof MedixainError)) throw error;
  }
}

/** Milliseconds that the nodes have to attest a removal made on another device, and between two questions. */
const REMOVAL_PATIENCE = 30_000;
const REMOVAL_MOMENT = 2_000;

/**
 * Return a layer's records in the chain's order; throws {@link Integrity} when they are not those it attests.
 *
 * A record that another device of the owner's has just erased is missing before the nodes attest why: they are given
 * some time for it.
 */
export async function ownStored(context: Context, layer: string): Promise<StoredRecord[]> {
  return (await ownRecords(context, layer)).stored;
}

/** As {@link ownStored}, with the history they were held against. */
async function ownRecords(
  context: Context,
  layer: string,
): Promise<{ readonly stored: StoredRecord[]; readonly past: History }> {
  const slot = context.keys.slotId(layer);
  const start = performance.now();
  for (;;) {
    const statement = await attested(context, slot, { fresh: false });
    const past = await history(context, slot, context.account, statement);
    const stored = await rows(context, context.account, { slot });
    const removing = await removalsUnderWay(context, past);
    const shown = new Set(stored.map(({ name }) => name));
    const isAwaited = [...past.saidRemoved()].some((record) => !shown.has(record) && !removing.has(record));
    if (!isAwaited || performance.now() - start >= REMOVAL_PATIENCE) {
      checkAgainstHistory(stored, past, removing);
      return { stored: inOrder(stored, past), past };
    }
    await context.api.pause(REMOVAL_MOMENT);
  }
}

/**
 * Return records in the chain's order, whatever order the platform lists them in.
 *
 * Those that the chain does not show yet come after the others, by their authors' clocks.
 */
export function inOrder(stored: readonly StoredRecord[], past: Pick<History, 'anchored'>): StoredRecord[] {
  const places = new Map([...past.anchored().keys()].map((record, place) => [record, place]));
  const place = ({ name }: StoredRecord): number => places.get(name) ?? places.size;
  return [...stored].sort(
    (left, right) =>
      place(left) - place(right) ||
      left.header.created - right.header.created ||
      (left.name < right.name ? -1 : Number(left.name > right.name)),
  );
}

/**
 * Return if exactly the attested records are shown, each with its anchored key and address.
 *
 * Only records in `removing` (`0x…`), whose removal this device signed, may be missing before the history shows it.
 */
export function checkAgainstHistory(
  stored: readonly StoredRecord[],
  past: Pick<History, 'anchored'>,
  removing: ReadonlySet<string> = new Set(),
): void {
  const shown = new Map(stored.map((one) => [one.name, one]));
  const anchored = past.anchored();
  for (const [record, item] of anchored) {
    const one = shown.get(record);
    if (one === undefined) {
      if (item.attested && !removing.has(record)) throw new Integrity(`The platform hides the record ${record}`);
    } else if (!equalBytes(one.kcHash, item.kcHash) || !equalBytes(one.cidBytes, item.ipfs)) {
      throw new Integrity(`The platform shows another content of the record ${one.name} than was anchored`);
    }
  }
  for (const one of stored) {
    if (one.state === 'final' && !anchored.has(one.name)) {
      throw new Integrity(`The platform shows a record ${one.name} that was never anchored`);
    }
  }
}

async function ownRow(
  context: Context,
  layer: string,
  stored: StoredRecord,
  live: readonly Given[],
): Promise<RecordRow> {
  const section = sectionOfTag(context.keys, layer, stored.tag);
  const covering = live.filter(({ opening }) => new Received(opening, context.keys.walletId, layer).covers(stored));
  const readers = [...new Set(covering.map(({ opening }) => opening.grantee))].sort();
  const label = `${layer}/${section}`;
  try {
    return rowOf(stored, label, await ownKnown(context, stored), readers);
  } catch (error) {
    if (!(error instanceof MedixainError)) throw error;
    return { ...rowOf(stored, label, null, readers), problem: error.code };
  }
}

function rowOf(stored: StoredRecord, section: string, known: Known | null, readers: readonly string[]): RecordRow {
  return {
    record: stored.name,
    name: known?.name ?? null,
    type: known?.type ?? null,
    section,
    size: known?.size ?? null,
    created: stored.header.created,
    author: known?.author ?? stored.header.author,
    institution: known?.institution ?? null,
    state: stored.state,
    readers,
    problem: null,
  };
}

/** Name, type, size and author of an own record: remembered, or from its first chunk. */
export async function ownKnown(context: Context, stored: StoredRecord): Promise<Known> {
  const found = knownOf((await context.table('records'))[stored.name]);
  if (found !== null) return found;
  const opened = openOwn(context, stored);
  const preamble = await opened.metadata(context);
  checkOwner(preamble, context.keys.walletId);
  return remember(context, stored, preamble, null, await authorship(context, opened, preamble.owner));
}

function knownOf(row: Json | undefined): Known | null {
  // Rows are this device's own; one of another form comes from an older version and is found out anew.
  if (!isObject(row) || typeof row['name'] !== 'string' || typeof row['type'] !== 'string') return null;
  const { name, type, size, author, institution } = row;
  if (typeof size !== 'number') return null;
  return {
    name,
    type,
    size,
    author: typeof author === 'string' ? author : null,
    institution: typeof institution === 'string' ? institution : null,
  };
}

/** Keep what never changes of a record, so that a list need not open it again. */
export function remember(
  context: Context,
  stored: StoredRecord,
  preamble: Pick<Preamble, 'name' | 'type'>,
  size: number | null,
  who: Authorship | null = null,
): Promise<Known> {
  const row = {
    name: preamble.name,
    type: TYPE_NAMES[preamble.type],
    size: size ?? stored.bodySize,
    author: who?.author ?? null,
    institution: who?.institution ?? null,
  };
  return context.changing('records', (records) => (records[stored.name] = row));
}

async function sharedRecords(context: Context, patient: Address): Promise<RecordRow[]> {
  await sync(context);
  const known = await context.table('records');
  const found = new Map<string, RecordRow>();
  for (const grant of await liveGrantsOf(context, patient)) {
    for (const stored of await grantedRows(context, grant)) {
      const section = grant.sections.get(toHex(stored.tag));
      const label = section === undefined ? grant.layer : `${grant.layer}/${section}`;
      found.set(stored.name, rowOf(stored, label, knownOf(known[stored.name]), []));
    }
  }
  return [...found.values()];
}

/** Return the records that a grant shows; none when it was withdrawn. */
export async function grantedRows(context: Context, grant: Received): Promise<StoredRecord[]> {
  try {
    return await rows(context, context.professional, { grant: grant.name }, { headers: grant.headers() });
  } catch (error) {
    if (error instanceof MedixainError && error.code === 'no-grant') return [];
    throw error;
  }
}

// ---- getting ---------------------------------------------------------------------------------------------------------

/** What can be said while a record is fetched, and where its bytes go. */
export interface GetOptions {
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly spooler?: Spooler | undefined;
}

/** What is known of one record: name, type, section, author; another's record is opened through the nodes for it. */
export async function recordMetadata(context: Context, record: string, signal?: AbortSignal): Promise<RecordMetadata> {
  await sync(context);
  const opened = await openRecord(context, recordId(record), signal);
  const preamble = await opened.metadata(context, signal);
  return described(context, opened, preamble, opened.stored.bodySize);
}

/**
 * Open a record into a file, byte for byte; the file comes into being only when all of it has verified.
 *
 * Throws what opening and decrypting throw, and the signal's reason when it is cancelled.
 */
export async function getRecord(context: Context, record: string, options: GetOptions = {}): Promise<RecordOpened> {
  return (await openWhole(context, record, options)).opened;
}

/** As {@link getRecord}, with what is known of the record beside it. */
export async function openWhole(
  context: Context,
  record: string,
  options: GetOptions = {},
): Promise<{ readonly opened: RecordOpened; readonly metadata: RecordMetadata }> {
  const { signal } = options;
  await sync(context);
  const found = await openRecord(context, recordId(record), signal);
  const { file, preamble } = await decrypted(context, found, options);
  const metadata = await described(context, found, preamble, file.size);
  const { name, type, size, nodes, author, institution } = metadata;
  return { opened: { record: metadata.record, name, type, size, file, nodes, author, institution }, metadata };
}

/** Decrypt an opened record into a file. */
export async function decrypted(
  context: Context,
  opened: Opened,
  { progress, signal, spooler: spooled = spooler }: GetOptions,
): Promise<{ readonly file: File; readonly preamble: Preamble }> {
  const total = opened.stored.bodySize;
  const reader = await RecordReader.open(opened.content(context, { signal }), opened.expected);
  const { preamble } = reader;
  checkOwner(preamble, opened.grant?.wallet ?? context.keys.walletId);
  const spool = await spooled(total);
  try {
    for await (const piece of reader.chunks((done) => progress?.(done, total))) {
      signal?.throwIfAborted();
      await spool.write(piece);
    }
    return { file: await spool.finish(preamble.name, mediaType(preamble)), preamble };
  } catch (error) {
    await spool.discard();
    throw error;
  }
}

async function described(context: Context, opened: Opened, preamble: Preamble, size: number): Promise<RecordMetadata> {
  const { stored, grant } = opened;
  checkOwner(preamble, grant?.wallet ?? context.keys.walletId);
  const who = await authorship(context, opened, preamble.owner);
  await remember(context, stored, preamble, size, who);
  return {
    record: stored.name,
    cid: stored.cid,
    name: preamble.name,
    type: TYPE_NAMES[preamble.type],
    section: sectionName(context, opened),
    size,
    created: stored.header.created,
    state: stored.state,
    author: who.author,
    institution: who.institution,
    nodes: opened.nodes,
  };
}

function sectionName(context: Context, { stored, grant }: Opened): string {
  const layer = ownLayers(context.keys).get(stored.slot);
  if (layer !== undefined) return `${layer}/${sectionOfTag(context.keys, layer, stored.tag)}`;
  if (grant === null) throw new BadServerAnswer('a record');
  const section = grant.sections.get(toHex(stored.tag));
  return section === undefined ? grant.layer : `${grant.layer}/${section}`;
}

/** Return if the record names `expected` as its owner; throws {@link Integrity}. */
export function checkOwner(preamble: Pick<Preamble, 'owner'>, expected: Address): void {
  if (preamble.owner !== expected) {
    throw new Integrity(`The record says it is ${preamble.owner}'s, where ${expected}'s was asked for`);
  }
}

/** Media types of what browsers may show; by extension where the type alone does not say it. */
const BY_TYPE: Partial<Record<RecordType, string>> = {
  [RecordType.fhirBundle]: 'application/fhir+json',
  [RecordType.ipsDocument]: 'application/fhir+json',
  [RecordType.fhirResource]: 'application/fhir+json',
  [RecordType.fhirNdjson]: 'application/fhir+ndjson',
  [RecordType.profileEvent]: 'application/json',
  [RecordType.activityEvent]: 'application/json',
  [RecordType.dicom]: 'application/dicom',
  [RecordType.pdf]: 'application/pdf',
  [RecordType.text]: 'text/plain;charset=utf-8',
};
const IMAGES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
};

/**
 * The media type that a file of this record is given. Never HTML or SVG: whatever a name ends in, a browser must not
 * run it.
 */
export function mediaType({ name, type }: Pick<Preamble, 'name' | 'type'>): string {
  const known = BY_TYPE[type];
  if (known !== undefined) return known;
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return (type === RecordType.image ? IMAGES[extension] : undefined) ?? 'application/octet-stream';
}
