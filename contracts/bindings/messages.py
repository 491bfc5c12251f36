"""Every EIP-712 message the contracts accept, and the commitments they hold (docs/spec/contracts.md).

Field order is EIP-712's and the Solidity structs'. Each message ends in ``nonce`` (random 256 bits, used once per
signer, in no order; :func:`fresh_nonce`) and ``deadline`` (Unix seconds, at most :data:`MAX_LIFETIME` ahead).
"""

import secrets
from dataclasses import dataclass
from enum import IntEnum, IntFlag

from medixain.core.eip712 import (
    AddressField,
    Bool,
    Bytes,
    Bytes16,
    Bytes32,
    String,
    TypedStruct,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uint256,
)

MAX_LIFETIME = 7 * 24 * 3600
"""Seconds a message's deadline may lie ahead of the block that takes it (``SignedMessages.MAX_LIFETIME``)."""


def fresh_nonce() -> int:
    """Return a random 256-bit nonce."""
    return secrets.randbits(256)


class Role(IntFlag):
    """What an institution is admitted as; the bits of ``Admission.roles``."""

    KYC = 1
    CLINICAL = 2
    INSURER = 4
    PHARMA = 8
    MINER = 16
    RESEARCH = 32


class AccessLevel(IntEnum):
    """A professional's level; an institution without :attr:`Role.CLINICAL` registers at most ``RESEARCH``."""

    ADMINISTRATIVE = 1
    RESEARCH = 2
    CLINICAL = 3
    SENIOR_CLINICAL = 4


class DocumentKind(IntEnum):
    """Which document of a slot a hash on chain stands for."""

    KEYSET = 1
    KEYSTORE = 2
    GUARDIANS = 3
    EMERGENCY = 4


class GrantKind(IntEnum):
    """What a grant opens: named records, or sections with their later records."""

    RECORDS = 1
    SECTIONS = 2


class GrantStatus(IntEnum):
    """State of a grant id on chain; WITHDRAWN is final, also for an id that was never granted."""

    NONE = 0
    ACTIVE = 1
    WITHDRAWN = 2


# ---- any contract ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cancellation(TypedStruct):
    """The signer takes back messages that were signed but not delivered yet, by their nonces."""

    signer: AddressField
    nonces: tuple[Uint256, ...]
    nonce: Uint256
    deadline: Uint64


# ---- InstitutionRegistry ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Admission(TypedStruct):
    """Institutions vote to admit ``institution`` or to change its roles (:class:`Role` bits) and profile hash."""

    institution: AddressField
    roles: Uint8
    profile: Bytes32
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class InstitutionSuspension(TypedStruct):
    """Institutions vote to suspend one of them, or to end its suspension."""

    institution: AddressField
    suspended: Bool
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class InstitutionKey(TypedStruct):
    """An institution replaces its key; signed by the current one. Its id stays the address of its first key."""

    institution: AddressField
    new_key: AddressField
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Registration(TypedStruct):
    """An institution authorises a professional; signed by the professional's ``wallet`` key and by the institution."""

    wallet: AddressField
    signing_key: AddressField
    umbral_key: Bytes
    institution: AddressField
    level: Uint8
    valid_until: Uint64
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Suspension(TypedStruct):
    """The professional's institution suspends a professional or ends its own suspension."""

    wallet: AddressField
    suspended: Bool
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class SuspensionVote(TypedStruct):
    """Institutions vote to suspend a professional, or to end a suspension by vote."""

    wallet: AddressField
    suspended: Bool
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class NodeSet(TypedStruct):
    """Institutions vote the next set of re-encryption nodes; ``version`` is the current one's plus one."""

    version: Uint32
    threshold: Uint8
    nodes: tuple[AddressField, ...]
    keys: tuple[Bytes, ...]
    institutions: tuple[AddressField, ...]
    nonce: Uint256
    deadline: Uint64


# ---- WalletRegistry --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attestation(TypedStruct):
    """KYC institutions attest that a person stands behind a wallet commitment and has no other wallet."""

    commitment: Bytes32
    nullifier: Bytes32
    institution: AddressField
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class AttestationRevocation(TypedStruct):
    """The attesting institution revokes; the nullifier stays used."""

    commitment: Bytes32
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class SlotOpening(TypedStruct):
    """A layer's slot enters the chain, signed by the slot's first key, whose address is the slot id for ever."""

    slot: AddressField
    wallet_commitment: Bytes32
    pre_key: Bytes
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Document(TypedStruct):
    """The next version of one of a slot's documents (:class:`DocumentKind`), signed by the slot's current key."""

    slot: AddressField
    kind: Uint8
    version: Uint64
    hash: Bytes32
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class KeyRotation(TypedStruct):
    """The slot's current key names its successor and the new PRE-signing key, at once."""

    slot: AddressField
    new_key: AddressField
    new_pre_key: Bytes
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Recovery(TypedStruct):
    """Guardians name a new key for a slot whose key is lost; it counts after the delay unless vetoed."""

    slot: AddressField
    new_key: AddressField
    new_pre_key: Bytes
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Veto(TypedStruct):
    """The slot's current key stops a recovery that waits."""

    slot: AddressField
    nonce: Uint256
    deadline: Uint64


