"""The child process that searches for seals. Standard library only: it is started as a bare file and is ready in 30 ms.

It reads one JSON object a line on standard input and writes one a line on standard output::

    -> {"op": "search", "job": 7, "target": hex, "loose": hex, "lanes": [{"prefix": hex, "start": n, "stop": n}, ...]}
    -> {"op": "cancel"}
    <- {"op": "found", "job": 7, "lane": 0, "nonce": n, "ms": n}        the job has ended
    <- {"op": "exhausted", "job": 7, "ms": n}                           the job has ended
    <- {"op": "share", "job": 7, "lane": 0, "nonce": n}                 below ``loose`` but not below ``target``
    <- {"op": "rate", "hashes": n, "ms": n}                             since the last such line

A lane is one miner's slice. Lanes take turns of a few thousand hashes each, so the race between them is fair. hashlib
holds the interpreter lock for inputs this small, hence a process and not a thread. The process ends when its standard
input does, or when its parent is no longer the one that started it: a ``kill -9`` of the parent leaves nothing behind.
"""

import hashlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

NICENESS = 10
TURN_HASHES_MAX = 1 << 15
TURN_HASHES_MIN = 1 << 6
RATE_PERIOD_S = 1.0

_LOW_BITS = 16
_LOW_MASK = (1 << _LOW_BITS) - 1
_SUFFIXES = [value.to_bytes(2, "big") for value in range(1 << _LOW_BITS)]


def candidates(prefix: Any, start: int, stop: int, loose: bytes) -> Iterator[tuple[int, bytes]]:
    """Nonces in [start, stop) with the digests that lie below ``loose``, in order.

    ``prefix`` is a hashlib object that has consumed the constant part of the header; each nonce costs one ``copy()``,
    one ``update()`` of the two bytes that change and one compression. Every nonce of the range is hashed exactly once.
    """
    nonce = start
    while nonce < stop:
        high = nonce >> _LOW_BITS
        end = min(stop, (high + 1) << _LOW_BITS)
        block = prefix.copy()
        block.update(high.to_bytes(6, "big"))
        copy = block.copy
        low = nonce & _LOW_MASK
        for offset, suffix in enumerate(_SUFFIXES[low : low + end - nonce], nonce):
            attempt = copy()
            attempt.update(suffix)
            digest = attempt.digest()
            if digest < loose:
                yield offset, digest
        nonce = end


def turn_hashes(target: bytes) -> int:
    """Hashes per turn of one lane: small against the expected search, so that no lane gains by going first."""
    expected = (1 << (8 * len(target))) // max(1, int.from_bytes(target, "big"))
    return max(TURN_HASHES_MIN, min(TURN_HASHES_MAX, expected // 64))


class Commands:
    """Lines from standard input, read without blocking while a search runs."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._buffer = b""
        self._parent = os.getppid()

    def next(self, *, wait: bool) -> dict[str, Any] | None:
        """The next command; None when there is none yet. Raises :class:`EOFError` when the parent has gone."""
        while b"\n" not in self._buffer:
            if os.getppid() != self._parent:
                raise EOFError
            ready, _, _ = select.select([self._descriptor], [], [], RATE_PERIOD_S if wait else 0)
            if ready:
                data = os.read(self._descriptor, 1 << 16)
                if not data:
                    raise EOFError
                self._buffer += data
            elif not wait:
                return None
        line, self._buffer = self._buffer.split(b"\n", 1)
        command: dict[str, Any] = json.loads(line)
        return command


def report(**fields: Any) -> None:
    """Writes one line to the parent."""
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def search(job: dict[str, Any], commands: Commands) -> dict[str, Any] | None:
    """Runs one job until it is found, exhausted or replaced; the command that replaced it, or None when it ended."""
    target, loose = bytes.fromhex(job["target"]), bytes.fromhex(job["loose"])
    lanes = [
        [index, hashlib.sha256(bytes.fromhex(lane["prefix"])), lane["start"], lane["stop"]]
        for index, lane in enumerate(job["lanes"])
    ]
    turn = turn_hashes(target)
    started = reported = time.monotonic()
    hashes = 0
    while lanes:
        lane = lanes.pop(0)
        index, prefix, start, stop = lane
        end = min(stop, start + turn)
        for nonce, digest in candidates(prefix, start, end, loose):
            if digest < target:
                _report_rate(hashes + nonce - start + 1, reported)
                report(op="found", job=job["job"], lane=index, nonce=nonce, ms=_elapsed_ms(started))
                return None
            report(op="share", job=job["job"], lane=index, nonce=nonce)
        hashes += end - start
        if end < stop:
            lane[2] = end
            lanes.append(lane)
        if time.monotonic() - reported >= RATE_PERIOD_S:
            _report_rate(hashes, reported)
            hashes, reported = 0, time.monotonic()
        command = commands.next(wait=False)
        if command is not None:
            _report_rate(hashes, reported)
            return command
    _report_rate(hashes, reported)
    report(op="exhausted", job=job["job"], ms=_elapsed_ms(started))
    return None


def _elapsed_ms(since: float) -> int:
    return int((time.monotonic() - since) * 1000)


def _report_rate(hashes: int, since: float) -> None:
    report(op="rate", hashes=hashes, ms=_elapsed_ms(since))


def main() -> None:
    """Serves commands until the parent goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides when to stop.
    os.nice(NICENESS)
    commands = Commands(sys.stdin.fileno())
    command = None
    try:
        while True:
            command = command or commands.next(wait=True)
            command = search(command, commands) if command and command["op"] == "search" else None
    except (EOFError, BrokenPipeError):
        # The parent has gone, and with it anyone to report to; closing the descriptor keeps the interpreter's own
        # flush at exit from failing on the broken pipe.
        os._exit(0)


if __name__ == "__main__":
    main()
