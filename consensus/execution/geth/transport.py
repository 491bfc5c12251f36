"""JSON-RPC to geth: authenticated HTTP for engine_ and eth_, the IPC socket for txpool_ and miner_."""

from __future__ import annotations

import itertools
import json
import socket
import threading
from pathlib import Path
from typing import Any

import httpx

from consensus.execution.errors import ExecutionUnavailable
from consensus.execution.geth.auth import JwtAuth

IPC_CHUNK_BYTES = 65_536


class GethRefused(Exception):  # internal to the package: the client turns it into a typed error
    """geth's error object."""

    def __init__(self, code: int, message: str, data: object) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code
        self.message = message
        self.data = data


class EngineTransport:
    """The authenticated endpoint, which serves engine_ and eth_ methods. Safe for several threads."""

    def __init__(self, url: str, secret: bytes, timeout_seconds: float = 60.0) -> None:
        self._http = httpx.Client(base_url=url, auth=JwtAuth(secret), timeout=timeout_seconds, trust_env=False)
        self._ids = itertools.count(1)

    def call(self, method: str, *params: Any) -> Any:
        """The result. Raises :class:`GethRefused`, :class:`ExecutionUnavailable`."""
        request = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}
        try:
            response = self._http.post("/", json=request)
            answer = response.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise ExecutionUnavailable(f"{method}: {error}") from error
        return _result(answer)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()


class IpcTransport:
    """geth's IPC socket, the only place where the miner and pool namespaces answer. Safe for several threads."""

    def __init__(self, path: Path, timeout_seconds: float = 30.0) -> None:
        self._path = path
        self._timeout = timeout_seconds
        self._lock = threading.Lock()

    def call(self, method: str, *params: Any) -> Any:
        """The result, over a connection of its own. Raises :class:`GethRefused`, :class:`ExecutionUnavailable`."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        try:
            with self._lock, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(self._timeout)
                connection.connect(str(self._path))
                connection.sendall(json.dumps(request).encode())
                answer = _read_object(connection)
        except (OSError, ValueError) as error:
            raise ExecutionUnavailable(f"{method} on {self._path}: {error}") from error
        return _result(answer)


def _read_object(connection: socket.socket) -> Any:
    received = b""
    while True:
        chunk = connection.recv(IPC_CHUNK_BYTES)
        if not chunk:
            raise ConnectionError("the socket closed before the answer was complete")
        received += chunk
        # geth ends every answer with a line feed, and JSON on its socket holds none elsewhere.
        if received.endswith(b"\n"):
            return json.loads(received)


def _result(answer: Any) -> Any:
    error = answer.get("error")
    if error is not None:
        raise GethRefused(int(error.get("code", 0)), str(error.get("message")), error.get("data"))
    return answer.get("result")
