"""The signer's HTTP interface: JSON in and out, problem+json for errors, a bearer token, one path per keyring."""

import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from keymgmt.signer.errors import MalformedRequest, NotAuthorised
from keymgmt.signer.service import Operation, SignerService
from medixain.core.canonical import NotCanonical, require_shallow
from medixain.core.errors import MedixainError

MAX_BODY: Final = 1 << 18
"""Bytes of a request; the largest is a node set or a claim with all partial evaluations."""

Handler = Callable[[Request], Awaitable[dict[str, Any]]]

logger = logging.getLogger("medixain.signer")


def create_app(service: SignerService, token: str) -> Starlette:
    """Return the ASGI application. Operations of ``service.private`` want ``Authorization: Bearer <token>``."""
    expected = f"Bearer {token}".encode()

    def require_token(request: Request) -> None:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode("latin-1"), expected):
            raise NotAuthorised

    def post(path: str, operation: Operation, *, private: bool) -> Route:
        async def answer(request: Request) -> dict[str, Any]:
            if private:
                require_token(request)
            keyring = service.keyring(request.path_params["keyring"])
            result = await run_in_threadpool(operation, keyring, await _read(request))
            # The request itself is never logged: it may hold a person's sealed message.
            logger.info("signer.served", extra={"keyring": keyring.name, "operation": path})
            return result

        return Route(f"/v1/{{keyring}}/{path}", _endpoint(answer), methods=["POST"])

    async def keyrings(request: Request) -> dict[str, Any]:
        require_token(request)
        return service.list_keyrings()

    async def nullifier_key(request: Request) -> dict[str, Any]:
        return service.nullifier_key(service.keyring(request.path_params["keyring"]))

    return Starlette(
        routes=[
            Route("/v1/keyrings", _endpoint(keyrings)),
            Route("/v1/{keyring}/oprf", _endpoint(nullifier_key)),
            *(post(path, operation, private=True) for path, operation in service.private.items()),
            *(post(path, operation, private=False) for path, operation in service.public.items()),
        ]
    )


def _endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(await handler(request))
        except MedixainError as error:
            logger.info("signer.refused", extra={"code": error.code})
            return _problem(error.status, error.code, error.message)
        except Exception as error:  # noqa: BLE001 - the service's outermost edge: no fault may look like an answer
            # The type only: what led here may hold a key.
            logger.critical("signer.fault", extra={"error": type(error).__name__})
            return _problem(500, "fault", "The signer failed; see its log.")

    return endpoint


async def _read(request: Request) -> Any:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise MalformedRequest(f"A request has at most {MAX_BODY} bytes.")
    try:
        require_shallow(bytes(body))
        return json.loads(body.decode("utf-8"))
    except (ValueError, NotCanonical) as error:
        raise MalformedRequest("The body is no JSON document.") from error


def _problem(status: int, code: str, detail: str) -> Response:
    body = {"type": "about:blank", "title": code.replace("-", " "), "status": status, "detail": detail, "code": code}
    return JSONResponse(body, status, media_type="application/problem+json")
