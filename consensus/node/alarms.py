"""Conditions an operator should look at. They are shown by ``status()`` and never change what a block is worth."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace

from consensus.node.clock import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A condition: code, sentence of its latest occurrence, first and latest time (ms), how often."""

    code: str
    message: str
    first_ms: int
    last_ms: int
    count: int


class Alarms:
    """Alarms by code; the same code again counts up. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._alarms: dict[str, Alarm] = {}

    def note(self, code: str, message: str) -> None:
        """Raises an alarm, or counts it once more."""
        now = self._clock.now_ms()
        with self._lock:
            known = self._alarms.get(code)
            if known is None:
                log.warning("alarm %s: %s", code, message)
                self._alarms[code] = Alarm(code, message, now, now, 1)
            else:
                self._alarms[code] = replace(known, message=message, last_ms=now, count=known.count + 1)

    def clear(self, code: str) -> None:
        """Ends an alarm whose condition has passed."""
        with self._lock:
            if self._alarms.pop(code, None) is not None:
                log.info("alarm %s has passed", code)

    def current(self) -> tuple[Alarm, ...]:
        """All alarms, oldest first."""
        with self._lock:
            return tuple(sorted(self._alarms.values(), key=lambda alarm: alarm.first_ms))
