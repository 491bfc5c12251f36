from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.keymgmt.node.world import Node, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def node(world: World, tmp_path: Path) -> Iterator[Node]:
    node = Node(world, tmp_path / "node.sqlite")
    yield node
    node.store.close()
