"""The node's view of the chain through a JSON-RPC address (:class:`ChainView` over the contracts' bindings)."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from contracts.bindings import ContractAddresses, Contracts, ContractsError, LocalKey, Sender
from contracts.bindings.messages import Role
from keymgmt.node.errors import StaleChain
from keymgmt.node.server.context import NodeKeys
from keymgmt.node.server.facts import (
    BlockRef,
    DocumentFacts,
    GrantFacts,
    NodeSetFacts,
    ProfessionalFacts,
    RecordFacts,
    RegistrationFacts,
    RootFacts,
    SlotFacts,
    SlotHeads,
)
from keymgmt.node.server.registrations import Registrations
from keymgmt.node.server.rpc import Call, JsonRpc, RpcCaller, RpcFailed, RpcRefused
from keymgmt.node.server.shared_reading import SharedReading
from medixain.core.addresses import ZERO_ADDRESS

Fact = TypeVar("Fact")

RPC_TIMEOUT: Final = 5
"""Seconds a JSON-RPC call may take."""

COMMIT_GAS: Final = 400_000
"""Gas limit of a commitRoot transaction; it uses about 130,000."""

MAX_CACHED_FACTS: Final = 8192

NEWEST_FOR: Final = 0.1
"""Seconds for which head and final block count as just read: one look asks a node for a statement and a fragment at the
same time, and a twentieth of the time between blocks is less than a block takes to travel."""

# What asking and decoding raise; all of it means that the chain cannot be read.
_UNREADABLE: Final = (RpcFailed, ContractsError, ValueError)

_FINAL, _HEAD = (("eth_getBlockByNumber", [tag, False]) for tag in ("finalized", "latest"))


class RpcChainView:
    """Reads the contracts at given block hashes and keeps the answers, which can never change."""

    def __init__(self, rpc_url: str, contracts: Mapping[str, str], chain_id: int, keys: NodeKeys) -> None:
        self._rpc = JsonRpc(rpc_url, timeout=RPC_TIMEOUT)
        self._caller = RpcCaller(self._rpc)
        self._contracts = Contracts(self._caller, ContractAddresses.from_names(dict(contracts)), chain_id)
        self._sender = Sender(LocalKey(keys.node_secret), chain_id)
        self._cache: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._lock = threading.Lock()
        self._registrations = Registrations(self._rpc, self._contracts.institution_registry.address)
        self._chain_id_checked = False
        # A batch is answered in its order, so the final block is never ahead of the head.
        self._newest = SharedReading(lambda: self._blocks(_FINAL, _HEAD), seconds=NEWEST_FOR)

    @property
    def chain_id(self) -> int:
        """See :class:`ChainView`."""
        return self._contracts.chain_id

    @property
    def grants_contract(self) -> str:
        """See :class:`ChainView`."""
        return self._contracts.access_grants.address

    @property
    def records_contract(self) -> str:
        """See :class:`ChainView`."""
        return self._contracts.record_registry.address

    def head(self) -> BlockRef:
        """See :class:`ChainView`."""
        return self._blocks(_HEAD)[0]

    def final(self) -> BlockRef:
        """See :class:`ChainView`."""
        return self._blocks(_FINAL)[0]

    def final_and_head(self) -> tuple[BlockRef, BlockRef]:
        """See :class:`ChainView`."""
        final, head = self._newest.get()
        return final, head

    def together(self, *readings: Callable[[], object]) -> None:
        """See :class:`ChainView`."""
        try:
            self._caller.together(readings)
        except _UNREADABLE as error:
            raise StaleChain from error

    def professional(self, wallet: str, at: bytes) -> ProfessionalFacts | None:
        """See :class:`ChainView`."""
        return self._cached(("professional", wallet, at), lambda: self._professional(wallet, at))

    def registrations(self, wallet: str, final: BlockRef) -> tuple[RegistrationFacts, ...]:
        """See :class:`ChainView`."""
        try:
            return self._registrations.of(wallet, final.number)
        except _UNREADABLE as error:
            raise StaleChain from error

    def slot(self, slot: str, at: bytes) -> SlotFacts | None:
        """See :class:`ChainView`."""

        def load() -> SlotFacts | None:
            found = self._contracts.wallet_registry.slot(slot, at=at)
            return None if found is None else SlotFacts(found.key, found.pre_key)

        return self._cached(("slot", slot, at), load)

    def heads(self, slot: str, at: bytes) -> SlotHeads:
        """See :class:`ChainView`."""
        records, grants = self._contracts.record_registry, self._contracts.access_grants

        def load() -> SlotHeads:
            parts = self._caller.together(
                [
                    lambda: records.head(slot, at=at),
                    lambda: records.count(slot, at=at),
                    lambda: grants.head(slot, at=at),
                    lambda: grants.count(slot, at=at),
                ]
            )
            return SlotHeads(*parts)

        return self._cached(("heads", slot, at), load)

    def document(self, slot: str, kind: int, at: bytes) -> DocumentFacts:
        """See :class:`ChainView`."""

        def load() -> DocumentFacts:
            found = self._contracts.wallet_registry.document(slot, kind, at=at)
            return DocumentFacts(found.version, found.hash)

        return self._cached(("document", slot, kind, at), load)

    def record(self, slot: str, record: bytes, at: bytes) -> RecordFacts | None:
        """See :class:`ChainView`."""

        def load() -> RecordFacts | None:
            found = self._contracts.record_registry.record(slot, record, at=at)
            return None if found is None else RecordFacts(found.originator, found.kc_hash, found.removed)

        return self._cached(("record", slot, record, at), load)

    def anchored_at(self, slot: str, record: bytes, at: bytes) -> int | None:
        """See :class:`ChainView`."""

        def load() -> int | None:
            found = self._contracts.record_registry.record(slot, record, at=at)
            return None if found is None or found.removed else found.last_update

        return self._cached(("anchored at", slot, record, at), load)

    def grant(self, slot: str, grant_id: bytes, at: bytes) -> GrantFacts:
        """See :class:`ChainView`."""

        def load() -> GrantFacts:
            found = self._contracts.access_grants.grant_of(slot, grant_id, at=at)
            return GrantFacts(found.status, found.expiry, found.node_set)

        return self._cached(("grant", slot, grant_id, at), load)

    def current_node_set(self, at: bytes) -> int:
        """See :class:`ChainView`."""
        return self._cached(("nodes", at), lambda: self._contracts.institution_registry.current_node_set(at=at))

    def node_set(self, version: int, at: bytes) -> NodeSetFacts | None:
        """See :class:`ChainView`."""

        def load() -> NodeSetFacts | None:
            found = self._contracts.institution_registry.node_set(version, at=at)
            return None if found is None else NodeSetFacts(version, found.threshold, found.nodes, found.keys)

        return self._cached(("node set", version, at), load)

    def log_root_count(self, node: str, at: bytes) -> int:
        """See :class:`ChainView`."""
        return self._cached(("roots", node, at), lambda: self._contracts.access_log.count(node, at=at))

    def log_root(self, node: str, index: int, at: bytes) -> RootFacts | None:
        """See :class:`ChainView`."""

        def load() -> RootFacts | None:
            found = self._contracts.access_log.root_at(node, index, at=at)
            return None if found is None else RootFacts(found.from_seq, found.to_seq, found.root, found.chain_hash)

        return self._cached(("root", node, index, at), load)

    def send_log_root(self, root: RootFacts) -> bytes:
        """See :class:`ChainView`."""
        contract = self._contracts.access_log
        try:
            nonce = int(self._rpc.one("eth_getTransactionCount", self._sender.address, "latest"), 16)
            transaction = self._sender.sign_call(
                to=contract.address,
                data=contract.build_commit_call(root.from_seq, root.to_seq, root.root, root.chain_hash),
                nonce=nonce,
                gas=COMMIT_GAS,
            )
            self._send(transaction.raw)
        except _UNREADABLE as error:
            raise StaleChain("The node cannot send its log root; check its sender quota and the chain.") from error
        return transaction.hash

    def _send(self, raw: bytes) -> None:
        try:
            self._rpc.one("eth_sendRawTransaction", "0x" + raw.hex())
        except RpcRefused as refused:
            # A pool that still has this transaction says so in words that differ between clients.
            if "already known" not in refused.reason and "known transaction" not in refused.reason:
                raise

    def _professional(self, wallet: str, at: bytes) -> ProfessionalFacts | None:
        registry = self._contracts.institution_registry
        found = registry.professional(wallet, at=at)
        if found is None:
            return None
        institution = registry.institution(found.institution, at=at)
        return ProfessionalFacts(
            signing_key=found.signing_key,
            umbral_key=found.umbral_key,
            institution=found.institution,
            level=found.level,
            valid_until=found.valid_until,
            suspended=found.suspended or found.suspended_by_vote,
            institution_active=institution is not None and not institution.suspended,
            institution_roles=Role(0) if institution is None else institution.roles,
            institution_key=ZERO_ADDRESS if institution is None else institution.key,
            institution_profile=bytes(32) if institution is None else institution.profile,
        )

    def _blocks(self, *calls: Call) -> list[BlockRef]:
        try:
            self._check_chain_id()
            return [_block(answer) for answer in self._rpc.many(calls)]
        except (*_UNREADABLE, KeyError, TypeError) as error:
            raise StaleChain from error

    def _check_chain_id(self) -> None:
        # Asked of the address once: an operator who points the node at another chain must notice at once.
        if not self._chain_id_checked:
            actual = int(self._rpc.one("eth_chainId"), 16)
            if actual != self.chain_id:
                raise StaleChain(f"The chain at the node's RPC address is {actual}, not {self.chain_id}.")
            self._chain_id_checked = True

    def _cached(self, key: tuple[Any, ...], load: Callable[[], Fact]) -> Fact:
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                kept: Fact = self._cache[key]
                return kept
        try:
            fact = load()
        except _UNREADABLE as error:
            raise StaleChain from error
        with self._lock:
            self._cache[key] = fact
            if len(self._cache) > MAX_CACHED_FACTS:
                self._cache.popitem(last=False)
        return fact


def _block(answer: Any) -> BlockRef:
    if isinstance(answer, RpcRefused):
        raise answer
    return BlockRef(int(answer["number"], 16), bytes.fromhex(answer["hash"][2:]), int(answer["timestamp"], 16))
