"""The durable chain: blocks of every branch, the canonical index, and the marks head, safe and finalized."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eth.vm.interrupt import EVMMissingData
from rlp.exceptions import RLPException

from consensus.execution.base import ZERO_HASH, BlockRef, Payload
from consensus.execution.embedded.blocks import (
    EMPTY_TRIE_ROOT,
    genesis_block,
    insert_block,
    insert_executed,
    payload_of,
    read_block,
)
from consensus.execution.embedded.database import ChainDatabase, meta, set_meta
from consensus.execution.embedded.evm import Executed
from consensus.execution.embedded.nodes import DEFAULT_CACHE_BYTES, NodeStore, Overlay, insert_nodes
from consensus.execution.errors import DatabaseDamaged, InvalidForkchoice, UnknownBlock
from consensus.execution.genesis import Genesis, identity

CACHED_PAYLOADS = 512
"""BLOCKHASH looks back 256 blocks, and every call needs the header of the block it runs at."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Which blocks are head, safe and finalized; the last two are None until they are first set."""

    head: BlockRef
    safe: BlockRef | None
    finalized: BlockRef | None


@dataclass(frozen=True, slots=True)
class Reorganisation:
    """What a new head changed: blocks that left the canonical chain and blocks that joined it, each in rising order."""

    removed: tuple[Payload, ...]
    added: tuple[Payload, ...]


