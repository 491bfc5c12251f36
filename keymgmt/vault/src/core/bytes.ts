/** Byte strings: joining, comparing, big-endian integers, UTF-8 and randomness. */

import { InvalidInput } from './errors.ts';

/** Bytes in a buffer of their own, as WebCrypto and structured cloning take them. */
export type Bytes = Uint8Array<ArrayBuffer>;

const ENCODER = new TextEncoder();
// A byte order mark is a character like any other here, or two byte strings would read as one text.
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The most bytes `crypto.getRandomValues` gives at once. */
const RANDOM_LIMIT = 65_536;

/** Return the parts, one after the other. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Return a copy in a buffer of its own. */
export function copyOf(data: Uint8Array): Bytes {
  return Uint8Array.from(data);
}

/** Whether two byte strings are the same; takes the same time wherever they differ. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index++) difference |= left[index]! ^ right[index]!;
  return difference === 0;
}

/** Negative, zero or positive as `left` sorts before, with or after `right`, byte by byte. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    if (left[index] !== right[index]) return left[index]! - right[index]!;
  }
  return left.length - right.length;
}

/** Return the UTF-8 bytes of `text`; throws {@link InvalidInput} for a lone surrogate, which UTF-8 cannot carry. */
export function utf8(text: string): Bytes {
  if (!text.isWellFormed()) throw new InvalidInput('Text holds a lone surrogate, which UTF-8 cannot carry.');
  return ENCODER.encode(text);
}

/** Return the text of UTF-8 `data`; throws {@link InvalidInput}. */
export function fromUtf8(data: Uint8Array): string {
  try {
    return DECODER.decode(data);
  } catch (error) {
    throw new InvalidInput('These bytes are no UTF-8 text.', { cause: error });
  }
}

/** Return `value` (0 to 2^(8 length) - 1) as `length` big-endian bytes; throws {@link InvalidInput}. */
export function bigEndian(value: number | bigint, length: number): Bytes {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new InvalidInput('Expected an integer.');
  let rest = BigInt(value);
  if (rest < 0n || rest >> BigInt(8 * length) !== 0n) {
    throw new InvalidInput(`The number ${value} does not fit ${length} bytes.`);
  }
  const encoded = new Uint8Array(length);
  for (let index = length - 1; index >= 0; index--) {
    encoded[index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return encoded;
}

/** Return the unsigned big-endian integer in `data`. */
export function toBigInt(data: Uint8Array): bigint {
  let value = 0n;
  for (const byte of data) value = (value << 8n) | BigInt(byte);
  return value;
}

/** Return the unsigned big-endian integer in `data`; throws {@link InvalidInput} beyond 2^53 - 1. */
export function toNumber(data: Uint8Array): number {
  const value = toBigInt(data);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new InvalidInput('An integer lies beyond 2^53 - 1.');
  return Number(value);
}

/** Return `length` fresh random bytes from the operating system. */
export function randomBytes(length: number): Bytes {
  const random = new Uint8Array(length);
  for (let start = 0; start < length; start += RANDOM_LIMIT) {
    crypto.getRandomValues(random.subarray(start, start + RANDOM_LIMIT));
  }
  return random;
}

/** Return `data` followed (`end`) or preceded (`start`) by zeros up to `length` bytes. */
export function pad(data: Uint8Array, length: number, side: 'start' | 'end'): Bytes {
  const padded = new Uint8Array(length);
  padded.set(data, side === 'start' ? length - data.length : 0);
  return padded;
}
