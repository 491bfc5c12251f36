"""Every page with which the platform refuses or fails, served for real: views that raise what it answers with them."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_protect
from playwright.sync_api import Page, Response

from medixain import urls

FORM = '<!doctype html><title>Elsewhere</title><form method="post" action="{}"><button>Send</button></form>'


def denies(request: HttpRequest) -> HttpResponse:
    """Refuse whoever asks."""
    raise PermissionDenied


def fails(request: HttpRequest) -> HttpResponse:
    """Fail as no view should."""
    raise RuntimeError("made for a test")


def suspects(request: HttpRequest) -> HttpResponse:
    """Find something wrong with the request itself."""
    raise SuspiciousOperation


@csrf_protect
def takes(request: HttpRequest) -> HttpResponse:
    """A form without the token that its sending needs."""
    return HttpResponse(FORM.format(request.path))


urlpatterns = [path("denies/", denies), path("fails/", fails), path("suspects/", suspects), path("takes/", takes),
               *urls.urlpatterns]  # fmt: skip
handler404, handler500 = urls.handler404, urls.handler500

ERRORS = {"/denies/": "403", "/nowhere/": "404", "/fails/": "500", "/suspects/": "400", "/takes/": "403_csrf"}
"""The template of each address's error."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing of the requests belongs in a test's output."""


@contextmanager
def failing_platform() -> Iterator[str]:
    """The platform with these addresses, without a database, since no error page may need one; where it is."""
    with (
        override_settings(ROOT_URLCONF=__name__),
        make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet) as server,
    ):
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        logging.disable()  # The failures are meant.
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            logging.disable(logging.NOTSET)


def provoke(page: Page, platform_url: str, address: str) -> Response | None:
    """Open the address, or send the form that is there; the refusal."""
    answer = page.goto(platform_url + address)
    if ERRORS[address] == "403_csrf":
        with page.expect_navigation() as sent:
            page.click("button")
        answer = sent.value
    return answer
