"""Token buckets that slow down whoever keeps failing, and whoever asks for signatures without end."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from keymgmt.node.errors import TooManyRequests


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` tokens at first and at most, ``per_second`` new ones each second."""

    burst: float
    per_second: float


MAX_KEYS = 10_000
"""Parties remembered at a time; the one not heard of for longest is forgotten first."""


class Buckets:
    """One token bucket per party. ``monotonic`` returns seconds and never goes back."""

    def __init__(self, rate: Rate, monotonic: Callable[[], float]) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def require(self, party: Hashable) -> None:
        """Raise :class:`TooManyRequests` if the party has no token left; takes none."""
        with self._lock:
            if self._tokens(party) < 1:
                raise TooManyRequests

    def spend(self, party: Hashable) -> None:
        """Take one token, if there is one."""
        with self._lock:
            tokens = max(0.0, self._tokens(party) - 1)
            self._buckets[party] = (tokens, self._monotonic())
            self._buckets.move_to_end(party)
            while len(self._buckets) > MAX_KEYS:
                self._buckets.popitem(last=False)

    def _tokens(self, party: Hashable) -> float:
        tokens, since = self._buckets.get(party, (self._rate.burst, self._monotonic()))
        return min(self._rate.burst, tokens + (self._monotonic() - since) * self._rate.per_second)
