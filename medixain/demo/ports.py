"""Ports for the demo's programs: chosen before they start, because each is told the others' addresses."""

import random
import socket
from collections.abc import Collection
from typing import Final

from medixain.demo.errors import PortInUse

CHOICE: Final = range(20_000, 32_000)
"""Below the ports that systems give to outgoing connections (from 32768 on Linux, from 49152 elsewhere): one of those
may be taken between the choice and the start of the program that listens, and a demo makes many connections."""

TRIES: Final = 200


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count: int, *, apart_from: Collection[int] = ()) -> list[int]:
    """Return different ports nobody listens on, none of them ``apart_from`` those given out already.

    Raises :class:`PortInUse` when hardly any is left.
    """
    candidates = random.SystemRandom().sample(CHOICE, TRIES + count)
    found: list[int] = []
    for port in candidates:
        if port not in apart_from and is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise PortInUse(candidates[-1])


def claim(port: int) -> int:
    """Return ``port``, or a free one for 0; raises :class:`PortInUse`."""
    if port == 0:
        return free_ports(1)[0]
    if not is_free(port):
        raise PortInUse(port)
    return port
