"""A real geth, built by ``make nodes``. Without it these tests are skipped by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from consensus.execution.geth import GethExecution, GethProcess
from consensus.execution.transactions import keccak
from tests.conformance.execution.execution_contract import eventually
from tests.conformance.execution.probe import GENESIS

GETH = Path(__file__).resolve().parents[3] / ".nodes" / "geth"


class GethNode:
    """A geth, its client, and others of the same genesis made on demand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[GethProcess] = []
        self._clients: list[GethExecution] = []
        self.client = self.another()
        self.process = self._processes[0]

    def submit(self, raw: bytes) -> None:
        # geth answers before the transaction has its place in the pool, and its pool follows a new head late: on a
        # busy machine a sender's first block is there while the pool still takes the sender for an unknown account.
        assert eventually(lambda: "error" not in self.send(raw) or self.in_pool(raw))
        assert eventually(lambda: self.in_pool(raw))

    def send(self, raw: bytes) -> dict[str, Any]:
        """geth's answer to one eth_sendRawTransaction."""
        request = {"jsonrpc": "2.0", "id": 1, "method": "eth_sendRawTransaction", "params": ["0x" + raw.hex()]}
        return dict(httpx.post(self.process.http_url, json=request, trust_env=False).json())

    def in_pool(self, raw: bytes) -> bool:
        content = self.client.pool_content()
        return "0x" + keccak(raw).hex() in {
            transaction["hash"]
            for queue in content.values()
            for by_nonce in queue.values()
            for transaction in by_nonce.values()
        }

    def another(self) -> GethExecution:
        process = GethProcess(GETH, self._folder / f"g{len(self._processes)}", GENESIS).start()
        self._processes.append(process)
        client = process.client()
        self._clients.append(client)
        return client

    def kill_and_restart(self) -> None:
        """SIGKILL, as a power cut would end geth, then a start on the same folder."""
        self._clients[0].close()
        self.process.kill()
        self.process.start()
        self.client = self.process.client()
        self._clients[0] = self.client

    def close(self) -> None:
        for client in self._clients:
            client.close()
        for process in self._processes:
            process.kill()


@pytest.fixture
def geth_node(tmp_path: Path) -> Iterator[GethNode]:
    if not GETH.exists():
        pytest.skip("geth is not built; run make nodes")
    node = GethNode(tmp_path)
    yield node
    node.close()
