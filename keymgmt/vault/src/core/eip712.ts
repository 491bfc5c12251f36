/**
 * EIP-712 typed messages.
 *
 * A struct is declared once, its fields in EIP-712's order; the type of its values follows from the declaration:
 *
 * ```ts
 * export const Grant = struct('Grant', { slot: 'address', grantId: 'bytes32', expiry: 'uint64', nonce: 'uint256' });
 * export type Grant = StructValue<typeof Grant>;
 * const grant = Grant.make({ slot, grantId, expiry, nonce });
 * ```
 *
 * A field is an atomic type, another struct, or an array of either (`'bytes32[]'`, `arrayOf(SectionEpoch)`). `make`
 * checks and normalises (addresses to EIP-55) and freezes, so a message that exists can be hashed.
 *
 * Integers up to 64 bits are numbers and must be safe integers, as canonical JSON has them; uint256 is a bigint.
 */

import { type Address, addressBytes, toAddress } from './addresses.ts';
import { bigEndian, type Bytes, pad, utf8 } from './bytes.ts';
import { keccak256 } from './hashes.ts';
import { recoverDigest, signDigest, verifyDigest } from './secp256k1.ts';
import type { Fields, Struct, Values } from './typedStruct.ts';

export {
  type AnyStruct,
  arrayOf,
  type AtomicName,
  type Fields,
  type FieldType,
  InvalidTypedData,
  Struct,
  struct,
  type StructArray,
  type StructInput,
  type StructValue,
} from './typedStruct.ts';

/** Return EIP-712's `hashStruct`, 32 bytes; with a random salt inside, a hiding commitment to the message. */
export function hashStruct<F extends Fields>(type: Struct<F>, message: Values<F>): Bytes {
  // Checked again: a plain object of the right shape passes TypeScript's types without having been made.
  return keccak256(type.encodeData(type.check(message, type.name)));
}

/** An EIP-712 domain; `verifyingContract` is left out of messages that no contract checks. */
export interface Domain {
  readonly name: string;
  readonly version: string;
  readonly chainId: number | bigint;
  readonly verifyingContract?: string;
}

/** The domain name of messages between people, nodes and the platform. */
export const OFF_CHAIN_DOMAIN_NAME = 'medixain';

/** Return the domain of the messages between people, nodes and the platform (docs/spec/README.md). */
export function offChainDomain(chainId: number | bigint): Domain {
  return { name: OFF_CHAIN_DOMAIN_NAME, version: '1', chainId };
}

/** Return the domain of the messages that `contract` checks. */
export function contractDomain(name: string, chainId: number | bigint, contract: string): Domain {
  return { name, version: '1', chainId, verifyingContract: toAddress(contract) };
}

/** Return the domain separator, 32 bytes. */
export function domainSeparator(domain: Domain): Bytes {
  const fields = ['string name', 'string version', 'uint256 chainId'];
  const values = [keccak256(utf8(domain.name)), keccak256(utf8(domain.version)), bigEndian(domain.chainId, 32)];
  if (domain.verifyingContract !== undefined) {
    fields.push('address verifyingContract');
    values.push(pad(addressBytes(domain.verifyingContract), 32, 'start'));
  }
  return keccak256(keccak256(utf8(`EIP712Domain(${fields.join(',')})`)), ...values);
}

/** Return the 32 bytes that are signed: keccak256(0x19 0x01 || domain separator || hashStruct(message)). */
export function digest<F extends Fields>(domain: Domain, type: Struct<F>, message: Values<F>): Bytes {
  return keccak256(Uint8Array.of(0x19, 0x01), domainSeparator(domain), hashStruct(type, message));
}

/** Sign `message` with the 32-byte `secretKey`; returns 65 bytes r || s || v, low s. Throws `SecretKeyInvalid`. */
export function sign<F extends Fields>(
  domain: Domain,
  type: Struct<F>,
  message: Values<F>,
  secretKey: Uint8Array,
): Bytes {
  return signDigest(digest(domain, type, message), secretKey);
}

/** Return the EIP-55 address that signed `message`; throws a `SignatureError` for a malformed signature. */
export function recover<F extends Fields>(
  domain: Domain,
  type: Struct<F>,
  message: Values<F>,
  signature: Uint8Array,
): Address {
  return recoverDigest(digest(domain, type, message), signature);
}

/** Return if `signer` signed `message`; throws `WrongSigner` or another `SignatureError`. */
export function verify<F extends Fields>(
  domain: Domain,
  type: Struct<F>,
  message: Values<F>,
  signature: Uint8Array,
  signer: string,
): void {
  verifyDigest(digest(domain, type, message), signature, signer);
}
