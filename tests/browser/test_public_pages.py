"""The pages in a real browser, wide and narrow: they load, fit, need nothing from elsewhere, and take forms."""

import pytest
from playwright.sync_api import Page

from tests.browser.fixtures import WIDTHS, Profile
from tests.demo.harness import Platform

pytestmark = [pytest.mark.demo, pytest.mark.browser]

PUBLIC_PAGES = ("/", "/institutions/", "/patient/", "/practice/")
OPERATOR_PAGES = ("/operator/", "/operator/chain/", "/operator/miners/", "/operator/optimiser/")


def open_page(profile: Profile, width: int, requests: list[str]) -> Page:
    page = profile(width).new_page()
    page.on("request", lambda request: requests.append(request.url))
    return page


def fits(page: Page) -> bool:
    """Whether nothing makes the page scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_public_pages_fit_and_ask_nobody_else(profile: Profile, platform: Platform, path: str, width: int) -> None:
    requests: list[str] = []
    page = open_page(profile, width, requests)
    answer = page.goto(platform.url + path)

    assert answer is not None
    assert answer.status == 200
    assert page.locator("h1").count() == 1
    assert fits(page)
    assert [url for url in requests if not url.startswith(platform.url)] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_operator_signs_in_and_sees_the_chain(profile: Profile, platform: Platform, width: int) -> None:
    page = open_page(profile, width, [])
    log_in = platform.log_ins()["operator"]
    page.goto(platform.url + "/operator/")
    page.fill("input[name=login]", log_in["user"])
    page.fill("input[name=password]", log_in["password"])
    page.click("button[type=submit]")

    for path in OPERATOR_PAGES:
        answer = page.goto(platform.url + path)
        assert answer is not None
        assert (answer.status, page.url) == (200, platform.url + path)
    page.goto(platform.url + "/operator/chain/")
    assert page.get_by_text("Running").first.is_visible()
    assert fits(page)
