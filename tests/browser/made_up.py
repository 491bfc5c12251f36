"""A person's pages on a made-up vault without a platform (test/ui/dev.ts): every page is a moment away."""

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

Look = Callable[[str], None]
"""Called where the page is worth looking at, with its name."""

VAULT = Path(__file__).resolve().parents[2] / "keymgmt" / "vault"
NODE = Path(sys.executable).with_name("node")

VISIT = "0x" + ("a1" * 32)[:63] + "7"
"""The visit of the made-up vault (test/ui/fake.ts)."""
TEAM, DOCTOR = "0x5c4177ae02d89c4177ae02d89c4177ae02d80005", "0x1c4177ae02d89c4177ae02d89c4177ae02d80002"
"""A care team, and somebody who can see something."""
TOP, FRAME = "/", "/frame.html"
BEGINNINGS = [
    *((TOP, route) for route in ("add", "share", "stop", "link", "export", "settings", "words", "welcome", "restore")),
    *((FRAME, route) for route in ("home", "timeline", "timeline/sealed", "charts", "profile", "access", "looks")),
]
LINKS = """() => [...document.querySelectorAll('a[href]')].map((link) => link.href)
    .filter((href) => new URL(href).origin === location.origin && new URL(href).hash.startsWith('#/'))"""
PRACTICE = {"request", "propose", "append", "appointment", "apply", "today", "patients", "patient", "requests"}
"""The practice's pages are looked at where people use them: the made-up vault is a patient's."""


class _Quiet(SimpleHTTPRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing of the requests belongs in a test's output."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Build the pages into ``folder`` and serve them; where they are served."""
    subprocess.run([NODE, "test/ui/dev.ts", str(folder)], cwd=VAULT, check=True, timeout=120)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
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


def open_vault(page: Page, pages: str, look: Look) -> set[str]:
    """Open a page of each kind that an open vault leads to; returns the kinds."""
    waiting = [(shape(f"{pages}{document}#/{route}"), f"{document}#/{route}") for document, route in BEGINNINGS]
    seen: set[tuple[str, str]] = set()
    while waiting:
        kind, address = waiting.pop(0)
        if kind in seen or re.split(r"[/?]", kind[1])[0] in PRACTICE | {"lock", "unlock"}:
            continue
        seen.add(kind)
        page.goto(pages + address)
        settled(page)
        look(f"{kind[0]}#/{kind[1]}")
        found = [re.sub(f"^{re.escape(pages)}", "", href) for href in page.evaluate(LINKS)]
        waiting += [(shape(href), href) for href in found]
    return {name for _, name in seen}


def closed_vault(page: Page, pages: str, look: Look) -> None:
    """Pages of a vault that is locked, and of a browser without one; a wrong password."""
    for state in ("locked", "empty"):
        for address in ("/#/unlock", "/#/settings", "/#/restore", "/#/nowhere", "/frame.html#/timeline"):
            document, _, route = address.partition("#")
            page.goto(f"{pages}{document}?state={state}#{route}")
            settled(page)
            look(f"{state} {address}")
    page.goto(f"{pages}/?state=locked#/unlock")
    page.locator("#password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator(".note[role=alert]")).to_be_visible()
    look("a wrong password")


def onboarding(page: Page, pages: str, look: Look) -> None:
    """Step by step, with what each step refuses."""
    page.goto(f"{pages}/?state=empty#/welcome")
    look("onboarding welcome")
    on = page.locator("main .btn:not(.second)").last

    def go_on(name: str) -> None:
        heading = page.locator("h1").inner_text()
        on.click()
        expect(page.locator("h1")).not_to_have_text(heading)
        look(name)

    go_on("onboarding password")
    # A browser with passkeys offers them below.
    on = page.locator("main form .btn:not(.second)").last
    _refused(page, on)
    look("onboarding no password")
    for field in ("new", "again"):
        page.locator(f"#password-{field}").fill("four plain unrelated words")
    go_on("onboarding words")
    words = page.locator("ol.phrase li").all_inner_texts()
    on = page.locator("main .btn:not(.second)").last
    go_on("onboarding check")
    _refused(page, on)
    look("onboarding nothing checked")
    for field in page.locator(".words-asked input").all():
        place = int(re.sub(r"\D", "", field.get_attribute("id") or ""))
        field.fill(words[place - 1].strip())
    go_on("onboarding two words")
    go_on("onboarding visit")


def planning(page: Page, pages: str, look: Look) -> None:
    """The page that plans a visit, refused and filled in, and the one that moves it."""
    page.goto(f"{pages}/#/appointment")
    settled(page)
    look("plan")
    _refused(page, page.locator("main form .btn:not(.second)").last)
    look("plan, not filled in")
    page.goto(f"{pages}/#/move/{VISIT}")
    settled(page)
    expect(page.locator("input[type=date]")).not_to_have_value("")
    look("move")


def lists_and_ends(page: Page, pages: str, look: Look) -> None:
    """A long history, a search, and what the acts end with."""
    for route in ("home", "charts"):
        page.goto(f"{pages}/frame.html?years=20#/{route}")
        settled(page)
        look(f"20 years {route}")
    page.goto(f"{pages}{FRAME}#/timeline/sealed")
    page.locator(".empty .btn").click()
    look("sealed records shown")
    page.goto(f"{pages}{FRAME}#/timeline")
    for words in ("met", "rhinoceros"):
        page.locator("#q").fill(words)
        expect(page.locator(".search-rows, .empty")).to_be_visible()
        look(f"search {words}")
    for name, route in (("link", "link"), ("team", f"share?team={TEAM}"), ("stop", f"stop?who={DOCTOR}")):
        page.goto(f"{pages}/#/{route}")
        page.locator(".sheet .btn:not(.second):enabled").click()
        expect(page.locator(".done")).to_be_visible()
        look(f"{name} done")
    page.goto(f"{pages}/#/words")
    page.locator("#password").fill("four plain unrelated words")
    page.locator("form .btn:not(.second)").last.click()
    expect(page.locator("ol.phrase li")).to_have_count(24)
    look("words shown")
    page.goto(f"{pages}/#/remove")
    _refused(page, page.locator(".sheet .btn:not(.second)"))
    look("remove, not filled in")


def _refused(page: Page, button: Locator) -> None:
    button.click()
    expect(page.locator("#faults")).to_be_focused()
