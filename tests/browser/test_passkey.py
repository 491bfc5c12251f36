"""A passkey opens the vault (docs/spec/keys.md, "Keystore"), and where it does not, the page says so and what to do."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.authenticator import Authenticator
from tests.browser.fixtures import Profile
from tests.browser.people import PASSWORD, Device, vault_address
from tests.demo.harness import Platform

pytestmark = [pytest.mark.demo, pytest.mark.browser]


@pytest.fixture
def device(platform: Platform, profile: Profile) -> Device:
    """A device without a wallet."""
    return Device(platform.url, vault_address(platform), profile())


def test_a_wallet_made_with_a_passkey_is_opened_by_it(device: Device) -> None:
    finger = Authenticator.of(device.page)
    device.make_keys(passkey=True)
    device.at_vault("settings")
    expect(unlockers(device).filter(has_text="Passkey")).to_have_count(1)
    lock(device)
    expect(device.page.get_by_label("Password of this device")).to_have_count(0)

    close_next_question(device)
    device.hand.press(device.button("Unlock with your passkey"))
    expect(refusal(device, "No passkey answered")).to_be_visible()
    device.hand.press(device.button("Unlock with your passkey"))
    expect(unlockers(device)).to_have_count(1)

    lock(device)
    finger.recognise(False)
    device.hand.press(device.button("Unlock with your passkey"))
    expect(refusal(device, "No passkey answered")).to_be_visible()
    expect(device.page.get_by_role("link", name="I cannot open it: use my 24 words")).to_be_visible()


def test_a_passkey_is_added_to_a_password_that_still_works(device: Device) -> None:
    device.make_keys()
    device.at_vault("settings")

    without = Authenticator.of(device.page, prf=False)
    device.hand.press(device.button("Add a passkey"))
    expect(refusal(device, "This passkey cannot open a vault")).to_be_visible()
    expect(unlockers(device)).to_have_count(1)
    without.remove()

    finger = Authenticator.of(device.page)
    device.hand.press(device.button("Add a passkey"))
    expect(device.page.get_by_text("The passkey opens it from now on.").first).to_be_visible()
    expect(unlockers(device)).to_have_count(2)
    lock(device)
    device.hand.press(device.button("Unlock with your passkey"))
    expect(unlockers(device)).to_have_count(2)

    lock(device)
    finger.recognise(False)
    device.hand.press(device.button("Unlock with your passkey"))
    expect(refusal(device, "No passkey answered")).to_be_visible()
    device.hand.write(device.page.get_by_label("Password of this device"), PASSWORD)
    device.hand.press(device.button("Unlock"))
    expect(unlockers(device)).to_have_count(2)


def lock(device: Device) -> None:
    """Lock by the header's button; the page asks to be unlocked."""
    device.hand.press(device.button("Lock now"))
    expect(device.page.get_by_role("heading", level=1, name="Unlock your vault")).to_be_visible()


def unlockers(device: Device) -> Locator:
    """What opens this device, as the open vault's settings list it."""
    return device.page.get_by_role("region", name="How this device opens it").get_by_role("listitem")


def refusal(device: Device, title: str) -> Locator:
    """The page's own message, not the browser's."""
    return device.page.get_by_role("alert").get_by_role("heading", name=title)


def close_next_question(device: Device) -> None:
    """Answer the next ceremony as a browser does whose question is closed; one without a window asks none."""
    device.page.evaluate("""() => {
        navigator.credentials.get = () => {
            delete navigator.credentials.get;
            return Promise.reject(new DOMException('closed', 'NotAllowedError'));
        };
    }""")
