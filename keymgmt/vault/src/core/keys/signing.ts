/** A secp256k1 key that signs, and never shows itself. */

import { secp256k1 } from '@noble/curves/secp256k1.js';

import { type Address, addressOfSecretKey } from '../addresses.ts';
import { type Bytes, copyOf, equalBytes, utf8 } from '../bytes.ts';
import { type Domain, type Fields, sign, type Struct, type StructValue } from '../eip712.ts';
import { personalMessageDigest, signDigest } from '../secp256k1.ts';

/** A secp256k1 secret with its address. Neither text, JSON nor a structured clone of it carries the secret. */
export class SigningKey {
  readonly #secret: Bytes;
  /** The key's address, EIP-55. */
  readonly address: Address;

  /** Take a 32-byte secret; throws `InvalidInput` for an invalid one. */
  constructor(secret: Uint8Array) {
    this.address = addressOfSecretKey(secret);
    this.#secret = copyOf(secret);
  }

  /** Return a fresh key. */
  static random(): SigningKey {
    return new SigningKey(secp256k1.utils.randomSecretKey());
  }

  /** The public key, 33 bytes compressed. */
  get publicKey(): Bytes {
    return copyOf(secp256k1.getPublicKey(this.#secret));
  }

  /** Return the EIP-712 signature of `message`, 65 bytes. */
  sign<F extends Fields>(domain: Domain, type: Struct<F>, message: StructValue<Struct<F>>): Bytes {
    return sign(domain, type, message, this.#secret);
  }

  /** Return the EIP-191 (`personal_sign`) signature of `text`, 65 bytes. */
  signText(text: string): Bytes {
    return signDigest(personalMessageDigest(utf8(text)), this.#secret);
  }

  /** Return the signature of a 32-byte `digest`, 65 bytes; for digests that this program computed itself only. */
  signDigest(digest: Uint8Array): Bytes {
    return signDigest(digest, this.#secret);
  }

  /** Return the 32-byte secret. The caller must not log, show or store it unsealed. */
  secretBytes(): Bytes {
    return copyOf(this.#secret);
  }

  /** Whether both are the same key. */
  equals(other: SigningKey): boolean {
    return equalBytes(this.#secret, other.#secret);
  }

  toString(): string {
    return `SigningKey(of ${this.address})`;
  }
}
