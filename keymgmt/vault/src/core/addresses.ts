/** Account addresses: 20 bytes on the wire, EIP-55 strings everywhere a person or a JSON document sees them. */

import { secp256k1 } from '@noble/curves/secp256k1.js';

import { bigEndian, type Bytes, concat, utf8 } from './bytes.ts';
import { InvalidInput } from './errors.ts';
import { keccak256 } from './hashes.ts';
import { fromHex, hexDigits } from './hex.ts';

declare const ADDRESS: unique symbol;
/** An EIP-55 checksummed address. Made only by the functions of this module. */
export type Address = string & { readonly [ADDRESS]: true };

const HEX_ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/** Twenty zero bytes. */
export const ZERO_ADDRESS = `0x${'00'.repeat(20)}` as Address;

/** Not a 20-byte address, or one whose mixed-case letters contradict its EIP-55 checksum. */
export class InvalidAddress extends InvalidInput {
  override readonly code = 'invalid-address';
}

/**
 * Return `value` (20 bytes, or `0x` and 40 hex digits) as an EIP-55 address.
 *
 * All-lower and all-upper case are accepted as carrying no checksum; mixed case must be the right one, because a wrong
 * one is how a mistyped address shows. Throws {@link InvalidAddress}.
 */
export function toAddress(value: string | Uint8Array): Address {
  if (typeof value !== 'string') {
    if (value.length !== 20) throw new InvalidAddress(`An address has 20 bytes, not ${value.length}.`);
    return checksummed(hexDigits(value));
  }
  if (!HEX_ADDRESS.test(value)) {
    throw new InvalidAddress(`Give an address as 0x and 40 hexadecimal digits, not ${JSON.stringify(value)}.`);
  }
  const digits = value.slice(2);
  const address = checksummed(digits.toLowerCase());
  if (digits !== digits.toLowerCase() && digits !== digits.toUpperCase() && address !== value) {
    throw new InvalidAddress(`The address ${value} fails its EIP-55 checksum; check it for a typing error.`);
  }
  return address;
}

/** Return the 20 bytes of `address`; throws {@link InvalidAddress}. */
export function addressBytes(address: string): Bytes {
  return fromHex(toAddress(address).toLowerCase());
}

/**
 * Return the address of a secp256k1 public key (33 or 65 bytes): the right 160 bits of keccak256(x || y).
 *
 * Throws {@link InvalidInput} for bytes that are no point of the curve.
 */
export function addressOfPublicKey(publicKey: Uint8Array): Address {
  try {
    return addressOfPoint(secp256k1.Point.fromBytes(publicKey).toBytes(false));
  } catch (error) {
    throw new InvalidInput('These bytes are no secp256k1 public key.', { cause: error });
  }
}

/** Return the address of the 32-byte secp256k1 `secretKey`; throws {@link InvalidInput} for an invalid one. */
export function addressOfSecretKey(secretKey: Uint8Array): Address {
  if (!secp256k1.utils.isValidSecretKey(secretKey)) {
    throw new InvalidInput('These bytes are no secp256k1 secret key.');
  }
  return addressOfPoint(secp256k1.getPublicKey(secretKey, false));
}

/**
 * Return the address CREATE gives the contract that `deployer` creates with transaction `nonce`: the right 160 bits of
 * keccak256(rlp([deployer, nonce])) (yellow paper, section 7).
 */
export function createdAddress(deployer: string, nonce: number): Address {
  if (!Number.isSafeInteger(nonce) || nonce < 0) throw new InvalidInput('A nonce is a natural number.');
  const digits = nonce === 0 ? 0 : Math.ceil(nonce.toString(16).length / 2);
  // RLP writes a single byte below 0x80 as itself and every other short string behind its length.
  const encoded =
    nonce > 0 && nonce < 0x80 ? Uint8Array.of(nonce) : concat(Uint8Array.of(0x80 + digits), bigEndian(nonce, digits));
  const payload = concat(Uint8Array.of(0x80 + 20), addressBytes(deployer), encoded);
  return toAddress(keccak256(Uint8Array.of(0xc0 + payload.length), payload).slice(12));
}

function addressOfPoint(uncompressed: Uint8Array): Address {
  return toAddress(keccak256(uncompressed.subarray(1)).slice(12));
}

/** EIP-55: a letter is upper case where the digit of keccak256(lower-case hex) at its place is 8 or more. */
function checksummed(digits: string): Address {
  const marks = hexDigits(keccak256(utf8(digits)));
  let address = '0x';
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charAt(index);
    address += marks.charAt(index) >= '8' ? digit.toUpperCase() : digit;
  }
  return address as Address;
}
