"""A node's own database: deposits, kfrags, nonces, direct withdrawals and removals, log entries, committed roots.

SQLite in WAL mode with ``synchronous=FULL``: when :meth:`Store.transaction` returns, what was written has been fsynced,
which is what "write-ahead" in docs/spec/nodes.md rests on. ``secure_delete`` overwrites deleted kfrags. A patient
appears by slot only; a grant's opening and a log entry are sealed (ADR 73). One connection behind one lock: every use
is short, and the order of writes is the log's order.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

from contracts.bindings.messages import GrantOpening
from keymgmt.node.errors import LogDamaged, NodeError
from keymgmt.node.messages import AccessRequest, DepositContent, LogEntry, grant_id
from keymgmt.node.server.facts import RootFacts
from keymgmt.node.server.sealed_rows import RowSeal, SealBroken
from keymgmt.node.wire import from_json, parse_hex
from medixain.core.addresses import address_bytes, to_address
from medixain.core.eip712 import hash_struct
from medixain.core.typed_json import hex_bytes, message_to_json

SCHEMA_VERSION = 2

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE deposits (
    grant_id BLOB PRIMARY KEY, slot BLOB NOT NULL, opening BLOB NOT NULL, time INTEGER NOT NULL,
    expiry INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX deposits_by_slot ON deposits (slot);
CREATE TABLE kfrags (
    grant_id BLOB NOT NULL, item BLOB NOT NULL, delegating BLOB NOT NULL, kfrag BLOB NOT NULL,
    PRIMARY KEY (grant_id, item)
) WITHOUT ROWID, STRICT;
CREATE INDEX kfrags_by_item ON kfrags (item);
CREATE TABLE nonces (used BLOB PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE withdrawals (
    slot BLOB NOT NULL, grant_id BLOB NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (slot, grant_id)
) WITHOUT ROWID, STRICT;
CREATE TABLE removals (
    slot BLOB NOT NULL, record BLOB NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (slot, record)
) WITHOUT ROWID, STRICT;
CREATE TABLE log (
    seq INTEGER PRIMARY KEY, hash BLOB NOT NULL, slot BLOB NOT NULL, slot_seq INTEGER NOT NULL, entry BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX log_by_slot ON log (slot, slot_seq);
CREATE TABLE roots (
    idx INTEGER PRIMARY KEY, from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL, root BLOB NOT NULL,
    chain_hash BLOB NOT NULL
) STRICT;
"""


class DatabaseMismatch(NodeError):
    """The database belongs to another node, chain or version, so this node must not use it."""

    code = "node-database-mismatch"

    def __init__(self, what: str, expected: str, actual: str) -> None:
        super().__init__(f"The database is for {what} {actual}, not {expected}; give this node a database of its own.")
        self.what = what
        self.expected = expected
        self.actual = actual


class DatabaseDamaged(NodeError):
    """SQLite finds the database damaged; a node never starts anew over it."""

    code = "node-database-damaged"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The node's database is damaged ({reason}); restore it from a backup.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class StoredDeposit:
    """A deposit without its kfrags; ``time`` is the owner's clock when it was signed."""

    opening: GrantOpening
    time: int


@dataclass(frozen=True, slots=True)
class ServedGrant:
    """A grant whose kfrags are here; ``time`` is when its deposit was signed."""

    slot: str
    grant_id: bytes
    expiry: int
    time: int


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A kfrag as stored and the key it delegates from; verified again before each use."""

    delegating: bytes
    kfrag: bytes


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A log entry with its hash, the request that caused it and the requester's signature over that."""

    entry: LogEntry
    hash: bytes
    request: AccessRequest
    signature: bytes


