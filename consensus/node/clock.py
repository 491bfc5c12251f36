"""Where a consensus client gets the time from."""

import time
from typing import Protocol


class Clock(Protocol):
    """Wall-clock time; injected so that tests can skew one node's clock."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        return time.time_ns() // 1_000_000
