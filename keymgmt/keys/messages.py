"""Off-chain messages between people and nodes (docs/spec/keys.md, container.md); EIP-712, off-chain domain."""

from dataclasses import dataclass

from medixain.core.eip712 import (
    AddressField,
    Bool,
    Bytes,
    Bytes16,
    Bytes20,
    Bytes32,
    String,
    TypedStruct,
    Uint32,
    Uint64,
)


@dataclass(frozen=True, slots=True)
class Introduction(TypedStruct):
    """A patient's slot introduces itself to one professional, with or without the right to append."""

    slot: AddressField
    layer: String
    professional: AddressField
    wallet_id: Bytes20
    keyset_hash: Bytes32
    append: Bool
    until: Uint64
    salt: Bytes32


@dataclass(frozen=True, slots=True)
class DirectoryCard(TypedStruct):
    """Where a wallet's inbox is and which key opens it; ``kyc_salt`` is zero where there is no KYC commitment."""

    wallet: AddressField
    account: AddressField
    exchange_key: Bytes
    kyc_salt: Bytes32
    version: Uint64


@dataclass(frozen=True, slots=True)
class Envelope(TypedStruct):
    """A record's owner envelope under one section epoch; signed by its author, after a rotation by the slot's key."""

    record: Bytes32
    slot: AddressField
    section: Bytes16
    epoch: Uint32
    envelope_hash: Bytes32


@dataclass(frozen=True, slots=True)
class RecordStatement(TypedStruct):
    """An author's statement about a record; ``professional`` is the slot itself where the patient is the author."""

    record: Bytes32
    cid: String
    kc_hash: Bytes32
    size: Uint64
    professional: AddressField


@dataclass(frozen=True, slots=True)
class ProfessionalName(TypedStruct):
    """An institution says what a professional it answers for is called; signed by the institution's key."""

    wallet: AddressField
    institution: AddressField
    name: String
    time: Uint64


@dataclass(frozen=True, slots=True)
class CareTeam(TypedStruct):
    """An institution names the members of a team (docs/spec/nodes.md, "Care teams"); signed by the institution's key.

    ``team`` is a slot: its document of kind 1 holds this struct's hash under ``version``. ``members`` are wallets in
    ascending order, nobody in a dissolved team; ``salt`` is random, so that nobody can guess members from the hash.
    """

    team: AddressField
    institution: AddressField
    name: String
    members: tuple[AddressField, ...]
    version: Uint64
    salt: Bytes32


@dataclass(frozen=True, slots=True)
class OprfRequest(TypedStruct):
    """An institution asks an evaluator for its part of a nullifier (docs/spec/oprf.md)."""

    institution: AddressField
    blinded: Bytes
    session: Bytes32
    time: Uint64


@dataclass(frozen=True, slots=True)
class DeletionReceipt(TypedStruct):
    """What the platform deleted of a record, and the places it cannot reach; signed by its relay's key."""

    record: Bytes32
    cid: String
    envelope_deleted: Bool
    store_deleted: Bool
    copies: tuple[String, ...]
    time: Uint64


@dataclass(frozen=True, slots=True)
class VaultManifest(TypedStruct):
    """An institution vouches for a build of the browser vault; ``files_hash`` is keccak256 of the canonical JSON of
    ``{path: sha256}`` (docs/spec/vault.md)."""

    version: Uint64
    files_hash: Bytes32


@dataclass(frozen=True, slots=True)
class ExportManifest(TypedStruct):
    """A wallet vouches for the files of an export; ``sums_hash`` is keccak256 of its file ``SHA256SUMS``."""

    wallet: AddressField
    sums_hash: Bytes32
    time: Uint64
