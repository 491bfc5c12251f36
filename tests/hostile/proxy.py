"""A reverse and forward HTTP proxy that passes a platform's and its nodes' traffic on, and lies where it is told to."""

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from tests.hostile.attacks import ATTACKS, Attack, Exchange, Tape

HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "te", "trailer", "upgrade"}
TIMEOUT = 60


class NeverTried(AssertionError):
    """The attack found nothing to lie about, so nothing was shown by it."""


def upstreams_of(platform: str) -> dict[str, str]:
    """Return every address of a running platform, ``host:port`` by role: ``platform``, and each node by its address."""
    meta = httpx.get(f"{platform}/api/v1/meta", trust_env=False).json()
    nodes = {node["address"]: urlsplit(node["url"]).netloc for node in meta["node_set"]["nodes"]}
    return {"platform": urlsplit(platform).netloc} | nodes


@dataclass
class _State:
    """What the handlers of all connections share."""

    roles: Mapping[str, str]
    attack: Attack | None = None
    tried: int = 0
    tape: Tape = field(default_factory=Tape)
    heard: list[bytes] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class HostileProxy:
    """Listens on a free port of 127.0.0.1 while used as a context manager."""

    def __init__(self, upstreams: Mapping[str, str]) -> None:
        self.upstreams = dict(upstreams)
        self._state = _State({host: role for role, host in upstreams.items()})
        state = self._state

        class Handler(_Handler):
            shared = state

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def tape(self) -> Tape:
        """Everything true that passed."""
        return self._state.tape

    @property
    def heard(self) -> list[bytes]:
        """Every request that arrived, headers, path and body: all that clients ever told platform and nodes."""
        return self._state.heard

    @contextmanager
    def lying(self, name: str) -> Iterator[Attack]:
        """Lie as the attack ``name`` does meanwhile; raises :class:`NeverTried` when it had no occasion to."""
        attack = ATTACKS[name]
        self._state.attack, self._state.tried = attack, 0
        try:
            yield attack
        finally:
            self._state.attack = None
        if not self._state.tried:
            raise NeverTried(name)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, name="hostile-proxy", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """One connection; requests in origin form (redirected connections) and absolute form (proxy of a browser)."""

    shared: _State
    protocol_version = "HTTP/1.1"

    def log_message(self, *_words: object) -> None:
        """Say nothing."""

    def _pass(self) -> None:
        target = urlsplit(self.path)
        host = target.netloc or self.headers.get("Host", "")
        role = self.shared.roles.get(host)
        if role is None:
            self.send_error(502, "the proxy is for the platform and its nodes only")
            return
        sent = self._body()
        with self.shared.lock:
            self.shared.heard.append(f"{self.command} {self.path}\n{self.headers}".encode() + sent)
        exchange = Exchange(role, self.command, target.path, target.query, _parsed(sent))
        # A browser's question whether it may ask (CORS) is no exchange to lie about.
        attack = self.shared.attack if self.command != "OPTIONS" else None
        if attack is not None and attack.of_request is not None:
            self._lie(exchange, attack.of_request)
        true = b""
        if exchange.answer is None:
            true = self._ask(host, exchange, sent)
            if attack is None:
                with self.shared.lock:
                    self.shared.tape.keep(exchange)
            elif attack.of_answer is not None:
                self._lie(exchange, attack.of_answer)
        # Bytes are passed on as they came unless they were rewritten: hashes are over them.
        self._answer(exchange, true if exchange.answer == _parsed(true) else _dumped(exchange.answer))

    # The names are http.server's.
    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = _pass  # noqa: N815

    def _lie(self, exchange: Exchange, rewrite: Any) -> None:
        with self.shared.lock:
            before = exchange.copy()
            rewrite(exchange, self.shared.tape)
            self.shared.tried += exchange != before

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = bytearray()
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return bytes(body)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _ask(self, host: str, exchange: Exchange, sent: bytes) -> bytes:
        """Have the exchange answered by whom it was meant for; the answer's bytes."""
        # A device's proof is over the bytes of a body, so one that nobody rewrote goes on as it came.
        body = sent if exchange.sent == _parsed(sent) else _dumped(exchange.sent)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        headers.pop("Content-Length", None)
        # Compressed answers could not be rewritten.
        headers = {name: value for name, value in headers.items() if name.lower() != "accept-encoding"}
        path = exchange.path + (f"?{exchange.query}" if exchange.query else "")
        connection = http.client.HTTPConnection(host, timeout=TIMEOUT)
        try:
            connection.request(exchange.method, path, body=body, headers=headers)
            response = connection.getresponse()
            raw = response.read()
            exchange.status, exchange.answer = response.status, _parsed(raw)
            exchange.headers = {
                name: value
                for name, value in response.getheaders()
                if name.lower() not in HOP_BY_HOP | {"content-length"}
            }
        except OSError:
            exchange.status, exchange.answer = 502, {"code": "down", "detail": "The upstream does not answer."}
            raw = _dumped(exchange.answer)
        finally:
            connection.close()
        return raw

    def _answer(self, exchange: Exchange, body: bytes) -> None:
        self.send_response(exchange.status)
        for name, value in exchange.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if exchange.method != "HEAD":
            # A browser that closes a page does not wait for what it asked.
            with suppress(ConnectionError):
                self.wfile.write(body)


def _parsed(body: bytes) -> Any:
    """JSON objects and lists as such, everything else as bytes."""
    if body[:1] not in (b"{", b"["):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return body


def _dumped(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()
