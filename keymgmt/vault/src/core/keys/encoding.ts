/** Reading the fields of canonical JSON documents: each refuses what is not exactly its form. */

import { type Address, InvalidAddress, toAddress } from '../addresses.ts';
import type { Bytes } from '../bytes.ts';
import { hasExactly, isObject, type Json, type JsonObject, NotCanonical, parse } from '../canonical.ts';
import { fromHex, isHex } from '../hex.ts';
import { MalformedEncoding, PublicKey } from '../pre/index.ts';
import { BadDocument } from './errors.ts';

/** The fields of one JSON object of a document called `kind`; every reader throws {@link BadDocument}. */
export class Fields {
  readonly #kind: string;
  readonly #values: JsonObject;

  constructor(kind: string, value: Json, keys: readonly string[]) {
    this.#kind = kind;
    if (!isObject(value) || !hasExactly(value, keys)) {
      throw new BadDocument(kind, `it must have exactly the fields ${[...keys].sort().join(', ')}`);
    }
    this.#values = value;
  }

  /** Read canonical JSON of at most `limit` bytes, with `"v": 1` beside `keys`. */
  static parse(kind: string, data: Uint8Array, keys: readonly string[], limit: number): Fields {
    if (data.length > limit) throw new BadDocument(kind, `it is longer than ${limit} bytes`);
    const fields = new Fields(kind, parsed(kind, data), [...keys, 'v']);
    if (fields.integer('v') !== 1) throw fields.refuse('its version is not 1; update medixain');
    return fields;
  }

  /** Return the error that refuses this document for `reason`. */
  refuse(reason: string, cause?: unknown): BadDocument {
    return new BadDocument(this.#kind, reason, cause === undefined ? undefined : { cause });
  }

  /** Return the value as JSON gave it. */
  raw(name: string): Json {
    if (!Object.hasOwn(this.#values, name)) throw this.refuse(`it has no ${name}`);
    return this.#values[name] as Json;
  }

  /** Return an integer of at least `minimum`. */
  integer(name: string, minimum = 0): number {
    const value = this.raw(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum) {
      throw this.refuse(`${name} must be an integer of at least ${minimum}`);
    }
    return value;
  }

  /** Return true or false. */
  boolean(name: string): boolean {
    const value = this.raw(name);
    if (typeof value !== 'boolean') throw this.refuse(`${name} must be true or false`);
    return value;
  }

  /** Return text. */
  text(name: string): string {
    const value = this.raw(name);
    if (typeof value !== 'string') throw this.refuse(`${name} must be text`);
    return value;
  }

  /** Return an array. */
  array(name: string): readonly Json[] {
    const value = this.raw(name);
    if (!Array.isArray(value)) throw this.refuse(`${name} must be an array`);
    return value as readonly Json[];
  }

  /** Return an object. */
  mapping(name: string): JsonObject {
    const value = this.raw(name);
    if (!isObject(value)) throw this.refuse(`${name} must be an object`);
    return value;
  }

  /** Return the bytes of `0x` lower-case hex, of exactly `length` bytes when given. */
  data(name: string, length?: number): Bytes {
    const value = this.text(name);
    if (!isHex(value, length)) {
      throw this.refuse(`${name} must be ${length === undefined ? '' : `${length} bytes of `}lower-case hex`);
    }
    return fromHex(value);
  }

  /** Return an address; only its EIP-55 form is canonical. */
  address(name: string): Address {
    const value = this.text(name);
    const address = this.#reading(name, 'an address', InvalidAddress, () => toAddress(value));
    if (address !== value) throw this.refuse(`${name} must be an address in EIP-55 form`);
    return address;
  }

  /** Return an Umbral public key. */
  publicKey(name: string): PublicKey {
    const data = this.data(name, 33);
    return this.#reading(name, 'a public key', MalformedEncoding, () => new PublicKey(data));
  }

  #reading<T>(name: string, what: string, expected: new (...values: never[]) => Error, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof expected) throw this.refuse(`${name} must be ${what}`, error);
      throw error;
    }
  }
}

function parsed(kind: string, data: Uint8Array): Json {
  try {
    return parse(data);
  } catch (error) {
    if (error instanceof NotCanonical) throw new BadDocument(kind, 'it is not canonical JSON', { cause: error });
    throw error;
  }
}