class ChainStore:
    """Blocks, canonical index and marks on SQLite. Reading is safe for any thread; writers must take turns."""

    def __init__(self, database: ChainDatabase, genesis: Genesis, genesis_hash: bytes, cache_bytes: int) -> None:
        self.chain_id = genesis.chain_id
        self._database = database
        self._nodes = NodeStore(database, cache_bytes)
        self._payloads: OrderedDict[bytes, Payload] = OrderedDict()
        self._payloads_lock = threading.Lock()
        self.genesis = self._required(genesis_hash, "genesis").ref
        self._marks = self._load_marks()

    @classmethod
    def open(cls, path: Path, genesis: Genesis, cache_bytes: int = DEFAULT_CACHE_BYTES) -> ChainStore:
        """Opens or creates the chain at ``path``.

        Raises :class:`DatabaseInUse`, :class:`DatabaseDamaged`, :class:`ForeignDatabase`.
        """
        header, nodes = genesis_block(genesis)
        payload = payload_of(header, ())

        def fill(connection: sqlite3.Connection) -> None:
            insert_nodes(connection, nodes)
            block = insert_block(connection, payload, header)
            connection.execute("INSERT INTO canonical VALUES (0, ?)", (block,))
            set_meta(connection, "head", payload.hash)

        database = ChainDatabase.open(path, identity(payload.hash, genesis.chain_id), fill)
        try:
            return cls(database, genesis, payload.hash, cache_bytes)
        except BaseException:
            database.close()
            raise

    @property
    def marks(self) -> Marks:
        """Head, safe and finalized, as one consistent value."""
        return self._marks

    def close(self) -> None:
        """Closes the database."""
        self._database.close()

    def read(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        """A read-only snapshot of the tables for a query."""
        return self._database.read()

    def overlay(self) -> Overlay:
        """A scratch copy of all state nodes for one execution."""
        return Overlay(self._nodes)

    def payload(self, block_hash: bytes) -> Payload | None:
        """The block of any branch, or None."""
        with self._payloads_lock:
            cached = self._payloads.get(block_hash)
            if cached is not None:
                self._payloads.move_to_end(block_hash)
                return cached
        try:
            with self._database.read() as connection:
                payload = read_block(connection, block_hash)
        except (ValueError, RLPException) as error:
            raise DatabaseDamaged(str(self._database.path), str(error)) from error
        if payload is not None:
            self._remember(payload)
        return payload

    def known(self, block_hash: bytes) -> Payload:
        """The block of any branch. Raises :class:`UnknownBlock`."""
        payload = self.payload(block_hash)
        if payload is None:
            raise UnknownBlock(block_hash)
        return payload

    def ancestors(self, block_hash: bytes) -> Iterator[bytes]:
        """``block_hash`` and its ancestors' hashes, newest first, down to genesis."""
        while block_hash != ZERO_HASH:
            yield block_hash
            block_hash = self._required(block_hash, "ancestor").parent

    def canonical_hash(self, number: int) -> bytes | None:
        """The canonical block's hash at a height, or None above the head."""
        with self._database.read() as connection:
            return canonical_hash(connection, number)

    def add(self, payload: Payload, executed: Executed) -> None:
        """Stores an executed block durably; it is not canonical yet."""
        with self._database.write() as connection:
            insert_nodes(connection, executed.nodes)
            insert_executed(connection, payload, executed)
        self._nodes.remember(executed.nodes)
        self._remember(payload)

    def set_head(self, head: bytes, safe: bytes, finalized: bytes) -> Reorganisation:
        """Makes a branch canonical and records the marks, durably; see :meth:`ExecutionClient.set_head`."""
        new = self.known(head)
        marks = Marks(
            new.ref,
            self.known(safe).ref if safe != ZERO_HASH else None,
            self.known(finalized).ref if finalized != ZERO_HASH else None,
        )
        if head != self._marks.head.hash and self.canonical_hash(new.number) == head:
            return Reorganisation((), ())
        added = self._branch_above_canonical(new)
        fork_number = added[0].number - 1 if added else new.number
        self._check_order(marks, added)
        with self._database.write() as connection:
            rows = connection.execute(
                "SELECT b.hash FROM canonical c JOIN block b ON b.id = c.block WHERE c.number > ? ORDER BY c.number",
                (fork_number,),
            ).fetchall()
            removed = tuple(self._required(row[0], "canonical block") for row in rows)
            connection.execute("DELETE FROM canonical WHERE number > ?", (fork_number,))
            connection.executemany(
                "INSERT INTO canonical SELECT number, id FROM block WHERE hash = ?", [(p.hash,) for p in added]
            )
            for key, value in (("head", head), ("safe", safe), ("finalized", finalized)):
                set_meta(connection, key, value)
        self._marks = marks
        return Reorganisation(removed, added)

    @contextlib.contextmanager
    def missing_state_is_damage(self) -> Iterator[None]:
        """Turns py-evm's "trie node is missing" into :class:`DatabaseDamaged`: no node of a stored block may be."""
        try:
            yield
        except EVMMissingData as error:
            raise DatabaseDamaged(str(self._database.path), f"state is missing: {error}") from error

    def _branch_above_canonical(self, head: Payload) -> tuple[Payload, ...]:
        branch: list[Payload] = []
        block = head
        while self.canonical_hash(block.number) != block.hash:
            branch.append(block)
            block = self._required(block.parent, "ancestor")
        return tuple(reversed(branch))

    def _check_order(self, marks: Marks, added: tuple[Payload, ...]) -> None:
        """finalized <= safe <= head on the branch that is about to be canonical."""
        joined = {payload.number: payload.hash for payload in added}
        fork_number = added[0].number - 1 if added else marks.head.number
        above = marks.head
        for name, mark in (("safe", marks.safe), ("finalized", marks.finalized)):
            if mark is None:
                continue
            on_branch = joined.get(mark.number) or (
                self.canonical_hash(mark.number) if mark.number <= fork_number else None
            )
            if on_branch != mark.hash or mark.number > above.number:
                raise InvalidForkchoice(f"the {name} block 0x{mark.hash.hex()} is not below the block it must precede")
            above = mark

    def _load_marks(self) -> Marks:
        with self._database.read() as connection:
            hashes = {key: meta(connection, key) for key in ("head", "safe", "finalized")}
            top = connection.execute("SELECT max(number) FROM canonical").fetchone()[0]
        if hashes["head"] is None or self.canonical_hash(top or 0) != hashes["head"]:
            raise DatabaseDamaged(str(self._database.path), "its head is not the end of its canonical chain")
        head = self._required(hashes["head"], "head")
        if head.state_root != EMPTY_TRIE_ROOT and self._nodes.get(head.state_root) is None:
            raise DatabaseDamaged(str(self._database.path), "the state of its head is missing")
        safe, finalized = (
            self._required(mark, name).ref if (mark := hashes[name]) not in (None, ZERO_HASH) else None
            for name in ("safe", "finalized")
        )
        return Marks(head.ref, safe, finalized)

    def _required(self, block_hash: bytes | None, what: str) -> Payload:
        payload = self.payload(block_hash or b"")
        if payload is None:
            raise DatabaseDamaged(str(self._database.path), f"its {what} block is missing")
        return payload

    def _remember(self, payload: Payload) -> None:
        with self._payloads_lock:
            self._payloads[payload.hash] = payload
            self._payloads.move_to_end(payload.hash)
            if len(self._payloads) > CACHED_PAYLOADS:
                self._payloads.popitem(last=False)


def canonical_hash(connection: sqlite3.Connection, number: int) -> bytes | None:
    """The canonical block's hash at a height inside a snapshot, or None above the head."""
    row = connection.execute(
        "SELECT b.hash FROM canonical c JOIN block b ON b.id = c.block WHERE c.number = ?", (number,)
    ).fetchone()
    return None if row is None else bytes(row[0])
