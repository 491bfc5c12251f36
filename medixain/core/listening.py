"""Sockets that servers of this project listen on."""

import socket


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at ``host`` and ``port`` (0: a free one); raises OSError when it is taken.

    Without Nagle's algorithm, which would hold the body of an answer back until its head is acknowledged: 40 ms with
    Linux' delayed acknowledgements. asyncio turns it off only for sockets that name their protocol, and those of
    ``socket.create_server`` do not; connections inherit it from here.
    """
    listener = socket.create_server((host, port))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
