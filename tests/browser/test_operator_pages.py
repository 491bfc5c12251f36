"""The operators' pages: signed in with a second factor, every page of them open to all, and the chain's page alive.

Every link of every page is followed: wide and in English, narrow and in German, each in both schemes.
"""

import base64
import hashlib
import hmac
import re
import time
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fixtures import WIDTHS, Profile
from tests.browser.review import fits, violations
from tests.demo.cast import Professionals
from tests.demo.harness import Platform
from tests.demo.test_faults import node_switches, switched_off

pytestmark = [pytest.mark.demo, pytest.mark.browser]

WIDE, NARROW = WIDTHS
LOOKS = [pytest.param(WIDE, "en-GB", id="wide, English"), pytest.param(NARROW, "de-DE", id="narrow, German")]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
STEP = 30
"""Seconds that a code of an authenticator app counts (RFC 6238)."""
BEGINNINGS = ["/operator/", "/operator/chain/", "/operator/accounts/2fa/", "/operator/accounts/password/change/"]
OTHERS = ("/operator/jsi18n/", "/operator/accounts/2fa/recovery-codes/download/", "/operator/login/")
"""What is no page, or only leads to one."""
REACHED = {
    "/operator/", "/operator/chain/", "/operator/miners/", "/operator/optimiser/", "/operator/optimiser/runs/:id/",
    "/operator/optimiser/proposals/:id/", "/operator/registry/institution/",
    "/operator/registry/institution/:id/change/",
    "/operator/registry/professional/", "/operator/registry/professional/:id/change/", "/operator/registry/node/",
    "/operator/registry/node/:id/change/", "/operator/registry/institutionvote/", "/operator/chainindex/transaction/",
    "/operator/chainindex/transaction/:id/change/", "/operator/chainindex/chainevent/",
    "/operator/chainindex/chainevent/:id/change/", "/operator/audit/auditevent/",
    "/operator/audit/auditevent/:id/change/", "/operator/auth/user/", "/operator/auth/user/:id/change/",
}  # fmt: skip
LINKS = """() => [...document.querySelectorAll('a[href]')].filter((link) => !link.hasAttribute('download'))
    .map((link) => new URL(link.href)).filter((url) => url.origin === location.origin).map((url) => url.pathname)"""