# ---- RecordRegistry --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AuthorRight(TypedStruct):
    """The slot's owner lets an author pseudonym append until ``until`` (Unix seconds); 0 ends it."""

    slot: AddressField
    author: AddressField
    until: Uint64
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Anchor(TypedStruct):
    """A record enters a slot's history, signed by ``originator``; ``ipfs`` is a binary CIDv1 (container.md)."""

    record: Bytes32
    slot: AddressField
    originator: AddressField
    ipfs: Bytes
    kc_hash: Bytes32
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Removal(TypedStruct):
    """The slot's owner marks a record removed; its history item stays."""

    slot: AddressField
    record: Bytes32
    nonce: Uint256
    deadline: Uint64


# ---- AccessGrants ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grant(TypedStruct):
    """The slot's owner makes a grant permitted; ``grant_id`` is the hash of its :class:`GrantOpening`."""

    slot: AddressField
    grant_id: Bytes32
    expiry: Uint64
    node_set: Uint32
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Withdrawal(TypedStruct):
    """The slot's owner withdraws grants, also such as were signed but not delivered yet."""

    slot: AddressField
    grant_ids: tuple[Bytes32, ...]
    nonce: Uint256
    deadline: Uint64


# ---- ConsensusGovernance ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parameters(TypedStruct):
    """The engine sets active miners s, nonce bits r and difficulty d, inside the voted bounds."""

    s: Uint16
    r: Uint8
    d: Uint8
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Bounds(TypedStruct):
    """The voted limits of s, r and d, both ends included."""

    s_min: Uint16
    s_max: Uint16
    r_min: Uint8
    r_max: Uint8
    d_min: Uint8
    d_max: Uint8
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class Miner(TypedStruct):
    """One authorised miner of a :class:`MinerSet`."""

    id: Bytes32
    key: AddressField
    institution: AddressField
    enabled: Bool


@dataclass(frozen=True, slots=True)
class MinerSet(TypedStruct):
    """Institutions vote the authorised miners, in their fixed order."""

    miners: tuple[Miner, ...]
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class VoterSet(TypedStruct):
    """Institutions vote the finality voters, at least four, one per institution."""

    voters: tuple[AddressField, ...]
    institutions: tuple[AddressField, ...]
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class EngineKey(TypedStruct):
    """Institutions vote the key that signs :class:`Parameters`."""

    engine: AddressField
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class SenderQuota(TypedStruct):
    """Institutions vote how much gas an account may use per block; 0 shuts it out."""

    sender: AddressField
    gas_per_block: Uint64
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class CreatorRight(TypedStruct):
    """Institutions vote whether an account may create contracts."""

    creator: AddressField
    allowed: Bool
    nonce: Uint256
    deadline: Uint64


@dataclass(frozen=True, slots=True)
class KnownContract(TypedStruct):
    """Institutions vote whether transactions to an account are valid; those of the deployment always are."""

    target: AddressField
    known: Bool
    nonce: Uint256
    deadline: Uint64


# ---- commitments (off-chain domain; only their hashStruct reaches the chain) -----------------------------------------


@dataclass(frozen=True, slots=True)
class WalletCommitment(TypedStruct):
    """Opens ``Attestation.commitment`` and ``SlotOpening.wallet_commitment``; ``salt`` is random."""

    wallet: AddressField
    salt: Bytes32


@dataclass(frozen=True, slots=True)
class SectionEpoch(TypedStruct):
    """One section of a section grant, by its opaque tag, in one epoch."""

    tag: Bytes16
    epoch: Uint32


@dataclass(frozen=True, slots=True)
class GrantOpening(TypedStruct):
    """Opens a grant id: who may read what, for what purpose, until when; shown to the nodes that must check it."""

    slot: AddressField
    grantee: AddressField
    grantee_key: Bytes
    kind: Uint8
    records: tuple[Bytes32, ...]
    sections: tuple[SectionEpoch, ...]
    purpose: String
    expiry: Uint64
    node_set: Uint32
    salt: Bytes32
