"""The one place where an error becomes an HTTP answer: RFC 9457 problem+json with a stable ``code``."""

import math
from http import HTTPStatus
from typing import Any, Final

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from medixain.core.errors import InvalidInput, MedixainError

PROBLEM_TYPE = "application/problem+json"
log = structlog.get_logger(__name__)

_CODES = {
    exceptions.NotAuthenticated: "not-signed-in",
    exceptions.AuthenticationFailed: "not-signed-in",
    exceptions.PermissionDenied: "not-permitted",
    exceptions.NotFound: "not-found",
    exceptions.MethodNotAllowed: "method-not-allowed",
    exceptions.NotAcceptable: "not-acceptable",
    exceptions.UnsupportedMediaType: "unsupported-media-type",
    exceptions.Throttled: "too-many-requests",
    exceptions.ParseError: "malformed",
    exceptions.ValidationError: "invalid-input",
}


PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "description": "Why; it stays the same."},
        "detail": {"type": "string", "description": "A sentence that says what to do."},
        "fields": {
            "type": "object",
            "description": "What is wrong with which part of the body, by its dotted path.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "revert": {
            "type": "object",
            "description": "The custom error with which a contract refused.",
            "required": ["name", "args"],
            "properties": {"name": {"type": "string"}, "args": {"type": "object", "additionalProperties": {}}},
        },
    },
}
"""What :func:`problem` returns, for the OpenAPI document."""


def problem(status: int, code: str, detail: str, **members: Any) -> dict[str, Any]:
    """Return the body of a problem; ``members`` that are None are left out."""
    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    return (
        body | {"code": code, "detail": detail} | {name: value for name, value in members.items() if value is not None}
    )


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Map an error that left a view to its problem; None lets Django answer 500 for what nobody expected."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, MedixainError):
        status, body, headers = error.status, _of_medixain_error(error), _auth_header(error.status)
        if status >= 500:
            log.warning("request-failed", error=error, view=type(context.get("view")).__name__)
    elif isinstance(error, RequestDataTooBig):
        status, body, headers = 413, problem(413, "too-large", "The body is too large; send less at once."), {}
    elif isinstance(error, exceptions.APIException):
        status, body, headers = error.status_code, _of_api_exception(error), _headers(error)
    else:
        return None
    response = Response(body, status=status, headers=headers)
    response.content_type = PROBLEM_TYPE
    response["Content-Type"] = PROBLEM_TYPE
    return response


def _of_medixain_error(error: MedixainError) -> dict[str, Any]:
    field = error.field if isinstance(error, InvalidInput) else None
    fields = {field: [error.message]} if field else None
    return problem(error.status, error.code, error.message, fields=fields, revert=getattr(error, "revert", None))


def _of_api_exception(error: exceptions.APIException) -> dict[str, Any]:
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), "error")
    if isinstance(error, exceptions.ValidationError):
        fields = _flat(error.detail)
        return problem(
            error.status_code, code, f"Correct {', '.join(fields) or 'the body'} and send it again.", fields=fields
        )
    return problem(error.status_code, code, str(error.detail))


def _flat(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Nested validation messages as one mapping from a dotted path to sentences."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            found |= _flat(inner, f"{prefix}.{name}" if prefix else str(name))
        return found
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        found = {}
        for index, inner in enumerate(detail):
            found |= _flat(inner, f"{prefix}[{index}]")
        return found
    return (
        {prefix or "body": [str(item) for item in (detail if isinstance(detail, list) else [detail])]} if detail else {}
    )


def _auth_header(status: int) -> dict[str, str]:
    return {"WWW-Authenticate": 'Bearer realm="medixain"'} if status == 401 else {}


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = _auth_header(error.status_code)
    wait = getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(math.ceil(wait))
    return headers


def server_error(_request: HttpRequest) -> JsonResponse:
    """Answer 500 under ``/api/``: it tells nothing but where to look."""
    detail = "The platform failed on this request; it is logged. Try again, then tell the operator when it happened."
    return JsonResponse(problem(500, "internal", detail), status=500, content_type=PROBLEM_TYPE)


def not_found(_request: HttpRequest) -> JsonResponse:
    """Answer 404 under ``/api/`` for an address that no endpoint has."""
    detail = "There is no such endpoint; /api/v1/schema/ lists them all."
    return JsonResponse(problem(404, "not-found", detail), status=404, content_type=PROBLEM_TYPE)
