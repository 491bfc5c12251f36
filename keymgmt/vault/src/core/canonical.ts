/**
 * Canonical JSON: one value, one byte string, in every implementation (docs/spec/README.md).
 *
 * UTF-8, keys sorted, separators `,` and `:`, no floats. Keys are ASCII, because Python sorts by code point and
 * JavaScript by UTF-16 unit; integers stay within 2^53 - 1. Larger numbers travel as text.
 */

import { type Bytes, equalBytes, fromUtf8, utf8 } from './bytes.ts';
import { InvalidInput } from './errors.ts';

/** What JSON can hold here. Numbers are integers within 2^53 - 1. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/** Levels of arrays and objects inside each other. */
export const MAX_DEPTH = 32;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);
// Python and JavaScript sort other keys differently.
const ASCII = /^[\u0000-\u007f]*$/;

/** Bytes that are no canonical JSON, or a value that has none. */
export class NotCanonical extends InvalidInput {
  override readonly code = 'not-canonical';
}

/** Return the canonical bytes of `value`; throws {@link NotCanonical}. */
export function encode(value: Json): Bytes {
  const text = write(value, MAX_DEPTH);
  return utf8(text);
}

/** Return the value of canonical `data`; throws {@link NotCanonical} for every other form of the same value. */
export function parse(data: Uint8Array): Json {
  const value = parseAnyForm(data);
  if (!equalBytes(encode(value), data)) throw new NotCanonical('This JSON is not in its canonical form.');
  return value;
}

/** Return canonical `data` as an object that has exactly `keys`; throws {@link NotCanonical}. */
export function parseObject(data: Uint8Array, keys: readonly string[]): JsonObject {
  const value = parse(data);
  if (!isObject(value) || !hasExactly(value, keys)) {
    throw new NotCanonical(`Expected a JSON object with exactly: ${[...keys].sort().join(', ')}.`);
  }
  return value;
}

/**
 * Return the value of JSON in any form, which nests at most {@link MAX_DEPTH} levels; throws {@link NotCanonical}.
 *
 * For what others may write as they like (a server's answer). What is hashed or signed goes through {@link parse}.
 */
export function parseAnyForm(data: Uint8Array): Json {
  requireShallow(data);
  try {
    return JSON.parse(fromUtf8(data)) as Json;
  } catch (error) {
    throw new NotCanonical('This is no JSON document.', { cause: error });
  }
}

/** Return if JSON in `data` nests at most {@link MAX_DEPTH} levels; throws {@link NotCanonical}. */
export function requireShallow(data: Uint8Array): void {
  let depth = 0;
  let inText = false;
  for (let index = 0; index < data.length; index++) {
    const byte = data[index]!;
    if (inText) {
      if (byte === BACKSLASH) index++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) {
      inText = true;
    } else if (OPENING.has(byte)) {
      depth++;
      if (depth > MAX_DEPTH) throw tooDeep();
    } else if (CLOSING.has(byte)) {
      depth--;
    }
  }
}

/** Whether `value` is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether `value` has exactly `keys`, in any order. */
export function hasExactly(value: JsonObject, keys: readonly string[]): boolean {
  return Object.keys(value).length === keys.length && keys.every((key) => Object.hasOwn(value, key));
}

function write(value: unknown, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeText(value);
  if (typeof value === 'number') return writeInteger(value);
  if (typeof value !== 'object') throw new NotCanonical(`Canonical JSON has no form for a ${typeof value}.`);
  if (depth === 0) throw tooDeep();
  if (Array.isArray(value)) return `[${value.map((item: unknown) => write(item, depth - 1)).join(',')}]`;
  return writeObject(value, depth);
}

function writeObject(value: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new NotCanonical('Canonical JSON has no form for an instance of a class.');
  }
  const entries = Object.entries(value as JsonObject).map(([key, item]) => {
    if (!ASCII.test(key)) throw new NotCanonical('Keys of a JSON object are ASCII text.');
    return [key, `${JSON.stringify(key)}:${write(item, depth - 1)}`] as const;
  });
  entries.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([, text]) => text).join(',')}}`;
}

function writeText(value: string): string {
  if (!value.isWellFormed()) throw new NotCanonical('Text holds a lone surrogate, which UTF-8 cannot carry.');
  return JSON.stringify(value);
}

function writeInteger(value: number): string {
  // A float with an integer's value has an integer's form; Python never makes one, so nothing is lost.
  if (!Number.isInteger(value)) throw new NotCanonical('Canonical JSON has no form for a float.');
  if (!Number.isSafeInteger(value)) throw new NotCanonical('An integer lies beyond 2^53 - 1; write it as text.');
  return String(value);
}

function tooDeep(): NotCanonical {
  return new NotCanonical(`JSON is nested deeper than ${MAX_DEPTH} levels.`);
}
