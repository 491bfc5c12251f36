"""One reading for all who want it at the same time."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class SharedReading(Generic[Answer]):
    """Calls ``read`` at most once at a time: who asks while it runs, or within ``seconds`` of its start, shares it.

    An answer is thus never older than ``seconds`` or than one call of ``read`` takes. What ``read`` raises reaches
    everybody who waits for it, and is not kept.
    """

    def __init__(
        self, read: Callable[[], Answer], *, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._newest: Future[Answer] = Future()
        self._fresh_until = float("-inf")

    def get(self) -> Answer:
        """Return what ``read`` returned; raises what it raised."""
        with self._lock:
            begins = self._clock() >= self._fresh_until
            if begins:
                self._newest = Future()
                self._fresh_until = float("inf")
            newest = self._newest
        return self._begin(newest) if begins else newest.result()

    def _begin(self, newest: Future[Answer]) -> Answer:
        began = self._clock()
        try:
            answer = self._read()
        except BaseException as error:
            self._end(float("-inf"))
            newest.set_exception(error)
            raise
        self._end(began + self._seconds)
        newest.set_result(answer)
        return answer

    def _end(self, fresh_until: float) -> None:
        with self._lock:
            self._fresh_until = fresh_until
