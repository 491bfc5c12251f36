"""The 24 words until they are on paper: what interrupts onboarding takes none away (docs/adr/0072)."""

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import HEIGHT, WIDTHS, Profile
from tests.browser.people import PASSWORD, Device, vault_address
from tests.browser.review import fits, violations
from tests.demo.harness import Platform

pytestmark = [pytest.mark.demo, pytest.mark.browser]

ASK = "Your 24 words are not on paper yet"
GO_IDLE = """() => new Promise((resolve, reject) => {
    const opening = indexedDB.open('medixain');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
        const change = opening.result.transaction('session', 'readwrite');
        const shelf = change.objectStore('session');
        const asked = shelf.get('session');
        asked.onsuccess = () => shelf.put({ ...asked.result, expires: 1 }, 'session');
        change.oncomplete = () => { opening.result.close(); resolve(); };
        change.onerror = () => reject(change.error);
    };
})"""
"""What fifteen minutes without a key press or a movement come to: the session's end has passed."""


def test_a_lock_while_the_words_are_on_the_screen_takes_none_away(platform: Platform, profile: Profile) -> None:
    device = Device(platform.url, vault_address(platform), profile())
    device.make_keys()
    written = device.phrase

    device.page.evaluate(GO_IDLE)
    expect(device.page.get_by_role("heading", level=1, name=ASK)).to_be_visible()
    expect(device.page.locator("ol.phrase")).to_have_count(0)
    device.page.reload()
    look(device)
    device.hand.write(device.page.get_by_label("Password of this device"), PASSWORD)
    device.hand.press(device.button("Show the words"))
    assert device.shown_words() == written

    # Who unlocks without thinking of the words is led to them, and may go on without.
    device.hand.press(device.button("Lock now"))
    expect(device.page.get_by_role("heading", level=1, name=ASK)).to_be_visible()
    device.at_vault("unlock")
    device.hand.write(device.page.get_by_label("Password of this device"), PASSWORD)
    device.hand.press(device.button("Unlock"))
    expect(device.page.get_by_role("heading", level=1, name=ASK)).to_be_visible()
    expect(device.button("Not now")).to_be_visible()
    device.hand.write(device.page.get_by_label("Password of this device"), PASSWORD)
    device.hand.press(device.button("Show the words"))
    assert device.shown_words() == written
    device.confirm_words()
    device.hand.press(device.button("Use these words"))
    device.hand.press(device.button("Go to my wallet"))
    device.page.wait_for_url(f"{platform.url}/patient/**")

    show_again(device, written)


def show_again(device: Device, written: str) -> None:
    """From the settings of an open vault: only who opens it now is shown the words."""
    device.at_vault("settings")
    device.hand.press(device.page.get_by_role("link", name="Show my 24 words again"))
    look(device)
    password = device.page.get_by_label("Password of this device")
    device.hand.write(password, "not at all the password")
    device.hand.press(device.button("Show the words"))
    expect(device.page.get_by_role("heading", name="This does not open the vault")).to_be_visible()
    expect(device.page.locator("ol.phrase")).to_have_count(0)
    device.hand.write(password, PASSWORD)
    device.hand.press(device.button("Show the words"))
    assert device.shown_words() == written
    look(device)
    device.hand.press(device.button("I have written them down"))
    expect(device.page.get_by_role("heading", level=1, name="Settings")).to_be_visible()


def test_the_words_open_a_device_whose_password_is_forgotten(platform: Platform, profile: Profile) -> None:
    device = Device(platform.url, vault_address(platform), profile())
    device.onboard()
    wallet = device.wallet
    device.at_vault("settings")
    device.hand.press(device.button("Lock now"))
    device.hand.press(device.page.get_by_role("link", name="I cannot open it: use my 24 words"))
    device.restore(device.phrase)
    device.at_vault("settings")
    expect(device.page.get_by_text(wallet)).to_be_visible()


def look(device: Device) -> None:
    """The page is without an axe violation and fits, wide and narrow."""
    for width in WIDTHS:
        device.page.set_viewport_size({"width": width, "height": HEIGHT})
        assert violations(device.page) == []
        assert fits(device.page)
