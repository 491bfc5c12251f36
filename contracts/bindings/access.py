"""Bindings of AccessGrants and AccessLog."""

from typing import ClassVar

from contracts.bindings import messages as m
from contracts.bindings.caller import BlockId
from contracts.bindings.contract import Contract, MessageFunction, MessageTable
from contracts.bindings.messages import GrantStatus
from contracts.bindings.state import GrantState, LogRoot


class AccessGrants(Contract):
    """Grants by the hash of their opening."""

    NAME: ClassVar[str] = "AccessGrants"
    MESSAGES: ClassVar[MessageTable] = {m.Grant: MessageFunction("grant"), m.Withdrawal: MessageFunction("withdraw")}

    def grant_of(self, slot: str, grant_id: bytes, *, at: BlockId = "latest") -> GrantState:
        """State of a grant id; status NONE for one the chain has not seen."""
        found = self._view("grantOf", slot, grant_id, at=at)
        return GrantState(**{**found, "status": GrantStatus(found["status"])})

    def is_active(self, slot: str, grant_id: bytes, time: int, *, at: BlockId = "latest") -> bool:
        """Whether the grant is active at Unix ``time``, in the state after block ``at``."""
        return bool(self._view("isActive", slot, grant_id, time, at=at))

    def head(self, slot: str, *, at: BlockId = "latest") -> bytes:
        """Hash of the slot's history of grants and withdrawals; 32 zero bytes while it is empty."""
        return bytes(self._view("head", slot, at=at))

    def count(self, slot: str, *, at: BlockId = "latest") -> int:
        """Number of items in the slot's history."""
        return int(self._view("count", slot, at=at))


class AccessLog(Contract):
    """Merkle roots of the re-encryption nodes' logs. It takes no signed messages: the node itself is the sender."""

    NAME: ClassVar[str] = "AccessLog"
    MESSAGES: ClassVar[MessageTable] = {}

    def build_commit_call(self, from_seq: int, to_seq: int, root: bytes, chain_hash: bytes) -> bytes:
        """Return the calldata by which a node commits its entries ``from_seq`` to ``to_seq``."""
        return self._call_data("commitRoot", from_seq, to_seq, root, chain_hash)

    def root_at(self, node: str, index: int, *, at: BlockId = "latest") -> LogRoot | None:
        """The node's root number ``index`` from 0, None if there is none."""
        found = self._view_or_none("UnknownRoot", "rootAt", node, index, at=at)
        return None if found is None else LogRoot(**found)

    def last(self, node: str, *, at: BlockId = "latest") -> LogRoot | None:
        """The node's newest root, None if it committed none."""
        found = LogRoot(**self._view("last", node, at=at))
        return found if found.to_seq else None

    def count(self, node: str, *, at: BlockId = "latest") -> int:
        """How many roots the node has committed."""
        return int(self._view("count", node, at=at))
