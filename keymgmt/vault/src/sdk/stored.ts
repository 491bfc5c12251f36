/** Records as the platform keeps them: parsing, fetching, and where an own slot or section tag belongs. */

import { type Address, toAddress } from '../core/addresses.ts';
import { fromBase64 } from '../core/base64.ts';
import { type Bytes, equalBytes } from '../core/bytes.ts';
import { type Json } from '../core/canonical.ts';
import {
  bodySize,
  cidFromText,
  hashOf,
  type Header,
  openEnvelope,
  openKey,
  parseHeader,
} from '../core/container/index.ts';
import { InvalidInput } from '../core/errors.ts';
import { fromHex, isHex, toHex } from '../core/hex.ts';
import type { WalletKeys } from '../core/keys/derivation.ts';
import { layerOf, requireSection } from '../core/keys/layers.ts';
import type { SecretKey } from '../core/pre/index.ts';
import { type Context, RECORD_LAYERS } from './context.ts';
import { Integrity, NotFound, ServerRefused } from './errors.ts';
import { integerOf, listOf, objectOf, reading, textOf } from './meta.ts';
import { hexOf } from './slots.ts';
import type { Identity, Query, RequestOptions } from './transport.ts';

/** Records of one page of a listing. */
const PAGE = 200;

/** A record without its bytes; `tag` and `epoch` say which section key the envelope is sealed to. */
export class StoredRecord {
  readonly id: Bytes;
  readonly slot: Address;
  readonly header: Header;
  readonly cid: string;
  readonly size: number;
  readonly kc: Bytes;
  readonly tag: Bytes;
  readonly epoch: number;
  readonly envelope: Bytes;
  readonly envelopeSignature: Bytes;
  readonly provenance: Bytes | null;
  readonly statementSignature: Bytes;
  readonly state: string;
  readonly created: number;
  /** Of its anchor. */
  readonly transaction: string;

  private constructor(row: Json) {
    const record = objectOf(row);
    const envelope = objectOf(record['envelope']);
    const provenance = record['provenance'];
    this.header = parseHeader(hexOf(record['header']));
    this.id = hexOf(record['id'], 32);
    this.slot = toAddress(textOf(record['slot']));
    this.cid = textOf(record['cid']);
    this.size = integerOf(record['size']);
    this.kc = fromBase64(textOf(record['kc']));
    this.tag = hexOf(envelope['section']);
    this.epoch = integerOf(envelope['epoch']);
    this.envelope = fromBase64(textOf(envelope['blob']));
    this.envelopeSignature = hexOf(envelope['signature']);
    this.provenance = provenance === null || provenance === undefined ? null : fromBase64(textOf(provenance));
    this.statementSignature = hexOf(record['statement_signature']);
    this.state = textOf(record['state']);
    this.created = integerOf(record['created']);
    this.transaction = textOf(record['transaction']);
  }

  /** Return the row of an answer; its header must hash to its id. Throws `BadServerAnswer` or {@link Integrity}. */
  static parse(row: Json): StoredRecord {
    const record = reading('a record', () => new StoredRecord(row));
    if (!equalBytes(record.header.recordId, record.id) || record.header.slot !== record.slot) {
      throw new Integrity('The platform shows a record under another id than its own');
    }
    return record;
  }

  /** The id as people write it. */
  get name(): string {
    return toHex(this.id);
  }

  /** keccak256 of Kc, which is anchored. */
  get kcHash(): Bytes {
    return hashOf(this.kc);
  }

  /** The binary content address, which is anchored. */
  get cidBytes(): Bytes {
    return cidFromText(this.cid);
  }

  /** Bytes of the file inside. */
  get bodySize(): number {
    return bodySize(this.size);
  }
}

/** Return the 32 bytes of a record, grant or event id; throws `InvalidInput`. */
export function recordId(text: string): Bytes {
  const plain = text.toLowerCase();
  const prefixed = plain.startsWith('0x') ? plain : `0x${plain}`;
  if (!isHex(prefixed, 32)) {
    throw new InvalidInput(`An id is 0x and 64 hexadecimal digits, not “${text}”.`, { field: 'id' });
  }
  return fromHex(prefixed, 32);
}

/** Return one record's row; throws {@link NotFound}. */
export async function fetchStored(context: Context, record: Uint8Array, by: Identity): Promise<StoredRecord> {
  const name = toHex(record);
  const row = await context.api.get(`/records/${name}`, { by }).catch((error: unknown) => {
    throw error instanceof ServerRefused && error.status === 404 ? new NotFound('record', name) : error;
  });
  const found = StoredRecord.parse(row);
  if (!equalBytes(found.id, record))
    throw new Integrity('The platform answered with another record than was asked for');
  return found;
}

/** Return every record of a listing, page by page. */
export async function rows(
  context: Context,
  by: Identity,
  query: Query,
  options: Pick<RequestOptions, 'headers' | 'signal'> = {},
): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  for (let after: string | null = null; ;) {
    const answer = await context.api.get('/records', { ...options, by, query: { ...query, after, limit: PAGE } });
    const page = reading('a listing of records', () => objectOf(answer));
    found.push(...reading('a listing of records', () => listOf(page['records'])).map((row) => StoredRecord.parse(row)));
    const next = page['next'] ?? null;
    if (next === null) return found;
    after = reading('a listing of records', () => textOf(next));
  }
}

/** Return the layer of each own slot. */
export function ownLayers(keys: WalletKeys): ReadonlyMap<Address, string> {
  return new Map(RECORD_LAYERS.map((layer) => [keys.slotId(layer), layer]));
}

/** Return the name of an own section; throws {@link Integrity} for a tag that is none of this layer's. */
export function sectionOfTag(keys: WalletKeys, layer: string, tag: Uint8Array): string {
  for (const section of layerOf(layer).sections.keys()) {
    if (equalBytes(keys.sectionTag(layer, section), tag)) return section;
  }
  throw new Integrity('A record is filed under a section this wallet does not have');
}

/** Return sk_r of an own record, from its envelope; throws `SealedBoxUnopenable`. */
export function ownRecordKey(keys: WalletKeys, stored: StoredRecord): SecretKey {
  const layer = ownLayers(keys).get(stored.slot);
  if (layer === undefined) throw new Integrity('A record of another wallet was shown as one of this wallet');
  const section = sectionOfTag(keys, layer, stored.tag);
  return openEnvelope(stored.envelope, keys.sectionKey(layer, section, stored.epoch), stored.header.recordPublicKey);
}

/** Return K of an own record; throws `SealedBoxUnopenable`. */
export function ownDataKey(keys: WalletKeys, stored: StoredRecord): Bytes {
  return openKey(stored.kc, ownRecordKey(keys, stored));
}

/** Return layer and section of `layer/section`; a section alone is the profile's. Throws `UnknownSection`. */
export function splitSection(text: string): readonly [layer: string, section: string] {
  const slash = text.lastIndexOf('/');
  const pair = slash === -1 ? (['profile', text] as const) : ([text.slice(0, slash), text.slice(slash + 1)] as const);
  requireSection(...pair);
  return pair;
}
