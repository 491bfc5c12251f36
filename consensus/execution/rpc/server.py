"""The HTTP server: JSON-RPC 2.0 with batches, on loopback, in a thread of its own or under any ASGI server."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consensus.execution.rpc.backend import Backend
from consensus.execution.rpc.errors import INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR, RpcError
from medixain.core.canonical import NotCanonical, require_shallow
from medixain.core.listening import listen

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 5 * 1024 * 1024
MAX_BATCH = 5_000
"""geth's --rpc.batch-request-limit in this project: what an indexer that catches up sends at once."""

STOP_TIMEOUT_SECONDS = 30.0
KEEP_ALIVE_SECONDS = 120
"""How long a connection may lie idle, as in geth: well above what clients keep one for (httpx: 5 s), because a server
that closes first takes along the request that is just arriving."""

PREFLIGHT_SECONDS = 7200
"""How long a browser remembers that it may ask; Chromium remembers nothing for longer."""

LOOPBACK_HOSTS = ("127.0.0.1", "localhost")


def create_app(
    backend: Backend, allowed_hosts: Sequence[str] = LOOPBACK_HOSTS, allowed_origins: Sequence[str] = ()
) -> Starlette:
    """The ASGI application: POST / with one request or a batch.

    ``allowed_hosts`` are the names callers may use for the server; a web page that rebinds its own name to this
    address (DNS rebinding) is turned away by it, as by geth's ``--http.vhosts``. ``allowed_origins`` are the web
    origins whose scripts may read answers (CORS), as in geth's ``--http.corsdomain``: the browser vault's.
    """

    async def endpoint(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                return Response("request body too large", status_code=413)
        answer = await run_in_threadpool(answer_body, backend, bytes(body))
        return Response(answer, media_type="application/json", status_code=200 if answer else 204)

    return Starlette(
        routes=[Route("/", endpoint, methods=["POST"])],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts), www_redirect=False),
            Middleware(
                CORSMiddleware,
                allow_origins=list(allowed_origins),
                allow_methods=["POST"],
                allow_headers=["Content-Type"],
                max_age=PREFLIGHT_SECONDS,
            ),
        ],
    )


def answer_body(backend: Backend, body: bytes) -> bytes:
    """The response body for a request body; empty when it held notifications alone."""
    try:
        require_shallow(body)
        message = json.loads(body.decode("utf-8"))
    except (ValueError, NotCanonical):
        return _dump(_error(None, RpcError(PARSE_ERROR, "the request is not JSON")))
    if isinstance(message, list):
        if not 0 < len(message) <= MAX_BATCH:
            return _dump(_error(None, RpcError(INVALID_REQUEST, f"a batch holds 1 to {MAX_BATCH} requests")))
        answers = [answer for item in message if (answer := _answer(backend, item)) is not None]
        return _dump(answers) if answers else b""
    answer = _answer(backend, message)
    return b"" if answer is None else _dump(answer)


def _answer(backend: Backend, message: object) -> dict[str, Any] | None:
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        return _error(None, RpcError(INVALID_REQUEST, "a request is an object with a method"))
    identity = message.get("id")
    params = message.get("params", [])
    if not isinstance(params, list):
        return _error(identity, RpcError(INVALID_REQUEST, "params is not a list"))
    try:
        result = backend.handle(message["method"], params)
    except RpcError as error:
        answer = _error(identity, error)
    except Exception:  # the service's outermost edge: a bug must not take the connection with it
        logger.exception("%s failed", message["method"])
        answer = _error(identity, RpcError(INTERNAL_ERROR, "internal error; the server's log says more"))
    else:
        answer = {"jsonrpc": "2.0", "id": identity, "result": result}
    return answer if "id" in message else None


def _error(identity: object, error: RpcError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": identity, "error": error.to_json()}


def _dump(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


class RpcServer:
    """The application under uvicorn in a thread. Use as a context manager, or :meth:`start` and :meth:`stop`."""

    def __init__(
        self,
        backend: Backend,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        allowed_hosts: Sequence[str] = LOOPBACK_HOSTS,
        allowed_origins: Sequence[str] = (),
    ) -> None:
        """Binds at once, so that :attr:`url` is known before the server runs; port 0 takes a free one."""
        self._socket = listen(host, port)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            create_app(backend, allowed_hosts, allowed_origins),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name=f"json-rpc-{self.port}", daemon=True)

    @property
    def url(self) -> str:
        """Where clients post to."""
        return f"http://{self.host}:{self.port}"

    def start(self) -> RpcServer:
        """Serves in a daemon thread from now on; the socket queues what arrives before the loop runs."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Finishes requests under way, for at most two seconds, and closes the socket."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(STOP_TIMEOUT_SECONDS)
        self._socket.close()

    def __enter__(self) -> RpcServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])
