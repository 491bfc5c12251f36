/** Umbral keys on secp256k1: thin types that compare, hide secrets and refuse junk with one typed error. */

import type * as umbralPre from '@nucypher/umbral-pre';

import { type Bytes, copyOf, equalBytes } from '../bytes.ts';
import { toHex } from '../hex.ts';
import { MalformedEncoding } from './errors.ts';
import { attempt, heldBy, umbral } from './wasm.ts';

/** Bytes of a public key (SEC 1, compressed). */
export const PUBLIC_KEY_LENGTH = 33;
/** Bytes of a secret key. */
export const SECRET_KEY_LENGTH = 32;
/** Bytes of a key factory's seed. */
export const SEED_LENGTH = 32;

/** The library's key in a {@link PublicKey}; for this package only. */
export let rawPublicKey: (key: PublicKey) => umbralPre.PublicKey;
/** The library's key in a {@link SecretKey}; for this package only. */
export let rawSecretKey: (key: SecretKey) => umbralPre.SecretKey;

/** An Umbral public key. */
export class PublicKey {
  readonly #encoded: Bytes;
  readonly #key: umbralPre.PublicKey;

  /** Parse 33 compressed bytes; throws {@link MalformedEncoding}. */
  constructor(data: Uint8Array) {
    const refusal = (): MalformedEncoding => new MalformedEncoding('Umbral public key');
    if (data.length !== PUBLIC_KEY_LENGTH) throw refusal();
    this.#encoded = copyOf(data);
    this.#key = heldBy(
      this,
      attempt(() => umbral().PublicKey.fromCompressedBytes(this.#encoded), refusal),
    );
  }

  static {
    rawPublicKey = (key) => key.#key;
  }

  /** The 33 compressed bytes. */
  get bytes(): Bytes {
    return copyOf(this.#encoded);
  }

  /** Whether both are the same key. */
  equals(other: PublicKey): boolean {
    return equalBytes(this.#encoded, other.#encoded);
  }

  /** The key as a document writes it: `0x` and hex. */
  toString(): string {
    return toHex(this.#encoded);
  }
}

/**
 * An Umbral secret key, for decryption, for delegation or for signing kfrags.
 *
 * Neither text, JSON nor a structured clone of it carries the secret.
 */
export class SecretKey {
  readonly #key: umbralPre.SecretKey;
  /** The public key of this secret key. */
  readonly publicKey: PublicKey;

  /** Parse 32 big-endian bytes of a scalar in 1..n-1; throws {@link MalformedEncoding}. */
  constructor(secret: Uint8Array) {
    const refusal = (): MalformedEncoding => new MalformedEncoding('Umbral secret key');
    if (secret.length !== SECRET_KEY_LENGTH) throw refusal();
    this.#key = heldBy(
      this,
      attempt(() => umbral().SecretKey.fromBEBytes(secret), refusal),
    );
    const publicKey = this.#key.publicKey();
    this.publicKey = new PublicKey(publicKey.toCompressedBytes());
    publicKey.free();
  }

  static {
    rawSecretKey = (key) => key.#key;
  }

  /** Return a fresh key. */
  static random(): SecretKey {
    return taken(umbral().SecretKey.random());
  }

  /** Return the 32-byte secret. The caller must not log, show or store it unsealed. */
  secretBytes(): Bytes {
    return copyOf(this.#key.toBEBytes());
  }

  /** Whether both are the same key; the public key names the secret, so secrets are never compared. */
  equals(other: SecretKey): boolean {
    return this.publicKey.equals(other.publicKey);
  }

  toString(): string {
    return `SecretKey(of ${this.publicKey})`;
  }
}

/** Derives any number of secret keys from a 32-byte seed by label (`SecretKeyFactory` of umbral-pre). */
export class KeyFactory {
  readonly #factory: umbralPre.SecretKeyFactory;

  /** Throws {@link MalformedEncoding} unless `seed` has 32 bytes; they must be uniformly random. */
  constructor(seed: Uint8Array) {
    const refusal = (): MalformedEncoding => new MalformedEncoding('key factory seed');
    if (seed.length !== SEED_LENGTH) throw refusal();
    this.#factory = heldBy(
      this,
      attempt(() => umbral().SecretKeyFactory.fromSecureRandomness(seed), refusal),
    );
  }

  /** Return the secret key of `label`, the same one each time. */
  makeKey(label: Uint8Array): SecretKey {
    return taken(this.#factory.makeKey(label));
  }

  toString(): string {
    return 'KeyFactory(...)';
  }
}

/** Return the library's `key` as ours, and free the library's. */
function taken(key: umbralPre.SecretKey): SecretKey {
  const secret = key.toBEBytes();
  key.free();
  const own = new SecretKey(secret);
  secret.fill(0);
  return own;
}
