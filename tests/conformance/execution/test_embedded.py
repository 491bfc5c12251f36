from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from consensus.execution.embedded import EmbeddedExecution
from tests.conformance.execution.execution_contract import ExecutionContract
from tests.conformance.execution.probe import GENESIS


class EmbeddedNode:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: list[EmbeddedExecution] = []
        self.client = self.another()

    def submit(self, raw: bytes) -> None:
        self.client.submit(raw)

    def another(self) -> EmbeddedExecution:
        client = EmbeddedExecution(self._folder / f"chain-{len(self._opened)}.sqlite", GENESIS)
        self._opened.append(client)
        return client

    def close(self) -> None:
        for client in self._opened:
            client.close()


class TestEmbeddedExecution(ExecutionContract):
    @pytest.fixture
    def node(self, tmp_path: Path) -> Iterator[EmbeddedNode]:
        node = EmbeddedNode(tmp_path)
        yield node
        node.close()
