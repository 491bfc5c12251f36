/**
 * The EIP-712 messages to contracts that a person's client signs or reads, and the commitments the contracts hold
 * (docs/spec/contracts.md; `contracts/bindings/messages.py`). Votes on miners, voters and parameters are not here:
 * institutions cast them with their own signers.
 *
 * Each message ends in `nonce` (random 256 bits, used once per signer, in no order; {@link freshNonce}) and `deadline`
 * (Unix seconds, at most {@link MAX_LIFETIME} ahead).
 */

import { type Bytes, randomBytes, toBigInt } from '../bytes.ts';
import { arrayOf, hashStruct, struct, type StructValue } from '../eip712.ts';

/** Seconds a message's deadline may lie ahead of the block that takes it (`SignedMessages.MAX_LIFETIME`). */
export const MAX_LIFETIME = 7 * 24 * 3600;

/** Return a random 256-bit nonce. */
export function freshNonce(): bigint {
  return toBigInt(randomBytes(32));
}

/** What an institution is admitted as; the bits of `Admission.roles`. */
export const Role = { kyc: 1, clinical: 2, insurer: 4, pharma: 8, miner: 16, research: 32 } as const;
export type Role = (typeof Role)[keyof typeof Role];

/** A professional's level; an institution without `Role.clinical` registers at most `research`. */
export const AccessLevel = { administrative: 1, research: 2, clinical: 3, seniorClinical: 4 } as const;
export type AccessLevel = (typeof AccessLevel)[keyof typeof AccessLevel];

/** Which document of a slot a hash on chain stands for. */
export const DocumentKind = { keyset: 1, keystore: 2, guardians: 3, emergency: 4 } as const;
export type DocumentKind = (typeof DocumentKind)[keyof typeof DocumentKind];

/** What a grant opens: named records, or sections with their later records. */
export const GrantKind = { records: 1, sections: 2 } as const;
export type GrantKind = (typeof GrantKind)[keyof typeof GrantKind];

/** State of a grant id on chain; `withdrawn` is final, also for an id that was never granted. */
export const GrantStatus = { none: 0, active: 1, withdrawn: 2 } as const;
export type GrantStatus = (typeof GrantStatus)[keyof typeof GrantStatus];

/** How every message ends. */
const ENDING = { nonce: 'uint256', deadline: 'uint64' } as const;

// ---- any contract --------------------------------------------------------------------------------------------------

/** The signer takes back messages that were signed but not delivered yet, by their nonces. */
export const Cancellation = struct('Cancellation', { signer: 'address', nonces: 'uint256[]', ...ENDING });
export type Cancellation = StructValue<typeof Cancellation>;

// ---- InstitutionRegistry -------------------------------------------------------------------------------------------

/** Institutions vote to admit `institution` or to change its roles ({@link Role} bits) and profile hash. */
export const Admission = struct('Admission', {
  institution: 'address',
  roles: 'uint8',
  profile: 'bytes32',
  ...ENDING,
});
export type Admission = StructValue<typeof Admission>;

/** An institution authorises a professional; signed by the professional's `wallet` key and by the institution. */
export const Registration = struct('Registration', {
  wallet: 'address',
  signingKey: 'address',
  umbralKey: 'bytes',
  institution: 'address',
  level: 'uint8',
  validUntil: 'uint64',
  ...ENDING,
});
export type Registration = StructValue<typeof Registration>;

/** The professional's institution suspends a professional or ends its own suspension. */
export const Suspension = struct('Suspension', { wallet: 'address', suspended: 'bool', ...ENDING });
export type Suspension = StructValue<typeof Suspension>;

// ---- WalletRegistry ------------------------------------------------------------------------------------------------

/** KYC institutions attest that a person stands behind a wallet commitment and has no other wallet. */
export const Attestation = struct('Attestation', {
  commitment: 'bytes32',
  nullifier: 'bytes32',
  institution: 'address',
  ...ENDING,
});
export type Attestation = StructValue<typeof Attestation>;

/** A layer's slot enters the chain, signed by the slot's first key, whose address is the slot id for ever. */
export const SlotOpening = struct('SlotOpening', {
  slot: 'address',
  walletCommitment: 'bytes32',
  preKey: 'bytes',
  ...ENDING,
});
export type SlotOpening = StructValue<typeof SlotOpening>;

