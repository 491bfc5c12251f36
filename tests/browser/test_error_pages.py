"""What the platform answers when it refuses or fails: pages that are designed, open to all, and say what to do."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.error_pages import ERRORS, failing_platform, provoke
from tests.browser.fixtures import WIDTHS, Profile
from tests.browser.review import fits, violations

pytestmark = pytest.mark.browser

LOOKS = {WIDTHS[0]: ("light", "en-GB"), WIDTHS[1]: ("dark", "de-DE")}
WORDS = {
    "/denies/": (403, "You may not see this", "Das dürfen Sie nicht sehen"),
    "/nowhere/": (404, "There is no such page", "Diese Seite gibt es nicht"),
    "/fails/": (500, "Something failed here", "Hier ist etwas fehlgeschlagen"),
    "/suspects/": (400, "This request cannot be read", "Diese Anfrage ist nicht zu lesen"),
    "/takes/": (403, "This form was not taken", "Dieses Formular wurde nicht angenommen"),
}


@pytest.fixture
def platform_url() -> Iterator[str]:
    with failing_platform() as url:
        yield url


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("address", ERRORS)
def test_an_error_is_a_page_that_says_what_to_do(profile: Profile, platform_url: str, address: str, width: int) -> None:
    scheme, locale = LOOKS[width]
    page: Page = profile(width, color_scheme=scheme, locale=locale).new_page()
    answer = provoke(page, platform_url, address)
    status, english, german = WORDS[address]
    assert answer is not None
    assert answer.status == status
    assert page.locator("h1").all_inner_texts() == [english if locale.startswith("en") else german]
    assert page.locator("main a[href='/'], main .note").count() > 0
    assert fits(page)
    assert violations(page) == []
