"""A block store in a directory: the demo's and small installations' store, with kubo's CIDs.

Layout::

    VERSION                 "1"
    lock                    held (flock) while pins or blocks change
    blocks/<xx>/<cid>       one block per file; xx are the last two characters of the CID's text
    pins/<cid>              empty files
    incoming/<writer>/      blocks of a put in progress; <writer>.lock is held (flock) by its writer

Crash safety: a put writes and fsyncs its blocks under ``incoming``, then, under the lock, renames them into ``blocks``,
fsyncs the directories and writes the pin last. A crash at any point leaves either the whole content or blocks nobody
refers to. A block file is never seen half-written, and every read checks its hash.
"""

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from records.container import cid_from_text, cid_to_text, sync_directory
from records.storage.base import DEFAULT_MAX_SIZE
from records.storage.blocks import BlockStore, BlockWriter
from records.storage.errors import StoreConfigurationError, StoreFull

VERSION: Final = "1"


class EmbeddedStore(BlockStore):
    """Stores blocks as files under ``root``, which is created when missing. Any number of processes may share it."""

    def __init__(self, *, root: str | Path, max_size: int = DEFAULT_MAX_SIZE) -> None:
        super().__init__(max_size=max_size)
        self.root = Path(root)
        self._blocks = self.root / "blocks"
        self._pin_folder = self.root / "pins"
        self._incoming = self.root / "incoming"
        for folder in (self._blocks, self._pin_folder, self._incoming):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._check_version()

    def _check_version(self) -> None:
        marker = self.root / "VERSION"
        if not marker.exists():
            marker.write_text(VERSION, encoding="ascii")
            sync_directory(self.root)
        found = marker.read_text(encoding="ascii").strip()
        if found not in {"", VERSION}:
            raise StoreConfigurationError(f"The record store at {self.root} has version {found}; update medixain.")

    @contextmanager
    def _writer(self) -> Iterator[BlockWriter]:
        name = secrets.token_hex(16)
        folder = self._incoming / name
        with ExitStack() as held:
            # Under the store's lock, or gc might take the new lock file for that of a dead writer.
            with self._exclusive():
                held.enter_context(_flock(self._incoming / f"{name}.lock"))
                folder.mkdir(mode=0o700)
            try:
                yield _FileWriter(self, folder)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise StoreFull from error
                raise
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                (self._incoming / f"{name}.lock").unlink(missing_ok=True)

    def _take(self, folder: Path, cids: set[bytes], root: bytes, *, pin: bool) -> None:
        """Make the fsynced blocks in ``folder`` part of the store."""
        with self._exclusive():
            shards = set()
            for cid in cids:
                path = self._path(cid)
                path.parent.mkdir(mode=0o700, exist_ok=True)
                (folder / path.name).replace(path)
                shards.add(path.parent)
            for shard in shards:
                sync_directory(shard)
            sync_directory(self._blocks)
            if pin:
                self._set_pin(root, True)

    def _path(self, cid: bytes) -> Path:
        text = cid_to_text(cid)
        return self._blocks / text[-2:] / text

    def _read_block(self, cid: bytes) -> bytes | None:
        try:
            return self._path(cid).read_bytes()
        except FileNotFoundError:
            return None

    def _block_exists(self, cid: bytes) -> bool:
        return self._path(cid).exists()

    def _remove_blocks(self, cids: set[bytes]) -> int:
        shards = set()
        removed = 0
        for cid in cids:
            path = self._path(cid)
            try:
                path.unlink()
            except FileNotFoundError:
                continue
            removed += 1
            shards.add(path.parent)
        for shard in shards:
            sync_directory(shard)
        return removed

    def _all_blocks(self) -> Iterator[bytes]:
        for shard in sorted(self._blocks.iterdir()):
            for path in sorted(shard.iterdir()):
                yield cid_from_text(path.name)

    def _pins(self) -> Iterator[bytes]:
        for path in sorted(self._pin_folder.iterdir()):
            yield cid_from_text(path.name)

    def _set_pin(self, cid: bytes, pinned: bool) -> None:
        path = self._pin_folder / cid_to_text(cid)
        if pinned:
            path.touch(mode=0o600)
        else:
            path.unlink(missing_ok=True)
        sync_directory(self._pin_folder)

    def _is_pinned(self, cid: bytes) -> bool:
        return (self._pin_folder / cid_to_text(cid)).exists()

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with _flock(self.root / "lock"):
            yield

    def _discard_abandoned(self) -> int:
        removed = 0
        for lock in sorted(self._incoming.glob("*.lock")):
            # The lock is free only when its writer's process is gone (or its put has just ended).
            with _try_flock(lock) as dead:
                if dead:
                    folder = lock.with_suffix("")
                    removed += sum(1 for _ in folder.iterdir()) if folder.exists() else 0
                    shutil.rmtree(folder, ignore_errors=True)
                    lock.unlink(missing_ok=True)
        return removed


class _FileWriter:
    def __init__(self, store: EmbeddedStore, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._cids: set[bytes] = set()

    def add(self, cid: bytes, block: bytes) -> None:
        if cid in self._cids:
            return
        with (self._folder / cid_to_text(cid)).open("xb") as file:
            file.write(block)
            file.flush()
            os.fsync(file.fileno())
        self._cids.add(cid)

    def commit(self, root: bytes, *, pin: bool) -> None:
        self._store._take(self._folder, self._cids, root, pin=pin)


@contextmanager
def _flock(path: Path) -> Iterator[None]:
    """Hold ``path`` exclusively; a new open file each time, so threads exclude each other like processes do."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _try_flock(path: Path) -> Iterator[bool]:
    """Hold ``path`` when nobody else does; yields whether it is held."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