/** The next version of one of a slot's documents ({@link DocumentKind}), signed by the slot's current key. */
export const Document = struct('Document', {
  slot: 'address',
  kind: 'uint8',
  version: 'uint64',
  hash: 'bytes32',
  ...ENDING,
});
export type Document = StructValue<typeof Document>;

/** The slot's current key names its successor and the new PRE-signing key, at once. */
export const KeyRotation = struct('KeyRotation', {
  slot: 'address',
  newKey: 'address',
  newPreKey: 'bytes',
  ...ENDING,
});
export type KeyRotation = StructValue<typeof KeyRotation>;

/** Guardians name a new key for a slot whose key is lost; it counts after the delay unless vetoed. */
export const Recovery = struct('Recovery', { slot: 'address', newKey: 'address', newPreKey: 'bytes', ...ENDING });
export type Recovery = StructValue<typeof Recovery>;

/** The slot's current key stops a recovery that waits. */
export const Veto = struct('Veto', { slot: 'address', ...ENDING });
export type Veto = StructValue<typeof Veto>;

// ---- RecordRegistry ------------------------------------------------------------------------------------------------

/** The slot's owner lets an author pseudonym append until `until` (Unix seconds); 0 ends it. */
export const AuthorRight = struct('AuthorRight', { slot: 'address', author: 'address', until: 'uint64', ...ENDING });
export type AuthorRight = StructValue<typeof AuthorRight>;

/** A record enters a slot's history, signed by `originator`; `ipfs` is a binary CIDv1 (container.md). */
export const Anchor = struct('Anchor', {
  record: 'bytes32',
  slot: 'address',
  originator: 'address',
  ipfs: 'bytes',
  kcHash: 'bytes32',
  ...ENDING,
});
export type Anchor = StructValue<typeof Anchor>;

/** The slot's owner marks a record removed; its history item stays. */
export const Removal = struct('Removal', { slot: 'address', record: 'bytes32', ...ENDING });
export type Removal = StructValue<typeof Removal>;

// ---- AccessGrants --------------------------------------------------------------------------------------------------

/** The slot's owner makes a grant permitted; `grantId` is the hash of its {@link GrantOpening}. */
export const Grant = struct('Grant', {
  slot: 'address',
  grantId: 'bytes32',
  expiry: 'uint64',
  nodeSet: 'uint32',
  ...ENDING,
});
export type Grant = StructValue<typeof Grant>;

/** The slot's owner withdraws grants, also such as were signed but not delivered yet. */
export const Withdrawal = struct('Withdrawal', { slot: 'address', grantIds: 'bytes32[]', ...ENDING });
export type Withdrawal = StructValue<typeof Withdrawal>;

// ---- commitments (off-chain domain; only their hashStruct reaches the chain) ---------------------------------------

/** Opens `Attestation.commitment` and `SlotOpening.walletCommitment`; `salt` is random. */
export const WalletCommitment = struct('WalletCommitment', { wallet: 'address', salt: 'bytes32' });
export type WalletCommitment = StructValue<typeof WalletCommitment>;

/** One section of a section grant, by its opaque tag, in one epoch. */
export const SectionEpoch = struct('SectionEpoch', { tag: 'bytes16', epoch: 'uint32' });
export type SectionEpoch = StructValue<typeof SectionEpoch>;

/** Opens a grant id: who may read what, for what purpose, until when; shown to the nodes that must check it. */
export const GrantOpening = struct('GrantOpening', {
  slot: 'address',
  grantee: 'address',
  granteeKey: 'bytes',
  kind: 'uint8',
  records: 'bytes32[]',
  sections: arrayOf(SectionEpoch),
  purpose: 'string',
  expiry: 'uint64',
  nodeSet: 'uint32',
  salt: 'bytes32',
});
export type GrantOpening = StructValue<typeof GrantOpening>;

/** Return the grant id, hashStruct of its opening, 32 bytes (docs/spec/contracts.md, AccessGrants). */
export function grantId(opening: GrantOpening): Bytes {
  return hashStruct(GrantOpening, opening);
}