def code_at(secret: str, moment: float) -> str:
    """What an authenticator app shows at a moment: TOTP with six digits and SHA-1 (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.digest(key, int(moment // STEP).to_bytes(8, "big"), hashlib.sha1)
    start = mac[-1] & 15
    return f"{(int.from_bytes(mac[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


class App:
    """An authenticator app with one secret; a code is never shown twice, since none is taken twice."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.last = 0

    def code(self) -> str:
        while int(time.time() // STEP) <= self.last:
            time.sleep(0.5)
        self.last = int(time.time() // STEP)
        return code_at(self.secret, time.time())


def press(page: Page) -> None:
    """Send the form of a page."""
    with page.expect_navigation():
        page.locator("main form .btn").first.click()


def name_and_password(page: Page, platform: Platform) -> None:
    """The first of the two factors."""
    log_in = platform.log_ins()["operator"]
    page.goto(platform.url + "/operator/")
    page.fill("input[name=login]", log_in["user"])
    page.fill("input[name=password]", log_in["password"])
    press(page)


def show_in(page: Page, scheme: Literal["light", "dark"]) -> None:
    """Show a page in a scheme; unfold's pages look at the device's scheme only when they are opened."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate(
        "dark => document.documentElement.hasAttribute('x-data')"
        " && document.documentElement.classList.toggle('dark', dark)",
        scheme == "dark",
    )


def faults(page: Page, name: str) -> list[str]:
    """What is wrong with a page, in light and in dark."""
    found: list[str] = []
    for scheme in SCHEMES:
        show_in(page, scheme)
        found += [f"{scheme} {name}: {violation}" for violation in violations(page)]
        if not fits(page):
            found.append(f"{scheme} {name}: scrolls sideways")
    return found


@pytest.fixture
def operators_page(profile: Profile, platform: Platform) -> Page:
    """A page of somebody who has signed in by name and password."""
    page = profile(WIDE).new_page()
    page.set_default_timeout(60_000)
    name_and_password(page, platform)
    expect(page.locator("#main")).to_be_visible()
    return page


@pytest.mark.parametrize(("width", "locale"), LOOKS)
def test_the_second_factor_from_set_up_to_sign_in(
    profile: Profile, platform: Platform, width: int, locale: str
) -> None:
    page = profile(width, locale=locale).new_page()
    page.set_default_timeout(60_000)
    page.goto(platform.url + "/operator/")
    wrong = faults(page, "sign in")
    page.fill("input[name=login]", "operator")
    page.fill("input[name=password]", "guessed wrong")
    press(page)
    expect(page.locator("[role=alert]")).to_be_visible()
    wrong += faults(page, "wrong password")
    name_and_password(page, platform)
    page.goto(platform.url + "/operator/accounts/2fa/totp/activate/")
    wrong += faults(page, "asked for the password once more")
    page.fill("input[name=password]", platform.log_ins()["operator"]["password"])
    press(page)
    wrong += faults(page, "set up")
    app = App(page.locator("#authenticator_secret").input_value())
    page.fill("input[name=code]", "000000")
    press(page)
    expect(page.locator(".has-error, .errorlist").first).to_be_visible()
    wrong += faults(page, "a wrong code at the set-up")
    page.fill("input[name=code]", app.code())
    press(page)
    try:
        expect(page.locator("input[name=code]")).to_have_count(0)
        wrong += faults(page, "recovery codes")
        for path in ("2fa/", "2fa/recovery-codes/", "2fa/recovery-codes/generate/", "2fa/totp/deactivate/", "logout/"):
            page.goto(f"{platform.url}/operator/accounts/{path}")
            wrong += faults(page, path)
        press(page)
        name_and_password(page, platform)
        expect(page.locator("input[name=code]")).to_be_visible()
        wrong += faults(page, "asked for the code")
        page.fill("input[name=code]", "000000")
        press(page)
        expect(page.locator(".has-error, .errorlist").first).to_be_visible()
        wrong += faults(page, "a wrong code")
        page.fill("input[name=code]", app.code())
        press(page)
        page.wait_for_url(platform.url + "/operator/")
    finally:
        page.goto(platform.url + "/operator/accounts/2fa/totp/deactivate/")
        if "reauthenticate" in page.url:
            page.fill("input[name=password]", platform.log_ins()["operator"]["password"])
            press(page)
        press(page)
    assert wrong == []


def ask_the_optimiser(page: Page, platform: Platform) -> None:
    """Ask with the preset's values and put the answer to the vote, so that there are such pages."""
    page.goto(platform.url + "/operator/optimiser/")
    page.locator("main form[method=post].stack button").last.click()
    page.wait_for_url("**/optimiser/runs/**")
    expect(page.locator("#rows")).to_be_visible(timeout=120_000)
    vote = page.locator("form[action$='/propose/'] button")
    if vote.count():
        vote.click()
        page.wait_for_url("**/optimiser/proposals/**")


def kind(path: str) -> str:
    """A path without what names one row: which one it is about makes no difference."""
    return re.sub(r"/(\d+|[0-9a-f]{8}-[0-9a-f-]{27}|0x[0-9a-fA-F]+|[\w]+_3[Aa][^/]*)/", "/:id/", path)


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("width", "locale"), LOOKS)
def test_every_page_of_the_operators(
    profile: Profile, platform: Platform, professionals: Professionals, width: int, locale: str
) -> None:
    page = profile(width, locale=locale).new_page()
    page.set_default_timeout(60_000)
    name_and_password(page, platform)
    ask_the_optimiser(page, platform)
    waiting, seen, wrong = list(BEGINNINGS), set[str](), list[str]()
    while waiting:
        path = waiting.pop(0)
        if kind(path) in seen or path.startswith(OTHERS) or path.endswith(".svg") or not path.startswith("/operator/"):
            continue
        seen.add(kind(path))
        answer = page.goto(platform.url + path)
        assert answer is not None
        assert answer.status == 200, f"{path} answers {answer.status}"
        wrong += faults(page, kind(path))
        waiting += page.evaluate(LINKS)
    assert wrong == []
    assert REACHED - seen == set()


def test_the_chain_page_goes_on_by_itself(operators_page: Page, platform: Platform) -> None:
    complaints: list[str] = []
    page = operators_page
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    answer = page.goto(platform.url + "/operator/chain/")
    assert answer is not None
    assert "unsafe" not in answer.headers["content-security-policy"]
    page.evaluate("globalThis.mark = 1")
    head = page.locator(".tiles dd").first

    def height() -> int:
        return int(re.sub(r"\D", "", head.inner_text()))

    before = height()
    deadline = time.monotonic() + 60
    while height() <= before:
        assert time.monotonic() < deadline, "the head never rose on the page"
        page.wait_for_timeout(1_000)
    with switched_off(*node_switches(platform, 0)):
        alarm = page.locator("#live .row.alarm").filter(has_text=re.compile("does not answer")).first
        expect(alarm).to_be_visible(timeout=60_000)
        wrong = faults(page, "an alarm")
        page.set_viewport_size({"width": NARROW, "height": 900})
        wrong += faults(page, "an alarm, narrow")
    expect(alarm).to_have_count(0, timeout=60_000)
    assert page.evaluate("globalThis.mark") == 1, "the page was loaded anew"
    assert complaints == []
    assert wrong == []
