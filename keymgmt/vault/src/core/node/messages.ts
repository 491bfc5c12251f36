/**
 * The typed messages between people, re-encryption nodes and the platform (docs/spec/nodes.md).
 *
 * All are EIP-712 structs of the off-chain domain `{name: "medixain", version: "1", chainId}`; addresses of nodes are
 * the addresses of their node keys. `time` is the signer's clock in Unix seconds.
 */

import type { Bytes } from '../bytes.ts';
import { hashStruct, struct, type StructValue } from '../eip712.ts';

/** Seconds by which a message's time may differ from the node's clock, either way (nodes.md, "Freshness"). */
export const REQUEST_WINDOW = 60;

/** The slot's current key leaves kfrags with `node`; `contentHash` is `DepositContent.hash`. */
export const KeyDeposit = struct('KeyDeposit', {
  slot: 'address',
  grantId: 'bytes32',
  contentHash: 'bytes32',
  node: 'address',
  time: 'uint64',
});
export type KeyDeposit = StructValue<typeof KeyDeposit>;

/**
 * A professional asks `node` for a fragment of one record, signed by the registered signing key.
 *
 * All nodes asked for one look get the same random `nonce`; it names a record, never a capsule.
 */
export const AccessRequest = struct('AccessRequest', {
  record: 'bytes32',
  grantId: 'bytes32',
  requester: 'address',
  node: 'address',
  nonce: 'bytes32',
  time: 'uint64',
});
export type AccessRequest = StructValue<typeof AccessRequest>;

/** One look of one professional at one record, whichever nodes are asked; its hash is `requestHash`. */
export const Look = struct('Look', { record: 'bytes32', grantId: 'bytes32', requester: 'address', nonce: 'bytes32' });
export type Look = StructValue<typeof Look>;

/** Return what joins the log entries that several nodes keep of one look, 32 bytes. */
export function requestHash({ record, grantId, requester, nonce }: Look): Bytes {
  return hashStruct(Look, { record, grantId, requester, nonce });
}

/** Somebody asks `node` what the chain finally says of a slot; any key may sign. */
export const StateRequest = struct('StateRequest', {
  slot: 'address',
  node: 'address',
  nonce: 'bytes32',
  time: 'uint64',
});
export type StateRequest = StructValue<typeof StateRequest>;

/** Somebody asks `node` what the chain finally says of a professional; any key may sign. */
export const ProfessionalRequest = struct('ProfessionalRequest', {
  wallet: 'address',
  node: 'address',
  nonce: 'bytes32',
  time: 'uint64',
});
export type ProfessionalRequest = StructValue<typeof ProfessionalRequest>;

/** Somebody asks `node` how a professional was registered when a record was anchored; any key may sign. */
export const RegistrationRequest = struct('RegistrationRequest', {
  wallet: 'address',
  slot: 'address',
  record: 'bytes32',
  node: 'address',
  nonce: 'bytes32',
  time: 'uint64',
});
export type RegistrationRequest = StructValue<typeof RegistrationRequest>;

/** The slot's current key asks `node` for its log entries with `slotSeq` > `after`. */
export const LogRequest = struct('LogRequest', { slot: 'address', node: 'address', after: 'uint64', time: 'uint64' });
export type LogRequest = StructValue<typeof LogRequest>;

/** A node's word on a slot at the newest final block; hashes are zero where there is no such document yet. */
export const StateStatement = struct('StateStatement', {
  chainId: 'uint256',
  slot: 'address',
  key: 'address',
  preKey: 'bytes',
  keysetVersion: 'uint64',
  keysetHash: 'bytes32',
  keystoreVersion: 'uint64',
  keystoreHash: 'bytes32',
  recordsHead: 'bytes32',
  recordsCount: 'uint64',
  grantsHead: 'bytes32',
  grantsCount: 'uint64',
  finalHeight: 'uint64',
  finalHash: 'bytes32',
  finalTime: 'uint64',
  nodeTime: 'uint64',
  nodeSet: 'uint32',
});
export type StateStatement = StructValue<typeof StateStatement>;

/**
 * A node's word on a professional at the newest final block: what a patient encrypts to, and who may name it.
 *
 * `institutionKey` is the institution's present key, which signs names; `institutionProfile` the hash of the
 * institution's own name, as the institutions admitted it.
 */
export const ProfessionalStatement = struct('ProfessionalStatement', {
  chainId: 'uint256',
  wallet: 'address',
  signingKey: 'address',
  umbralKey: 'bytes',
  institution: 'address',
  institutionKey: 'address',
  institutionProfile: 'bytes32',
  level: 'uint8',
  authorised: 'bool',
  finalHeight: 'uint64',
  finalHash: 'bytes32',
  nodeTime: 'uint64',
});
export type ProfessionalStatement = StructValue<typeof ProfessionalStatement>;

/** A node's word on the registration that stood when `record` was anchored: what a past signature counts under. */
export const RegistrationStatement = struct('RegistrationStatement', {
  chainId: 'uint256',
  wallet: 'address',
  slot: 'address',
  record: 'bytes32',
  anchoredAt: 'uint64',
  signingKey: 'address',
  institution: 'address',
  finalHeight: 'uint64',
  finalHash: 'bytes32',
  nodeTime: 'uint64',
});
export type RegistrationStatement = StructValue<typeof RegistrationStatement>;

/** A node vouches for the cfrag it gave out; `cfragHash` is its keccak256, `seq` the log entry's number. */
export const Fragment = struct('Fragment', {
  record: 'bytes32',
  grantId: 'bytes32',
  requester: 'address',
  nonce: 'bytes32',
  cfragHash: 'bytes32',
  seq: 'uint64',
});
export type Fragment = StructValue<typeof Fragment>;

/**
 * One numbered entry of a node's log; `previous` is the hash of entry `seq` - 1, zero for the first (seq 1).
 *
 * `outcome` is `given` or the true error code, `slotSeq` counts the entries of one slot from 1 so that an owner sees a
 * missing one. The slot is zero when the request leads to none.
 */
export const LogEntry = struct('LogEntry', {
  seq: 'uint64',
  previous: 'bytes32',
  slotSeq: 'uint64',
  slot: 'address',
  record: 'bytes32',
  grantId: 'bytes32',
  requester: 'address',
  purpose: 'string',
  outcome: 'string',
  time: 'uint64',
  requestHash: 'bytes32',
});
export type LogEntry = StructValue<typeof LogEntry>;

/**
 * A node's word on how far a slot's log goes: `slotSeq` of its newest entry, 0 if there is none.
 *
 * Without it, whoever stands between a node and the owner could leave out the newest looks.
 */
export const LogLength = struct('LogLength', { slot: 'address', node: 'address', slotSeq: 'uint64', time: 'uint64' });
export type LogLength = StructValue<typeof LogLength>;
