"""Every page of a person's vault, on a made-up vault without a platform: open to all, wide and light, narrow and dark.

What no story passes by is looked at here: every link of every page is followed, in English and in German.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.fixtures import WIDTHS, Profile
from tests.browser.made_up import VAULT, Look, closed_vault, lists_and_ends, onboarding, open_vault, planning, served
from tests.browser.review import fits, violations

pytestmark = pytest.mark.browser

WIDE, NARROW = WIDTHS
LOOKS = [
    pytest.param(WIDE, "light", "en-GB", id="wide, light, English"),
    pytest.param(NARROW, "dark", "de-DE", id="narrow, dark, German"),
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
    "remove",
}
"""Pages that are reached by links only, and must be: a change of doctor, an entry that is disputed …"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the pages on the made-up vault are served."""
    if not (VAULT / "node_modules").is_dir():
        pytest.skip("the vault's packages are not installed (make install-dev)")
    with served(tmp_path_factory.mktemp("pages")) as address:
        yield address


def review(page: Page, wrong: list[str]) -> Look:
    """Write down what is wrong with each page that is looked at."""

    def look(name: str) -> None:
        wrong.extend(f"{name}: {violation}" for violation in violations(page))
        if not fits(page):
            wrong.append(f"{name}: scrolls sideways")

    return look


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_every_page_of_an_open_vault(profile: Profile, pages: str, width: int, scheme: str, locale: str) -> None:
    page = profile(width, color_scheme=scheme, locale=locale).new_page()
    wrong: list[str] = []
    seen = open_vault(page, pages, review(page, wrong))
    assert wrong == []
    assert NAMED - seen == set()


@pytest.mark.parametrize("walk", [closed_vault, onboarding, planning, lists_and_ends])
@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_pages_of_other_moments(
    profile: Profile, pages: str, walk: Callable[[Page, str, Look], None], width: int, scheme: str, locale: str
) -> None:
    page = profile(width, color_scheme=scheme, locale=locale).new_page()
    wrong: list[str] = []
    walk(page, pages, review(page, wrong))
    assert wrong == []
