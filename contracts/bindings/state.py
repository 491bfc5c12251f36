"""What the contracts' views return. Fields stand in Solidity's order; times are Unix seconds."""

from dataclasses import dataclass

from contracts.bindings.messages import GrantStatus, Role


@dataclass(frozen=True, slots=True)
class Institution:
    """An admitted institution; ``key`` is its current key, its id the first one."""

    key: str
    roles: Role
    suspended: bool
    admitted_at: int
    profile: bytes


@dataclass(frozen=True, slots=True)
class Professional:
    """A registered professional. ``suspended`` is by the institution, ``suspended_by_vote`` by the others."""

    signing_key: str
    institution: str
    level: int
    suspended: bool
    suspended_by_vote: bool
    valid_until: int
    registered_at: int
    umbral_key: bytes


@dataclass(frozen=True, slots=True)
class NodeSetState:
    """A set of re-encryption nodes; ``nodes``, ``keys`` (33 bytes) and ``institutions`` run in parallel."""

    threshold: int
    since: int
    nodes: tuple[str, ...]
    keys: tuple[bytes, ...]
    institutions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttestationState:
    """An attested wallet commitment."""

    nullifier: bytes
    institution: str
    attested_at: int
    revoked: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """A layer's slot with its current key and PRE-signing key (33 bytes)."""

    key: str
    opened_at: int
    wallet_commitment: bytes
    pre_key: bytes


@dataclass(frozen=True, slots=True)
class DocumentState:
    """Newest version of a slot's document; version 0 with a zero hash if there is none."""

    version: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class PendingRecovery:
    """A recovery that waits; its key becomes current at ``ready_at`` unless vetoed."""

    new_key: str
    ready_at: int
    new_pre_key: bytes


@dataclass(frozen=True, slots=True)
class RecordState:
    """An anchored record; ``ipfs`` is a binary CIDv1."""

    originator: str
    ipfs: bytes
    last_update: int
    kc_hash: bytes
    removed: bool


@dataclass(frozen=True, slots=True)
class GrantState:
    """A grant id's state; all zero with status NONE for one the chain has not seen."""

    status: GrantStatus
    expiry: int
    node_set: int
    granted_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class LogRoot:
    """One committed root of a node's log, over its entries ``from_seq`` to ``to_seq``, both included."""

    from_seq: int
    to_seq: int
    committed_at: int
    root: bytes
    chain_hash: bytes


@dataclass(frozen=True, slots=True)
class ConsensusParameters:
    """Active miners s, nonce bits r, difficulty d."""

    s: int
    r: int
    d: int


@dataclass(frozen=True, slots=True)
class Limits:
    """Voted limits of the parameters, both ends included."""

    s_min: int
    s_max: int
    r_min: int
    r_max: int
    d_min: int
    d_max: int
