/** Pages of a node's access log: entries with the request they record and, once rooted on chain, a Merkle proof. */

import { type Bytes, equalBytes } from '../bytes.ts';
import { hasExactly, isObject, type Json, type JsonObject } from '../canonical.ts';
import { hashStruct } from '../eip712.ts';
import { toHex } from '../hex.ts';
import { SIGNATURE_LENGTH } from '../secp256k1.ts';
import type { NodeRef } from './asking.ts';
import { BadAnswer, Malformed, Refusal } from './errors.ts';
import { verifyProof } from './merkle.ts';
import { AccessRequest, LogEntry, requestHash } from './messages.ts';
import { fromJson, parseHex } from './wire.ts';

/**
 * A verified log entry of `node`.
 *
 * `request` is signed by `signature`, whose signer the caller compares with the registered key. With `root` the caller
 * asks the chain (`AccessLog.rootAt(node, root.index)`) whether the entry is final; null: not yet.
 */
export interface ProvenLogEntry {
  readonly node: string;
  readonly entry: LogEntry;
  readonly request: AccessRequest;
  readonly signature: Bytes;
  readonly root: { readonly index: number; readonly hash: Bytes } | null;
}

/**
 * Return the entries of one page of `node`'s log of `slot` after the number `last`.
 *
 * Checked are hashes, order and gaps, Merkle proofs and that each entry records the request beside it; throws
 * {@link BadAnswer} for anything else.
 */
export function logPage(node: NodeRef, slot: string, last: number, answer: JsonObject): readonly ProvenLogEntry[] {
  const rows = answer['entries'];
  if (!Array.isArray(rows)) throw new BadAnswer(node.address, 'no entries');
  return rows.map((row: Json, index) => {
    const proven = provenRow(node, row);
    if (proven.entry.slot !== slot || proven.entry.slotSeq !== last + 1 + index) {
      throw new BadAnswer(node.address, 'a gap in the log');
    }
    return proven;
  });
}

/**
 * Return the entries that all nodes keep of one look together, the newest look first.
 *
 * One look is what has one request hash; its time is that of its earliest entry.
 */
export function joinedLooks(entries: Iterable<ProvenLogEntry>): readonly (readonly ProvenLogEntry[])[] {
  const looks = [...Map.groupBy(entries, (proven) => toHex(proven.entry.requestHash)).values()];
  return looks.sort((left, right) => timeOf(right) - timeOf(left));
}

function timeOf(look: readonly ProvenLogEntry[]): number {
  return look.reduce((earliest, proven) => Math.min(earliest, proven.entry.time), Number.POSITIVE_INFINITY);
}

function provenRow(node: NodeRef, row: Json): ProvenLogEntry {
  try {
    return provenEntry(node, row);
  } catch (error) {
    throw error instanceof Refusal ? new BadAnswer(node.address, error.code, { cause: error }) : error;
  }
}

function provenEntry(node: NodeRef, row: Json): ProvenLogEntry {
  if (!isObject(row) || !hasExactly(row, ['entry', 'request', 'signature', 'proof', 'root'])) {
    throw new Malformed('A log entry holds exactly entry, request, signature, proof and root.');
  }
  const entry = fromJson(LogEntry, row['entry']);
  const request = fromJson(AccessRequest, row['request']);
  const signature = parseHex(row['signature'], 'signature', SIGNATURE_LENGTH);
  if (!records(entry, request) || request.node !== node.address) {
    throw new Malformed('A log entry does not record the request beside it.');
  }
  return { node: node.address, entry, request, signature, root: provenRoot(entry, row['root'], row['proof']) };
}

function records(entry: LogEntry, request: AccessRequest): boolean {
  return (
    equalBytes(request.record, entry.record) &&
    equalBytes(request.grantId, entry.grantId) &&
    request.requester === entry.requester &&
    equalBytes(requestHash(request), entry.requestHash)
  );
}

function provenRoot(entry: LogEntry, root: unknown, proof: unknown): ProvenLogEntry['root'] {
  if (root === null) return null;
  if (!isObject(root) || !Array.isArray(proof) || !Number.isSafeInteger(root['index'])) {
    throw new Malformed("A log entry's root holds index, from, to and root.");
  }
  const hash = parseHex(root['root'], 'root', 32);
  const siblings = proof.map((sibling: unknown) => parseHex(sibling, 'proof', 32));
  if (!verifyProof(hashStruct(LogEntry, entry), siblings, hash)) {
    throw new Malformed("A log entry's Merkle proof does not verify.");
  }
  return { index: Number(root['index']), hash };
}
