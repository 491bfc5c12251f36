/**
 * The 177-byte header of a record: first bytes of the stored object and associated data of every chunk.
 *
 * docs/spec/container.md fixes it byte by byte. The header commits to the data key (`commit`), because neither GCM nor
 * Umbral's encryption does: without it one ciphertext could open to two contents under two keys.
 */

import { type Address, addressBytes, toAddress } from '../addresses.ts';
import { bigEndian, type Bytes, concat, copyOf, equalBytes, randomBytes, toNumber, utf8 } from '../bytes.ts';
import { InvalidInput } from '../errors.ts';
import { sha256 } from '../hashes.ts';
import { MalformedEncoding, PUBLIC_KEY_LENGTH, PublicKey } from '../pre/index.ts';
import { InvalidHeader, WrongRecordKey } from './errors.ts';
import { derive, KEY_SIZE } from './primitives.ts';

const MAGIC = utf8('MXR1');
const VERSION = 1;

/** S of the whitepaper (section 4): 32 ASCII characters naming the schemes of Kc and of the body. */
export const SCHEME = 'UMBRAL-PRE/AES-256-GCM-STREAM-64';

const COMMITMENT_SIZE = 32;
const RANDOM_SIZE = 16;

/** Bytes of each field in order: magic, length, version, scheme, then those of {@link HeaderFields}. */
const SIZES = [4, 2, 1, SCHEME.length, 8, 20, 20, 1, PUBLIC_KEY_LENGTH, COMMITMENT_SIZE, 8, RANDOM_SIZE] as const;

/** 177 bytes; version 1 has no variable part. */
export const HEADER_SIZE: number = SIZES.reduce((sum, size) => sum + size, 0);

/** Code of the layer a record belongs to (docs/spec/container.md). */
export const Layer = {
  account: 0,
  identity: 1,
  profile: 2,
  activity: 3,
  emergency: 4,
  sealed: 5,
  forum: 16,
  study: 17,
} as const;
export type Layer = (typeof Layer)[keyof typeof Layer];

const LAYERS: ReadonlySet<number> = new Set(Object.values(Layer));

/** What a header says. `slot` and `author` are addresses, `created` the author's clock in Unix seconds. */
export interface HeaderFields {
  readonly chainId: number;
  readonly slot: string | Uint8Array;
  readonly author: string | Uint8Array;
  readonly layer: number;
  /** pk_r, the record's own Umbral key. */
  readonly recordPublicKey: PublicKey;
  /** {@link commitmentOf} the data key, 32 bytes. */
  readonly keyCommitment: Uint8Array;
  readonly created: number;
  /** 16 bytes that make the record's id unlinkable. */
  readonly random: Uint8Array;
}

/** A header that is well formed; one that is not cannot be made ({@link InvalidHeader}). */
export class Header {
  readonly chainId: number;
  readonly slot: Address;
  readonly author: Address;
  readonly layer: Layer;
  readonly recordPublicKey: PublicKey;
  readonly keyCommitment: Bytes;
  readonly created: number;
  readonly random: Bytes;

  constructor(fields: HeaderFields) {
    this.chainId = requireNatural('chain_id', fields.chainId);
    this.slot = requireAddress('slot', fields.slot);
    this.author = requireAddress('author', fields.author);
    this.layer = requireLayer(fields.layer);
    this.recordPublicKey = fields.recordPublicKey;
    this.keyCommitment = requireSize('key_commitment', fields.keyCommitment, COMMITMENT_SIZE);
    this.created = requireNatural('created', fields.created);
    this.random = requireSize('random', fields.random, RANDOM_SIZE);
  }

  /** Return the header's 177 bytes. */
  encode(): Bytes {
    return concat(
      MAGIC,
      bigEndian(HEADER_SIZE, 2),
      bigEndian(VERSION, 1),
      utf8(SCHEME),
      bigEndian(this.chainId, 8),
      addressBytes(this.slot),
      addressBytes(this.author),
      bigEndian(this.layer, 1),
      this.recordPublicKey.bytes,
      this.keyCommitment,
      bigEndian(this.created, 8),
      this.random,
    );
  }

  /** SHA-256 of the encoded header, 32 bytes. */
  get recordId(): Bytes {
    return sha256(this.encode());
  }

  /** Return if `key` is the one committed to; throws {@link WrongRecordKey}. Constant time. */
  checkKey(key: Uint8Array): void {
    if (key.length !== KEY_SIZE || !equalBytes(commitmentOf(key), this.keyCommitment)) throw new WrongRecordKey();
  }
}

