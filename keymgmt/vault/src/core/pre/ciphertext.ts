/** Ciphertexts that can be re-encrypted: `uint16 len(capsule) || capsule || ciphertext` (docs/spec/container.md). */

import type * as umbralPre from '@nucypher/umbral-pre';

import { bigEndian, type Bytes, concat, copyOf, equalBytes, toNumber } from '../bytes.ts';
import { toHex } from '../hex.ts';
import { CannotOpen, MalformedEncoding } from './errors.ts';
import { type PublicKey, rawPublicKey, rawSecretKey, type SecretKey } from './keys.ts';
import { attempt, heldBy, umbral } from './wasm.ts';

/** Bytes; umbral-pre 0.11 writes 105, 0.10's wasm 98 to 105. */
export const MAX_CAPSULE_LENGTH = 128;
/** Bytes of an empty plaintext's ciphertext: a 24-byte nonce and a 16-byte tag. */
export const MIN_CIPHERTEXT_LENGTH = 40;

/** The library's capsule in a {@link Capsule}; for this package only. */
export let rawCapsule: (capsule: Capsule) => umbralPre.Capsule;

/** The re-encryptable half of a ciphertext. */
export class Capsule {
  readonly #encoded: Bytes;
  readonly #capsule: umbralPre.Capsule;

  /** Parse an encoding; throws {@link MalformedEncoding}, also for trailing bytes, which umbral-pre accepts. */
  constructor(data: Uint8Array) {
    const refusal = (): MalformedEncoding => new MalformedEncoding('capsule');
    if (data.length > MAX_CAPSULE_LENGTH) throw refusal();
    this.#encoded = copyOf(data);
    this.#capsule = heldBy(
      this,
      attempt(() => umbral().Capsule.fromBytes(this.#encoded), refusal),
    );
    if (!equalBytes(this.#capsule.toBytes(), this.#encoded)) throw refusal();
  }

  static {
    rawCapsule = (capsule) => capsule.#capsule;
  }

  /** The encoding. */
  get bytes(): Bytes {
    return copyOf(this.#encoded);
  }

  /** Whether both are the same capsule. */
  equals(other: Capsule): boolean {
    return equalBytes(this.#encoded, other.#encoded);
  }

  toString(): string {
    return `Capsule(${toHex(this.#encoded)})`;
  }
}

/** A capsule and the ciphertext whose key it carries. */
export class Sealed {
  readonly capsule: Capsule;
  readonly ciphertext: Bytes;

  constructor(capsule: Capsule, ciphertext: Uint8Array) {
    this.capsule = capsule;
    this.ciphertext = copyOf(ciphertext);
  }

  /** Return the ciphertext framed in `data`; throws {@link MalformedEncoding}. */
  static parse(data: Uint8Array): Sealed {
    const length = toNumber(data.subarray(0, 2));
    const capsule = data.subarray(2, 2 + length);
    const ciphertext = data.subarray(2 + length);
    if (data.length < 2 || ciphertext.length < MIN_CIPHERTEXT_LENGTH) throw new MalformedEncoding('sealed message');
    return new Sealed(new Capsule(capsule), ciphertext);
  }

  /** The framed encoding. */
  get bytes(): Bytes {
    const capsule = this.capsule.bytes;
    return concat(bigEndian(capsule.length, 2), capsule, this.ciphertext);
  }
}

/**
 * Encrypt `plaintext` to `publicKey` (Umbral `encrypt`; XChaCha20-Poly1305 inside).
 *
 * The scheme does not commit to its key: a caller who needs that puts a commitment beside it (container.md).
 */
export function seal(publicKey: PublicKey, plaintext: Uint8Array): Sealed {
  const [capsule, ciphertext] = umbral().encrypt(rawPublicKey(publicKey), plaintext);
  const sealed = new Sealed(new Capsule(capsule.toBytes()), ciphertext);
  capsule.free();
  return sealed;
}

/** Decrypt what was sealed to this very key; throws {@link CannotOpen}. */
export function unseal(secretKey: SecretKey, sealed: Sealed): Bytes {
  return attempt(
    () => copyOf(umbral().decryptOriginal(rawSecretKey(secretKey), rawCapsule(sealed.capsule), sealed.ciphertext)),
    () => new CannotOpen(),
  );
}
