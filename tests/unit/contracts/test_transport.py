"""The JSON-RPC client asks again over a new connection when a kept one was closed under it, but sends nothing twice."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest
import requests
from web3 import Web3

from contracts.bindings.transport import TRIES, http_web3


class ClosingServer:
    """Closes the first connections once a request has arrived, without an answer; answers on the ones after those."""

    def __init__(self, closes: int) -> None:
        self._closes = closes
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.requests: list[str] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        # Waking the accept needs a shutdown: closing alone leaves the thread in it.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                asked = self._read(connection)
                self.requests.append(asked["method"])
                if len(self.requests) <= self._closes:
                    continue
                body = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": "0x7"}).encode()
                head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
                connection.sendall(head.encode() + body)

    @staticmethod
    def _read(connection: socket.socket) -> dict[str, str]:
        with connection.makefile("rb") as stream:
            length = 0
            while (line := stream.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            return dict(json.loads(stream.read(length)))


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[ClosingServer]:
    server = ClosingServer(request.param)
    yield server
    server.close()


def web3_of(server: ClosingServer) -> Web3:
    return http_web3(server.url, timeout=5)


@pytest.mark.parametrize("server", [1, TRIES - 1], indirect=True)
def test_a_question_is_asked_again_when_the_connection_was_closed_under_it(server: ClosingServer) -> None:
    assert web3_of(server).eth.block_number == 7
    assert set(server.requests) == {"eth_blockNumber"}


@pytest.mark.parametrize("server", [TRIES], indirect=True)
def test_a_server_that_never_answers_is_an_error(server: ClosingServer) -> None:
    with pytest.raises(requests.ConnectionError):
        _ = web3_of(server).eth.block_number
    assert len(server.requests) == TRIES


@pytest.mark.parametrize("server", [1], indirect=True)
def test_a_transaction_is_not_sent_again(server: ClosingServer) -> None:
    with pytest.raises(requests.ConnectionError):
        web3_of(server).eth.send_raw_transaction(b"\x02\x01")
    assert server.requests == ["eth_sendRawTransaction"]
