"""Who asks at the same time shares one reading, and nobody gets an old one or another's error twice."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from keymgmt.node.server.shared_reading import SharedReading


class Source:
    """Counts its readings; each waits for ``open``, and the first fails unless ``healthy``."""

    def __init__(self, *, healthy: bool = True) -> None:
        self.healthy = healthy
        self.count = 0
        self.open = threading.Event()
        self.open.set()

    def read(self) -> int:
        self.count += 1
        assert self.open.wait(10)
        if self.count == 1 and not self.healthy:
            raise ConnectionError("the first one fails")
        return self.count


def test_a_reading_is_shared_while_it_is_fresh_and_made_anew_after() -> None:
    now = [100.0]
    source = Source()
    reading = SharedReading(source.read, seconds=0.1, clock=lambda: now[0])

    assert [reading.get(), reading.get()] == [1, 1]
    now[0] += 0.09
    assert reading.get() == 1
    now[0] += 0.02
    assert reading.get() == 2


@pytest.mark.parametrize("healthy", [True, False])
def test_who_asks_during_a_reading_waits_for_it(healthy: bool) -> None:
    source = Source(healthy=healthy)
    source.open.clear()
    asked = threading.Semaphore(0)

    def clock() -> float:
        asked.release()
        return 0.0

    reading = SharedReading(source.read, seconds=0.0, clock=clock)
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(reading.get) for _ in range(4)]
        # The clock is read once by each who asks, and once more by the one who reads.
        for _ in range(5):
            assert asked.acquire(timeout=10)
        source.open.set()
        outcomes = [future.exception(10) or future.result() for future in futures]

    assert source.count == 1
    assert len(set(outcomes)) == 1
    assert isinstance(outcomes[0], int if healthy else ConnectionError)


def test_an_error_is_not_kept() -> None:
    source = Source(healthy=False)
    reading = SharedReading(source.read, seconds=1000.0)

    with pytest.raises(ConnectionError):
        reading.get()
    assert reading.get() == 2
