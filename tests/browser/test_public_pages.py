"""The pages in a real browser, wide and narrow: they load, fit, open to all, need nothing from elsewhere, take forms.

What everybody may see is looked at in both schemes and languages: wide, light and English, narrow, dark and German.
"""

import pytest
from playwright.sync_api import Page

from tests.browser.fixtures import WIDTHS, Profile
from tests.browser.review import fits, violations
from tests.demo.harness import Platform

pytestmark = [pytest.mark.demo, pytest.mark.browser]

PUBLIC_PAGES = ("/", "/institutions/", "/patient/", "/practice/", "/offline/")
ERROR_PAGES = {"/nowhere/": 404, "/open/never-made/": 410}
OPERATOR_PAGES = ("/operator/", "/operator/chain/", "/operator/miners/", "/operator/optimiser/")
LOOKS = {WIDTHS[0]: ("light", "en-GB"), WIDTHS[1]: ("dark", "de-DE")}


def open_page(profile: Profile, width: int, requests: list[str]) -> Page:
    scheme, locale = LOOKS[width]
    page = profile(width, color_scheme=scheme, locale=locale).new_page()
    page.on("request", lambda request: requests.append(request.url))
    return page


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
    assert violations(page) == []
    assert [url for url in requests if not url.startswith(platform.url)] == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ERROR_PAGES)
def test_error_pages_are_pages(profile: Profile, platform: Platform, path: str, width: int) -> None:
    page = open_page(profile, width, [])
    answer = page.goto(platform.url + path)

    assert answer is not None
    assert answer.status == ERROR_PAGES[path]
    assert page.locator("h1").count() == 1
    assert fits(page)
    assert violations(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_operator_signs_in_and_sees_the_chain(profile: Profile, platform: Platform, width: int) -> None:
    page = profile(width).new_page()
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
