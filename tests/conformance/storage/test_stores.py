"""Every backend against the one contract."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from records.container.content_address import LEAF_SIZE
from records.storage import RecordStore
from records.storage.embedded import EmbeddedStore
from records.storage.ipfs import IpfsStore
from records.storage.memory import MemoryStore
from tests.conformance.storage.kubo import kubo_binary, running_kubo
from tests.conformance.storage.store_contract import RecordStoreContract

SMALL = LEAF_SIZE + 10


class TestMemoryStore(RecordStoreContract):
    @pytest.fixture
    def store(self) -> RecordStore:
        return MemoryStore()

    @pytest.fixture
    def small_store(self) -> RecordStore:
        return MemoryStore(max_size=SMALL)


class TestEmbeddedStore(RecordStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> RecordStore:
        return EmbeddedStore(root=tmp_path)

    @pytest.fixture
    def small_store(self, tmp_path: Path) -> RecordStore:
        return EmbeddedStore(root=tmp_path, max_size=SMALL)


@pytest.fixture(scope="session")
def kubo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if kubo_binary() is None:
        pytest.skip("kubo is not built (make nodes)")
    with running_kubo(tmp_path_factory.mktemp("kubo")) as url:
        yield url


@pytest.mark.kubo
class TestIpfsStore(RecordStoreContract):
    @pytest.fixture
    def store(self, kubo_url: str) -> Iterator[RecordStore]:
        store = IpfsStore(url=kubo_url)
        yield store
        _empty(kubo_url)
        store.close()

    @pytest.fixture
    def small_store(self, kubo_url: str) -> Iterator[RecordStore]:
        store = IpfsStore(url=kubo_url, max_size=SMALL)
        yield store
        _empty(kubo_url)
        store.close()


def _empty(url: str) -> None:
    with httpx.Client(base_url=f"{url}/api/v0/", trust_env=False, timeout=30) as client:
        for cid in client.post("pin/ls", params={"type": "recursive"}).json().get("Keys", {}):
            client.post("pin/rm", params={"arg": cid})
        client.post("repo/gc")
