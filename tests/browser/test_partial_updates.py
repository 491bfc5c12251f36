"""htmx under the portals' own content policy: parts of a page are replaced, and no part brings a script along."""

import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from medixain.settings.security import CONTENT_SECURITY_POLICY
from tests.browser.fixtures import Profile

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
POLICY = "; ".join(f"{name} {' '.join(sources)}" for name, sources in CONTENT_SECURITY_POLICY["DIRECTIVES"].items())
HEAD = (ROOT / "templates" / "portals" / "base.html").read_text(encoding="utf-8")
PART = '<div id="part" data-refresh hx-get="/part" hx-trigger="refresh" hx-swap="outerMorph" role="status">{}</div>'
EVIL = "<script>globalThis.evil = true</script><img src=x onerror='globalThis.evil = true'>"
REFRESH = "document.getElementById('part').dispatchEvent(new Event('refresh'))"
"""What portal.js does every ten seconds."""


class Portal(SimpleHTTPRequestHandler):
    """A page with one part, and the project's static files, all under the portals' policy."""

    part = "second"

    def do_GET(self) -> None:  # the name is http.server's
        """The page, its part, or a file."""
        if self.path.startswith("/static/"):
            super().do_GET()
            return
        names = ("vendor/htmx/htmx-4.0.1.min.js", "js/portal.js")
        for name in names:
            assert name in HEAD, "the portals' pages load other scripts than this test does"
        scripts = "".join(f'<script src="/static/{name}" defer></script>' for name in names)
        whole = f"<!doctype html><title>A portal</title>{scripts}<main>{PART.format('first')}</main>"
        body = (PART.format(self.part) if self.path == "/part" else whole).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def translate_path(self, path: str) -> str:
        """Files lie in the project's folder."""
        return str(ROOT / path.lstrip("/"))

    def end_headers(self) -> None:
        """Every answer carries the policy."""
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing of the requests belongs in a test's output."""


@pytest.fixture
def page(profile: Profile) -> Iterator[Page]:
    """The page in a browser."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        page = profile().new_page()
        page.set_default_timeout(30_000)
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        yield page
        server.shutdown()
        thread.join()


def test_a_part_is_replaced_without_the_page(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.evaluate("globalThis.mark = 1")
    page.evaluate(REFRESH)
    expect(page.locator("#part")).to_have_text("second")
    assert page.evaluate("globalThis.mark") == 1
    assert [text for text in complaints if "Content Security" in text or "TrustedHTML" in text] == []


def test_a_part_with_a_script_is_not_taken(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Portal, "part", EVIL)
    with page.expect_response("**/part"):
        page.evaluate(REFRESH)
    page.wait_for_timeout(500)
    expect(page.locator("#part")).to_have_text("first")
    assert page.evaluate("globalThis.evil") is None


def test_no_script_makes_html_or_addresses_of_text_by_itself(page: Page) -> None:
    attempts = {
        "innerHTML": "document.body.innerHTML = '<b>x</b>'",
        "a policy of its own": "trustedTypes.createPolicy('mine', { createHTML: (text) => text })",
        "one of ours again": "trustedTypes.createPolicy('htmx', { createHTML: (text) => text })",
        "a default one": "trustedTypes.createPolicy('default', { createHTML: (text) => text })",
        "a script's address": "document.createElement('script').src = '/static/js/portal.js'",
    }
    taken = [
        name
        for name, attempt in attempts.items()
        if page.evaluate(f"() => {{ try {{ {attempt}; return true; }} catch {{ return false; }} }}")
    ]
    assert taken == []
