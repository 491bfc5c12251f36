"""Filters that a client polls: new blocks and logs since the last time, including logs a reorganisation removed."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from consensus.execution.base import Payload
from consensus.execution.embedded.queries import ChainQueries
from consensus.execution.records import LogQuery, PlacedLog
from consensus.execution.rpc.errors import SERVER_ERROR, RpcError
from consensus.execution.rpc.formats import log_object
from consensus.execution.rpc.wire import data

IDLE_SECONDS = 300.0
"""A filter nobody polled for this long is forgotten (geth's deadline)."""

MAX_FILTERS = 1_024


@dataclass(slots=True)
class _Filter:
    head: bytes
    used: float
    query: LogQuery | None
    range: tuple[int, int | None]


class Filters:
    """The server's filters, by id. Safe for several threads."""

    def __init__(self, queries: ChainQueries, clock: Callable[[], float] = time.monotonic) -> None:
        self._queries = queries
        self._clock = clock
        self._filters: dict[str, _Filter] = {}
        self._lock = threading.Lock()

    def new_block_filter(self) -> str:
        """A filter for hashes of blocks that become canonical from now on."""
        return self._add(None, 0, None)

    def new_log_filter(self, query: LogQuery, first: int, last: int | None) -> str:
        """A filter for logs from now on, in blocks ``first`` to ``last`` (None: no end)."""
        return self._add(query, first, last)

    def uninstall(self, filter_id: str) -> bool:
        """Forgets a filter; False when there was none."""
        with self._lock:
            return self._filters.pop(filter_id, None) is not None

    def log_range(self, filter_id: str) -> tuple[LogQuery, int, int | None]:
        """The query and range a log filter was made with. Raises :class:`RpcError`."""
        found = self._use(filter_id)
        if found.query is None:
            raise RpcError(SERVER_ERROR, "the filter is not one for logs")
        return found.query, *found.range

    def changes(self, filter_id: str) -> list[Any]:
        """What is new since the last poll. Raises :class:`RpcError` for a filter not known."""
        found = self._use(filter_id)
        with self._lock:
            old, found.head = found.head, self._queries.marks.head.hash
            new = found.head
        removed, added = self._path(old, new)
        if found.query is None:
            return [data(block.hash) for block in added]
        first, last = found.range
        logs: list[PlacedLog] = []
        for block, gone in [*((b, True) for b in removed), *((b, False) for b in added)]:
            if block.number >= first and (last is None or block.number <= last):
                in_block = self._queries.logs(replace(found.query, block_hash=block.hash))
                logs += [replace(log, removed=gone) for log in in_block]
        return [log_object(log) for log in logs]

    def _path(self, old: bytes, new: bytes) -> tuple[list[Payload], list[Payload]]:
        """Blocks to undo (newest first) and to apply (oldest first) to get from one head to another."""
        left, right = self._queries.chain.known(old), self._queries.chain.known(new)
        removed: list[Payload] = []
        added: list[Payload] = []
        while left.hash != right.hash:
            if left.number >= right.number:
                removed.append(left)
                left = self._queries.chain.known(left.parent)
            else:
                added.append(right)
                right = self._queries.chain.known(right.parent)
        return removed, added[::-1]

    def _add(self, query: LogQuery | None, first: int, last: int | None) -> str:
        now = self._clock()
        with self._lock:
            self._filters = {i: f for i, f in self._filters.items() if now - f.used < IDLE_SECONDS}
            if len(self._filters) >= MAX_FILTERS:
                raise RpcError(SERVER_ERROR, "too many filters; uninstall those that are not needed any more")
            filter_id = "0x" + secrets.token_hex(16)
            self._filters[filter_id] = _Filter(self._queries.marks.head.hash, now, query, (first, last))
        return filter_id

    def _use(self, filter_id: object) -> _Filter:
        now = self._clock()
        with self._lock:
            found = self._filters.get(filter_id) if isinstance(filter_id, str) else None
            if found is None or now - found.used >= IDLE_SECONDS:
                raise RpcError(SERVER_ERROR, "filter not found")
            found.used = now
            return found
