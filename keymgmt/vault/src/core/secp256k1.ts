/**
 * Recoverable secp256k1 signatures in the one form medixain accepts: 65 bytes r || s || v, low s, v in {27, 28}.
 *
 * A second valid form of the same signature would let somebody change the bytes of a message without its key, so every
 * other form is refused here, in one place, as OpenZeppelin's `ECDSA` refuses it on chain.
 */

import { secp256k1 } from '@noble/curves/secp256k1.js';

import { type Address, addressOfPublicKey, toAddress } from './addresses.ts';
import { type Bytes, concat, toBigInt, utf8 } from './bytes.ts';
import { InvalidInput, MedixainError } from './errors.ts';
import { keccak256 } from './hashes.ts';

/** Bytes of a signature. */
export const SIGNATURE_LENGTH = 65;
/** n, the order of the secp256k1 group (SEC 2, section 2.4.1). */
export const GROUP_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** A signature that is malformed, or not by whom it should be. */
export class SignatureError extends MedixainError {
  override readonly code: string = 'bad-signature';
}

/** Not 65 bytes; `length` is what it has. */
export class SignatureLengthError extends SignatureError {
  override readonly code = 'bad-signature-length';
  readonly length: number;

  constructor(length: number) {
    super(`A signature has ${SIGNATURE_LENGTH} bytes, not ${length}.`);
    this.length = length;
  }
}

/** v is not 27 or 28; `v` is what it is. */
export class SignatureRecoveryIdError extends SignatureError {
  override readonly code = 'bad-signature-v';
  readonly v: number;

  constructor(v: number) {
    super(`A signature ends in v = 27 or 28, not ${v}.`);
    this.v = v;
  }
}

/** s lies in the upper half of the group order (EIP-2), so the same signature has a second form. */
export class SignatureHighS extends SignatureError {
  override readonly code = 'bad-signature-high-s';

  constructor() {
    super('The signature is not canonical (high s); sign with a library that keeps s low (EIP-2).');
  }
}

/** No public key belongs to this signature and digest. */
export class SignatureUnrecoverable extends SignatureError {
  override readonly code = 'bad-signature-unrecoverable';

  constructor(options?: ErrorOptions) {
    super('No key can have made this signature; sign the message again.', options);
  }
}

/** A well-formed signature by `actual` where `expected` must sign. */
export class WrongSigner extends SignatureError {
  override readonly code = 'wrong-signer';
  readonly expected: string;
  readonly actual: Address;

  constructor(expected: string, actual: Address) {
    super(`The signature is by ${actual}; ${expected} must sign this message.`);
    this.expected = expected;
    this.actual = actual;
  }
}

/** Not a secp256k1 secret key: not 32 bytes, zero, or not below the group order. Never shows the key. */
export class SecretKeyInvalid extends SignatureError {
  override readonly code = 'bad-secret-key';

  constructor() {
    super('A secret key is 32 bytes holding a number from 1 to the group order less one.');
  }
}

/** Sign the 32-byte `digest`; deterministic (RFC 6979), low s. Throws {@link SecretKeyInvalid}. */
export function signDigest(digest: Uint8Array, secretKey: Uint8Array): Bytes {
  requireDigest(digest);
  if (!secp256k1.utils.isValidSecretKey(secretKey)) throw new SecretKeyInvalid();
  const recovered = secp256k1.sign(digest, secretKey, { prehash: false, lowS: true, format: 'recovered' });
  // The library puts the recovery bit first; Ethereum puts 27 more than it last.
  return concat(recovered.subarray(1), Uint8Array.of(27 + recovered[0]!));
}

/**
 * Return the address whose key made `signature` over the 32-byte `digest`.
 *
 * Throws {@link SignatureLengthError}, {@link SignatureRecoveryIdError}, {@link SignatureHighS} or
 * {@link SignatureUnrecoverable}.
 */
export function recoverDigest(digest: Uint8Array, signature: Uint8Array): Address {
  requireDigest(digest);
  if (signature.length !== SIGNATURE_LENGTH) throw new SignatureLengthError(signature.length);
  const v = signature[64]!;
  if (v !== 27 && v !== 28) throw new SignatureRecoveryIdError(v);
  if (toBigInt(signature.subarray(32, 64)) > GROUP_ORDER / 2n) throw new SignatureHighS();
  const recoverable = concat(Uint8Array.of(v - 27), signature.subarray(0, 64));
  try {
    return addressOfPublicKey(secp256k1.recoverPublicKey(recoverable, digest, { prehash: false }));
  } catch (error) {
    throw new SignatureUnrecoverable({ cause: error });
  }
}

/**
 * Return if the address `expected` made `signature`.
 *
 * Throws {@link WrongSigner}, or what {@link recoverDigest} throws.
 */
export function verifyDigest(digest: Uint8Array, signature: Uint8Array, expected: string): void {
  const actual = recoverDigest(digest, signature);
  if (actual !== toAddress(expected)) throw new WrongSigner(expected, actual);
}

/** Return the EIP-191 (version 0x45, `personal_sign`) digest of `text`. */
export function personalMessageDigest(text: Uint8Array): Bytes {
  return keccak256(utf8(`\x19Ethereum Signed Message:\n${text.length}`), text);
}

function requireDigest(digest: Uint8Array): void {
  if (digest.length !== 32) throw new InvalidInput(`A digest has 32 bytes, not ${digest.length}.`);
}
