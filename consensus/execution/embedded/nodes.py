"""Trie nodes and contract code, addressed by their Keccak-256: a cache over SQLite, and an overlay for one execution.

Content addressing makes both simple: a value never changes, so the cache needs no invalidation, branches share nodes,
and a damaged row is recognised when it is read.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from eth.db.backends.base import BaseAtomicDB
from trie.constants import BLANK_NODE, BLANK_NODE_HASH

from consensus.execution.embedded.database import ChainDatabase
from consensus.execution.errors import DatabaseDamaged
from consensus.execution.transactions import keccak

DEFAULT_CACHE_BYTES = 64 * 1024 * 1024
"""Holds the whole hot state of a consortium of some hundred thousand records' anchors."""


class NodeStore:
    """Reads nodes through a least-recently-used cache bounded in bytes of values. Safe for several threads."""

    def __init__(self, database: ChainDatabase, cache_bytes: int = DEFAULT_CACHE_BYTES) -> None:
        self._database = database
        self._most_bytes = cache_bytes
        self._bytes = 0
        self._cache: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, node_hash: bytes) -> bytes | None:
        """The node's value, or None when it is not stored. Raises :class:`DatabaseDamaged` for a changed value."""
        with self._lock:
            value = self._cache.get(node_hash)
            if value is not None:
                self._cache.move_to_end(node_hash)
                return value
        with self._database.read() as connection:
            row = connection.execute("SELECT value FROM node WHERE hash = ?", (node_hash,)).fetchone()
        if row is None:
            return None
        value = bytes(row[0])
        if keccak(value) != node_hash:
            raise DatabaseDamaged(str(self._database.path), f"the state node {node_hash.hex()} has changed")
        self.remember({node_hash: value})
        return value

    def remember(self, nodes: Mapping[bytes, bytes]) -> None:
        """Puts nodes that were just read or written into the cache."""
        with self._lock:
            for node_hash, value in nodes.items():
                if node_hash not in self._cache:
                    self._cache[node_hash] = value
                    self._bytes += len(value)
            while self._bytes > self._most_bytes:
                _, dropped = self._cache.popitem(last=False)
                self._bytes -= len(dropped)


def insert_nodes(connection: sqlite3.Connection, nodes: Mapping[bytes, bytes]) -> None:
    """Writes nodes inside the caller's transaction; those already there are the same by their address."""
    connection.executemany("INSERT OR IGNORE INTO node VALUES (?, ?)", nodes.items())


class Overlay(BaseAtomicDB):
    """py-evm's database for one execution: reads fall through to the store, writes stay in ``written``."""

    def __init__(self, store: NodeStore | None) -> None:
        self._store = store
        self.written: dict[bytes, bytes] = {}

    def __getitem__(self, key: bytes) -> bytes:
        value = self.written.get(key)
        if value is None and self._store is not None:
            value = self._store.get(key)
        if value is None:
            if key == BLANK_NODE_HASH:
                return bytes(BLANK_NODE)
            raise KeyError(key)
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self.written[key] = value

    def __delitem__(self, key: bytes) -> None:
        # Nodes are shared with other blocks and branches, so only what this execution wrote may go.
        self.written.pop(key, None)

    def _exists(self, key: bytes) -> bool:
        try:
            self[key]
        except KeyError:
            return False
        return True

    @contextmanager
    def atomic_batch(self) -> Iterator[Overlay]:  # type: ignore[override]  # a batch is used as a mapping only
        """The overlay itself: nothing of it is durable before the block is stored, so no batch is needed."""
        yield self
