"""Everything by hand in a real browser: the story of tests/browser/story.py, each page reviewed.

It is told twice: wide with the keyboard alone, and narrow with a pointer, as on a telephone.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.fixtures import WIDTHS, Profile
from tests.browser.hands import Hand, Keyboard, Pointer
from tests.browser.people import Device, vault_address
from tests.browser.review import fits, violations
from tests.browser.story import tell
from tests.demo.harness import Platform

OWN = ("http://localhost:", "http://127.0.0.1:", "blob:", "data:")

pytestmark = [pytest.mark.demo, pytest.mark.browser]


@pytest.mark.timeout(1500)
@pytest.mark.parametrize(("width", "hand"), zip(WIDTHS, (Keyboard, Pointer), strict=True))
def test_from_onboarding_to_a_second_device(
    platform: Platform, profile: Profile, width: int, hand: Callable[[Page], Hand], tmp_path: Path
) -> None:
    wrong: list[str] = []
    foreign: list[str] = []
    vault = vault_address(platform)

    def make() -> Device:
        device = Device(platform.url, vault, profile(width), takes=hand)
        device.page.on("request", lambda request: foreign.append(request.url))
        return device

    def look(device: Device, name: str) -> None:
        wrong.extend(f"{name}: {found}" for found in violations(device.page))
        if not fits(device.page):
            wrong.append(f"{name}: scrolls sideways")

    tell(platform, make, look, tmp_path)

    assert wrong == []
    assert [url for url in foreign if not url.startswith(OWN)] == []
