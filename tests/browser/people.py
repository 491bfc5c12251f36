"""What people do in the browser: a patient and a clinician, each on a device (browser profile) of their own.

The steps name buttons and fields as people read them, so that a page whose words stop making sense breaks a test.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, expect

from tests.browser.hands import Hand, Pointer
from tests.demo.harness import Platform

expect.set_options(timeout=90_000)

PASSWORD = "four plain unrelated words"
PATIENCE_MS = 90_000
"""Milliseconds for what waits for the chain: a block about every 2 s, and final some blocks later."""


def vault_address(platform: Platform) -> str:
    """The vault's origin, as the demo says it."""
    return str(platform.log_ins()["vault"])


@dataclass
class Device:
    """One browser profile with a wallet in it."""

    platform: str
    vault: str
    context: BrowserContext
    wallet: str = ""
    phrase: str = ""
    takes: Callable[[Page], Hand] = Pointer
    """What its person works with."""
    page: Page = field(init=False)
    hand: Hand = field(init=False)

    def __post_init__(self) -> None:
        """Open the first tab."""
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()
        self.hand = self.takes(self.page)

    # ---- moving about ----------------------------------------------------------------------------------------------

    def at_vault(self, route: str) -> Page:
        """Open a route of the vault's own page, from its beginning."""
        address = f"{self.vault}/#/{route}"
        if self.page.url == address:
            self.page.reload()  # Going to the same fragment would leave the page as it is.
        else:
            self.page.goto(address)
        return self.page

    def at_portal(self, path: str) -> Page:
        """Open a page of the platform."""
        self.page.goto(f"{self.platform}{path}")
        return self.page

    @property
    def frame(self) -> FrameLocator:
        """The private frame of the portal's page."""
        return self.page.frame_locator("iframe.vault-frame")

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """A button by its words."""
        return self.page.get_by_role("button", name=name, exact=isinstance(name, str))

    # ---- having a wallet -------------------------------------------------------------------------------------------

    def onboard(self, look: "Callable[[Device, str], None] | None" = None) -> None:
        """Make a wallet: password, the 24 words with their check, two words, the code for the institution's desk."""
        seen = look or (lambda device, name: None)
        page = self.at_vault("welcome")
        expect(self.button("Make my wallet")).to_be_visible()
        seen(self, "welcome")
        self.hand.press(self.button("Make my wallet"))
        self._choose_password()
        seen(self, "welcome-password")
        self.hand.press(self.button("Continue with a password"))
        self.phrase = self.shown_words()
        seen(self, "welcome-phrase")
        self.confirm_words(seen)
        self.hand.press(self.button("Use these words"))
        self.wallet = page.get_by_text(re.compile(r"^0x[0-9a-fA-F]{40}$")).first.inner_text().strip()
        seen(self, "welcome-visit")
        self.hand.press(self.button("Go to my wallet"))
        page.wait_for_url(f"{self.platform}/patient/**")

    def make_keys(self, *, passkey: bool = False) -> None:
        """Onboarding as far as the 24 words: from there on this device opens the wallet."""
        self.at_vault("welcome")
        self.hand.press(self.button("Make my wallet"))
        if passkey:
            self.hand.press(self.button("Continue with a passkey"))
        else:
            self._choose_password()
            self.hand.press(self.button("Continue with a password"))
        self.phrase = self.shown_words()

    def shown_words(self) -> str:
        """The 24 words on the page."""
        words = self.page.locator("ol.phrase li")
        expect(words).to_have_count(24, timeout=PATIENCE_MS)
        return " ".join(words.all_inner_texts()).strip()

    def confirm_words(self, look: "Callable[[Device, str], None]" = lambda device, name: None) -> None:
        """From the words on to the check of the paper, and past it."""
        self.hand.press(self.button("I have written them down"))
        self._answer_check()
        look(self, "welcome-check")
        self.hand.press(self.button("Continue"))

    def _choose_password(self) -> None:
        self.hand.write(self.page.get_by_label("Password", exact=True), PASSWORD)
        self.hand.write(self.page.get_by_label("The same password again"), PASSWORD)

    def _answer_check(self) -> None:
        words = self.phrase.split()
        for label in self.page.locator(".words-asked label").all():
            place = int(re.sub(r"\D", "", label.inner_text()))
            self.hand.write(self.page.get_by_label(f"Word {place}", exact=True), words[place - 1])

    def restore(self, phrase: str) -> None:
        """Bring a wallet back from its 24 words, as on a new device."""
        self.at_vault("restore")
        for place, word in enumerate(phrase.split(), 1):
            self.hand.write(self.page.locator(f"#phrase-{place}"), word)
        self._choose_password()
        self.hand.press(self.button("Bring it back"))
        self.page.wait_for_url(f"{self.platform}/patient/**")
        self.phrase = phrase

    def unlock(self, back: str = "/patient/") -> None:
        """Unlock with the password and go to the portal."""
        self.at_vault(f"unlock?return={back}")
        self.hand.write(self.page.get_by_label("Password of this device"), PASSWORD)
        self.hand.press(self.button("Unlock"))
        self.page.wait_for_url(f"{self.platform}{back}**")

    def enter(self, path: str) -> Page:
        """Sign in to a portal with the open vault, as its sign-in page's button does, and open a page of it."""
        self.at_vault(f"unlock?return={path}")
        self.page.wait_for_url(f"{self.platform}{path}**")
        return self.page

    # ---- a patient's acts ------------------------------------------------------------------------------------------

    def add_file(self, file: Path, *, section: str | None = None) -> None:
        """Encrypt a file in the vault and add it to the wallet."""
        page = self.at_vault("add")
        self.hand.give(page.locator("#file"), file)
        if section is not None:
            self.hand.choose(page.locator("#section"), section)
        self.hand.press(self.button("Add this record"))
        expect(page.get_by_role("heading", name="1 record is yours now")).to_be_visible(timeout=PATIENCE_MS)

    def share_with(self, professional: str, sections: tuple[str, ...] = ()) -> None:
        """Share sections (the ones asked for when none are named) and sign on the sheet."""
        page = self.at_vault("share")
        self.hand.press(page.get_by_role("link", name=professional, exact=True))
        for section in sections:
            self.hand.tick(page.get_by_label(section))
        self.hand.press(self.button(re.compile("^Share until ")))
        done = page.get_by_role("heading", name=re.compile(f"{re.escape(professional)} can see what you chose"))
        expect(done).to_be_visible(timeout=PATIENCE_MS)

    def stop_sharing(self, professional: str) -> None:
        """Withdraw everything a professional has, and give the records their new lock."""
        page = self.at_vault("stop")
        self.hand.press(page.get_by_role("link", name=professional))
        self.hand.press(self.button("Stop"))
        expect(page.get_by_role("heading", name=f"{professional} can open nothing new")).to_be_visible()

    # ---- a clinician's acts ----------------------------------------------------------------------------------------

    def apply_at(self, institution: str, name: str) -> None:
        """Ask an institution to answer for this wallet."""
        page = self.at_vault("apply")
        self.hand.choose(page.get_by_label("Institution"), institution)
        self.hand.write(page.get_by_label("Your name as patients shall read it"), name)
        self.hand.press(self.button("Apply"))
        expect(page.get_by_role("heading", name="Your application waits at the institution")).to_be_visible()

    def request_access(self, wallet: str, *, append: bool = False) -> None:
        """Ask a patient for the usual sections."""
        page = self.at_vault("request")
        self.hand.write(page.get_by_label("Address of the patient’s wallet"), wallet)
        if append:
            self.hand.tick(page.get_by_label("and to add entries, signed by me"))
        self.hand.press(self.button("Send the request"))
        expect(page.get_by_role("heading", name="The request waits for the patient")).to_be_visible()


def write_file(folder: Path, name: str, content: bytes) -> Path:
    """A file to be chosen in a page."""
    path = folder / name
    path.write_bytes(content)
    return path
