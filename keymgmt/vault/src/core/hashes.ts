/** Hash functions, synchronous. Streams and large bodies go through WebCrypto. */

import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';

import { type Bytes, concat } from './bytes.ts';

/** Return keccak256 of the parts, one after the other; 32 bytes. */
export function keccak256(...parts: readonly Uint8Array[]): Bytes {
  return keccak_256(concat(...parts));
}

/** Return SHA-256 of the parts, one after the other; 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Bytes {
  return nobleSha256(concat(...parts));
}

/** SHA-256 of what comes piece by piece. */
export class Sha256 {
  readonly #hash = nobleSha256.create();

  /** Take the next piece. */
  update(piece: Uint8Array): void {
    this.#hash.update(piece);
  }

  /** The hash of all pieces so far; 32 bytes. */
  digest(): Bytes {
    return this.#hash.clone().digest() as Bytes;
  }
}

/** Return HMAC-SHA256 of `message`; 32 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Bytes {
  return hmac(nobleSha256, key, message);
}
