"""Every backend against the one contract."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from records.container.content_address import LEAF_SIZE
from records.storage import RecordStore
from records.storage.embedded import EmbeddedStore
from records.storage.ipfs import IpfsStore
from records.storage.memory import MemoryStore
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


def kubo_binary() -> str | None:
    built = Path(__file__).parents[3] / ".nodes" / "ipfs"
    return str(built) if built.exists() else shutil.which("ipfs")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def kubo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    binary = kubo_binary()
    if binary is None:
        pytest.skip("kubo is not built (make nodes)")
    repo = tmp_path_factory.mktemp("kubo")
    environment = {"PATH": os.defpath, "HOME": str(repo), "IPFS_PATH": str(repo), "IPFS_TELEMETRY": "off"}
    port = free_port()

    def ipfs(*arguments: str) -> None:
        subprocess.run([binary, *arguments], env=environment, check=True, capture_output=True, timeout=60)

    ipfs("init", "--profile", "test")
    ipfs("config", "Addresses.API", f"/ip4/127.0.0.1/tcp/{port}")
    ipfs("config", "--json", "Addresses.Swarm", "[]")
    ipfs("config", "--json", "Addresses.Gateway", "[]")
    ipfs("config", "Routing.Type", "none")
    ipfs("config", "--json", "Plugins.Plugins.telemetry.Config", '{"Mode":"off"}')
    daemon = subprocess.Popen([binary, "daemon", "--offline"], env=environment, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.post(f"{url}/api/v0/id", trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        daemon.terminate()
        daemon.wait(timeout=30)


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
