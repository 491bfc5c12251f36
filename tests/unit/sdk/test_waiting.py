"""Waiting for the chain: soon at first, then seldom, and never past the time given."""

import pytest

from medixain.sdk import transactions
from medixain.sdk.errors import WaitedTooLong
from medixain.sdk.transactions import Handed, wait_for
from tests.attacks.sdk.stub import StubContext
from tests.unit.sdk.clock import FakeTime


class Slow:
    """A platform where a transaction is final after so many seconds."""

    def __init__(self, clock: FakeTime, seconds: float) -> None:
        self.asked: list[float] = []
        self._clock = clock
        self._seconds = seconds

    def get(self, path: str) -> dict[str, str]:
        self.asked.append(self._clock.now)
        return {"state": "final" if self._clock.now >= self._seconds else "received"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    clock = FakeTime()
    monkeypatch.setattr(transactions, "time", clock)
    return clock


def waiting(clock: FakeTime, seconds: float, timeout: int) -> Slow:
    context = StubContext.__new__(StubContext)
    slow = Slow(clock, seconds)
    context.api = slow  # type: ignore[assignment]
    assert wait_for(context, [Handed("1", "received")], "final", timeout) == "final"
    return slow


def test_what_is_final_soon_is_noticed_soon(clock: FakeTime) -> None:
    assert waiting(clock, 2.0, 60).asked[-1] < 2.0 * 1.125 + 0.3


def test_a_long_wait_asks_seldom(clock: FakeTime) -> None:
    slow = waiting(clock, 120.0, 180)
    assert len(slow.asked) < 90
    assert slow.asked[-1] <= 122.0


def test_a_wait_ends_with_its_time(clock: FakeTime) -> None:
    with pytest.raises(WaitedTooLong):
        waiting(clock, 10.0**6, 30)
    assert 30 < clock.now <= 32
