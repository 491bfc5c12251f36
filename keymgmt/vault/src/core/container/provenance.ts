/**
 * Who vouches for a record, readable by whoever can read the record and by no server.
 *
 * `nonce (12) || AES-256-GCM` of canonical JSON under HKDF(K, "provenance"), header as associated data. It hangs on the
 * data key K and not on pk_r, because a grantee of a single record gets K from the nodes and never sk_r.
 */

import { type Address, toAddress } from '../addresses.ts';
import { type Bytes, concat, copyOf, pad, randomBytes } from '../bytes.ts';
import { encode, hasExactly, isObject, type Json, parseAnyForm } from '../canonical.ts';
import { InvalidInput } from '../errors.ts';
import { fromHex, toHex } from '../hex.ts';
import { SIGNATURE_LENGTH } from '../secp256k1.ts';
import { SealedBoxUnopenable } from './errors.ts';
import type { Header } from './header.ts';
import { Aes256Gcm, AuthenticationFailed, derive, NONCE_SIZE } from './primitives.ts';

/** The professional's wallet, its institution, and the 65-byte signature of the `RecordStatement`. */
export interface Provenance {
  readonly professional: Address;
  readonly institution: Address;
  readonly signature: Bytes;
}

/** The record a provenance belongs to, and its data key (32 bytes). */
export interface OfRecord {
  readonly header: Header;
  readonly key: Uint8Array;
}

/** Return `provenance` encrypted under the record's data key; throws {@link WrongRecordKey}. */
export async function sealProvenance(provenance: Provenance, { header, key }: OfRecord): Promise<Bytes> {
  header.checkKey(key);
  const plaintext = encode({
    institution: provenance.institution,
    professional: provenance.professional,
    signature: toHex(provenance.signature),
  });
  const nonce = randomBytes(NONCE_SIZE);
  const cipher = await Aes256Gcm.of(derive(key, 'provenance'));
  return concat(nonce, await cipher.seal(nonce, plaintext, header.encode()));
}

/**
 * Return the provenance; its signature is still to be checked against the registry.
 *
 * Throws {@link WrongRecordKey}, and {@link SealedBoxUnopenable} for anything altered or malformed.
 */
export async function openProvenance(sealed: Uint8Array, { header, key }: OfRecord): Promise<Provenance> {
  header.checkKey(key);
  const nonce = pad(sealed.subarray(0, NONCE_SIZE), NONCE_SIZE, 'end');
  const cipher = await Aes256Gcm.of(derive(key, 'provenance'));
  try {
    return provenanceIn(parseAnyForm(await cipher.open(nonce, copyOf(sealed.subarray(NONCE_SIZE)), header.encode())));
  } catch (error) {
    if (!(error instanceof AuthenticationFailed || error instanceof InvalidInput)) throw error;
    throw new SealedBoxUnopenable('provenance', { cause: error });
  }
}

function provenanceIn(document: Json): Provenance {
  if (!isObject(document) || !hasExactly(document, ['institution', 'professional', 'signature'])) {
    throw new SealedBoxUnopenable('provenance');
  }
  const { professional, institution, signature } = document;
  if (typeof professional !== 'string' || typeof institution !== 'string' || typeof signature !== 'string') {
    throw new SealedBoxUnopenable('provenance');
  }
  return {
    professional: toAddress(professional),
    institution: toAddress(institution),
    signature: fromHex(signature, SIGNATURE_LENGTH),
  };
}
