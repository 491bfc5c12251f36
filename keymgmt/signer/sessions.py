"""The nullifier sessions an evaluator has served: the count that limits an institution, on disk before any answer."""

import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keymgmt.keys.group import Point
from keymgmt.signer.errors import RequesterRefused, TooManyRequests

DAY: Final = 24 * 3600
"""Seconds over which evaluations are counted."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS sessions (
    keyring TEXT NOT NULL,
    session BLOB NOT NULL,
    institution TEXT NOT NULL,
    blinded BLOB NOT NULL,
    time INTEGER NOT NULL,
    attested BLOB,
    PRIMARY KEY (keyring, session)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_by_institution ON sessions (keyring, institution, time);
"""


@dataclass(frozen=True, slots=True)
class Session:
    """A served session; ``attested`` is the digest of the attestation it was used for, None before."""

    institution: str
    blinded: Point
    attested: bytes | None


class SessionStore:
    """Sessions on SQLite, fsynced with each change; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        # SQLite gives its journals the mode of the database, which it would make readable by everybody.
        path.touch(mode=0o600)
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + _SCHEMA)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def serve(self, keyring: str, session: bytes, institution: str, blinded: Point, *, now: int, limit: int) -> None:
        """Note that ``blinded`` is evaluated for ``institution`` in a session; the same request again is no new one.

        Raises :class:`TooManyRequests`, or :class:`RequesterRefused` if the session was served for anything else.
        """
        with self._lock, self._transaction():
            known = self._find(keyring, session)
            if known is not None:
                if (known.institution, known.blinded) != (institution, blinded):
                    raise RequesterRefused("This session was used for another request; start a new one.")
                return
            (count,) = self._database.execute(
                "SELECT count(*) FROM sessions WHERE keyring = ? AND institution = ? AND time > ?",
                (keyring, institution, now - DAY),
            ).fetchone()
            if count >= limit:
                raise TooManyRequests(limit)
            self._database.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, NULL)",
                (keyring, session, institution, bytes(blinded), now),
            )

    def find(self, keyring: str, session: bytes) -> Session:
        """Return a served session; raises :class:`RequesterRefused`."""
        with self._lock:
            known = self._find(keyring, session)
        if known is None:
            raise RequesterRefused("This evaluator has not served that session; ask one that has.")
        return known

    def use(self, keyring: str, session: bytes, attestation: bytes) -> None:
        """Note that the session's one attestation has the digest ``attestation``; raises :class:`RequesterRefused`."""
        with self._lock, self._transaction():
            known = self._find(keyring, session)
            if known is None or known.attested not in (None, attestation):
                raise RequesterRefused("This session was used for another attestation; start a new one.")
            self._database.execute(
                "UPDATE sessions SET attested = ? WHERE keyring = ? AND session = ?", (attestation, keyring, session)
            )

    def _find(self, keyring: str, session: bytes) -> Session | None:
        row = self._database.execute(
            "SELECT institution, blinded, attested FROM sessions WHERE keyring = ? AND session = ?", (keyring, session)
        ).fetchone()
        return None if row is None else Session(row[0], Point.parse(row[1]), row[2])

    def _transaction(self) -> sqlite3.Connection:
        self._database.execute("BEGIN IMMEDIATE")
        # The connection as a context manager commits, or rolls back on an exception.
        return self._database
