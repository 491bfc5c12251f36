"""Receipts, logs and blocks as the JSON-RPC server reads them. Immutable; hashes and addresses are raw bytes."""

from __future__ import annotations

from dataclasses import dataclass, field

from consensus.execution.base import Payload
from consensus.execution.transactions import Transaction


@dataclass(frozen=True, slots=True)
class Log:
    """One event of a contract: up to four topics of 32 bytes and its data."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """The result of one transaction in one block; ``contract`` is the address a creation gave."""

    transaction_hash: bytes
    sender: bytes
    succeeded: bool
    gas_used: int
    cumulative_gas_used: int
    contract: bytes | None
    bloom: bytes
    logs: tuple[Log, ...]


@dataclass(frozen=True, slots=True)
class PlacedLog:
    """A log with its place; ``removed`` when its block has left the canonical chain."""

    log: Log
    block_hash: bytes
    block_number: int
    transaction_hash: bytes
    transaction_index: int
    log_index: int
    removed: bool = False


@dataclass(frozen=True, slots=True)
class PlacedTransaction:
    """A transaction with its place, or without one (None) while it waits in the pool."""

    transaction: Transaction
    block: Payload | None
    index: int | None


@dataclass(frozen=True, slots=True)
class PlacedReceipt:
    """A receipt with its transaction's place; ``first_log_index`` counts logs of the block before it."""

    receipt: Receipt
    transaction: Transaction
    block: Payload
    index: int
    first_log_index: int


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which logs are wanted: a range of canonical blocks (both ends included) or one block by its hash.

    ``addresses`` empty means any; ``topics[i]`` empty means any value at place i, several mean any of them.
    """

    first: int = 0
    last: int = 0
    block_hash: bytes | None = None
    addresses: tuple[bytes, ...] = ()
    topics: tuple[tuple[bytes, ...], ...] = field(default=())
