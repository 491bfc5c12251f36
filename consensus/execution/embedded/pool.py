"""Transactions that wait for a block: in nonce order for one sender, in order of arrival between senders.

The pool lives in memory. What is lost by a kill is sent again by whoever sent it, as with any Ethereum node.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator

from consensus.execution.errors import InvalidTransaction
from consensus.execution.transactions import Transaction

MAX_TRANSACTIONS = 8_192
MAX_NONCE_AHEAD = 1_024
"""How far beyond a sender's next nonce a transaction may lie: a relay signs its queue ahead, nobody needs more."""

NonceOf = Callable[[bytes], int]
"""The next nonce of a sender in the state a block would be built on."""


class TransactionPool:
    """Waiting transactions. Safe for several threads."""

    def __init__(self) -> None:
        self._by_sender: dict[bytes, dict[int, Transaction]] = {}
        self._by_hash: dict[bytes, Transaction] = {}
        self._arrival: dict[bytes, int] = {}
        self._arrivals = itertools.count()
        self._lock = threading.Lock()

    def add(self, transaction: Transaction, next_nonce: int) -> None:
        """Takes a transaction; one that is already here is taken again without effect.

        Raises :class:`InvalidTransaction` for a nonce already used (in the chain, or here by another transaction: all
        fees are zero, so nothing can outbid it), a nonce too far ahead, or a full pool.
        """
        if transaction.nonce < next_nonce:
            raise InvalidTransaction(f"nonce too low: next nonce {next_nonce}, tx nonce {transaction.nonce}")
        if transaction.nonce > next_nonce + MAX_NONCE_AHEAD:
            raise InvalidTransaction(f"nonce too high: next nonce {next_nonce}, tx nonce {transaction.nonce}")
        with self._lock:
            if transaction.hash in self._by_hash:
                return
            if len(self._by_hash) >= MAX_TRANSACTIONS:
                raise InvalidTransaction("txpool is full; send it again when blocks have been made")
            if transaction.nonce in self._by_sender.get(transaction.sender, {}):
                raise InvalidTransaction("replacement transaction underpriced: another one waits with this nonce")
            self._put(transaction)

    def give_back(self, transactions: Iterable[Transaction]) -> None:
        """Takes transactions that left the canonical chain, before any newcomer with the same nonce."""
        with self._lock:
            for transaction in transactions:
                rival = self._by_sender.get(transaction.sender, {}).get(transaction.nonce)
                if rival is not None:
                    self._remove(rival)
                self._put(transaction)

    def drop_used(self, next_nonce: NonceOf) -> None:
        """Forgets transactions whose nonce the chain has used."""
        for sender in self.senders():
            nonce = next_nonce(sender)
            with self._lock:
                for transaction in [t for n, t in self._by_sender.get(sender, {}).items() if n < nonce]:
                    self._remove(transaction)

    def drop(self, transaction: Transaction) -> None:
        """Forgets a transaction that can never be executed."""
        with self._lock:
            if transaction.hash in self._by_hash:
                self._remove(transaction)

    def senders(self) -> tuple[bytes, ...]:
        """Everyone with a waiting transaction."""
        with self._lock:
            return tuple(self._by_sender)

    def waiting(self, sender: bytes) -> dict[int, Transaction]:
        """A sender's waiting transactions by nonce."""
        with self._lock:
            return dict(self._by_sender.get(sender, {}))

    def get(self, transaction_hash: bytes) -> Transaction | None:
        """The waiting transaction with this hash, or None."""
        with self._lock:
            return self._by_hash.get(transaction_hash)

    def transactions(self) -> tuple[Transaction, ...]:
        """Every waiting transaction in order of arrival: what a node tells its peers."""
        with self._lock:
            return tuple(sorted(self._by_hash.values(), key=lambda t: self._arrival[t.hash]))

    def executable(self, next_nonce: NonceOf) -> Iterator[Transaction]:
        """Transactions in an order in which they can be executed; the caller may stop at any point."""
        with self._lock:
            by_sender = {sender: dict(waiting) for sender, waiting in self._by_sender.items()}
            arrival = dict(self._arrival)
        heap: list[tuple[int, bytes, int]] = []

        def push(sender: bytes, nonce: int) -> None:
            transaction = by_sender[sender].get(nonce)
            if transaction is not None:
                heapq.heappush(heap, (arrival[transaction.hash], sender, nonce))

        for sender in by_sender:
            push(sender, next_nonce(sender))
        while heap:
            _, sender, nonce = heapq.heappop(heap)
            yield by_sender[sender][nonce]
            push(sender, nonce + 1)

    def _put(self, transaction: Transaction) -> None:
        self._by_sender.setdefault(transaction.sender, {})[transaction.nonce] = transaction
        self._by_hash[transaction.hash] = transaction
        self._arrival[transaction.hash] = next(self._arrivals)

    def _remove(self, transaction: Transaction) -> None:
        waiting = self._by_sender[transaction.sender]
        del waiting[transaction.nonce]
        if not waiting:
            del self._by_sender[transaction.sender]
        del self._by_hash[transaction.hash]
        del self._arrival[transaction.hash]
