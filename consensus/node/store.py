"""The durable store of a consensus client: payload log, votes, own voting records, evidence, finality.

One SQLite file in WAL mode with ``synchronous=FULL``: a transaction that has committed is on disk. A vote is committed
before it is sent, a sealed block before it is announced, so a client that is killed and restarted neither votes twice
nor forgets what it told others.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consensus.node.errors import ForeignStore, StoreDamaged
from consensus.node.messages import SealedBlock, vote_from_json, vote_to_json
from consensus.rules.errors import MalformedMessage
from consensus.rules.finality import Finality
from consensus.rules.votes import Vote, VoterRecord

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS blocks (
    seal BLOB PRIMARY KEY, height INTEGER NOT NULL, parent BLOB NOT NULL, work TEXT NOT NULL,
    institution TEXT NOT NULL, received_ms INTEGER NOT NULL, final INTEGER NOT NULL, block TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS blocks_by_height ON blocks (height);
CREATE UNIQUE INDEX IF NOT EXISTS final_blocks ON blocks (height) WHERE final;
CREATE TABLE IF NOT EXISTS votes (
    digest BLOB NOT NULL, voter TEXT NOT NULL, source_height INTEGER NOT NULL, target_height INTEGER NOT NULL,
    vote TEXT NOT NULL, PRIMARY KEY (voter, digest)) STRICT;
CREATE INDEX IF NOT EXISTS votes_by_height ON votes (target_height);
CREATE TABLE IF NOT EXISTS own_votes (
    voter TEXT PRIMARY KEY, source_height INTEGER NOT NULL, target_height INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS evidence (
    kind TEXT NOT NULL, offender TEXT NOT NULL, first TEXT NOT NULL, second TEXT NOT NULL, noticed_ms INTEGER NOT NULL,
    PRIMARY KEY (kind, offender, first, second)) STRICT;
"""


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """A block of the payload log: accumulated work of its branch, the partner that sealed it, when it arrived (ms)."""

    block: SealedBlock
    work: int
    institution: str
    received_ms: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two signed messages of one offender that contradict each other, as JSON text; noticed at (ms)."""

    kind: str
    offender: str
    first: str
    second: str
    noticed_ms: int


class ConsensusStore:
    """Reads and writes the store. Safe to use from several threads.

    Raises :class:`ForeignStore` on opening another network's store, :class:`StoreDamaged` when it cannot be read.
    """

    def __init__(self, path: Path, network_id: bytes) -> None:
        self._path = str(path)
        self._lock = threading.RLock()
        with self._damage_reported():
            self._db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
            self._bind(network_id)

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()

    # --- payload log -------------------------------------------------------------------------------------------------

    def add_block(self, stored: StoredBlock) -> None:
        """Adds a valid block; on disk when this returns. Adding it again changes nothing."""
        header = stored.block.header
        with self._transaction():
            self._db.execute(
                "INSERT OR IGNORE INTO blocks VALUES (?, ?, ?, ?, ?, ?, 0, ?)",
                (header.seal_hash, header.height, header.parent_seal, str(stored.work), stored.institution,
                 stored.received_ms, _text(stored.block.to_json())),
            )  # fmt: skip

    def block(self, seal: bytes) -> StoredBlock | None:
        """The block of a seal hash."""
        rows = self._query("SELECT work, institution, received_ms, block FROM blocks WHERE seal = ?", (seal,))
        return self._stored(*rows[0]) if rows else None

    def blocks_from(self, height: int) -> Iterator[StoredBlock]:
        """All blocks of all branches at ``height`` and above, by height."""
        while stored := self.blocks_at(height):
            yield from stored
            height += 1

    def blocks_at(self, height: int) -> list[StoredBlock]:
        """All blocks of one height, by seal hash."""
        rows = self._query(
            "SELECT work, institution, received_ms, block FROM blocks WHERE height = ? ORDER BY seal", (height,)
        )
        return [self._stored(*row) for row in rows]

    def final_blocks(self, first: int, last: int) -> list[StoredBlock]:
        """Final blocks between two heights, upwards."""
        rows = self._query(
            "SELECT work, institution, received_ms, block FROM blocks WHERE final AND height BETWEEN ? AND ?"
            " ORDER BY height",
            (first, last),
        )
        return [self._stored(*row) for row in rows]

    def highest(self) -> int:
        """Greatest height of any block; 0 for none."""
        return int(self._query("SELECT coalesce(max(height), 0) FROM blocks")[0][0])

    # --- votes -------------------------------------------------------------------------------------------------------

    def add_votes(self, votes: Iterable[tuple[bytes, Vote]]) -> None:
        """Adds votes, each with its digest; those that are there already are left alone."""
        with self._transaction():
            for digest, vote in votes:
                self._insert_vote(digest, vote)

    def add_own_vote(self, digest: bytes, vote: Vote) -> None:
        """Records an own vote; only then may it be sent. On disk when this returns.

        Raises :class:`~consensus.rules.errors.UnsafeVote` when it contradicts what this voter signed before.
        """
        with self._transaction():
            record = self.voter_record(vote.voter).after(vote.link)
            self._db.execute(
                "INSERT OR REPLACE INTO own_votes VALUES (?, ?, ?)",
                (vote.voter, record.source_height, record.target_height),
            )
            self._insert_vote(digest, vote)

    def voter_record(self, voter: str) -> VoterRecord:
        """What an own voter has signed so far."""
        rows = self._query("SELECT source_height, target_height FROM own_votes WHERE voter = ?", (voter,))
        return VoterRecord(*rows[0]) if rows else VoterRecord()

    def votes_between(self, first: int, last: int) -> list[Vote]:
        """Votes whose target height lies in [first, last]."""
        rows = self._query(
            "SELECT vote FROM votes WHERE target_height BETWEEN ? AND ? ORDER BY target_height, voter", (first, last)
        )
        return [self._vote(row[0]) for row in rows]

    def conflicting_votes(self, vote: Vote) -> list[Vote]:
        """Votes of the same voter that share the target height with, surround, or are surrounded by ``vote``."""
        source, target = vote.link.source_height, vote.link.target_height
        rows = self._query(
            "SELECT vote FROM votes WHERE voter = ? AND (target_height = ? OR (source_height < ? AND target_height > ?)"
            " OR (source_height > ? AND target_height < ?))",
            (vote.voter, target, source, target, source, target),
        )
        return [other for row in rows if (other := self._vote(row[0])).link != vote.link]

    # --- evidence and finality ---------------------------------------------------------------------------------------

    def add_evidence(self, evidence: Evidence) -> None:
        """Keeps proof of a contradiction."""
        with self._transaction():
            self._db.execute(
                "INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?, ?)",
                (evidence.kind, evidence.offender, evidence.first, evidence.second, evidence.noticed_ms),
            )

    def evidence(self) -> list[Evidence]:
        """All evidence, oldest first."""
        return [Evidence(*row) for row in self._query("SELECT * FROM evidence ORDER BY noticed_ms")]

    def save_finality(self, finality: Finality, newly_final: Iterable[bytes]) -> None:
        """Records the justified and final checkpoints, and which blocks have become final with them."""
        value = _text({"final": finality.final.hex(), "justified": sorted(seal.hex() for seal in finality.justified)})
        with self._transaction():
            self._db.executemany("UPDATE blocks SET final = 1 WHERE seal = ?", ((seal,) for seal in newly_final))
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('finality', ?)", (value.encode(),))

    def finality(self) -> Finality | None:
        """The recorded checkpoints; None in a new store."""
        rows = self._query("SELECT value FROM meta WHERE key = 'finality'")
        if not rows:
            return None
        with self._damage_reported():
            value = json.loads(rows[0][0])
            return Finality(frozenset(map(bytes.fromhex, value["justified"])), bytes.fromhex(value["final"]))

    # --- internals ---------------------------------------------------------------------------------------------------

    def _bind(self, network_id: bytes) -> None:
        check = self._db.execute("PRAGMA quick_check").fetchone()[0]
        if check != "ok":
            raise StoreDamaged(self._path, check)
        row = self._db.execute("SELECT value FROM meta WHERE key = 'network'").fetchone()
        if row is None:
            self._db.execute("INSERT INTO meta VALUES ('network', ?)", (network_id,))
        elif row[0] != network_id:
            raise ForeignStore(self._path, network_id, row[0])

    def _insert_vote(self, digest: bytes, vote: Vote) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO votes VALUES (?, ?, ?, ?, ?)",
            (digest, vote.voter, vote.link.source_height, vote.link.target_height, _text(vote_to_json(vote))),
        )

    def _stored(self, work: str, institution: str, received_ms: int, block: str) -> StoredBlock:
        with self._damage_reported():
            return StoredBlock(SealedBlock.from_json(json.loads(block)), int(work), institution, received_ms)

    def _vote(self, text: str) -> Vote:
        with self._damage_reported():
            return vote_from_json(json.loads(text))

    def _query(self, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
        with self._lock, self._damage_reported():
            return self._db.execute(statement, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock, self._damage_reported():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _damage_reported(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, MalformedMessage, ValueError, KeyError) as error:
            raise StoreDamaged(self._path, str(error)) from error


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
