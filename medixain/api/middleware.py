"""Headers that Django does not set, and one log line a request without anything secret in it."""

import logging
import time
from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

log = structlog.get_logger("medixain.http")
_OWN_PAGES = ("/operator/chain/", "/operator/miners/", "/operator/optimiser/")
"""Operators' pages that need none of unfold's scripts."""
_POLLED = {"api/v1/node-deposits"}
"""Routes that nodes ask about every second for good; only what goes wrong there is worth a line."""

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SecurityHeadersMiddleware:
    """Adds Permissions-Policy and resource policy; relaxes the content policy for the operators' pages only."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on and set the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        if request.path.startswith("/operator/accounts/"):
            # The code for an authenticator app is drawn as a data: image.
            response._csp_update = {"img-src": ["data:"]}  # type: ignore[attr-defined]
        elif request.path.startswith("/operator/") and not request.path.startswith(_OWN_PAGES):
            # django-csp reads this attribute from the response when it writes the header.
            response._csp_config = _admin_policy()  # type: ignore[attr-defined]
        return response


def _admin_policy() -> dict[str, list[str]]:
    policy = {name: list(sources) for name, sources in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()}
    for name in ("require-trusted-types-for", "trusted-types"):
        policy.pop(name, None)
    for name, sources in settings.ADMIN_CSP_UPDATE.items():
        policy[name] = [*policy[name], *sources]
    return policy


class RequestLogMiddleware:
    """Logs method, route, status and duration: never a query string, a body, a header or a network address.

    Forums and studies depend on the last of these (protocols.md, credentials and counts).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on and log it by its route, so that ids in paths stay out."""
        start = time.monotonic()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else "unknown"
        routine = route in _POLLED and request.method == "GET" and response.status_code == HTTPStatus.OK
        log.log(
            logging.DEBUG if routine else logging.INFO, "request",
            method=request.method, route=route, status=response.status_code,
            milliseconds=round((time.monotonic() - start) * 1000, 1),
        )  # fmt: skip
        return response
