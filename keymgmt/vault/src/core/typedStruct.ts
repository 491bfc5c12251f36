/**
 * Declaring EIP-712 structs: their types, the checks of their values and `encodeData`. eip712.ts hashes and signs them.
 */

import { type Address, addressBytes, toAddress } from './addresses.ts';
import { bigEndian, type Bytes, concat, copyOf, pad, utf8 } from './bytes.ts';
import { InvalidInput } from './errors.ts';
import { keccak256 } from './hashes.ts';

type SmallUint = 'uint8' | 'uint16' | 'uint32' | 'uint64';
type FixedBytes = 'bytes16' | 'bytes20' | 'bytes32';
/** The atomic and dynamic Solidity types that messages use. */
export type AtomicName = 'address' | 'bool' | 'bytes' | 'string' | 'uint256' | SmallUint | FixedBytes;
/** An array of structs. */
export interface StructArray<S extends AnyStruct = AnyStruct> {
  readonly arrayOf: S;
}
/** What may stand for a field in a declaration. */
export type FieldType = AtomicName | `${AtomicName}[]` | AnyStruct | StructArray;
/** Field names and types, in EIP-712's order. */
export type Fields = Readonly<Record<string, FieldType>>;

type AtomicValue<T extends AtomicName> = T extends 'address'
  ? Address
  : T extends 'bool'
    ? boolean
    : T extends 'string'
      ? string
      : T extends 'uint256'
        ? bigint
        : T extends SmallUint
          ? number
          : Bytes;

// What `make` takes is wider than what it returns: addresses in any case or as bytes, bytes in any buffer.
type AtomicInput<T extends AtomicName> = T extends 'address'
  ? string | Uint8Array
  : AtomicValue<T> extends Bytes
    ? Uint8Array
    : AtomicValue<T>;

type ValueOf<T extends FieldType> = T extends AtomicName
  ? AtomicValue<T>
  : T extends `${infer Item extends AtomicName}[]`
    ? readonly AtomicValue<Item>[]
    : T extends Struct<infer F>
      ? Values<F>
      : T extends StructArray<Struct<infer F>>
        ? readonly Values<F>[]
        : never;
type InputOf<T extends FieldType> = T extends AtomicName
  ? AtomicInput<T>
  : T extends `${infer Item extends AtomicName}[]`
    ? readonly AtomicInput<Item>[]
    : T extends Struct<infer F>
      ? Inputs<F>
      : T extends StructArray<Struct<infer F>>
        ? readonly Inputs<F>[]
        : never;
/** The values of fields, checked and normalised. */
export type Values<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };
type Inputs<F extends Fields> = { readonly [K in keyof F]: InputOf<F[K]> };

/** The values of a struct, checked and normalised. */
export type StructValue<S extends AnyStruct> = S extends Struct<infer F> ? Values<F> : never;
/** What `make` of a struct takes. */
export type StructInput<S extends AnyStruct> = S extends Struct<infer F> ? Inputs<F> : never;

/** A struct of any fields. */
export interface AnyStruct {
  readonly name: string;
  readonly fields: Fields;
  readonly type: string;
  readonly typeHash: Bytes;
  check(values: unknown, place: string): Readonly<Record<string, unknown>>;
  encodeData(values: Readonly<Record<string, unknown>>): Bytes;
}

/** A field's value does not fit its Solidity type; `field` names it as `Message.field`. */
export class InvalidTypedData extends InvalidInput {
  override readonly code = 'invalid-typed-data';
}

interface Atomic {
  /** Return the value in its one form, or undefined when it does not fit. */
  normalise(value: unknown): unknown;
  /** `encodeData`'s 32 bytes of a normalised value. */
  encode(value: never): Bytes;
  readonly must: string;
}

const ATOMIC: Readonly<Record<AtomicName, Atomic>> = {
  address: {
    normalise: (value) =>
      typeof value === 'string' || value instanceof Uint8Array ? addressOrNothing(value) : undefined,
    encode: (value: Address) => pad(addressBytes(value), 32, 'start'),
    must: 'be an address',
  },
  bool: {
    normalise: (value) => (typeof value === 'boolean' ? value : undefined),
    encode: (value: boolean) => bigEndian(value ? 1 : 0, 32),
    must: 'be true or false',
  },
  bytes: {
    normalise: (value) => (value instanceof Uint8Array ? copyOf(value) : undefined),
    encode: (value: Bytes) => keccak256(value),
    must: 'be bytes',
  },
  string: {
    normalise: (value) => (typeof value === 'string' && value.isWellFormed() ? value : undefined),
    encode: (value: string) => keccak256(utf8(value)),
    must: 'be text that UTF-8 can carry',
  },
  uint8: smallUint(8),
  uint16: smallUint(16),
  uint32: smallUint(32),
  uint64: smallUint(64),
  uint256: {
    normalise: (value) => (typeof value === 'bigint' && value >= 0n && value >> 256n === 0n ? value : undefined),
    encode: (value: bigint) => bigEndian(value, 32),
    must: 'be a bigint from 0 to 2^256 - 1',
  },
  bytes16: fixedBytes(16),
  bytes20: fixedBytes(20),
  bytes32: fixedBytes(32),
};

