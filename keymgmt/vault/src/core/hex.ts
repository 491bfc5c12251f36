/** Bytes as text: `0x` and lower-case hex, the only form documents use (docs/spec/README.md). */

import type { Bytes } from './bytes.ts';
import { InvalidInput } from './errors.ts';

const HEX = /^0x(?:[0-9a-f]{2})*$/;

/** Return the hex digits of `data`, lower case, without `0x`. */
export function hexDigits(data: Uint8Array): string {
  let digits = '';
  for (const byte of data) digits += byte.toString(16).padStart(2, '0');
  return digits;
}

/** Return `0x` and the lower-case hex of `data`. */
export function toHex(data: Uint8Array): string {
  return `0x${hexDigits(data)}`;
}

/** Whether `text` is `0x` and lower-case hex, of exactly `length` bytes when given. */
export function isHex(text: string, length?: number): boolean {
  return HEX.test(text) && (length === undefined || text.length === 2 + 2 * length);
}

/** Return the bytes of `0x` lower-case hex, of exactly `length` bytes when given; throws {@link InvalidInput}. */
export function fromHex(text: string, length?: number): Bytes {
  if (!isHex(text, length)) {
    const size = length === undefined ? '' : `${length} bytes of `;
    throw new InvalidInput(`Expected 0x and ${size}lower-case hex.`);
  }
  const data = new Uint8Array((text.length - 2) / 2);
  for (let index = 0; index < data.length; index++) {
    data[index] = Number.parseInt(text.slice(2 + 2 * index, 4 + 2 * index), 16);
  }
  return data;
}
