"""What a node believes about the world, and the small interfaces it learns it through.

Everything the permission rules read is one of these frozen values, so the rules are pure functions and every source
(chain, platform, clock) can be replaced by a fake that keeps the same contract (``tests/conformance``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from contracts.bindings.messages import GrantStatus, Role


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block by hash (32 bytes), height and timestamp (Unix seconds)."""

    number: int
    hash: bytes
    timestamp: int


@dataclass(frozen=True, slots=True)
class ProfessionalFacts:
    """A registered professional; ``suspended`` covers the person, ``institution_active`` the institution behind."""

    signing_key: str
    umbral_key: bytes
    institution: str
    level: int
    valid_until: int
    suspended: bool
    institution_active: bool
    institution_roles: Role
    institution_key: str
    institution_profile: bytes


@dataclass(frozen=True, slots=True)
class RegistrationFacts:
    """One of a professional's registrations: signing key and institution from ``since`` (Unix seconds) on."""

    signing_key: str
    institution: str
    since: int


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """A layer's slot: the address of its current key and its PRE-signing key (33 bytes)."""

    key: str
    pre_key: bytes


@dataclass(frozen=True, slots=True)
class SlotHeads:
    """Running hashes (32 bytes) and counts of a slot's record history and grant history."""

    records_head: bytes
    records_count: int
    grants_head: bytes
    grants_count: int


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """Version (0: none yet) and hash (32 bytes) of one of a slot's documents."""

    version: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """An anchored record: who anchored it, keccak256 of its sealed key, whether the owner removed it."""

    originator: str
    kc_hash: bytes
    removed: bool


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """State of a grant id; ``expiry`` in Unix seconds, ``node_set`` the version it was given under."""

    status: GrantStatus
    expiry: int
    node_set: int


@dataclass(frozen=True, slots=True)
class NodeSetFacts:
    """A version of the node set; ``nodes`` are addresses of node keys, ``keys`` their Umbral exchange keys."""

    version: int
    threshold: int
    nodes: tuple[str, ...]
    keys: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class RootFacts:
    """One committed Merkle root of this node's log entries ``from_seq`` to ``to_seq``, both included."""

    from_seq: int
    to_seq: int
    root: bytes
    chain_hash: bytes


class ChainView(Protocol):
    """Read access to the contracts at a given block, and the one transaction a node sends.

    Every method raises :class:`~keymgmt.node.errors.StaleChain` when the chain cannot be read. ``at`` is a block's
    hash, so that all facts of one decision come from one state whatever the chain does meanwhile.
    """

    @property
    def chain_id(self) -> int:
        """The chain's id."""

    @property
    def grants_contract(self) -> str:
        """Address of AccessGrants, the verifying contract of a Withdrawal."""

    @property
    def records_contract(self) -> str:
        """Address of RecordRegistry, the verifying contract of a Removal."""

    def head(self) -> BlockRef:
        """Return the newest block."""

    def final(self) -> BlockRef:
        """Return the newest finalised block."""

    def final_and_head(self) -> tuple[BlockRef, BlockRef]:
        """Return the newest finalised block and the newest one, read in that order."""

    def together(self, *readings: Callable[[], object]) -> None:
        """Run ``readings``, which read facts of this view and do nothing else, fetching what they need together.

        Their answers are kept, so that whoever reads the same facts next does not wait. A reading may be run again.
        """

    def professional(self, wallet: str, at: bytes) -> ProfessionalFacts | None:
        """Return the registered professional, None if there is none."""

    def registrations(self, wallet: str, final: BlockRef) -> tuple[RegistrationFacts, ...]:
        """Return every registration the professional has had, the oldest first, up to a final block."""

    def slot(self, slot: str, at: bytes) -> SlotFacts | None:
        """Return the slot, None if it is not open."""

    def heads(self, slot: str, at: bytes) -> SlotHeads:
        """Return the slot's heads and counts; zeros where there is nothing."""

    def document(self, slot: str, kind: int, at: bytes) -> DocumentFacts:
        """Return a document's version and hash; zeros where there is none."""

    def record(self, slot: str, record: bytes, at: bytes) -> RecordFacts | None:
        """Return the record anchored under the slot, None if there is none."""

    def anchored_at(self, slot: str, record: bytes, at: bytes) -> int | None:
        """Return when the record was anchored (Unix seconds), None if it is not there or was removed."""

    def grant(self, slot: str, grant_id: bytes, at: bytes) -> GrantFacts:
        """Return a grant id's state, status NONE if it was never granted."""

    def current_node_set(self, at: bytes) -> int:
        """Return the version of the current node set."""

    def node_set(self, version: int, at: bytes) -> NodeSetFacts | None:
        """Return a version of the node set, None if there is none."""

    def log_root_count(self, node: str, at: bytes) -> int:
        """Return how many roots the node has committed."""

    def log_root(self, node: str, index: int, at: bytes) -> RootFacts | None:
        """Return the node's root number ``index`` (from 0), None if there is none."""

    def send_log_root(self, root: RootFacts) -> bytes:
        """Send ``AccessLog.commitRoot`` from the node's own account; return the transaction's hash.

        Sending again what is already on its way is no error.
        """


@dataclass(frozen=True, slots=True)
class SignedEnvelope:
    """An owner's envelope E as the platform delivers it, not yet believed."""

    section: bytes
    epoch: int
    blob: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class RecordMaterial:
    """A record's header, sealed key Kc and envelope as the platform delivers them, not yet believed."""

    header: bytes
    kc: bytes
    envelope: SignedEnvelope | None


class RecordSource(Protocol):
    """Where a node gets sealed keys: the platform."""

    def fetch(self, record: bytes) -> RecordMaterial:
        """Return the record's material.

        Raises :class:`~keymgmt.node.errors.RecordUnavailable` when the platform does not answer or does not have it,
        and :class:`~keymgmt.node.errors.BadCapsule` when its answer cannot be read.
        """


@dataclass(frozen=True, slots=True)
class WaitingDeposit:
    """A sealed deposit that waits at the platform while the node was down."""

    id: str
    blob: bytes


class DepositBox(Protocol):
    """Where deposits for a node that was down wait: the platform."""

    def waiting(self) -> list[WaitingDeposit]:
        """Return some waiting deposits; raises :class:`~keymgmt.node.errors.RecordUnavailable`."""

    def remove(self, deposit_id: str) -> None:
        """Remove a deposit that was taken or refused; raises :class:`~keymgmt.node.errors.RecordUnavailable`."""


class Clock(Protocol):
    """The node's clock."""

    def __call__(self) -> int:
        """Return Unix seconds."""
