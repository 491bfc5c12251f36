/**
 * Sealed key Kc and owner's envelope: the two Umbral ciphertexts of a record, both encoded as `Sealed` of `pre`.
 *
 * Kc holds the record's data key under the record's own public key; the envelope holds the record's secret key under
 * the owner's section epoch key. A record grant re-encrypts the first, a section grant the second.
 */

import { type Bytes, concat } from '../bytes.ts';
import { InvalidInput } from '../errors.ts';
import { keccak256 } from '../hashes.ts';
import {
  CannotOpen,
  MalformedEncoding,
  type PublicKey,
  seal,
  Sealed,
  SecretKey,
  unseal,
  unsealReencrypted,
  type VerifiedCFrag,
} from '../pre/index.ts';
import { SealedBoxUnopenable } from './errors.ts';
import { KEY_SIZE } from './primitives.ts';

const KEY_VERSION = 1;

/** What a grantee opens a box with: the exchange key, pk_r, and fragments of at least a threshold of nodes. */
export interface Reencrypted {
  readonly receivingKey: SecretKey;
  readonly recordPublicKey: PublicKey;
  readonly fragments: readonly VerifiedCFrag[];
}

/** Return keccak256 of an encoded Kc or envelope: the `kcHash` and `envelopeHash` of the signed messages. */
export function hashOf(box: Uint8Array): Bytes {
  return keccak256(box);
}

/** Return the capsule and ciphertext of an encoded Kc or envelope; throws `MalformedEncoding`. */
export function parseSealedBox(data: Uint8Array): Sealed {
  return Sealed.parse(data);
}

/** Return Kc: the 32-byte data key and a version byte, encrypted to pk_r. */
export function sealKey(recordPublicKey: PublicKey, key: Uint8Array): Bytes {
  if (key.length !== KEY_SIZE) {
    throw new InvalidInput(`A record's data key has ${KEY_SIZE} bytes, not ${key.length}.`);
  }
  return seal(recordPublicKey, concat(key, Uint8Array.of(KEY_VERSION))).bytes;
}

/**
 * Return the data key in Kc, opened with sk_r.
 *
 * Throws `MalformedEncoding` for other bytes than a Kc's and {@link SealedBoxUnopenable}.
 */
export function openKey(sealedKey: Uint8Array, recordSecretKey: SecretKey): Bytes {
  return dataKey(opened('sealed key', () => unseal(recordSecretKey, Sealed.parse(sealedKey))));
}

/** Return the data key in Kc from at least threshold fragments (a record grant); throws as {@link openKey}. */
export function openReencryptedKey(sealedKey: Uint8Array, by: Reencrypted): Bytes {
  const sealed = Sealed.parse(sealedKey);
  return dataKey(
    opened('sealed key', () => unsealReencrypted(by.receivingKey, by.recordPublicKey, sealed, by.fragments)),
  );
}

/** Return the owner's envelope: sk_r (32 bytes, big-endian) encrypted to the live section epoch key. */
export function sealEnvelope(sectionPublicKey: PublicKey, recordSecretKey: SecretKey): Bytes {
  const secret = recordSecretKey.secretBytes();
  try {
    return seal(sectionPublicKey, secret).bytes;
  } finally {
    secret.fill(0);
  }
}

/**
 * Return sk_r from the envelope, checked to belong to pk_r.
 *
 * Throws `MalformedEncoding`, and {@link SealedBoxUnopenable} also when it holds another record's key.
 */
export function openEnvelope(envelope: Uint8Array, sectionKey: SecretKey, recordPublicKey: PublicKey): SecretKey {
  return recordSecretKeyOf(
    opened('envelope', () => unseal(sectionKey, Sealed.parse(envelope))),
    recordPublicKey,
  );
}

/** Return sk_r from at least threshold fragments (a section grant); throws as {@link openEnvelope}. */
export function openReencryptedEnvelope(
  envelope: Uint8Array,
  by: Reencrypted & { readonly sectionPublicKey: PublicKey },
): SecretKey {
  const sealed = Sealed.parse(envelope);
  return recordSecretKeyOf(
    opened('envelope', () => unsealReencrypted(by.receivingKey, by.sectionPublicKey, sealed, by.fragments)),
    by.recordPublicKey,
  );
}

function opened(what: string, open: () => Bytes): Bytes {
  try {
    return open();
  } catch (error) {
    throw error instanceof CannotOpen ? new SealedBoxUnopenable(what, { cause: error }) : error;
  }
}

function dataKey(plaintext: Bytes): Bytes {
  if (plaintext.length !== KEY_SIZE + 1 || plaintext[KEY_SIZE] !== KEY_VERSION) {
    throw new SealedBoxUnopenable('sealed key');
  }
  return plaintext.slice(0, KEY_SIZE);
}

function recordSecretKeyOf(plaintext: Bytes, recordPublicKey: PublicKey): SecretKey {
  const secretKey = secretKeyOf(plaintext);
  if (!secretKey.publicKey.equals(recordPublicKey)) throw new SealedBoxUnopenable('envelope');
  return secretKey;
}

function secretKeyOf(plaintext: Bytes): SecretKey {
  try {
    return new SecretKey(plaintext);
  } catch (error) {
    throw error instanceof MalformedEncoding ? new SealedBoxUnopenable('envelope', { cause: error }) : error;
  } finally {
    plaintext.fill(0);
  }
}
