"""The node's HTTP interface (docs/spec/nodes.md, "HTTP"): bounded bodies, problem+json, nothing secret in any log."""

import logging
import traceback
from collections.abc import Callable
from typing import Any, Final

import anyio
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from keymgmt.node.errors import Malformed, NodeFault, Refusal, StaleChain, TooManyRequests
from keymgmt.node.server.limits import Buckets
from keymgmt.node.server.service import NodeService
from keymgmt.node.wire import parse_json

logger = logging.getLogger("medixain.node")

MAX_BODY: Final = 16 * 1024
"""Bytes of a request body; the largest message, a Withdrawal of 1,024 grants, has its own limit."""
MAX_WITHDRAWAL_BODY: Final = 128 * 1024
MAX_DEPOSIT_BODY: Final = 2 * 1024 * 1024
BODY_TIMEOUT: Final = 10
"""Seconds within which a body must have arrived."""

Handler = Callable[[object], dict[str, Any]]


class _Endpoint:
    """One POST endpoint: limits, reads, parses, answers; every failure becomes a problem."""

    def __init__(self, name: str, handler: Handler, max_body: int, failures: Buckets, calls: Buckets | None) -> None:
        self._name = name
        self._handler = handler
        self._max_body = max_body
        self._failures = failures
        self._calls = calls

    async def respond(self, request: Request) -> Response:
        """Answer one request."""
        party = request.client.host if request.client else ""
        try:
            self._failures.require(party)
            if self._calls is not None:
                self._calls.require(party)
                self._calls.spend(party)
            document = parse_json(await _read_body(request, self._max_body))
            answer = await run_in_threadpool(self._handler, document)
        except Refusal as refusal:
            # A node that cannot see the chain is not the client's failure.
            if not isinstance(refusal, StaleChain | TooManyRequests):
                self._failures.spend(party)
            logger.info("node.refused", extra={"endpoint": self._name, "code": refusal.code})
            return problem(refusal)
        except Exception as error:  # noqa: BLE001 - the service's outermost edge: no fault may look like an answer
            return _fault(self._name, error)
        logger.info("node.served", extra={"endpoint": self._name})
        return JSONResponse(answer)


def create_app(service: NodeService, *, failures: Buckets, statements: Buckets, origins: tuple[str, ...]) -> Starlette:
    """Return the node's ASGI application.

    ``failures`` holds failing requests and ``statements`` requests for signed statements, both per client address;
    ``origins`` are the web origins whose scripts may read answers.
    """

    def post(path: str, handler: Handler, max_body: int = MAX_BODY, calls: Buckets | None = None) -> Route:
        endpoint = _Endpoint(path, handler, max_body, failures, calls)
        return Route(path, endpoint.respond, methods=["POST"])

    def get(path: str, read: Callable[[], dict[str, Any]]) -> Route:
        async def endpoint(_request: Request) -> Response:
            try:
                return JSONResponse(await run_in_threadpool(read))
            except Exception as error:  # noqa: BLE001 - as above
                return _fault(path, error)

        return Route(path, endpoint, methods=["GET"])

    return Starlette(
        routes=[
            get("/v1/info", service.info),
            get("/v1/health", service.health),
            post("/v1/deposits", service.deposit, MAX_DEPOSIT_BODY),
            post("/v1/reencrypt", service.reencrypt),
            post("/v1/withdrawals", service.withdraw, MAX_WITHDRAWAL_BODY),
            post("/v1/removals", service.remove),
            post("/v1/state", service.state, calls=statements),
            post("/v1/professional", service.professional, calls=statements),
            post("/v1/registration", service.registration, calls=statements),
            post("/v1/log", service.log),
        ],
        middleware=[Middleware(CORSMiddleware, allow_origins=list(origins), allow_methods=["GET", "POST"])],
        exception_handlers={404: _not_found, 405: _not_found},
    )


def problem(refusal: Refusal) -> Response:
    """Return a refusal as RFC 9457 problem+json."""
    body = {
        "type": f"https://medixain.org/problems/{refusal.code}",
        "title": refusal.code.replace("-", " "),
        "status": refusal.status,
        "detail": refusal.message,
        "code": refusal.code,
    }
    return JSONResponse(body, refusal.status, media_type="application/problem+json")


async def _read_body(request: Request, limit: int) -> bytes:
    body = bytearray()
    try:
        with anyio.fail_after(BODY_TIMEOUT):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise Malformed(f"The body is larger than {limit} bytes.")
    except TimeoutError as error:
        raise Malformed("The body did not arrive in time.") from error
    except ClientDisconnect as error:
        raise Malformed("The connection ended before the body did.") from error
    return bytes(body)


async def _not_found(_request: Request, _error: Exception) -> Response:
    return problem(Malformed("A node has no such address; see docs/spec/nodes.md."))


def _fault(endpoint: str, error: Exception) -> Response:
    # Type and place tell the operator where to look; the message is left out, it might hold anything.
    place = traceback.extract_tb(error.__traceback__)[-1]
    extra = {"endpoint": endpoint, "reason": type(error).__name__, "place": f"{place.filename}:{place.lineno}"}
    logger.critical("node.fault", extra=extra)
    return problem(NodeFault())
