"""The durable log of imported payloads and of the marks, which outlives geth's own memory of them.

After a SIGKILL geth restarts some blocks behind, or at 0 with its default state scheme, and has no peers to ask. The
log is replayed at every start, so what a node has voted for or built on is never lost with geth's database.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from consensus.execution.base import ZERO_HASH, Payload
from consensus.execution.errors import DatabaseDamaged, ForeignDatabase, MalformedPayload

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS payload (hash BLOB PRIMARY KEY, number INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS payload_by_number ON payload (number);
"""

MARKS = ("head", "safe", "finalized")


class PayloadLog:
    """Payloads by hash, and head, safe and finalized, on SQLite with synchronous=FULL. Safe for several threads."""

    def __init__(self, path: Path, genesis: Payload, identity: bytes) -> None:
        """Opens or creates the log of the chain that begins with ``genesis`` and is named by ``identity``.

        Raises :class:`DatabaseDamaged`, :class:`ForeignDatabase`.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._genesis = genesis
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.executescript(_TABLES)
            self._begin(identity)
        except sqlite3.DatabaseError as error:
            raise DatabaseDamaged(str(path), str(error)) from error

    def add(self, payload: Payload) -> None:
        """Stores a payload durably; one that is there already is left."""
        with self._lock:
            self._connection.execute(
                "INSERT OR IGNORE INTO payload VALUES (?, ?, ?)",
                (payload.hash, payload.number, json.dumps(payload.to_json())),
            )

    def get(self, block_hash: bytes) -> Payload | None:
        """The payload, or None. Raises :class:`DatabaseDamaged` when it cannot be read back."""
        if block_hash == self._genesis.hash:
            return self._genesis
        with self._lock:
            row = self._connection.execute("SELECT body FROM payload WHERE hash = ?", (block_hash,)).fetchone()
        return None if row is None else self._read(row[0])

    def since(self, number: int) -> Iterator[Payload]:
        """Every payload at or above a height, lowest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT hash FROM payload WHERE number >= ? ORDER BY number", (number,)
            ).fetchall()
        for (block_hash,) in rows:
            payload = self.get(block_hash)
            if payload is not None:
                yield payload

    def marks(self) -> tuple[bytes, bytes, bytes]:
        """Head, safe and finalized; the last two are 32 zero bytes until they are set."""
        with self._lock:
            found = dict(self._connection.execute("SELECT key, value FROM meta").fetchall())
        head, safe, finalized = (bytes(found.get(key, ZERO_HASH)) for key in MARKS)
        return head if head != ZERO_HASH else self._genesis.hash, safe, finalized

    def set_marks(self, head: bytes, safe: bytes, finalized: bytes) -> None:
        """Records the marks durably."""
        with self._lock:
            self._connection.execute("BEGIN")
            self._connection.executemany(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)", zip(MARKS, (head, safe, finalized), strict=True)
            )
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Closes the log."""
        with self._lock:
            self._connection.close()

    def _begin(self, identity: bytes) -> None:
        row = self._connection.execute("SELECT value FROM meta WHERE key = 'identity'").fetchone()
        if row is None:
            self._connection.execute("INSERT INTO meta VALUES ('identity', ?)", (identity,))
        elif bytes(row[0]) != identity:
            raise ForeignDatabase(str(self._path), expected=identity, actual=bytes(row[0]))

    def _read(self, body: str) -> Payload:
        try:
            return Payload.from_json(json.loads(body))
        except (ValueError, MalformedPayload) as error:
            raise DatabaseDamaged(str(self._path), f"a payload in it has changed: {error}") from error
