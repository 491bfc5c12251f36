"""What the platform answers when it refuses or fails: pages that are designed, open to all, and say what to do.

The errors are real ones, raised by views of an address book that adds them to the platform's own.
"""

import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_protect
from playwright.sync_api import Page

from medixain import urls
from tests.browser.fixtures import WIDTHS, Profile
from tests.browser.review import fits, violations

pytestmark = pytest.mark.browser

LOOKS = {WIDTHS[0]: ("light", "en-GB"), WIDTHS[1]: ("dark", "de-DE")}
FORM = '<!doctype html><title>Elsewhere</title><form method="post" action="{}"><button>Send</button></form>'


def denies(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def fails(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("made for a test")


def suspects(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


@csrf_protect
def takes(request: HttpRequest) -> HttpResponse:
    return HttpResponse(FORM.format(request.path))


urlpatterns = [path("denies/", denies), path("fails/", fails), path("suspects/", suspects), path("takes/", takes),
               *urls.urlpatterns]  # fmt: skip
handler404, handler500 = urls.handler404, urls.handler500

WORDS = {
    "/denies/": (403, "You may not see this", "Das dürfen Sie nicht sehen"),
    "/nowhere/": (404, "There is no such page", "Diese Seite gibt es nicht"),
    "/fails/": (500, "Something failed here", "Hier ist etwas fehlgeschlagen"),
    "/suspects/": (400, "This request cannot be read", "Diese Anfrage ist nicht zu lesen"),
    "/takes/": (403, "This form was not taken", "Dieses Formular wurde nicht angenommen"),
}


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing of the requests belongs in a test's output."""


@pytest.fixture
def platform_url(settings: LazySettings) -> Iterator[str]:
    """The platform with those addresses, without a database: no error page may need one."""
    settings.ROOT_URLCONF = __name__
    settings.LOGGING_CONFIG = None
    with make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("address", WORDS)
def test_an_error_is_a_page_that_says_what_to_do(profile: Profile, platform_url: str, address: str, width: int) -> None:
    scheme, locale = LOOKS[width]
    page: Page = profile(width, color_scheme=scheme, locale=locale).new_page()
    answer = page.goto(platform_url + address)
    if address == "/takes/":
        with page.expect_navigation() as sent:
            page.click("button")
        answer = sent.value
    status, english, german = WORDS[address]
    assert answer is not None
    assert answer.status == status
    assert page.locator("h1").all_inner_texts() == [english if locale.startswith("en") else german]
    assert page.locator("main a[href='/'], main .note").count() > 0
    assert fits(page)
    assert violations(page) == []