/** Return the header's commitment to the data key: HKDF-SHA256(key, info "commit"), 32 bytes. */
export function commitmentOf(key: Uint8Array): Bytes {
  return derive(key, 'commit');
}

/** Return the header of a new record under `key`, with fresh randomness; throws {@link InvalidHeader}. */
export function newHeader(
  fields: Omit<HeaderFields, 'keyCommitment' | 'random'> & { readonly key: Uint8Array },
): Header {
  const { key, ...rest } = fields;
  return new Header({ ...rest, keyCommitment: commitmentOf(key), random: randomBytes(RANDOM_SIZE) });
}

/** Return the header encoded in exactly 177 bytes `data`; throws {@link InvalidHeader} naming the field. */
export function parseHeader(data: Uint8Array): Header {
  if (data.length !== HEADER_SIZE) {
    throw new InvalidHeader(`A record's header has ${HEADER_SIZE} bytes, not ${data.length}.`, { field: 'length' });
  }
  const fields = new FieldReader(data);
  requireVersion1(fields);
  return new Header({
    chainId: fields.natural('chain_id'),
    slot: fields.next(),
    author: fields.next(),
    layer: fields.natural('layer'),
    recordPublicKey: publicKeyOf(fields.next()),
    keyCommitment: fields.next(),
    created: fields.natural('created'),
    random: fields.next(),
  });
}

/** The fields of an encoded header, one after the other. */
class FieldReader {
  readonly #data: Uint8Array;
  #field = 0;
  #place = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  next(): Uint8Array {
    const size = SIZES[this.#field];
    if (size === undefined) throw new RangeError('a header has no more fields');
    const value = this.#data.subarray(this.#place, this.#place + size);
    this.#field += 1;
    this.#place += size;
    return value;
  }

  natural(field: string): number {
    const value = this.next();
    try {
      return toNumber(value);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      throw new InvalidHeader(`A header's ${field} must fit 53 bits.`, { field, cause: error });
    }
  }
}

function requireVersion1(fields: FieldReader): void {
  if (!equalBytes(fields.next(), MAGIC)) {
    throw new InvalidHeader('This is no medixain record: it does not begin with MXR1.', { field: 'magic' });
  }
  const length = fields.natural('length');
  if (length !== HEADER_SIZE) {
    const message = `The header says it has ${length} bytes; version 1 has ${HEADER_SIZE}.`;
    throw new InvalidHeader(message, { field: 'length' });
  }
  const version = fields.natural('version');
  if (version !== VERSION) {
    throw new InvalidHeader(`This record has version ${version}; update medixain to read it.`, { field: 'version' });
  }
  if (!equalBytes(fields.next(), utf8(SCHEME))) {
    throw new InvalidHeader('The record names a scheme this version does not know.', { field: 'scheme' });
  }
}

function requireNatural(field: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new InvalidHeader(`A header's ${field} must fit 53 bits.`, { field });
  }
  return value;
}

function requireAddress(field: string, value: string | Uint8Array): Address {
  try {
    return toAddress(value);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidHeader(`A header's ${field} is no address: ${error.message}`, { field, cause: error });
  }
}

function requireSize(field: string, value: Uint8Array, size: number): Bytes {
  if (value.length !== size) throw new InvalidHeader(`A header's ${field} has ${size} bytes.`, { field });
  return copyOf(value);
}

function requireLayer(code: number): Layer {
  if (!isLayer(code)) {
    throw new InvalidHeader(`Version 1 knows no layer ${code}; update medixain.`, { field: 'layer' });
  }
  return code;
}

function isLayer(code: number): code is Layer {
  return LAYERS.has(code);
}

function publicKeyOf(data: Uint8Array): PublicKey {
  // Umbral also takes SEC 1's compact form (first byte 5): a second encoding of a point, so a second id of a record.
  if (data[0] !== 2 && data[0] !== 3) {
    const message = "A record's public key is a compressed point of 33 bytes.";
    throw new InvalidHeader(message, { field: 'record_public_key' });
  }
  try {
    return new PublicKey(data);
  } catch (error) {
    if (!(error instanceof MalformedEncoding)) throw error;
    const message = "The record's public key is no point of the curve.";
    throw new InvalidHeader(message, { field: 'record_public_key', cause: error });
  }
}
