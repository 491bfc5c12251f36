"""``python -m tests.hostile.through PORT HOST:PORT,… ARGUMENTS``: the command line with some connections led elsewhere.

What a hostile network, name server or platform does to a client, without the client's help: every connection to one of
the addresses arrives at PORT of 127.0.0.1. Everything else is the real program.
"""

import socket
import sys
from typing import Any

from medixain.cli.main import main

_connect = socket.create_connection


def redirect(port: int, victims: set[str]) -> None:
    """Lead connections to ``victims`` (``host:port``) to ``port`` of 127.0.0.1."""

    def connect(address: tuple[str, int], *arguments: Any, **options: Any) -> socket.socket:
        host, number = address[:2]
        return _connect(("127.0.0.1", port) if f"{host}:{number}" in victims else address, *arguments, **options)

    socket.create_connection = connect


if __name__ == "__main__":
    redirect(int(sys.argv[1]), set(sys.argv[2].split(",")))
    sys.argv = ["medixain", *sys.argv[3:]]
    main()
