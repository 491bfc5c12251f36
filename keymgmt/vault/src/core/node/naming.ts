/**
 * What a professional and its institution are called, as far as it follows from what m nodes attest (nodes.md, Names).
 *
 * The platform keeps names, and anybody can write one beside an address. A professional's is believed when the key that
 * the nodes attest for its institution signed it, an institution's when its hash is the profile it was admitted with.
 */

import { equalBytes, utf8 } from '../bytes.ts';
import { isObject, type Json } from '../canonical.ts';
import { offChainDomain, verify } from '../eip712.ts';
import { MedixainError } from '../errors.ts';
import { keccak256 } from '../hashes.ts';
import { fromHex } from '../hex.ts';
import { ProfessionalName } from '../keys/messages.ts';
import type { ProfessionalStatement } from './messages.ts';
import { fromJson } from './wire.ts';

/** Bytes of a signature. */
const SIGNATURE = 65;

/** Return the name in `row` (name, name_time, name_signature), null unless the institution signed it. */
export function professionalName(statement: ProfessionalStatement, row: Json): string | null {
  const { wallet, institution, institutionKey, chainId } = statement;
  if (!isObject(row)) return null;
  const { name = null, name_time: time = null, name_signature: signature } = row;
  if (typeof signature !== 'string') return null;
  try {
    const message = fromJson(ProfessionalName, { wallet, institution, name, time });
    verify(offChainDomain(Number(chainId)), ProfessionalName, message, fromHex(signature, SIGNATURE), institutionKey);
    return message.name === '' ? null : message.name;
  } catch (error) {
    if (error instanceof MedixainError) return null;
    throw error;
  }
}

/** Return `name` if it is the one that the professional's institution was admitted under, else null. */
export function institutionName({ institutionProfile }: ProfessionalStatement, name: string | null): string | null {
  return name !== null && name !== '' && equalBytes(keccak256(utf8(name)), institutionProfile) ? name : null;
}
