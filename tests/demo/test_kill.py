"""kill -9 of the whole platform loses nothing it acknowledged (short form of `make fault-kill`)."""

import pytest

from tests.faults.kill import run


@pytest.mark.demo
@pytest.mark.timeout(1500)
def test_five_kills_lose_nothing() -> None:
    known = run(5, seed=20)
    assert known.records
    assert known.grants
