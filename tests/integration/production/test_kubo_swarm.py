"""Two kubo nodes, started by the very line that the compose file gives the shell, are one private, mirrored store."""

import os
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from medixain.programs.kubo_mirror import Kubo, mirror_once
from medixain.programs.platform_services import kubo_script
from records.storage.ipfs import IpfsStore
from records.storage.kubo import SWARM_ENVIRONMENT
from tests.conformance.storage.kubo import free_port, kubo_binary

pytestmark = [
    pytest.mark.kubo,
    pytest.mark.skipif(kubo_binary() is None, reason="kubo is not built; run make nodes"),
]
RECORD = secrets.token_bytes(3 * 1024 * 1024)


def swarm_key() -> str:
    return f"/key/swarm/psk/1.0.0/\n/base16/\n{secrets.token_hex(32)}\n"


@contextmanager
def kubo(folder: Path, key: str) -> Iterator[tuple[str, int]]:
    """RPC address and swarm port of a kubo that the compose file's line started, ports and paths changed."""
    folder.mkdir()
    (folder / "swarm-key").write_text(key, encoding="ascii")
    rpc, swarm = free_port(), free_port()
    line = kubo_script().replace("$$", "$").replace("/run/secrets", str(folder))
    line = (
        line.replace("/tcp/5001", f"/tcp/{rpc}").replace("/tcp/4001", f"/tcp/{swarm}").replace("0.0.0.0", "127.0.0.1")
    )
    binary = Path(str(kubo_binary()))
    environment = {"PATH": f"{binary.parent}:{os.defpath}", "HOME": str(folder), "IPFS_PATH": str(folder / "repo")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/sh", "-ec", line], env=environment | SWARM_ENVIRONMENT, stdout=log, stderr=log
        )  # fmt: skip
    url = f"http://127.0.0.1:{rpc}"
    try:
        deadline = time.monotonic() + 90
        while not answers(url):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.2)
        yield url, swarm
    finally:
        process.terminate()
        process.wait(timeout=30)


def answers(url: str) -> bool:
    try:
        return httpx.post(f"{url}/api/v0/id", trust_env=False).is_success
    except httpx.TransportError:
        return False


def test_the_second_kubo_keeps_what_the_first_has_and_drops_what_it_drops(tmp_path: Path) -> None:
    key = swarm_key()
    with kubo(tmp_path / "1", key) as (first, swarm), kubo(tmp_path / "2", key) as (second, _):
        here, there = IpfsStore(url=first), IpfsStore(url=second)
        cid = here.put([RECORD])
        source, copy = Kubo(first), Kubo(second)
        copy.peer_with(source, swarm)
        mirror_once(source, copy)
        assert b"".join(there.get(cid)) == RECORD
        assert there.stat(cid).pinned
        here.delete(cid)
        mirror_once(source, copy)
        assert not there.has(cid)


def test_a_kubo_without_the_swarms_key_gets_nothing(tmp_path: Path) -> None:
    with kubo(tmp_path / "1", swarm_key()) as (first, swarm), kubo(tmp_path / "2", swarm_key()) as (second, _):
        IpfsStore(url=first).put([RECORD])
        identity = httpx.post(f"{first}/api/v0/id", trust_env=False).json()["ID"]
        refused = httpx.post(
            f"{second}/api/v0/swarm/connect",
            params={"arg": f"/ip4/127.0.0.1/tcp/{swarm}/p2p/{identity}"}, trust_env=False, timeout=60,
        )  # fmt: skip
        assert not refused.is_success
        peers = httpx.post(f"{first}/api/v0/swarm/peers", trust_env=False).json()["Peers"]
        assert not peers
