"""The parent's side of the search: starts the child, hands it jobs, passes on its finds, restarts it when it dies."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consensus.rules.pow import target

log = logging.getLogger(__name__)

WORKER = Path(__file__).with_name("worker.py")
RESTART_DELAY_S = 1.0
STOP_TIMEOUT_S = 5.0
RATE_REPORTS = 60
"""How many of the worker's rate lines the hash rate averages over: about a minute of searching."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One miner's part of a race: the 269 constant bytes of its header and its nonce slice."""

    prefix: bytes
    nonces: range


@dataclass(frozen=True, slots=True)
class SearchJob:
    """A race at difficulty ``d``; hashes with ``share_d`` or more leading zero bits are reported as shares (0: no)."""

    number: int
    d: int
    lanes: tuple[Lane, ...]
    share_d: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Proof of work: lane, nonce and how long the search took, ms. The job has ended."""

    job: int
    lane: int
    nonce: int
    search_ms: int


@dataclass(frozen=True, slots=True)
class Exhausted:
    """No nonce of any lane is proof of work (the whitepaper's event "failure"). The job has ended."""

    job: int


@dataclass(frozen=True, slots=True)
class ShareFound:
    """A nonce that shows ``share_d`` but not ``d`` leading zero bits. The job goes on."""

    job: int
    lane: int
    nonce: int


Report = Found | Exhausted | ShareFound


class Searcher:
    """One child process that works on at most one job; a new job replaces the present one.

    ``deliver`` is called with each report, from the reader's thread, and must not block. Use from one thread.
    """

    def __init__(self, deliver: Callable[[Report], None]) -> None:
        self._deliver = deliver
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._job: SearchJob | None = None
        self._stopping = threading.Event()
        self._rates: deque[tuple[int, int]] = deque(maxlen=RATE_REPORTS)

    @property
    def pid(self) -> int | None:
        """Process id of the child, None when it does not run."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    @property
    def hash_rate(self) -> float | None:
        """Hashes per second over the last minute of searching, None before the first report."""
        rates = list(self._rates)
        spent_ms = sum(ms for _, ms in rates)
        return 1000 * sum(hashes for hashes, _ in rates) / spent_ms if spent_ms else None

    def start(self) -> None:
        """Starts the child."""
        self._stopping.clear()
        self._spawn()
        self._reader = threading.Thread(target=self._read, name="seal-search", daemon=True)
        self._reader.start()

    def search(self, job: SearchJob) -> None:
        """Replaces whatever is being searched by ``job``."""
        self._job = job
        self._send(_command(job))

    def cancel(self) -> None:
        """Ends the present job without a report; one already on its way may still arrive, with its job's number."""
        self._job = None
        self._send({"op": "cancel"})

    def stop(self) -> None:
        """Ends the child and waits for it."""
        self._stopping.set()
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            with self._lock:
                _close_quietly(process)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._reader is not None:
            self._reader.join(STOP_TIMEOUT_S)
        self._process = None

    def _spawn(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def _send(self, command: dict[str, Any]) -> None:
        process = self._process
        if process is None or process.stdin is None:
            return
        with self._lock:
            try:
                process.stdin.write(json.dumps(command) + "\n")
                process.stdin.flush()
            except (BrokenPipeError, ValueError):
                # The child died, or is being replaced: the reader notices, restarts it and repeats the present job.
                log.warning("the seal search process is not reading; it will be restarted")

    def _read(self) -> None:
        while not self._stopping.is_set():
            process = self._process
            if process is None or process.stdout is None:
                return
            for line in process.stdout:
                self._handle(json.loads(line))
            process.wait()
            if self._stopping.is_set():
                return
            log.warning("the seal search process ended with status %s; restarting it", process.returncode)
            time.sleep(RESTART_DELAY_S)
            self._spawn()
            if (job := self._job) is not None:
                self._send(_command(job))

    def _handle(self, line: dict[str, Any]) -> None:
        match line["op"]:
            case "rate":
                self._rates.append((line["hashes"], line["ms"]))
            case "found":
                self._deliver(Found(line["job"], line["lane"], line["nonce"], line["ms"]))
            case "exhausted":
                self._deliver(Exhausted(line["job"]))
            case "share":
                self._deliver(ShareFound(line["job"], line["lane"], line["nonce"]))


def _command(job: SearchJob) -> dict[str, Any]:
    wanted = target(job.d)
    return {
        "op": "search",
        "job": job.number,
        "target": wanted.hex(),
        "loose": target(job.share_d).hex() if 0 < job.share_d < job.d else wanted.hex(),
        "lanes": [
            {"prefix": lane.prefix.hex(), "start": lane.nonces.start, "stop": lane.nonces.stop} for lane in job.lanes
        ],
    }


def _close_quietly(process: subprocess.Popen[str]) -> None:
    if process.stdin is None:
        return
    try:
        process.stdin.close()
    except BrokenPipeError:
        log.debug("the seal search process had ended before it was told to")