function smallUint(bits: number): Atomic {
  const maximum = Math.min(2 ** bits - 1, Number.MAX_SAFE_INTEGER);
  return {
    normalise: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maximum ? value : undefined,
    encode: (value: number) => bigEndian(value, 32),
    must: `be an integer from 0 to ${maximum}`,
  };
}

function fixedBytes(size: number): Atomic {
  return {
    normalise: (value) => (value instanceof Uint8Array && value.length === size ? copyOf(value) : undefined),
    encode: (value: Bytes) => pad(value, 32, 'end'),
    must: `be ${size} bytes`,
  };
}

function addressOrNothing(value: string | Uint8Array): Address | undefined {
  try {
    return toAddress(value);
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

/** One field of a struct, its type taken apart. */
interface Field {
  readonly name: string;
  readonly item: AtomicName | AnyStruct;
  readonly isArray: boolean;
}

/** An EIP-712 struct: its type string and hash, and how its values are checked and encoded. */
export class Struct<F extends Fields> implements AnyStruct {
  readonly name: string;
  readonly fields: F;
  /** EIP-712's `encodeType`: the struct, then every struct it refers to, sorted by name. */
  readonly type: string;
  readonly typeHash: Bytes;
  readonly #fields: readonly Field[];

  constructor(name: string, fields: F) {
    this.name = name;
    this.fields = fields;
    this.#fields = Object.entries(fields).map(([field, type]) => takeApart(field, type));
    this.type = encodeType(this);
    this.typeHash = keccak256(utf8(this.type));
  }

  /** Return the message of these values, checked, normalised and frozen; throws {@link InvalidTypedData}. */
  make(values: Inputs<F>): Values<F> {
    return this.check(values, this.name) as Values<F>;
  }

  /** As {@link make}, for values of unknown shape; errors name `place`. */
  check(values: unknown, place: string): Readonly<Record<string, unknown>> {
    if (typeof values !== 'object' || values === null) throw refused(place, `be a ${this.name}`);
    const given = values as Readonly<Record<string, unknown>>;
    if (Object.keys(given).length !== this.#fields.length) throw refused(place, `have the fields of ${this.name}`);
    return Object.freeze(
      Object.fromEntries(
        this.#fields.map((field) => [field.name, checkField(field, given[field.name], `${place}.${field.name}`)]),
      ),
    );
  }

  /** Return type hash and `encodeData` of values that {@link check} returned. */
  encodeData(values: Readonly<Record<string, unknown>>): Bytes {
    return concat(this.typeHash, ...this.#fields.map((field) => encodeField(field, values[field.name])));
  }
}

/** Declare a struct. */
export function struct<const F extends Fields>(name: string, fields: F): Struct<F> {
  return new Struct(name, fields);
}

/** An array of structs, as a field's type. */
export function arrayOf<S extends AnyStruct>(item: S): StructArray<S> {
  return { arrayOf: item };
}

function takeApart(name: string, type: FieldType): Field {
  if (typeof type === 'string') {
    const isArray = type.endsWith('[]');
    return { name, item: (isArray ? type.slice(0, -2) : type) as AtomicName, isArray };
  }
  return 'arrayOf' in type ? { name, item: type.arrayOf, isArray: true } : { name, item: type, isArray: false };
}

function checkField(field: Field, value: unknown, place: string): unknown {
  if (!field.isArray) return checkItem(field.item, value, place);
  if (!Array.isArray(value)) throw refused(place, 'be an array');
  return Object.freeze(value.map((item: unknown, index) => checkItem(field.item, item, `${place}[${index}]`)));
}

function checkItem(item: AtomicName | AnyStruct, value: unknown, place: string): unknown {
  if (typeof item !== 'string') return item.check(value, place);
  const normalised = ATOMIC[item].normalise(value);
  if (normalised === undefined) throw refused(place, ATOMIC[item].must);
  return normalised;
}

function encodeField(field: Field, value: unknown): Bytes {
  if (!field.isArray) return encodeItem(field.item, value);
  return keccak256(...(value as readonly unknown[]).map((item) => encodeItem(field.item, item)));
}

function encodeItem(item: AtomicName | AnyStruct, value: unknown): Bytes {
  if (typeof item === 'string') return ATOMIC[item].encode(value as never);
  return keccak256(item.encodeData(value as Readonly<Record<string, unknown>>));
}

function encodeType(outer: AnyStruct): string {
  const found = new Map<string, AnyStruct>();
  collect(outer, found);
  found.delete(outer.name);
  const referenced = [...found.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  return [outer, ...referenced].map(signature).join('');
}

function collect(type: AnyStruct, found: Map<string, AnyStruct>): void {
  if (found.has(type.name)) return;
  found.set(type.name, type);
  for (const [name, field] of Object.entries(type.fields)) {
    const { item } = takeApart(name, field);
    if (typeof item !== 'string') collect(item, found);
  }
}

function signature(type: AnyStruct): string {
  const members = Object.entries(type.fields).map(([name, field]) => {
    const { item, isArray } = takeApart(name, field);
    return `${typeof item === 'string' ? item : item.name}${isArray ? '[]' : ''} ${name}`;
  });
  return `${type.name}(${members.join(',')})`;
}

function refused(place: string, must: string): InvalidTypedData {
  return new InvalidTypedData(`${place} must ${must}.`, { field: place });
}