class Store:
    """The database of one node of one chain; raises :class:`DatabaseMismatch` or :class:`DatabaseDamaged`."""

    def __init__(self, path: Path | str, *, node: str, chain_id: int, seal: RowSeal) -> None:
        self._seal = seal
        self._lock = threading.RLock()
        self._depth = 0
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
                self._db.execute(f"PRAGMA {pragma}")
            result = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise DatabaseDamaged(str(error)) from error
        if result != "ok":
            raise DatabaseDamaged(str(result))
        self._initialise(node, chain_id)

    def _initialise(self, node: str, chain_id: int) -> None:
        wanted = {"schema": str(SCHEMA_VERSION), "node": to_address(node), "chain": str(chain_id)}
        with self.transaction():
            if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                for statement in _SCHEMA.split(";"):
                    self._db.execute(statement)
                self._db.executemany("INSERT INTO meta VALUES (?, ?)", wanted.items())
            actual = dict(self._db.execute("SELECT key, value FROM meta"))
        for key, value in wanted.items():
            if actual.get(key) != value:
                self._db.close()
                raise DatabaseMismatch(key, value, str(actual.get(key)))

    def close(self) -> None:
        """Close the database; every later use raises."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Group writes: all of them are on disk when the outermost block ends, none if it raises."""
        with self._lock:
            if self._depth:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0

    def _rows(self, sql: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def _row(self, sql: str, *values: Any) -> Any | None:
        with self._lock:
            return self._db.execute(sql, values).fetchone()

    # ---- deposits and kfrags ---------------------------------------------------------------------------------------

    def put_deposit(self, content: DepositContent, *, time: int) -> bool:
        """Keep a deposit in place of an older one of the same grant; False if a newer one is already there."""
        opening = content.opening
        key = grant_id(opening)
        with self.transaction():
            known = self.deposit(key)
            if known is not None and known.time > time:
                return False
            self._db.execute(
                "INSERT OR REPLACE INTO deposits VALUES (?, ?, ?, ?, ?)",
                (
                    key,
                    address_bytes(opening.slot),
                    self._seal.seal("deposits", key, message_to_json(opening)),
                    time,
                    min(opening.expiry, (1 << 63) - 1),
                ),
            )
            self._db.execute("DELETE FROM kfrags WHERE grant_id = ?", (key,))
            self._db.executemany(
                "INSERT INTO kfrags VALUES (?, ?, ?, ?)",
                ((key, item, entry.delegating, entry.kfrag) for item, entry in content.items()),
            )
        return True

    def deposit(self, key: bytes) -> StoredDeposit | None:
        """Return the deposit of grant id ``key``; raises :class:`DatabaseDamaged` if it does not open."""
        row = self._row("SELECT opening, time FROM deposits WHERE grant_id = ?", key)
        if row is None:
            return None
        try:
            opening = self._seal.open("deposits", key, row[0])
        except SealBroken as error:
            raise DatabaseDamaged("a deposit does not open") from error
        return StoredDeposit(from_json(GrantOpening, opening), row[1])

    def kfrag(self, key: bytes, item: bytes) -> StoredKey | None:
        """Return the kfrag of one record or section epoch of a grant, None if there is none or it was purged."""
        row = self._row("SELECT delegating, kfrag FROM kfrags WHERE grant_id = ? AND item = ?", key, item)
        return None if row is None else StoredKey(*row)

    def kfrag_count(self, slot: str) -> int:
        """Return how many kfrags one slot has here."""
        sql = "SELECT count(*) FROM kfrags JOIN deposits USING (grant_id) WHERE slot = ?"
        return int(self._rows(sql, address_bytes(slot))[0][0])

    def grants_with_kfrags(self) -> list[ServedGrant]:
        """Return every grant that can still be served."""
        rows = self._rows("SELECT DISTINCT slot, grant_id, expiry, time FROM deposits JOIN kfrags USING (grant_id)")
        return [ServedGrant(to_address(slot), key, expiry, time) for slot, key, expiry, time in rows]

    def records_with_kfrags(self) -> list[tuple[str, bytes]]:
        """Return (slot, record) of every kfrag that opens a single record."""
        sql = "SELECT DISTINCT slot, item FROM kfrags JOIN deposits USING (grant_id) WHERE length(item) = 32"
        return [(to_address(slot), item) for slot, item in self._rows(sql)]

    def purge_grants(self, keys: Iterable[bytes]) -> int:
        """Delete the kfrags of grants, keeping the openings that say why; return how many kfrags went."""
        with self.transaction():
            return sum(self._db.execute("DELETE FROM kfrags WHERE grant_id = ?", (key,)).rowcount for key in keys)

    def purge_record(self, slot: str, record: bytes) -> int:
        """Delete the kfrags of one record of a slot; return how many went."""
        with self.transaction():
            return self._db.execute(
                "DELETE FROM kfrags WHERE item = ? AND grant_id IN (SELECT grant_id FROM deposits WHERE slot = ?)",
                (record, address_bytes(slot)),
            ).rowcount

    def truncate_journal(self) -> None:
        """Empty the write-ahead journal, so that purged kfrags do not live on in it."""
        with self._lock:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def forget_deposits(self, *, expired_before: int) -> None:
        """Delete openings without kfrags whose grants expired before a time (Unix seconds)."""
        with self.transaction():
            self._db.execute(
                "DELETE FROM deposits WHERE expiry < ? AND grant_id NOT IN (SELECT grant_id FROM kfrags)",
                (expired_before,),
            )

    # ---- what owners told the node directly ------------------------------------------------------------------------

    def add_withdrawals(self, slot: str, keys: Iterable[bytes], *, time: int) -> None:
        """Remember grants as withdrawn by their owner and delete their kfrags, for good."""
        keys = tuple(keys)
        with self.transaction():
            for key in keys:
                self._db.execute("INSERT OR IGNORE INTO withdrawals VALUES (?, ?, ?)", (address_bytes(slot), key, time))
            # The slot is part of the condition: somebody else's grant id in a withdrawal must do nothing.
            self._db.executemany(
                "DELETE FROM kfrags WHERE grant_id IN (SELECT grant_id FROM deposits WHERE grant_id = ? AND slot = ?)",
                ((key, address_bytes(slot)) for key in keys),
            )

    def is_withdrawn(self, slot: str, key: bytes) -> bool:
        """Tell whether the owner withdrew this grant here directly."""
        sql = "SELECT 1 FROM withdrawals WHERE slot = ? AND grant_id = ?"
        return self._row(sql, address_bytes(slot), key) is not None

    def add_removal(self, slot: str, record: bytes, *, time: int) -> None:
        """Remember a record as removed by its owner and delete its kfrags, for good."""
        with self.transaction():
            self._db.execute("INSERT OR IGNORE INTO removals VALUES (?, ?, ?)", (address_bytes(slot), record, time))
            self.purge_record(slot, record)

    def is_removed(self, slot: str, record: bytes) -> bool:
        """Tell whether the owner removed this record here directly."""
        sql = "SELECT 1 FROM removals WHERE slot = ? AND record = ?"
        return self._row(sql, address_bytes(slot), record) is not None

    # ---- nonces ----------------------------------------------------------------------------------------------------

    def use_nonce(self, requester: str, nonce: bytes, *, time: int) -> bool:
        """Use a nonce up; False if it was used before."""
        with self.transaction():
            sql = "INSERT OR IGNORE INTO nonces VALUES (?, ?)"
            return self._db.execute(sql, (_use(requester, nonce), time)).rowcount == 1

    def nonce_used(self, requester: str, nonce: bytes) -> bool:
        """Tell whether a nonce was used before."""
        return self._row("SELECT 1 FROM nonces WHERE used = ?", _use(requester, nonce)) is not None

    def forget_nonces(self, *, before: int) -> None:
        """Delete nonces used before a time (Unix seconds)."""
        with self.transaction():
            self._db.execute("DELETE FROM nonces WHERE time < ?", (before,))

    # ---- log -------------------------------------------------------------------------------------------------------

    def add_entry(self, stored: StoredEntry) -> None:
        """Append a log entry; the caller has numbered and chained it inside the same transaction."""
        entry = stored.entry
        with self.transaction():
            self._db.execute(
                "INSERT INTO log VALUES (?, ?, ?, ?, ?)",
                (
                    entry.seq,
                    stored.hash,
                    address_bytes(entry.slot),
                    entry.slot_seq,
                    self._seal.seal("log", _log_row(entry.seq), _entry_to_json(stored)),
                ),
            )

    def last_entry(self) -> tuple[int, bytes]:
        """Return number and hash of the newest entry, (0, 32 zero bytes) if there is none."""
        row = self._row("SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1")
        newest: tuple[int, bytes] = (0, bytes(32)) if row is None else (row[0], row[1])
        return max(newest, self._log_base())

    def set_log_base(self, seq: int, entry_hash: bytes) -> None:
        """Let the log go on after entry ``seq`` although that entry is lost (an operator's decision)."""
        with self.transaction():
            value = f"{seq}:{entry_hash.hex()}"
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('log_base', ?)", (value,))

    @property
    def log_base(self) -> int:
        """Number of the last lost entry that the operator accepted, 0 if none."""
        return self._log_base()[0]

    def _log_base(self) -> tuple[int, bytes]:
        row = self._row("SELECT value FROM meta WHERE key = 'log_base'")
        if row is None:
            return (0, bytes(32))
        seq, _, digits = row[0].partition(":")
        return (int(seq), bytes.fromhex(digits))

    def entry_hash(self, seq: int) -> bytes | None:
        """Return the hash of one entry, None if it is not here."""
        base_seq, base_hash = self._log_base()
        row = self._row("SELECT hash FROM log WHERE seq = ?", seq)
        if row is not None:
            return bytes(row[0])
        return base_hash if seq == base_seq and seq else None

    def last_slot_seq(self, slot: str) -> int:
        """Return the newest ``slot_seq`` of a slot, 0 if there is none."""
        return int(self._rows("SELECT coalesce(max(slot_seq), 0) FROM log WHERE slot = ?", address_bytes(slot))[0][0])

    def entry_hashes(self, from_seq: int, to_seq: int) -> list[bytes]:
        """Return the hashes of the entries, both ends included; raises :class:`LogDamaged` if one is missing."""
        rows = self._rows("SELECT hash FROM log WHERE seq BETWEEN ? AND ? ORDER BY seq", from_seq, to_seq)
        if len(rows) != to_seq - from_seq + 1:
            raise LogDamaged
        return [row[0] for row in rows]

    def entries(self, from_seq: int, to_seq: int) -> Iterator[StoredEntry]:
        """Yield the entries in order, both ends included; raises :class:`LogDamaged` for one that cannot be read."""
        for seq in range(from_seq, to_seq + 1):
            row = self._row("SELECT seq, hash, entry FROM log WHERE seq = ?", seq)
            if row is None:
                raise LogDamaged
            yield self._entry(*row)

    def entries_of(self, slot: str, *, after: int, limit: int) -> list[StoredEntry]:
        """Return the entries of a slot with ``slot_seq`` > ``after``, oldest first; raises :class:`LogDamaged`."""
        sql = "SELECT seq, hash, entry FROM log WHERE slot = ? AND slot_seq > ? ORDER BY slot_seq LIMIT ?"
        return [self._entry(*row) for row in self._rows(sql, address_bytes(slot), after, limit)]

    def _entry(self, seq: int, entry_hash: bytes, sealed: bytes) -> StoredEntry:
        try:
            stored = _entry_from_json(self._seal.open("log", _log_row(seq), sealed), entry_hash)
        except SealBroken as error:
            raise LogDamaged from error
        if hash_struct(stored.entry) != entry_hash:
            raise LogDamaged
        return stored

    # ---- committed roots -------------------------------------------------------------------------------------------

    def put_root(self, index: int, root: RootFacts) -> None:
        """Keep a root that is final on chain under its index there."""
        with self.transaction():
            values = (index, root.from_seq, root.to_seq, root.root, root.chain_hash)
            self._db.execute("INSERT OR REPLACE INTO roots VALUES (?, ?, ?, ?, ?)", values)

    def root_count(self) -> int:
        """Return how many roots are kept."""
        return int(self._rows("SELECT count(*) FROM roots")[0][0])

    def root_covering(self, seq: int) -> tuple[int, RootFacts] | None:
        """Return (index, root) of the root that covers an entry, None if none is final yet."""
        sql = "SELECT idx, from_seq, to_seq, root, chain_hash FROM roots WHERE from_seq <= ? AND to_seq >= ?"
        row = self._row(sql, seq, seq)
        return None if row is None else (row[0], RootFacts(*row[1:]))

    def last_root(self) -> RootFacts | None:
        """Return the newest kept root."""
        row = self._row("SELECT from_seq, to_seq, root, chain_hash FROM roots ORDER BY idx DESC LIMIT 1")
        return None if row is None else RootFacts(*row)


def _use(requester: str, nonce: bytes) -> bytes:
    # A digest is enough to know a nonce again, and does not say whose it was.
    return keccak(address_bytes(requester) + nonce)


def _log_row(seq: int) -> bytes:
    return seq.to_bytes(8, "big")


def _entry_to_json(stored: StoredEntry) -> dict[str, Any]:
    return {
        "entry": message_to_json(stored.entry),
        "request": message_to_json(stored.request),
        "signature": hex_bytes(stored.signature),
    }


def _entry_from_json(document: dict[str, Any], entry_hash: bytes) -> StoredEntry:
    entry = from_json(LogEntry, document["entry"])
    request = from_json(AccessRequest, document["request"])
    return StoredEntry(entry, entry_hash, request, parse_hex(document["signature"], "signature"))
