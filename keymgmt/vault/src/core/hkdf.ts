/** HKDF-SHA256 with the project's salt (RFC 5869, docs/spec/keys.md). */

import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';

import { type Bytes, utf8 } from './bytes.ts';

/** The salt of every derivation. */
export const SALT: Bytes = utf8('medixain/v1');

/** Return `length` bytes bound to `info`. */
export function derive(
  keyMaterial: Uint8Array,
  info: string | Uint8Array,
  length = 32,
  salt: Uint8Array = SALT,
): Bytes {
  return hkdf(sha256, keyMaterial, salt, typeof info === 'string' ? utf8(info) : info, length);
}
