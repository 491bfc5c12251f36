"""A chain without threads, over the embedded EVM."""

import pytest

from tests.unit.consensus.nodes import Bench


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.close()
