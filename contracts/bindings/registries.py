"""Bindings of InstitutionRegistry, WalletRegistry and RecordRegistry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from contracts.bindings import messages as m
from contracts.bindings.caller import BlockId
from contracts.bindings.contract import VOTED, Contract, MessageFunction, MessageTable
from contracts.bindings.errors import UnknownMessage
from contracts.bindings.messages import Role
from contracts.bindings.state import (
    AttestationState,
    DocumentState,
    Institution,
    NodeSetState,
    PendingRecovery,
    Professional,
    RecordState,
    Slot,
)
from medixain.core.addresses import ZERO_ADDRESS, to_address
from medixain.core.eip712 import TypedStruct


class InstitutionRegistry(Contract):
    """Institutions, professionals, node sets."""

    NAME: ClassVar[str] = "InstitutionRegistry"
    MESSAGES: ClassVar[MessageTable] = {
        m.Admission: MessageFunction("admit", VOTED),
        m.InstitutionSuspension: MessageFunction("suspendInstitution", VOTED),
        m.InstitutionKey: MessageFunction("rotateInstitutionKey"),
        m.Registration: MessageFunction("register", 2),
        m.Suspension: MessageFunction("setSuspended"),
        m.SuspensionVote: MessageFunction("suspendByVote", VOTED),
        m.NodeSet: MessageFunction("setNodes", VOTED),
    }

    def institution(self, institution: str, *, at: BlockId = "latest") -> Institution | None:
        """The institution, None if it was never admitted."""
        found = self._view_or_none("UnknownInstitution", "institution", institution, at=at)
        return None if found is None else Institution(**{**found, "roles": Role(found["roles"])})

    def institutions(self, *, at: BlockId = "latest") -> tuple[str, ...]:
        """Ids of all institutions ever admitted, in order of admission."""
        return tuple(self._view("institutions", at=at))

    def active_count(self, *, at: BlockId = "latest") -> int:
        """How many institutions are not suspended."""
        return int(self._view("activeCount", at=at))

    def required_votes(self, *, at: BlockId = "latest") -> int:
        """How many institutions must sign for a vote to pass: floor(n/2) + 1 of the n active ones."""
        return self.active_count(at=at) // 2 + 1

    def is_active_institution(self, institution: str, *, at: BlockId = "latest") -> bool:
        """Whether the institution is admitted and not suspended."""
        return bool(self._view("isActiveInstitution", institution, at=at))

    def institution_key(self, institution: str, *, at: BlockId = "latest") -> str | None:
        """The institution's current key, None if it was never admitted."""
        return _none_if_zero(self._view("institutionKey", institution, at=at))

    def institution_of_key(self, key: str, *, at: BlockId = "latest") -> str | None:
        """The active institution whose current key this is, None if there is none."""
        return _none_if_zero(self._view("institutionOfKey", key, at=at))

    def has_roles(self, institution: str, roles: Role, *, at: BlockId = "latest") -> bool:
        """Whether the institution is active and holds all of ``roles``."""
        return bool(self._view("hasRoles", institution, int(roles), at=at))

    def professional(self, wallet: str, *, at: BlockId = "latest") -> Professional | None:
        """The registered professional, None if there is none."""
        found = self._view_or_none("UnknownProfessional", "professional", wallet, at=at)
        return None if found is None else Professional(**found)

    def is_authorised(self, wallet: str, time: int, *, at: BlockId = "latest") -> bool:
        """Whether the professional may act at Unix ``time``, in the state after block ``at``."""
        return bool(self._view("isAuthorised", wallet, time, at=at))

    def node_set(self, version: int, *, at: BlockId = "latest") -> NodeSetState | None:
        """A version of the node set, None if there is none."""
        found = self._view_or_none("UnknownNodeSet", "nodeSet", version, at=at)
        return None if found is None else NodeSetState(**found)

    def current_node_set(self, *, at: BlockId = "latest") -> int:
        """The version of the current node set; 1 is the first."""
        return int(self._view("currentNodeSet", at=at))

    def is_node(self, node: str, *, at: BlockId = "latest") -> bool:
        """Whether the account is in any node set, past ones included."""
        return bool(self._view("isNode", node, at=at))


@dataclass(frozen=True, slots=True)
class GuardiansOpening:
    """Opens a slot's guardians document: its hash is keccak256(abi.encode(guardians, threshold, salt))."""

    guardians: tuple[str, ...]
    threshold: int
    salt: bytes


