"""The embedded execution client: py-evm's virtual machine over a chain on SQLite, behind the Engine API's shape."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from types import TracebackType

from eth.abc import StateAPI
from eth_utils.address import to_canonical_address

from consensus.execution.base import BlockRef, Payload, PayloadAttributes, PayloadStatus, Status
from consensus.execution.embedded.blocks import payload_header
from consensus.execution.embedded.builder import PayloadInvalid, SenderQuota, build, claimed_hash, execute
from consensus.execution.embedded.chain import ChainStore
from consensus.execution.embedded.evm import Executed, simulate, state_at
from consensus.execution.embedded.nodes import DEFAULT_CACHE_BYTES
from consensus.execution.embedded.pool import TransactionPool
from consensus.execution.errors import CallReverted, InvalidTransaction
from consensus.execution.genesis import Genesis
from consensus.execution.transactions import Transaction, decode_transaction

CALL_GAS = 50_000_000
"""Gas a call may use, geth's default for eth_call (--rpc.gascap)."""

KEPT_BUILDS = 16
"""Blocks built here and not imported yet: a miner that searches on several attempts needs few."""

KEPT_VERDICTS = 1_024


class EmbeddedExecution:
    """An :class:`~consensus.execution.base.ExecutionClient` in this process. Safe for several threads.

    Blocks are executed one at a time under a lock; calls and queries run beside it on the last committed state.
    """

    def __init__(
        self,
        path: Path,
        genesis: Genesis,
        *,
        cache_bytes: int = DEFAULT_CACHE_BYTES,
        build_seconds: float = 1.0,
        sender_quota: SenderQuota | None = None,
    ) -> None:
        """Opens or creates the chain database at ``path``.

        ``build_seconds`` bounds how long :meth:`build` fills a block. ``sender_quota`` keeps built blocks inside the
        senders' gas quotas; without it there is no such bound.

        Raises :class:`DatabaseInUse`, :class:`DatabaseDamaged`, :class:`ForeignDatabase`.
        """
        self.chain = ChainStore.open(path, genesis, cache_bytes)
        self.pool = TransactionPool()
        self._build_seconds = build_seconds
        self._sender_quota = sender_quota
        self._execution_lock = threading.Lock()
        self._built: OrderedDict[bytes, Executed] = OrderedDict()
        self._refused: OrderedDict[bytes, str] = OrderedDict()
        self._nonces: tuple[bytes, dict[bytes, int]] = (b"", {})

    def __enter__(self) -> EmbeddedExecution:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the database; no other method may be called afterwards."""
        with self._execution_lock:
            self.chain.close()

    @property
    def chain_id(self) -> int:
        """The chain id of the genesis."""
        return self.chain.chain_id

    def genesis(self) -> BlockRef:
        """Block 0."""
        return self.chain.genesis

    def head(self) -> BlockRef:
        """The canonical head, as last set."""
        return self.chain.marks.head

    def build(self, parent: bytes, attributes: PayloadAttributes) -> Payload:
        """See :meth:`ExecutionClient.build`. The result is kept, so importing it does not execute it again."""
        with self._execution_lock, self.chain.missing_state_is_damage():
            payload, executed = build(
                self.chain,
                self.pool,
                self.chain.known(parent),
                attributes,
                seconds=self._build_seconds,
                quota=self._sender_quota,
            )
            self._built[payload.hash] = executed
            if len(self._built) > KEPT_BUILDS:
                self._built.popitem(last=False)
        return payload

    def new_payload(self, payload: Payload) -> PayloadStatus:
        """See :meth:`ExecutionClient.new_payload`. A block found invalid is remembered, and so are its children."""
        if claimed_hash(payload) != payload.hash:
            return PayloadStatus.invalid("its hash is not that of its fields")
        with self._execution_lock, self.chain.missing_state_is_damage():
            if self.chain.payload(payload.hash) is not None:
                return PayloadStatus(Status.VALID)
            if payload.hash in self._refused:
                return PayloadStatus.invalid(self._refused[payload.hash])
            if payload.parent in self._refused:
                return self._refuse(payload, "its parent is invalid")
            parent = self.chain.payload(payload.parent)
            if parent is None:
                return PayloadStatus(Status.SYNCING)
            executed = self._built.pop(payload.hash, None)
            if executed is None:
                try:
                    executed = execute(self.chain, parent, payload)
                except PayloadInvalid as problem:
                    return self._refuse(payload, str(problem))
            self.chain.add(payload, executed)
        return PayloadStatus(Status.VALID)

    def set_head(self, head: bytes, safe: bytes, finalized: bytes) -> None:
        """See :meth:`ExecutionClient.set_head`."""
        with self._execution_lock:
            change = self.chain.set_head(head, safe, finalized)
        joined = {raw for payload in change.added for raw in payload.transactions}
        left = [raw for payload in change.removed for raw in payload.transactions if raw not in joined]
        self.pool.give_back(decode_transaction(raw, self.chain_id) for raw in left)
        self.pool.drop_used(self.next_nonce)

    def payload(self, block_hash: bytes) -> Payload | None:
        """See :meth:`ExecutionClient.payload`."""
        return self.chain.payload(block_hash)

    def call(self, to: str, data: bytes, at: bytes) -> bytes:
        """See :meth:`ExecutionClient.call`."""
        block = self.chain.known(at)
        with self.chain.missing_state_is_damage():
            outcome = simulate(self.state(block), to=to_canonical_address(to), data=data, gas=CALL_GAS)
        if outcome.error is not None:
            raise CallReverted(outcome.output, outcome.error, reverted=outcome.reverted)
        return outcome.output

    def code(self, address: str, at: bytes) -> bytes:
        """See :meth:`ExecutionClient.code`."""
        block = self.chain.known(at)
        with self.chain.missing_state_is_damage():
            return bytes(self.state(block).get_code(to_canonical_address(address)))

    def has_pending(self) -> bool:
        """See :meth:`ExecutionClient.has_pending`."""
        return next(self.pool.executable(self.next_nonce), None) is not None

    def submit(self, raw: bytes) -> Transaction:
        """Takes a raw transaction into the pool; the same one again has no effect.

        Raises :class:`InvalidTransaction` when it could not be executed on the head or after others of its sender.
        """
        transaction = decode_transaction(raw, self.chain_id)
        head = self.chain.known(self.head().hash)
        if transaction.gas > head.gas_limit // 2:
            raise InvalidTransaction(f"the gas limit {transaction.gas} is above half the block's {head.gas_limit}")
        with self.chain.missing_state_is_damage():
            balance = self.state(head).get_balance(transaction.sender)  # type: ignore[arg-type]
        if transaction.gas * transaction.max_fee + transaction.value > balance:
            raise InvalidTransaction("insufficient funds for gas * price + value: set both to 0, fees are free")
        self.pool.add(transaction, self.next_nonce(transaction.sender))
        return transaction

    def decode(self, raw: bytes) -> Transaction:
        """A raw transaction of this chain. Raises :class:`InvalidTransaction`."""
        return decode_transaction(raw, self.chain_id)

    def pending_gas(self, sender: bytes) -> int:
        """Gas the sender's waiting transactions offer together."""
        return sum(transaction.gas for transaction in self.pool.waiting(sender).values())

    def pending_transactions(self) -> tuple[bytes, ...]:
        """The pool's raw transactions in order of arrival, for a node that shares them with its peers."""
        return tuple(transaction.raw for transaction in self.pool.transactions())

    def state(self, block: Payload) -> StateAPI:
        """The state after ``block`` in that block's context, to read or to spend; nothing done to it is stored."""
        header = payload_header(block)
        return state_at(self.chain.overlay(), header, self.chain.ancestors(block.parent), self.chain_id)

    def next_nonce(self, sender: bytes) -> int:
        """The sender's nonce in the head's state."""
        head = self.head().hash
        cached_head, nonces = self._nonces
        if cached_head != head:
            nonces = {}
            self._nonces = (head, nonces)
        nonce = nonces.get(sender)
        if nonce is None:
            with self.chain.missing_state_is_damage():
                nonce = int(self.state(self.chain.known(head)).get_nonce(sender))  # type: ignore[arg-type]
            nonces[sender] = nonce
        return nonce

    def _refuse(self, payload: Payload, reason: str) -> PayloadStatus:
        self._refused[payload.hash] = reason
        if len(self._refused) > KEPT_VERDICTS:
            self._refused.popitem(last=False)
        return PayloadStatus.invalid(reason)
