"""Two things timed in turn (A B A B …), so that a drift of the machine's speed meets both; medians and their ratio."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paired:
    """Median seconds of ours and of the peer, and the median of the ratios ours/peer pair by pair."""

    ours: float
    peer: float
    ratio: float

    def line(self, what: str, peer: str) -> str:
        """The figures as one line."""
        return (
            f"{what:<34} {self.ours * 1e3:>10.2f} ms   {peer:<26} {self.peer * 1e3:>10.2f} ms   ratio {self.ratio:.2f}"
        )


def paired(ours: Callable[[], object], peer: Callable[[], object], *, runs: int, pause: float = 0) -> Paired:
    """Time both ``runs`` times in turn, after one uncounted run of each; ``pause`` seconds lie before each of ours."""
    ours(), peer()
    pairs = []
    for _ in range(runs):
        time.sleep(pause)
        pairs.append((seconds(ours), seconds(peer)))
    return Paired(
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def seconds(run: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
