"""A store in memory, for tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from records.storage.base import DEFAULT_MAX_SIZE
from records.storage.blocks import BlockStore, BlockWriter


class MemoryStore(BlockStore):
    """Holds blocks in a dictionary; nothing survives the process."""

    COPIES_BEYOND_CONTROL = ()

    def __init__(self, *, max_size: int = DEFAULT_MAX_SIZE) -> None:
        super().__init__(max_size=max_size)
        self._blocks: dict[bytes, bytes] = {}
        self._pinned: set[bytes] = set()
        self._lock = threading.RLock()

    @contextmanager
    def _writer(self) -> Iterator[BlockWriter]:
        yield _MemoryWriter(self)

    def _take(self, blocks: dict[bytes, bytes], root: bytes, *, pin: bool) -> None:
        with self._lock:
            self._blocks.update(blocks)
            if pin:
                self._pinned.add(root)

    def _read_block(self, cid: bytes) -> bytes | None:
        return self._blocks.get(cid)

    def _block_exists(self, cid: bytes) -> bool:
        return cid in self._blocks

    def _remove_blocks(self, cids: set[bytes]) -> int:
        return sum(self._blocks.pop(cid, None) is not None for cid in cids)

    def _all_blocks(self) -> Iterator[bytes]:
        return iter(list(self._blocks))

    def _pins(self) -> Iterator[bytes]:
        return iter(list(self._pinned))

    def _set_pin(self, cid: bytes, pinned: bool) -> None:
        (self._pinned.add if pinned else self._pinned.discard)(cid)

    def _is_pinned(self, cid: bytes) -> bool:
        return cid in self._pinned

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with self._lock:
            yield

    def _discard_abandoned(self) -> int:
        return 0


class _MemoryWriter:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._blocks: dict[bytes, bytes] = {}

    def add(self, cid: bytes, block: bytes) -> None:
        self._blocks[cid] = block

    def commit(self, root: bytes, *, pin: bool) -> None:
        self._store._take(self._blocks, root, pin=pin)
