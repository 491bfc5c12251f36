/**
 * The two primitives under the container: AES-256-GCM with a 96-bit nonce (WebCrypto), and HKDF-SHA256 with medixain's
 * salt. They are the folder's only use of symmetric cryptography.
 */

import type { Bytes } from '../bytes.ts';
import { derive as hkdf } from '../hkdf.ts';

/** Bytes of a record's data key and of the AES key derived from it. */
export const KEY_SIZE = 32;

/** Bytes of a GCM nonce (NIST SP 800-38D, 96 bits: the size that needs no hashing). */
export const NONCE_SIZE = 12;

/** Bytes of a GCM tag, never truncated. */
export const TAG_SIZE = 16;

/** The tag does not match; internal, the streaming layer turns it into `ContainerDamaged`. */
export class AuthenticationFailed extends Error {
  override readonly name = 'AuthenticationFailed';
}

/** AES-256-GCM under one key, which WebCrypto holds and never gives back. The caller owes every nonce one use. */
export class Aes256Gcm {
  readonly #key: CryptoKey;

  private constructor(key: CryptoKey) {
    this.#key = key;
  }

  /** Takes a key of 32 bytes; throws RangeError for another length. */
  static async of(key: Bytes): Promise<Aes256Gcm> {
    if (key.length !== KEY_SIZE) {
      throw new RangeError(`an AES-256 key has ${KEY_SIZE} bytes, not ${key.length}`);
    }
    return new Aes256Gcm(await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']));
  }

  /** Returns ciphertext || 16-byte tag. */
  async seal(nonce: Bytes, plaintext: Bytes, associatedData: Bytes): Promise<Bytes> {
    return new Uint8Array(await crypto.subtle.encrypt(parameters(nonce, associatedData), this.#key, plaintext));
  }

  /** Returns the plaintext of ciphertext || tag; throws {@link AuthenticationFailed}. */
  async open(nonce: Bytes, sealed: Bytes, associatedData: Bytes): Promise<Bytes> {
    try {
      return new Uint8Array(await crypto.subtle.decrypt(parameters(nonce, associatedData), this.#key, sealed));
    } catch (error) {
      // The one thing WebCrypto says of a tag that does not match, and of fewer bytes than a tag has.
      if (error instanceof DOMException && error.name === 'OperationError') {
        throw new AuthenticationFailed('the tag does not match', { cause: error });
      }
      throw error;
    }
  }
}

function parameters(nonce: Bytes, associatedData: Bytes): AesGcmParams {
  if (nonce.length !== NONCE_SIZE) {
    throw new RangeError(`a nonce has ${NONCE_SIZE} bytes, not ${nonce.length}`);
  }
  return { name: 'AES-GCM', iv: nonce, additionalData: associatedData, tagLength: 8 * TAG_SIZE };
}

/** HKDF-SHA256 (RFC 5869) of `key` with medixain's salt and `label` as info, 32 bytes. */
export function derive(key: Uint8Array, label: string): Bytes {
  return hkdf(key, label);
}
