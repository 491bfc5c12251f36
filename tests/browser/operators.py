"""What operators do in the browser: sign in with a second factor, and open every page that a page leads to."""

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable
from typing import Literal

from playwright.sync_api import Page, expect

from tests.demo.harness import Platform

Look = Callable[[str], None]
"""Called where the page is worth looking at, with its name."""
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

STEP = 30
"""Seconds that a code of an authenticator app counts (RFC 6238)."""
BEGINNINGS = ["/operator/", "/operator/chain/", "/operator/accounts/2fa/", "/operator/accounts/password/change/",
              "/operator/password_change/done/"]  # fmt: skip
OTHERS = ("/operator/jsi18n/", "/operator/accounts/2fa/recovery-codes/download/", "/operator/login/")
"""What is no page, or only leads to one."""
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
        """The code of now."""
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


def show_in(page: Page, scheme: Scheme) -> None:
    """Show a page in a scheme; unfold's pages look at the device's scheme only when they are opened."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate(
        "dark => document.documentElement.hasAttribute('x-data')"
        " && document.documentElement.classList.toggle('dark', dark)",
        scheme == "dark",
    )


def take_second_factor(page: Page, platform: Platform, look: Look) -> None:
    """A wrong password, the right one, an authenticator app set up, and signed in with it; it is removed in the end."""
    page.goto(platform.url + "/operator/")
    look("sign in")
    page.fill("input[name=login]", "operator")
    page.fill("input[name=password]", "guessed wrong")
    press(page)
    expect(page.locator("[role=alert]")).to_be_visible()
    look("wrong password")
    name_and_password(page, platform)
    page.goto(platform.url + "/operator/accounts/2fa/totp/activate/")
    look("asked for the password once more")
    page.fill("input[name=password]", platform.log_ins()["operator"]["password"])
    press(page)
    look("set up")
    app = App(page.locator("#authenticator_secret").input_value())
    _give_wrong_code(page)
    look("a wrong code at the set-up")
    page.fill("input[name=code]", app.code())
    press(page)
    try:
        expect(page.locator("input[name=code]")).to_have_count(0)
        look("recovery codes")
        _look_at_factors(page, platform, look)
        for path in ("", "reauthenticate/", "recovery-codes/", "recovery-codes/generate/", "totp/deactivate/"):
            page.goto(f"{platform.url}/operator/accounts/2fa/{path}")
            look(f"2fa {path}")
        page.goto(f"{platform.url}/operator/accounts/logout/")
        look("sign out")
        press(page)
        name_and_password(page, platform)
        expect(page.locator("input[name=code]")).to_be_visible()
        look("asked for the code")
        _give_wrong_code(page)
        look("a wrong code")
        page.fill("input[name=code]", app.code())
        press(page)
        page.wait_for_url(platform.url + "/operator/")
    finally:
        page.goto(platform.url + "/operator/accounts/2fa/totp/deactivate/")
        if "reauthenticate" in page.url:
            page.fill("input[name=password]", platform.log_ins()["operator"]["password"])
            press(page)
        press(page)


def _look_at_factors(page: Page, platform: Platform, look: Look) -> None:
    """The table of everybody's second factors, one of them, and what removes it."""
    page.goto(f"{platform.url}/operator/mfa/authenticator/")
    look("second factors")
    one = page.locator("#result_list a[href*='/change/']").first.get_attribute("href") or ""
    for path in (one, one.replace("/change/", "/delete/")):
        page.goto(platform.url + path)
        look(f"second factor {path.rsplit('/', 2)[1]}")


def _give_wrong_code(page: Page) -> None:
    page.fill("input[name=code]", "000000")
    press(page)
    expect(page.locator(".has-error, .errorlist").first).to_be_visible()


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


def every_page(page: Page, platform: Platform, look: Look) -> set[str]:
    """Open a page of each kind that a page leads an operator to; returns the kinds.

    ``look`` is called with each kind. Whoever uses ``page`` has signed in.
    """
    waiting, seen = list(BEGINNINGS), set[str]()
    while waiting:
        path = waiting.pop(0)
        if kind(path) in seen or path.startswith(OTHERS) or path.endswith(".svg") or not path.startswith("/operator/"):
            continue
        seen.add(kind(path))
        answer = page.goto(platform.url + path)
        assert answer is not None
        assert answer.status == 200, f"{path} answers {answer.status}"
        look(kind(path))
        waiting += page.evaluate(LINKS)
    return seen
