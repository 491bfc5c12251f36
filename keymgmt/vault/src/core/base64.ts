/** Base64 (RFC 4648, section 4), strictly: padded, no spaces, one spelling for each byte string. */

import type { Bytes } from './bytes.ts';
import { InvalidInput } from './errors.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Characters that `String.fromCharCode` takes at once without a call stack of their number. */
const PIECE = 0x8000;

/** Return the base64 of `data`. */
export function toBase64(data: Uint8Array): string {
  let characters = '';
  for (let start = 0; start < data.length; start += PIECE) {
    characters += String.fromCharCode(...data.subarray(start, start + PIECE));
  }
  return btoa(characters);
}

/** Return the bytes of padded base64; throws {@link InvalidInput}. */
export function fromBase64(text: string): Bytes {
  if (!BASE64.test(text)) throw new InvalidInput('Expected padded base64.');
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
