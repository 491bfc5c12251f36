"""One JSON object a line: event, level, time and the fields given with ``extra``; never a message body or a key."""

import json
import logging
import sys
from typing import TextIO

_BUILT_IN = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON. Exceptions show by type only, because messages might hold anything."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields = {key: value for key, value in vars(record).items() if key not in _BUILT_IN}
        if record.exc_info and record.exc_info[0] is not None:
            fields["exception"] = record.exc_info[0].__name__
        line = {"event": record.getMessage(), "level": record.levelname.lower(), "time": round(record.created, 3)}
        return json.dumps({**fields, **line}, sort_keys=True, default=str)


def log_to(stream: TextIO = sys.stderr) -> None:
    """Send everything the program logs to ``stream`` as JSON lines."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # These repeat every request with its address, which the node's own events leave out on purpose.
    for noisy in ("httpx", "httpcore", "urllib3", "web3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
