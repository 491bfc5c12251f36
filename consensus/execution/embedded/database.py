"""The chain database: one SQLite file in WAL mode with synchronous=FULL, one writer, any number of readers.

What is committed survives ``kill -9`` and a power cut. A file that is not a whole chain database of the expected
genesis is an error: it is never repaired, replaced or silently begun anew.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from consensus.execution.embedded.schema import APPLICATION_ID, SCHEMA_VERSION, TABLES
from consensus.execution.errors import DatabaseDamaged, DatabaseInUse, ForeignDatabase

QUICK_CHECK_MOST_BYTES = 256 * 1024 * 1024
"""Up to this size SQLite's own consistency check runs at every start (about a second); above it the checks of single
rows (hashes of nodes and headers) must do."""

BUSY_TIMEOUT_SECONDS = 30.0

IDLE_READERS = 8
"""Read connections kept open between uses; more are opened when more threads read at once."""


class ChainDatabase:
    """An open chain database. Use :meth:`open`; :meth:`read` and :meth:`write` give connections to threads."""

    def __init__(self, path: Path, writer: sqlite3.Connection, lock_file: IO[bytes]) -> None:
        self.path = path
        self._writer = writer
        self._write_lock = threading.Lock()
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._lock_file = lock_file
        self._closed = False

    @classmethod
    def open(cls, path: Path, identity: bytes, fill: Callable[[sqlite3.Connection], None]) -> ChainDatabase:
        """Opens the database at ``path``, or creates it with ``fill`` when neither it nor its journal exists.

        ``identity`` names the genesis: its block hash and the chain id, which no block holds. Creation happens beside
        the final name and is renamed into place whole, so a kill half way leaves nothing that a later start could take
        for a chain.

        Raises :class:`DatabaseInUse` when another process holds it, :class:`DatabaseDamaged`, :class:`ForeignDatabase`.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        lock_file = _lock(path)
        try:
            if not path.exists():
                if _beside(path, "-wal").exists():
                    raise DatabaseDamaged(str(path), "its main file is missing while its journal is there")
                _create(path, identity, fill)
            writer = _open_existing(path, identity)
        except BaseException:
            lock_file.close()
            raise
        return cls(path, writer, lock_file)

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: committed durably when the block ends, rolled back when it raises."""
        with self._write_lock, self.damage_is_typed():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection for reading what is committed; several statements inside one ``with`` see one snapshot."""
        with self.damage_is_typed():
            try:
                connection = self._readers.get_nowait()
            except queue.Empty:
                connection = _connect(self.path, mode="ro")
            try:
                connection.execute("BEGIN")
                try:
                    yield connection
                finally:
                    connection.execute("ROLLBACK")
            except BaseException:
                connection.close()
                raise
            if self._closed or self._readers.qsize() >= IDLE_READERS:
                connection.close()
            else:
                self._readers.put(connection)

    @contextlib.contextmanager
    def damage_is_typed(self) -> Iterator[None]:
        """Turns SQLite's "malformed" and "not a database" into :class:`DatabaseDamaged`."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError | sqlite3.ProgrammingError | sqlite3.IntegrityError):
                raise
            raise DatabaseDamaged(str(self.path), str(error)) from error

    def close(self) -> None:
        """Closes every connection and lets another process open the database."""
        self._closed = True
        while True:
            try:
                self._readers.get_nowait().close()
            except queue.Empty:
                break
        with self._write_lock:
            self._writer.close()
        self._lock_file.close()


def meta(connection: sqlite3.Connection, key: str) -> bytes | None:
    """The value stored under ``key`` in the meta table."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else bytes(row[0])


def set_meta(connection: sqlite3.Connection, key: str, value: bytes) -> None:
    """Stores ``value`` under ``key`` in the meta table."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def _lock(path: Path) -> IO[bytes]:
    """Takes the advisory lock that one process may hold; the kernel drops it with the process, even on SIGKILL."""
    lock_file = _beside(path, ".lock").open("ab")
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock_file.close()
        raise DatabaseInUse(str(path)) from error
    return lock_file


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def _create(path: Path, identity: bytes, fill: Callable[[sqlite3.Connection], None]) -> None:
    unfinished = _beside(path, ".new")
    for leftover in (unfinished, _beside(unfinished, "-journal")):
        leftover.unlink(missing_ok=True)
    connection = _connect(unfinished, mode="rwc")
    try:
        connection.executescript(TABLES)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("BEGIN")
        set_meta(connection, "genesis", identity)
        fill(connection)
        connection.execute("COMMIT")
    finally:
        connection.close()
    unfinished.replace(path)
    _sync_folder(path.parent)


def _open_existing(path: Path, identity: bytes) -> sqlite3.Connection:
    try:
        connection = _connect(path, mode="rw")
        try:
            _verify(connection, path, identity)
            connection.execute("PRAGMA journal_mode = WAL")
        except BaseException:
            connection.close()
            raise
    except sqlite3.DatabaseError as error:
        raise DatabaseDamaged(str(path), str(error)) from error
    return connection


def _verify(connection: sqlite3.Connection, path: Path, identity: bytes) -> None:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application_id != APPLICATION_ID:
        raise DatabaseDamaged(str(path), "it is not a chain database")
    if version != SCHEMA_VERSION:
        raise DatabaseDamaged(str(path), f"its schema is version {version}, not {SCHEMA_VERSION}")
    if path.stat().st_size <= QUICK_CHECK_MOST_BYTES:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise DatabaseDamaged(str(path), verdict)
    stored = meta(connection, "genesis")
    if stored is None:
        raise DatabaseDamaged(str(path), "it names no genesis")
    if stored != identity:
        raise ForeignDatabase(str(path), expected=identity, actual=stored)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
