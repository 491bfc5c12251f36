"""The operators' pages: signed in with a second factor, every page of them open to all, and the chain's page alive.

Every link of every page is followed: wide and in English, narrow and in German, each in both schemes.
"""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fixtures import WIDTHS, Profile
from tests.browser.operators import (
    SCHEMES,
    ask_the_optimiser,
    every_page,
    name_and_password,
    show_in,
    take_second_factor,
)
from tests.browser.review import fits, violations
from tests.demo.cast import Professionals
from tests.demo.harness import Platform
from tests.demo.test_faults import node_switches, switched_off

pytestmark = [pytest.mark.demo, pytest.mark.browser]

WIDE, NARROW = WIDTHS
LOOKS = [pytest.param(WIDE, "en-GB", id="wide, English"), pytest.param(NARROW, "de-DE", id="narrow, German")]

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


def faults(page: Page, name: str) -> list[str]:
    """What is wrong with a page, in light and in dark."""
    found: list[str] = []
    for scheme in SCHEMES:
        show_in(page, scheme)
        found += [f"{scheme} {name}: {violation}" for violation in violations(page)]
        if not fits(page):
            found.append(f"{scheme} {name}: scrolls sideways")
    return found


def new_page(profile: Profile, width: int = WIDE, **options: str) -> Page:
    """A page in a browser of its own."""
    page = profile(width, **options).new_page()
    page.set_default_timeout(60_000)
    return page


@pytest.fixture
def operators_page(profile: Profile, platform: Platform) -> Page:
    """A page of somebody who has signed in by name and password."""
    page = new_page(profile)
    name_and_password(page, platform)
    expect(page.locator("#main")).to_be_visible()
    return page


@pytest.mark.parametrize(("width", "locale"), LOOKS)
def test_the_second_factor_from_set_up_to_sign_in(
    profile: Profile, platform: Platform, width: int, locale: str
) -> None:
    page = new_page(profile, width, locale=locale)
    wrong: list[str] = []
    take_second_factor(page, platform, lambda name: wrong.extend(faults(page, name)))
    assert wrong == []


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("width", "locale"), LOOKS)
def test_every_page_of_the_operators(
    profile: Profile, platform: Platform, professionals: Professionals, width: int, locale: str
) -> None:
    page = new_page(profile, width, locale=locale)
    name_and_password(page, platform)
    ask_the_optimiser(page, platform)
    wrong: list[str] = []
    seen = every_page(page, platform, lambda name: wrong.extend(faults(page, name)))
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
