"""Somebody without an account opens a SMART Health Link, at both widths: the code, the sections, the files inside."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import WIDTHS, Profile
from tests.browser.review import fits, violations
from tests.browser.shared_link import CODE, link_of, opened, platform_of
from tests.browser.vault_server import Elsewhere, VaultServer

pytestmark = [pytest.mark.browser, pytest.mark.long]

ALERT = "[role=alert]:not(#alarm)"


@pytest.fixture(scope="module")
def vault() -> Iterator[VaultServer]:
    with Elsewhere() as pages, VaultServer(pages.platform) as server:
        yield server


@pytest.mark.parametrize("width", WIDTHS)
def test_whoever_has_link_and_code_reads_the_summary_on_the_device(
    vault: VaultServer, profile: Profile, width: int
) -> None:
    page = profile(width).new_page()
    asked = platform_of(vault, page)
    page.goto(f"{vault.url}/link.html#{link_of(vault)}")
    expect(page.get_by_role("heading", level=1)).to_have_text("A shared summary")
    # The key is out of the address, and so out of the history that others read.
    assert page.evaluate("location.hash") == ""
    page.get_by_role("button", name="Open the summary").click()
    expect(page.locator(ALERT)).to_contain_text("Say who you are")
    page.get_by_label("Who are you?").fill("Emergency room")
    page.get_by_label("The code", exact=True).fill("wrong")
    page.get_by_role("button", name="Open the summary").click()
    expect(page.locator(ALERT)).to_contain_text("4 tries are left")
    assert violations(page) == []
    page.get_by_label("The code", exact=True).fill(CODE)
    page.get_by_role("button", name="Open the summary").click()
    expect(page.get_by_role("heading", name="Allergies")).to_be_visible()
    expect(page.get_by_text("Penicillin")).to_be_visible()
    expect(page.get_by_text("Nothing is recorded here.")).to_have_count(1)
    assert [one["recipient"] for one in asked] == ["Emergency room"] * 2
    assert violations(page) == []
    assert fits(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_files_inside_open_on_the_page_fit_it_and_can_be_enlarged(
    vault: VaultServer, profile: Profile, width: int
) -> None:
    page = profile(width).new_page()
    opened(vault, page)
    page.get_by_role("button", name="Open it Scan of the letter").click()
    picture = page.get_by_role("img", name="Scan of the letter")
    expect(picture).to_be_visible()
    assert picture.evaluate("picture => picture.naturalWidth") == 2000
    assert fits(page)
    page.get_by_role("button", name="Full size").click()
    assert picture.evaluate("picture => picture.clientWidth") == 2000
    assert fits(page)
    page.get_by_role("button", name="Open it Letter").click()
    expect(page.get_by_role("link", name="Open on a page of its own")).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save a copy", exact=True).last.click()
    assert saving.value.suggested_filename == "Letter"
    # What only calls itself a picture is not made one.
    page.get_by_role("button", name="Open it Trap").click()
    expect(page.get_by_role("img", name="Trap")).to_have_count(0)
    assert violations(page) == []


def test_a_browser_without_a_viewer_for_pdf_offers_the_page_of_its_own_and_the_copy(
    vault: VaultServer, profile: Profile
) -> None:
    page = profile(WIDTHS[1]).new_page()
    page.add_init_script("Object.defineProperty(navigator, 'pdfViewerEnabled', { value: false })")
    opened(vault, page)
    page.get_by_role("button", name="Open it Letter").click()
    expect(page.get_by_text("This browser shows no PDF inside a page.")).to_be_visible()
    expect(page.locator("iframe")).to_have_count(0)
    expect(page.get_by_role("button", name="Save a copy", exact=True)).to_be_visible()


def test_the_page_speaks_german_and_says_when_a_link_has_ended(vault: VaultServer, profile: Profile) -> None:
    page = profile(WIDTHS[1], locale="de-DE").new_page()
    page.goto(f"{vault.url}/link.html#{link_of(vault, expires=1_700_000_000)}")
    expect(page.locator(ALERT)).to_contain_text("Dieser Link ist zu Ende")
    opened(vault, page, german=True)
    expect(page.get_by_role("heading", name="Allergien")).to_be_visible()
    expect(page.get_by_text("Rash, schwer")).to_be_visible()
    assert fits(page)
