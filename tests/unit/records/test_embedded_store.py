"""What the directory store owes beyond the contract: crashes, damage, concurrency, configuration."""

import errno
import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from records.container import add_tree, cid_to_text
from records.container.content_address import LEAF_SIZE
from records.storage import BlockDamaged, ContentMissing, StoreConfigurationError, StoreFull, StoreHandler
from records.storage.embedded import EmbeddedStore
from records.storage.memory import MemoryStore


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore(root=tmp_path / "store")


def block_files(store: EmbeddedStore) -> list[Path]:
    return sorted(path for path in (store.root / "blocks").rglob("*") if path.is_file())


def test_content_survives_a_new_process(store: EmbeddedStore) -> None:
    cid = store.put([b"kept"])
    again = EmbeddedStore(root=store.root)
    assert b"".join(again.get(cid)) == b"kept"
    assert again.stat(cid).pinned


@pytest.mark.parametrize("damage", [b"", b"other bytes", b"kepu"])
def test_a_damaged_block_is_never_given_out(store: EmbeddedStore, damage: bytes) -> None:
    cid = store.put([b"kept"])
    block_files(store)[0].write_bytes(damage)
    with pytest.raises(BlockDamaged):
        b"".join(store.get(cid))
    store.put([b"kept"])
    assert b"".join(store.get(cid)) == b"kept"


def test_a_lost_leaf_is_missing_content(store: EmbeddedStore) -> None:
    cid = store.put([bytes(LEAF_SIZE), b"rest"])
    leaf = cid_to_text(add_tree([b"rest"])[0])
    next(path for path in block_files(store) if path.name == leaf).unlink()
    assert not store.has(cid)
    with pytest.raises(ContentMissing):
        b"".join(store.get(cid))
    with pytest.raises(ContentMissing):
        store.pin(cid)


def test_gc_refuses_to_guess_when_a_pinned_tree_lost_its_root(store: EmbeddedStore) -> None:
    cid = store.put([bytes(LEAF_SIZE), b"rest"])
    next(path for path in block_files(store) if path.name == cid).unlink()
    with pytest.raises(ContentMissing):
        store.gc()
    assert len(block_files(store)) == 2
    assert store.delete(cid).removed == 0
    assert store.gc() == 2


KILLED_WRITER = """
import os, signal, sys
from records.storage.embedded import EmbeddedStore
def source():
    yield bytes(1 << 20)
    yield b"x" * (1 << 20)
    os.kill(os.getpid(), signal.SIGKILL)
EmbeddedStore(root=sys.argv[1]).put(source())
"""


def test_a_writer_killed_in_the_middle_leaves_only_what_gc_collects(store: EmbeddedStore) -> None:
    kept = store.put([b"kept"])
    process = subprocess.run([sys.executable, "-c", KILLED_WRITER, str(store.root)], timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert len(block_files(store)) == 1
    assert store.gc() >= 1
    assert list((store.root / "incoming").iterdir()) == []
    assert b"".join(store.get(kept)) == b"kept"


def test_gc_does_not_take_the_blocks_of_a_put_in_progress(store: EmbeddedStore) -> None:
    begun, go_on = threading.Event(), threading.Event()
    result: list[str] = []

    def source() -> object:
        yield bytes(LEAF_SIZE)
        begun.set()
        go_on.wait(30)
        yield b"end"

    writer = threading.Thread(target=lambda: result.append(store.put(source())))  # type: ignore[arg-type]
    writer.start()
    assert begun.wait(30)
    assert store.gc() == 0
    go_on.set()
    writer.join(30)
    assert b"".join(store.get(result[0])) == bytes(LEAF_SIZE) + b"end"


def test_many_threads_put_get_and_collect_together(store: EmbeddedStore) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(5):
                data = f"{number}/{turn}".encode()
                cid = store.put([data])
                store.gc()
                if b"".join(store.get(cid)) != data:
                    raise ValueError(data)
                store.delete(cid)
        except BaseException as error:  # noqa: BLE001  the failure is raised in the main thread below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert block_files(store) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_so_and_leaves_nothing(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def full(_: int) -> None:
        raise OSError(code, "no room")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreFull):
            store.put(io.BytesIO(b"too much"))
    assert block_files(store) == []
    assert list((store.root / "incoming").iterdir()) == []


def test_other_disk_errors_are_not_hidden(store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: int) -> None:
        raise OSError(errno.EIO, "disk")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        with pytest.raises(OSError, match="disk"):
            store.put([b"x"])


def test_a_store_of_a_newer_version_is_refused(store: EmbeddedStore) -> None:
    (store.root / "VERSION").write_text("2")
    with pytest.raises(StoreConfigurationError):
        EmbeddedStore(root=store.root)


class TestHandler:
    def test_stores_are_made_once_by_alias(self, tmp_path: Path) -> None:
        handler = StoreHandler(
            {
                "default": {"BACKEND": "records.storage.embedded.EmbeddedStore", "OPTIONS": {"root": tmp_path}},
                "memory": {"BACKEND": "records.storage.memory.MemoryStore"},
            }
        )
        assert handler["default"] is handler["default"]
        assert isinstance(handler["memory"], MemoryStore)
        handler.close()
        assert isinstance(handler["default"], EmbeddedStore)

    @pytest.mark.parametrize(
        "settings",
        [
            {},
            {"default": {}},
            {"default": {"BACKEND": "records.storage.memory.MemoryStore", "LOCATION": "x"}},
            {"default": {"BACKEND": "nowhere.Store"}},
            {"default": {"BACKEND": "records.storage.memory.Nothing"}},
            {"default": {"BACKEND": "plain"}},
            {"default": {"BACKEND": "pathlib.Path"}},
            {"default": {"BACKEND": "records.storage.memory.MemoryStore", "OPTIONS": {"colour": "red"}}},
        ],
    )
    def test_wrong_settings_are_named(self, settings: dict[str, dict[str, object]]) -> None:
        with pytest.raises(StoreConfigurationError):
            StoreHandler(settings)["default"]
