/**
 * Proofs of Merkle trees over log entries, as OpenZeppelin's `StandardMerkleTree` and `MerkleProof` have them.
 *
 * A leaf is keccak256(keccak256(abi.encode(bytes32 entry hash))): hashed twice, so that no inner node can pass for a
 * leaf. Pairs are sorted before hashing.
 */

import { type Bytes, compareBytes, equalBytes } from '../bytes.ts';
import { InvalidInput } from '../errors.ts';
import { keccak256 } from '../hashes.ts';

/** Return the leaf of a 32-byte entry hash; throws {@link InvalidInput} for another length. */
export function leafHash(entryHash: Uint8Array): Bytes {
  if (entryHash.length !== 32) throw new InvalidInput(`An entry hash has 32 bytes, not ${entryHash.length}.`);
  return keccak256(keccak256(entryHash));
}

/** Whether `proof` leads from the entry to `root` (OpenZeppelin `MerkleProof.verify`). */
export function verifyProof(entryHash: Uint8Array, proof: readonly Uint8Array[], root: Uint8Array): boolean {
  if (proof.some((sibling) => sibling.length !== 32)) return false;
  return equalBytes(proof.reduce(hashPair, leafHash(entryHash)), root);
}

function hashPair(left: Uint8Array, right: Uint8Array): Bytes {
  return compareBytes(left, right) < 0 ? keccak256(left, right) : keccak256(right, left);
}
