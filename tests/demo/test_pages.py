"""The pages in a real browser, wide and narrow: they load, fit, need nothing from elsewhere, and take forms."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.demo.harness import Platform

pytestmark = [pytest.mark.demo, pytest.mark.browser]

WIDTHS = (1280, 360)
PUBLIC_PAGES = ("/", "/institutions/", "/patient/", "/practice/")
OPERATOR_PAGES = ("/operator/", "/operator/chain/", "/operator/optimiser/")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


def open_page(browser: Browser, width: int, requests: list[str]) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.on("request", lambda request: requests.append(request.url))
    return page


def fits(page: Page) -> bool:
    """Whether nothing makes the page scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_public_pages_fit_and_ask_nobody_else(browser: Browser, platform: Platform, path: str, width: int) -> None:
    requests: list[str] = []
    page = open_page(browser, width, requests)
    answer = page.goto(platform.url + path)

    assert answer is not None
    assert answer.status == 200
    assert page.locator("h1").count() == 1
    assert fits(page)
    assert [url for url in requests if not url.startswith(platform.url)] == []
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_operator_signs_in_and_sees_the_chain(
    browser: Browser, platform: Platform, width: int, tmp_path: Path
) -> None:
    page = open_page(browser, width, [])
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
    page.context.close()
