/**
 * Keys under a password or a passkey: Argon2id (RFC 9106) or HKDF, then AES-256-GCM.
 *
 * Parameters below the floor are refused on reading too: whoever can change a stored blob must not be able to make the
 * client try a person's password against something cheap.
 */

import { argon2id } from 'hash-wasm';

import { type Bytes, copyOf, randomBytes, utf8 } from '../bytes.ts';
import { derive } from '../hkdf.ts';
import { WeakKeystore, WeakPassword, WrongUnlocker } from './errors.ts';

/** Bytes of every key here. */
export const KEY_LENGTH = 32;
/** Bytes of an AES-GCM nonce. */
export const NONCE_LENGTH = 12;
/** Bytes of a password's salt. */
export const SALT_LENGTH = 16;
/** Characters, after normalisation. */
export const MIN_PASSWORD_LENGTH = 8;

const MIN_MEMORY = 65_536;
const MIN_PASSES = 3;
// Above these a stored blob could freeze or kill the client.
const MAX_MEMORY = 1 << 20;
const MAX_PASSES = 16;
const MAX_LANES = 8;

/** Argon2id's cost: memory `m` in KiB, passes `t`, lanes `p`. The defaults are the floor. */
export class Argon2Parameters {
  readonly m: number;
  readonly t: number;
  readonly p: number;

  /** Throws {@link WeakKeystore} below the floor or above the ceilings. */
  constructor(m = MIN_MEMORY, t = MIN_PASSES, p = 1) {
    if (!(m >= MIN_MEMORY && t >= MIN_PASSES && p >= 1)) {
      throw new WeakKeystore(
        'The keystore asks for weaker password hashing than 64 MiB and 3 passes; do not enter your password.',
      );
    }
    if (m > MAX_MEMORY || t > MAX_PASSES || p > MAX_LANES) {
      throw new WeakKeystore(
        'The keystore asks for more than 1 GiB, 16 passes or 8 lanes; it was not made by medixain.',
      );
    }
    this.m = m;
    this.t = t;
    this.p = p;
  }
}

/** Return the 32-byte Argon2id key of `password` (UTF-8 of its NFKC form). */
export async function passwordKey(password: string, salt: Uint8Array, parameters: Argon2Parameters): Promise<Bytes> {
  const key = await argon2id({
    password: utf8(password.normalize('NFKC')),
    salt,
    memorySize: parameters.m,
    iterations: parameters.t,
    parallelism: parameters.p,
    hashLength: KEY_LENGTH,
    outputType: 'binary',
  });
  return copyOf(key);
}

/** Return the key of a passkey's 32-byte PRF output (WebAuthn `prf` extension); throws {@link WrongUnlocker}. */
export function prfKey(prfOutput: Uint8Array): Bytes {
  if (prfOutput.length !== KEY_LENGTH) throw new WrongUnlocker();
  return derive(prfOutput, 'keystore-prf', KEY_LENGTH);
}

/** Return if `password` may protect a new keystore; throws {@link WeakPassword}. */
export function requirePassword(password: string): void {
  // Characters are code points, as Python counts them.
  if ([...password.normalize('NFKC')].length < MIN_PASSWORD_LENGTH) {
    throw new WeakPassword(`Choose a password of at least ${MIN_PASSWORD_LENGTH} characters.`);
  }
}

/** Return [nonce, ciphertext] under AES-256-GCM with a random nonce. */
export async function encrypt(
  key: Uint8Array,
  plaintext: Uint8Array,
  associated: Uint8Array,
): Promise<[nonce: Bytes, ciphertext: Bytes]> {
  const nonce = randomBytes(NONCE_LENGTH);
  const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: copyOf(associated) };
  return [nonce, new Uint8Array(await crypto.subtle.encrypt(algorithm, await aes(key, 'encrypt'), copyOf(plaintext)))];
}

/** Return the plaintext; throws {@link WrongUnlocker} when the key, nonce, text or associated data differ. */
export async function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  associated: Uint8Array,
): Promise<Bytes> {
  if (nonce.length !== NONCE_LENGTH) throw new WrongUnlocker();
  const algorithm = { name: 'AES-GCM', iv: copyOf(nonce), additionalData: copyOf(associated) };
  const secret = await aes(key, 'decrypt');
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, secret, copyOf(ciphertext)));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'OperationError') throw new WrongUnlocker();
    throw error;
  }
}

function aes(key: Uint8Array, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', copyOf(key), 'AES-GCM', false, [use]);
}
