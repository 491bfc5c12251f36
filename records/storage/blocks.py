"""What stores that keep blocks themselves share: trees, ranges, pins, garbage collection and deletion."""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from records.container import cid_from_text, cid_to_text
from records.container.content_address import DAG_PB, TreeBuilder, block_cid, parse_node
from records.storage.base import Deletion, RecordStore, Stat
from records.storage.errors import BlockDamaged, ContentMissing


class BlockWriter(Protocol):
    """Blocks on their way in: none is part of the store before :meth:`commit`, all are after it."""

    def add(self, cid: bytes, block: bytes) -> None: ...

    def commit(self, root: bytes, *, pin: bool) -> None: ...


class BlockStore(RecordStore):
    """A store over five primitives on blocks, which are named by binary CID. Memory: one block per operation."""

    @abstractmethod
    def _writer(self) -> AbstractContextManager[BlockWriter]:
        """A new writer; leaving the context without a commit discards its blocks."""

    @abstractmethod
    def _read_block(self, cid: bytes) -> bytes | None:
        """The block as stored, unchecked, or None."""

    @abstractmethod
    def _block_exists(self, cid: bytes) -> bool: ...

    @abstractmethod
    def _remove_blocks(self, cids: set[bytes]) -> int:
        """Remove blocks durably; return how many were there."""

    @abstractmethod
    def _all_blocks(self) -> Iterator[bytes]: ...

    @abstractmethod
    def _pins(self) -> Iterator[bytes]: ...

    @abstractmethod
    def _set_pin(self, cid: bytes, pinned: bool) -> None: ...

    @abstractmethod
    def _is_pinned(self, cid: bytes) -> bool: ...

    @abstractmethod
    def _exclusive(self) -> AbstractContextManager[None]:
        """Excludes every other change of pins and blocks, from this and other processes."""

    @abstractmethod
    def _discard_abandoned(self) -> int:
        """Remove what crashed writers left; return the number of blocks."""

    def _put(self, leaves: Iterator[bytes], pin: bool) -> str:
        with self._writer() as writer:
            tree = TreeBuilder(writer.add)
            for leaf in leaves:
                tree.add_leaf(leaf)
            root = tree.finish()
            writer.commit(root, pin=pin)
        return cid_to_text(root)

    def _get(self, cid: str, start: int, end: int) -> Iterator[bytes]:
        return self._read_range(cid_from_text(cid), start, end)

    def _read_range(self, cid: bytes, start: int, end: int) -> Iterator[bytes]:
        """Yield bytes [start, end) of the subtree ``cid``, reading only the blocks the range touches."""
        if start >= end:
            return
        block = self._checked_block(cid)
        if cid[1] != DAG_PB:
            yield block[start:end]
            return
        position = 0
        for link in parse_node(block):
            if position < end and start < position + link.file_size:
                yield from self._read_range(link.cid, max(0, start - position), min(link.file_size, end - position))
            position += link.file_size

    def _has(self, cid: str) -> bool:
        try:
            return all(self._block_exists(block) for block in self._tree(cid_from_text(cid)))
        except ContentMissing:
            return False

    def _stat(self, cid: str) -> Stat:
        root = cid_from_text(cid)
        block = self._checked_block(root)
        size = sum(link.file_size for link in parse_node(block)) if root[1] == DAG_PB else len(block)
        return Stat(cid, size, len(set(self._tree(root))), self._is_pinned(root))

    def _pin(self, cid: str) -> None:
        with self._exclusive():
            if not self._has(cid):
                raise ContentMissing(cid)
            self._set_pin(cid_from_text(cid), True)

    def _unpin(self, cid: str) -> None:
        with self._exclusive():
            self._set_pin(cid_from_text(cid), False)

    def _gc(self) -> int:
        with self._exclusive():
            live = self._live()
            garbage = {cid for cid in self._all_blocks() if cid not in live}
            return self._discard_abandoned() + self._remove_blocks(garbage)

    def _delete(self, cid: str) -> Deletion:
        root = cid_from_text(cid)
        with self._exclusive():
            try:
                own = set(self._tree(root))
            except ContentMissing:
                # What is left of a tree that lost a node is unreachable from its root: gc takes it.
                own = {root}
            self._set_pin(root, False)
            shared = own & self._live()
            removed = self._remove_blocks(own - shared)
        return Deletion(cid, removed, len(shared), self.COPIES_BEYOND_CONTROL)

    def _live(self) -> set[bytes]:
        """The blocks of all pinned content. A pin whose tree is damaged is an error: gc must not guess."""
        live: set[bytes] = set()
        for root in self._pins():
            live.update(self._tree(root))
        return live

    def _tree(self, cid: bytes) -> Iterator[bytes]:
        """Yield ``cid`` and all blocks under it; only inner nodes are read. Raises :class:`ContentMissing`."""
        yield cid
        if cid[1] == DAG_PB:
            for link in parse_node(self._checked_block(cid)):
                yield from self._tree(link.cid)

    def _checked_block(self, cid: bytes) -> bytes:
        block = self._read_block(cid)
        if block is None:
            raise ContentMissing(cid_to_text(cid))
        if block_cid(cid[1], block) != cid:
            raise BlockDamaged(cid_to_text(cid))
        return block
