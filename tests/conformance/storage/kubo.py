"""A private kubo daemon on loopback, for the conformance suite and the benchmark."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from records.storage.kubo import ENVIRONMENT, SETTINGS, configure


def kubo_binary() -> str | None:
    """Where kubo is, None when it is not built (`make nodes`)."""
    built = Path(__file__).parents[3] / ".nodes" / "ipfs"
    return str(built) if built.exists() else shutil.which("ipfs")


def free_port() -> int:
    """A loopback port nobody uses."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running_kubo(repo: Path) -> Iterator[str]:
    """The RPC address of a daemon on an empty repository in ``repo``, offline and silent; stopped afterwards."""
    binary = kubo_binary()
    if binary is None:
        raise FileNotFoundError("kubo is not built; run `make nodes`")
    environment = {"PATH": os.defpath, "HOME": str(repo), "IPFS_PATH": str(repo), **ENVIRONMENT}
    port = free_port()
    own = (("Addresses.API", f"/ip4/127.0.0.1/tcp/{port}"), ("Addresses.Swarm", []))
    for arguments in (["init", "--profile", "test"], *configure((*SETTINGS, *own))):
        subprocess.run([binary, *arguments], env=environment, check=True, capture_output=True, timeout=60)
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
