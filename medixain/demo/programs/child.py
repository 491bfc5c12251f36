"""What every program of the demo does at its edges: say that it is ready, and end with its parent."""

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from medixain.demo.layout import Layout


def arguments(description: str) -> tuple[Layout, int]:
    """Parse ``--data DIR --port P`` and set up logging to standard error."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    given = parser.parse_args()
    return Layout(given.data.resolve()), given.port


def serve_until_the_end(*words: str) -> None:
    """Tell the parent in one line that this program is ready, with ``words`` it has to know (addresses, mostly).

    Return when asked to stop (SIGTERM, SIGINT) or when the parent is gone. The parent holds the other end of standard
    input; it closes however the parent ends, SIGKILL included.
    """
    ended = threading.Event()
    # First the handlers: a parent that has read the line may ask at once.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())

    def until_parent_ends() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        ended.set()

    threading.Thread(target=until_parent_ends, name="parent-watch", daemon=True).start()
    sys.stdout.write(" ".join(["ready", *words]) + "\n")
    sys.stdout.flush()
    ended.wait()
