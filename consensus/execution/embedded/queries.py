"""What JSON-RPC asks of the embedded chain beyond the Engine API: transactions, receipts, logs, accounts, estimates."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from eth_typing import Address

from consensus.execution.base import BlockRef, Payload
from consensus.execution.embedded.blocks import read_receipts
from consensus.execution.embedded.chain import Marks
from consensus.execution.embedded.client import CALL_GAS, EmbeddedExecution
from consensus.execution.embedded.evm import Outcome, simulate
from consensus.execution.errors import CallReverted, ExecutionError
from consensus.execution.records import Log, LogQuery, PlacedLog, PlacedReceipt, PlacedTransaction
from consensus.execution.transactions import Transaction, decode_transaction

MAX_LOGS = 10_000
"""Logs one query may return; a caller with more must ask for smaller ranges."""

ESTIMATE_TOLERANCE = 0.015
"""An estimate may be this share above the least gas that suffices (geth, eth/gasestimator)."""


KEPT_OUTCOMES = 2_048
"""Outcomes of calls that are kept. What a message gives in the state of one block never changes, and every
re-encryption node asks the same of the same block."""


class TooManyLogs(ExecutionError):
    """A log query matched more than :data:`MAX_LOGS`."""

    code = "too-many-logs"
    status = 400

    def __init__(self) -> None:
        super().__init__(f"the query matches more than {MAX_LOGS} logs; ask for a smaller range of blocks")


class ChainQueries:
    """Reads over an :class:`EmbeddedExecution`. Safe for several threads; every answer is of one committed state."""

    def __init__(self, client: EmbeddedExecution) -> None:
        self.client = client
        self.chain = client.chain
        self._outcome = lru_cache(KEPT_OUTCOMES)(self._simulate)

    @property
    def marks(self) -> Marks:
        """Head, safe and finalized."""
        return self.chain.marks

    @property
    def genesis(self) -> BlockRef:
        """Block 0."""
        return self.chain.genesis

    def block(self, number: int) -> Payload | None:
        """The canonical block at a height, or None above the head."""
        block_hash = self.chain.canonical_hash(number)
        return None if block_hash is None else self.chain.payload(block_hash)

    def is_canonical(self, block: Payload) -> bool:
        """Whether the block is on the canonical chain."""
        return self.chain.canonical_hash(block.number) == block.hash

    def transaction(self, transaction_hash: bytes) -> PlacedTransaction | None:
        """A transaction of the canonical chain, or of the pool."""
        place = self._place(transaction_hash)
        if place is None:
            waiting = self.client.pool.get(transaction_hash)
            return None if waiting is None else PlacedTransaction(waiting, None, None)
        block, index = place
        return PlacedTransaction(self._decode(block, index), block, index)

    def receipt(self, transaction_hash: bytes) -> PlacedReceipt | None:
        """The receipt of a transaction of the canonical chain."""
        place = self._place(transaction_hash)
        return None if place is None else self.receipts(place[0])[place[1]]

    def receipts(self, block: Payload) -> tuple[PlacedReceipt, ...]:
        """The receipts of a block of any branch, in order."""
        with self.chain.read() as connection:
            receipts = read_receipts(connection, block.hash)
        placed = []
        logs_before = 0
        for index, receipt in enumerate(receipts):
            placed.append(PlacedReceipt(receipt, self._decode(block, index), block, index, logs_before))
            logs_before += len(receipt.logs)
        return tuple(placed)

    def logs(self, query: LogQuery) -> tuple[PlacedLog, ...]:
        """The matching logs in order of block and index, found by index, not by reading blocks.

        Raises :class:`TooManyLogs`, :class:`UnknownBlock` for a block hash not known.
        """
        if query.block_hash is not None:
            self.chain.known(query.block_hash)
        statement, parameters = _log_statement(query)
        with self.chain.read() as connection:
            rows = connection.execute(statement, parameters).fetchmany(MAX_LOGS + 1)
        if len(rows) > MAX_LOGS:
            raise TooManyLogs
        return tuple(_placed_log(row) for row in rows)

    def balance(self, address: bytes, at: bytes) -> int:
        """The account's balance in wei after block ``at``."""
        with self.chain.missing_state_is_damage():
            return int(self.client.state(self.chain.known(at)).get_balance(Address(address)))

    def nonce(self, address: bytes, at: bytes) -> int:
        """The account's nonce after block ``at``."""
        with self.chain.missing_state_is_damage():
            return int(self.client.state(self.chain.known(at)).get_nonce(Address(address)))

    def storage(self, address: bytes, slot: int, at: bytes) -> int:
        """One storage slot of a contract after block ``at``."""
        with self.chain.missing_state_is_damage():
            return int(self.client.state(self.chain.known(at)).get_storage(Address(address), slot))

    def pending_nonce(self, address: bytes) -> int:
        """The nonce after the sender's executable transactions in the pool: what a wallet uses next."""
        nonce = self.client.next_nonce(address)
        waiting = self.client.pool.waiting(address)
        while nonce in waiting:
            nonce += 1
        return nonce

    def simulate(
        self, *, sender: bytes, to: bytes | None, data: bytes, value: int, gas: int | None, at: bytes
    ) -> Outcome:
        """Runs a message in the state and context of block ``at`` and discards its effects."""
        return self._outcome(at, sender, to, data, value, gas)

    def _simulate(
        self, at: bytes, sender: bytes, to: bytes | None, data: bytes, value: int, gas: int | None
    ) -> Outcome:
        block = self.chain.known(at)
        with self.chain.missing_state_is_damage():
            most = min(gas or CALL_GAS, block.gas_limit)
            return simulate(self.client.state(block), sender=sender, to=to, data=data, value=value, gas=most)

    def estimate_gas(
        self, *, sender: bytes, to: bytes | None, data: bytes, value: int, gas: int | None, at: bytes
    ) -> int:
        """The least gas limit with which the message succeeds, up to :data:`ESTIMATE_TOLERANCE`.

        Less than what it uses can suffice (refunds come last) and more can be needed (a call passes on 63/64, EIP-150),
        so it is searched for. Raises :class:`CallReverted` when it fails with all the gas there is.
        """

        def run(limit: int) -> Outcome:
            return self.simulate(sender=sender, to=to, data=data, value=value, gas=limit, at=at)

        high = min(gas or CALL_GAS, self.chain.known(at).gas_limit // 2)
        outcome = run(high)
        if outcome.error is not None:
            raise CallReverted(outcome.output, outcome.error, reverted=outcome.reverted)
        low = outcome.gas_used - 1
        optimistic = (outcome.gas_used * 5 // 4 + 2300) * 64 // 63
        if optimistic < high and run(optimistic).error is None:
            high = optimistic
        while low + 1 < high and (high - low) / high > ESTIMATE_TOLERANCE:
            middle = min((low + high) // 2, low * 2 + 1)
            if run(middle).error is None:
                high = middle
            else:
                low = middle
        return high

    def _place(self, transaction_hash: bytes) -> tuple[Payload, int] | None:
        with self.chain.read() as connection:
            row = connection.execute(
                "SELECT b.hash, r.position FROM receipt r JOIN canonical c ON c.block = r.block "
                "JOIN block b ON b.id = r.block WHERE r.transaction_hash = ?",
                (transaction_hash,),
            ).fetchone()
        return None if row is None else (self.chain.known(bytes(row[0])), row[1])

    def _decode(self, block: Payload, index: int) -> Transaction:
        return decode_transaction(block.transactions[index], self.chain.chain_id)


def _log_statement(query: LogQuery) -> tuple[str, list[object]]:
    conditions: list[str] = []
    parameters: list[object] = []
    if query.block_hash is not None:
        canonical = ""
        conditions.append("b.hash = ?")
        parameters.append(query.block_hash)
    else:
        canonical = "JOIN canonical c ON c.block = l.block "
        conditions.append("l.number BETWEEN ? AND ?")
        parameters += [query.first, query.last]
    wanted = (("address", query.addresses), *((f"topic{i}", values) for i, values in enumerate(query.topics)))
    for column, values in wanted:
        if values:
            conditions.append(f"l.{column} IN ({', '.join('?' * len(values))})")
            parameters += values
    # A filter with n places matches only logs with at least n topics, even where a place allows any value.
    if query.topics:
        conditions.append(f"l.topic{len(query.topics) - 1} IS NOT NULL")
    statement = (
        "SELECT b.hash, l.number, r.transaction_hash, l.position, l.log_index, l.address, l.topic0, l.topic1, "
        f"l.topic2, l.topic3, l.data FROM log l {canonical}JOIN block b ON b.id = l.block "
        "JOIN receipt r ON r.block = l.block AND r.position = l.position "
        f"WHERE {' AND '.join(conditions)} ORDER BY l.number, l.log_index"
    )
    return statement, parameters


def _placed_log(row: tuple[Any, ...]) -> PlacedLog:
    block_hash, number, transaction_hash, position, log_index, address, *topics, data = row
    log = Log(bytes(address), tuple(bytes(t) for t in topics if t is not None), bytes(data))
    return PlacedLog(log, bytes(block_hash), int(number), bytes(transaction_hash), int(position), int(log_index))
