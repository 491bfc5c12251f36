"""What every program does at its edges: say that it is ready, and end when it is asked to."""

import logging
import signal
import sys
import threading


def log_to_stderr() -> None:
    """Write plain lines to standard error; for programs without Django, whose settings would do it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    for name in ("httpx", "eth", "web3"):
        logging.getLogger(name).setLevel(logging.WARNING)


def end_event() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set from now on."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    return ended


def announce(*words: str) -> None:
    """Tell whoever started the program that it is ready: one line on standard output."""
    sys.stdout.write(" ".join(["ready", *words]) + "\n")
    sys.stdout.flush()
