"""One line a request, without what names anybody, and none for the nodes' steady asking."""

import logging
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from medixain.api import middleware


class Log:
    """Keeps what is logged."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, dict[str, Any]]] = []

    def log(self, level: int, event: str, **values: Any) -> None:
        self.lines.append((level, values))


@pytest.mark.parametrize(
    ("method", "path", "status", "level"),
    [
        ("GET", "/api/v1/node-deposits?node=0x1", 200, logging.DEBUG),
        ("GET", "/api/v1/node-deposits?node=0x1", 401, logging.INFO),
        ("POST", "/api/v1/node-deposits", 201, logging.INFO),
        ("GET", "/api/v1/slots/0x76D0C9259cAA1cf0b06e94E4eB40cD2eb7f0655D/history", 200, logging.INFO),
    ],
)
def test_a_request_is_logged_by_its_route(
    method: str, path: str, status: int, level: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log()
    monkeypatch.setattr(middleware, "log", log)
    request = RequestFactory().generic(method, path)
    request.resolver_match = resolve(request.path)
    middleware.RequestLogMiddleware(lambda _: HttpResponse(status=status))(request)
    [(logged_level, values)] = log.lines
    assert logged_level == level
    assert set(values) == {"method", "route", "status", "milliseconds"}
    assert "0x" not in repr(values)
