"""Every page of a person's vault, on a made-up vault without a platform: open to all, wide and light, narrow and dark.

What no story passes by is looked at here: every link of every page is followed, in English and in German.
"""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fixtures import WIDTHS, Profile
from tests.browser.review import fits, violations

pytestmark = pytest.mark.browser

VAULT = Path(__file__).resolve().parents[2] / "keymgmt" / "vault"
NODE = Path(sys.executable).with_name("node")
WIDE, NARROW = WIDTHS
LOOKS = [
    pytest.param(WIDE, "light", "en-GB", id="wide, light, English"),
    pytest.param(NARROW, "dark", "de-DE", id="narrow, dark, German"),
]

VISIT = "0x" + ("a1" * 32)[:63] + "7"
"""The visit of the made-up vault (test/ui/fake.ts)."""
TOP, FRAME = "/", "/frame.html"
BEGINNINGS = [
    *((TOP, route) for route in ("add", "share", "stop", "link", "export", "settings", "words", "welcome", "restore")),
    *((FRAME, route) for route in ("home", "timeline", "timeline/sealed", "profile", "access", "looks")),
]
NAMED = {
    "restrict/:id",
    "delete/:id",
    "dispute/:id",
    "confirm/:id",
    "share?from",
    "share?to",
    "share?team",
    "stop?who",
    "stop?team",
    "record/:id",
}
"""Pages that are reached by links only, and must be: a change of doctor, an entry that is disputed …"""
LINKS = """() => [...document.querySelectorAll('a[href]')].map((link) => link.href)
    .filter((href) => new URL(href).origin === location.origin && new URL(href).hash.startsWith('#/'))"""
PRACTICE = {"request", "propose", "append", "appointment", "apply", "today", "patients", "patient", "requests"}
"""The practice's pages are looked at where people use them: the made-up vault is a patient's."""


class _Quiet(SimpleHTTPRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing of the requests belongs in a test's output."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the pages on the made-up vault are served."""
    if not (VAULT / "node_modules").is_dir():
        pytest.skip("the vault's packages are not installed (make install-dev)")
    folder = tmp_path_factory.mktemp("pages")
    subprocess.run([NODE, "test/ui/dev.ts", str(folder)], cwd=VAULT, check=True, timeout=120)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def shape(href: str) -> tuple[str, str]:
    """The document and the kind of page that an address leads to: which record it is about makes no difference."""
    before, _, route = href.partition("#/")
    path, _, query = route.partition("?")
    names = sorted(part.partition("=")[0] for part in query.split("&") if part and not part.startswith("return="))
    kind = re.sub(r"0x[0-9a-f]+", ":id", path, flags=re.IGNORECASE)
    return FRAME if FRAME in before else TOP, kind + ("?" + "&".join(names) if names else "")


def settled(page: Page) -> None:
    """Wait until a page shows what it is about."""
    expect(page.locator("h1, h2").first).to_be_visible()
    expect(page.locator(".pending")).to_have_count(0)


def faults(page: Page, name: str) -> list[str]:
    """What is wrong with the page that is shown."""
    found = [f"{name}: {violation}" for violation in violations(page)]
    return found if fits(page) else [*found, f"{name}: scrolls sideways"]


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_every_page_of_an_open_vault(profile: Profile, pages: str, width: int, scheme: str, locale: str) -> None:
    page = profile(width, color_scheme=scheme, locale=locale).new_page()
    waiting = [(shape(f"{pages}{document}#/{route}"), f"{document}#/{route}") for document, route in BEGINNINGS]
    seen: set[tuple[str, str]] = set()
    wrong: list[str] = []
    while waiting:
        kind, address = waiting.pop(0)
        if kind in seen or re.split(r"[/?]", kind[1])[0] in PRACTICE | {"lock", "unlock"}:
            continue
        seen.add(kind)
        page.goto(pages + address)
        settled(page)
        wrong += faults(page, f"{kind[0]}#/{kind[1]}")
        found = [re.sub(f"^{re.escape(pages)}", "", href) for href in page.evaluate(LINKS)]
        waiting += [(shape(href), href) for href in found]
    assert wrong == []
    assert NAMED - {name for _, name in seen} == set()


@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_pages_of_a_vault_that_is_not_open(profile: Profile, pages: str, width: int, scheme: str, locale: str) -> None:
    page = profile(width, color_scheme=scheme, locale=locale).new_page()
    wrong: list[str] = []
    for state in ("locked", "empty"):
        for address in ("/#/unlock", "/#/settings", "/#/restore", "/#/nowhere", "/frame.html#/timeline"):
            document, _, route = address.partition("#")
            page.goto(f"{pages}{document}?state={state}#{route}")
            settled(page)
            wrong += faults(page, f"{state} {address}")
    page.goto(f"{pages}/?state=locked#/unlock")
    page.locator("#password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator(".note[role=alert]")).to_be_visible()
    wrong += faults(page, "a wrong password")
    assert wrong == []


@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_onboarding_step_by_step(profile: Profile, pages: str, width: int, scheme: str, locale: str) -> None:
    page = profile(width, color_scheme=scheme, locale=locale).new_page()
    page.goto(f"{pages}/?state=empty#/welcome")
    wrong = faults(page, "welcome")
    on = page.locator("main .btn:not(.second)").last

    def go_on(name: str) -> None:
        heading = page.locator("h1").inner_text()
        on.click()
        expect(page.locator("h1")).not_to_have_text(heading)
        wrong.extend(faults(page, name))

    def refused(name: str) -> None:
        on.click()
        expect(page.locator("#faults")).to_be_focused()
        wrong.extend(faults(page, name))

    go_on("password")
    # A browser with passkeys offers them below.
    on = page.locator("main form .btn:not(.second)").last
    refused("no password")
    for field in ("new", "again"):
        page.locator(f"#password-{field}").fill("four plain unrelated words")
    go_on("words")
    words = page.locator("ol.phrase li").all_inner_texts()
    on = page.locator("main .btn:not(.second)").last
    go_on("check")
    refused("nothing checked")
    for field in page.locator(".words-asked input").all():
        place = int(re.sub(r"\D", "", field.get_attribute("id") or ""))
        field.fill(words[place - 1].strip())
    go_on("two words")
    go_on("visit")
    assert wrong == []


@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_the_page_that_plans_a_visit(profile: Profile, pages: str, width: int, scheme: str, locale: str) -> None:
    page = profile(width, color_scheme=scheme, locale=locale).new_page()
    page.goto(f"{pages}/#/appointment")
    settled(page)
    wrong = faults(page, "plan")
    page.locator("main form .btn:not(.second)").last.click()
    expect(page.locator("#faults")).to_be_focused()
    wrong += faults(page, "plan, not filled in")
    page.goto(f"{pages}/#/move/{VISIT}")
    settled(page)
    expect(page.locator("input[type=date]")).not_to_have_value("")
    wrong += faults(page, "move")
    assert wrong == []
