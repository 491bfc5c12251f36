/** Off-chain messages between people and nodes (docs/spec/keys.md, container.md); EIP-712, off-chain domain. */

import { struct, type StructValue } from '../eip712.ts';

/** A patient's slot introduces itself to one professional, with or without the right to append. */
export const Introduction = struct('Introduction', {
  slot: 'address',
  layer: 'string',
  professional: 'address',
  walletId: 'bytes20',
  keysetHash: 'bytes32',
  append: 'bool',
  until: 'uint64',
  salt: 'bytes32',
});
/** Values of {@link Introduction}. */
export type Introduction = StructValue<typeof Introduction>;

/** Where a wallet's inbox is and which key opens it; `kycSalt` is zero where there is no KYC commitment. */
export const DirectoryCard = struct('DirectoryCard', {
  wallet: 'address',
  account: 'address',
  exchangeKey: 'bytes',
  kycSalt: 'bytes32',
  version: 'uint64',
});
/** Values of {@link DirectoryCard}. */
export type DirectoryCard = StructValue<typeof DirectoryCard>;

/** A record's owner envelope under one section epoch; signed by its author, after a rotation by the slot's key. */
export const Envelope = struct('Envelope', {
  record: 'bytes32',
  slot: 'address',
  section: 'bytes16',
  epoch: 'uint32',
  envelopeHash: 'bytes32',
});
/** Values of {@link Envelope}. */
export type Envelope = StructValue<typeof Envelope>;

/** An author's statement about a record; `professional` is the slot itself where the patient is the author. */
export const RecordStatement = struct('RecordStatement', {
  record: 'bytes32',
  cid: 'string',
  kcHash: 'bytes32',
  size: 'uint64',
  professional: 'address',
});
/** Values of {@link RecordStatement}. */
export type RecordStatement = StructValue<typeof RecordStatement>;

/** An institution says what a professional it answers for is called; signed by the institution's key. */
export const ProfessionalName = struct('ProfessionalName', {
  wallet: 'address',
  institution: 'address',
  name: 'string',
  time: 'uint64',
});
/** Values of {@link ProfessionalName}. */
export type ProfessionalName = StructValue<typeof ProfessionalName>;

/**
 * An institution names the members of a team (docs/spec/nodes.md, "Care teams"). `team` is a slot: its document of kind
 * 1 holds this struct's hash under `version`. `members` are in ascending order, nobody in a dissolved team.
 */
export const CareTeam = struct('CareTeam', {
  team: 'address',
  institution: 'address',
  name: 'string',
  members: 'address[]',
  version: 'uint64',
  salt: 'bytes32',
});
/** Values of {@link CareTeam}. */
export type CareTeam = StructValue<typeof CareTeam>;

/** What the platform deleted of a record, and the places it cannot reach; signed by its relay's key. */
export const DeletionReceipt = struct('DeletionReceipt', {
  record: 'bytes32',
  cid: 'string',
  envelopeDeleted: 'bool',
  storeDeleted: 'bool',
  copies: 'string[]',
  time: 'uint64',
});
/** Values of {@link DeletionReceipt}. */
export type DeletionReceipt = StructValue<typeof DeletionReceipt>;

/** An institution vouches for a build of the vault; `filesHash` is keccak256 of the canonical `{path: sha256}`. */
export const VaultManifest = struct('VaultManifest', { version: 'uint64', filesHash: 'bytes32' });
/** Values of {@link VaultManifest}. */
export type VaultManifest = StructValue<typeof VaultManifest>;

/** A wallet vouches for the files of an export; `sumsHash` is keccak256 of its file `SHA256SUMS`. */
export const ExportManifest = struct('ExportManifest', { wallet: 'address', sumsHash: 'bytes32', time: 'uint64' });
/** Values of {@link ExportManifest}. */
export type ExportManifest = StructValue<typeof ExportManifest>;
