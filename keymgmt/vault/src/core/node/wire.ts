/**
 * Messages as JSON, both ways, strictly: every field present, none unknown, each of its EIP-712 type.
 *
 * Field names are EIP-712's. Addresses are EIP-55 strings, bytes `0x` lower-case hex, integers JSON numbers, but
 * decimal strings for uint256 (docs/spec/README.md, docs/spec/api.md). Nothing is ever partly accepted.
 */

import type { Bytes } from '../bytes.ts';
import { encode, hasExactly, isObject, type Json, type JsonObject, parseAnyForm } from '../canonical.ts';
import type { AnyStruct, AtomicName, Fields, FieldType, Struct, StructInput, StructValue } from '../eip712.ts';
import { InvalidInput } from '../errors.ts';
import { fromHex, isHex, toHex } from '../hex.ts';
import { Malformed } from './errors.ts';

/** The longest byte string a message may carry, in bytes; nothing in nodes.md comes near. */
export const MAX_HEX_BYTES = 1 << 16;

const DECIMAL = /^(?:0|[1-9][0-9]{0,77})$/;

/** Return the canonical JSON of `value`; throws {@link Malformed}. */
export function canonicalJson(value: Json): Bytes {
  return asMalformed(() => encode(value));
}

/** Return the JSON in `body`; throws {@link Malformed}, also for repeated keys and deep nesting. */
export function parseJson(body: Uint8Array): Json {
  const value = asMalformed(() => parseAnyForm(body), 'The body is not valid JSON.');
  // JSON.parse lets the last of two equal keys win; a member that is gone shows as a colon too many.
  if (colonsIn(body) !== membersOf(value)) throw new Malformed('The body repeats a key.');
  return value;
}

/** Return the bytes of a `0x` hex string, of exactly `size` bytes if given; throws {@link Malformed}. */
export function parseHex(value: unknown, place: string, size?: number): Bytes {
  if (typeof value !== 'string' || value.length > 2 + 2 * MAX_HEX_BYTES || !isHex(value)) {
    throw new Malformed(`${place} must be a 0x lower-case hexadecimal string.`, { field: place });
  }
  const parsed = fromHex(value);
  if (size !== undefined && parsed.length !== size) {
    throw new Malformed(`${place} must have ${size} bytes, not ${parsed.length}.`, { field: place });
  }
  return parsed;
}

/** Return `message` as a JSON object under its EIP-712 names; {@link fromJson} is its inverse. */
export function toJson<F extends Fields>(type: Struct<F>, message: StructValue<Struct<F>>): JsonObject {
  return structToJson(type, message);
}

/** Return the message that the JSON object `document` holds; throws {@link Malformed} naming the place. */
export function fromJson<F extends Fields>(
  type: Struct<F>,
  document: unknown,
  place: string = type.name,
): StructValue<Struct<F>> {
  const values = structFromJson(type, document, place) as StructInput<Struct<F>>;
  return asMalformed(() => type.make(values)) as StructValue<Struct<F>>;
}

/** What stands in a field: an atomic type or a struct, one or several. */
interface Shape {
  readonly item: AtomicName | AnyStruct;
  readonly isArray: boolean;
}

function shapeOf(type: FieldType): Shape {
  if (typeof type === 'string') {
    const isArray = type.endsWith('[]');
    return { item: (isArray ? type.slice(0, -2) : type) as AtomicName, isArray };
  }
  return 'arrayOf' in type ? { item: type.arrayOf, isArray: true } : { item: type, isArray: false };
}

function structToJson(type: AnyStruct, message: Readonly<Record<string, unknown>>): JsonObject {
  const entries = Object.entries(type.fields).map(([name, field]): readonly [string, Json] => {
    const { item, isArray } = shapeOf(field);
    const value = message[name];
    if (!isArray) return [name, itemToJson(item, value)];
    return [name, (value as readonly unknown[]).map((one) => itemToJson(item, one))];
  });
  return Object.fromEntries(entries);
}

function itemToJson(item: AtomicName | AnyStruct, value: unknown): Json {
  if (typeof item !== 'string') return structToJson(item, value as Readonly<Record<string, unknown>>);
  if (value instanceof Uint8Array) return toHex(value);
  // A uint256 is a string whatever its value, so that one type has one spelling.
  return typeof value === 'bigint' ? String(value) : (value as string | number | boolean);
}

function structFromJson(type: AnyStruct, document: unknown, place: string): Readonly<Record<string, unknown>> {
  if (!isObject(document)) throw new Malformed(`${place} must be a JSON object.`, { field: place });
  if (!hasExactly(document, Object.keys(type.fields))) {
    throw new Malformed(`${place} must have exactly the fields of ${type.name}.`, { field: place });
  }
  return Object.fromEntries(
    Object.entries(type.fields).map(([name, field]) => [
      name,
      fieldFromJson(shapeOf(field), document[name], `${place}.${name}`),
    ]),
  );
}

function fieldFromJson({ item, isArray }: Shape, value: unknown, place: string): unknown {
  if (!isArray) return itemFromJson(item, value, place);
  if (!Array.isArray(value)) throw new Malformed(`${place} must be a list.`, { field: place });
  return value.map((one: unknown, index) => itemFromJson(item, one, `${place}[${index}]`));
}

function itemFromJson(item: AtomicName | AnyStruct, value: unknown, place: string): unknown {
  if (typeof item !== 'string') return structFromJson(item, value, place);
  if (item.startsWith('bytes')) return parseHex(value, place);
  if (item === 'uint256') return parseInteger(value, place);
  // Above 2^53 - 1 the number is no longer the one that was written; `make` refuses it.
  if (item.startsWith('uint')) return Number(parseInteger(value, place));
  return value; // address, string and bool: `make` checks them
}

function parseInteger(value: unknown, place: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && DECIMAL.test(value)) return BigInt(value);
  throw new Malformed(`${place} must be an integer.`, { field: place });
}

/** Run `work`; what it calls invalid input is {@link Malformed} here. */
function asMalformed<T>(work: () => T, message?: string): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const options = error.field === undefined ? { cause: error } : { cause: error, field: error.field };
    throw new Malformed(message ?? error.message, options);
  }
}

/** How many colons stand outside texts: one for each member of an object, in JSON that was parsed already. */
function colonsIn(body: Uint8Array): number {
  let colons = 0;
  let inText = false;
  for (let index = 0; index < body.length; index += 1) {
    const character = body[index];
    if (inText && character === 0x5c) index += 1;
    else if (character === 0x22) inText = !inText;
    else if (!inText && character === 0x3a) colons += 1;
  }
  return colons;
}

function membersOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value) as readonly Json[];
  return (Array.isArray(value) ? 0 : inner.length) + inner.reduce<number>((sum, item) => sum + membersOf(item), 0);
}