class WalletRegistry(Contract):
    """Attested wallets, slots, their documents and keys."""

    NAME: ClassVar[str] = "WalletRegistry"
    MESSAGES: ClassVar[MessageTable] = {
        m.Attestation: MessageFunction("attest", VOTED),
        m.AttestationRevocation: MessageFunction("revokeAttestation"),
        m.SlotOpening: MessageFunction("openSlot"),
        m.Document: MessageFunction("setDocument"),
        m.KeyRotation: MessageFunction("rotateKey"),
        m.Recovery: MessageFunction("requestRecovery", VOTED),
        m.Veto: MessageFunction("veto"),
    }

    def build_call(self, message: TypedStruct, signatures: Sequence[bytes]) -> bytes:
        """See :meth:`Contract.build_call`; raises :class:`UnknownMessage` for a recovery, which needs its guardians."""
        if isinstance(message, m.Recovery):
            raise UnknownMessage("A Recovery needs its guardians' opening; use build_recovery_call.")
        return super().build_call(message, signatures)

    def build_recovery_call(self, message: m.Recovery, opening: GuardiansOpening, signatures: Sequence[bytes]) -> bytes:
        """Return the calldata of ``requestRecovery``; ``signatures`` by guardians, in any order."""
        ordered = self.sort_signatures(message, signatures)
        return self._call_data("requestRecovery", message, opening.guardians, opening.threshold, opening.salt, ordered)

    def build_completion_call(self, slot: str) -> bytes:
        """Return the calldata of ``completeRecovery``, which anybody may send once the delay has passed."""
        return self._call_data("completeRecovery", slot)

    def attestation(self, commitment: bytes, *, at: BlockId = "latest") -> AttestationState | None:
        """The attestation of a wallet commitment, None if there is none."""
        found = AttestationState(**self._view("attestation", commitment, at=at))
        return found if found.attested_at else None

    def nullifier_used(self, nullifier: bytes, *, at: BlockId = "latest") -> bool:
        """Whether the person with this nullifier has a wallet already."""
        return bool(self._view("nullifierUsed", nullifier, at=at))

    def slot(self, slot: str, *, at: BlockId = "latest") -> Slot | None:
        """The slot, None if it was never opened."""
        found = self._view_or_none("UnknownSlot", "slot", slot, at=at)
        return None if found is None else Slot(**found)

    def key_of(self, slot: str, *, at: BlockId = "latest") -> str | None:
        """The slot's current key, None if the slot was never opened."""
        found = self._view_or_none("UnknownSlot", "keyOf", slot, at=at)
        return None if found is None else str(found)

    def document(self, slot: str, kind: int, *, at: BlockId = "latest") -> DocumentState:
        """Newest version of a slot's document; version 0 if there is none."""
        return DocumentState(**self._view("document", slot, int(kind), at=at))

    def recovery(self, slot: str, *, at: BlockId = "latest") -> PendingRecovery | None:
        """The recovery that waits, None if there is none."""
        found = PendingRecovery(**self._view("recovery", slot, at=at))
        return found if found.ready_at else None

    def kyc_quorum(self, *, at: BlockId = "latest") -> int:
        """How many KYC institutions must sign an attestation."""
        return int(self._view("kycQuorum", at=at))

    def recovery_delay(self, *, at: BlockId = "latest") -> int:
        """Seconds between a recovery's request and its completion."""
        return int(self._view("recoveryDelay", at=at))


class RecordRegistry(Contract):
    """Anchored records per slot, and who may append."""

    NAME: ClassVar[str] = "RecordRegistry"
    MESSAGES: ClassVar[MessageTable] = {
        m.AuthorRight: MessageFunction("setAuthor"),
        m.Anchor: MessageFunction("anchor"),
        m.Removal: MessageFunction("remove"),
    }

    def record(self, slot: str, record: bytes, *, at: BlockId = "latest") -> RecordState | None:
        """The record anchored in the slot, None if there is none."""
        found = self._view_or_none("UnknownRecord", "record", slot, record, at=at)
        if found is None:
            return None
        return RecordState(**found["metadata"], kc_hash=found["kc_hash"], removed=found["removed"])

    def author_until(self, slot: str, author: str, *, at: BlockId = "latest") -> int:
        """Unix time until which ``author`` may append to the slot; 0 for never."""
        return int(self._view("authorUntil", slot, author, at=at))

    def head(self, slot: str, *, at: BlockId = "latest") -> bytes:
        """Hash of the slot's history of anchors and removals; 32 zero bytes while it is empty."""
        return bytes(self._view("head", slot, at=at))

    def count(self, slot: str, *, at: BlockId = "latest") -> int:
        """Number of items in the slot's history."""
        return int(self._view("count", slot, at=at))


def _none_if_zero(address: str) -> str | None:
    return None if to_address(address) == ZERO_ADDRESS else address
