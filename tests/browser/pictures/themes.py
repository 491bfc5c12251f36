"""What is photographed, theme by theme, each at both widths."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.error_pages import ERRORS, failing_platform, provoke
from tests.browser.fixtures import HEIGHT, WIDTHS
from tests.browser.hand_over import agree, propose, read_letter
from tests.browser.made_up import closed_vault, lists_and_ends, onboarding, open_vault, planning, served
from tests.browser.operators import (
    SCHEMES,
    ask_the_optimiser,
    every_page,
    show_in,
    take_second_factor,
)
from tests.browser.people import Device
from tests.browser.pictures.album import Album
from tests.browser.shared_link import link_of, opened
from tests.browser.story import Look, partners, tell
from tests.browser.vault_server import Elsewhere, VaultServer
from tests.demo.cast import Cast, Professionals, professional, with_role
from tests.demo.fixtures import new_cast
from tests.demo.harness import Person

LOOKS = [("light", "en-GB"), ("dark", "de-DE")]
"""Scheme and language, as devices have them."""
PUBLIC = ("/", "/institutions/", "/patient/", "/practice/", "/offline/", "/open/never-made/")
IN_BOTH_SCHEMES = ("home", "looks", "access", "profile", "record", "charts", "practice")
"""Beginnings of the names of the story's pages that are taken in dark, too."""


@dataclass(frozen=True)
class Sitting:
    """What a theme works with."""

    album: Album
    browser: Browser
    folder: Path

    def page(self, width: int, scheme: str = "light", locale: str = "en-GB") -> Page:
        """A page of somebody's own browser."""
        viewport = {"width": width, "height": HEIGHT}
        context = self.browser.new_context(viewport=viewport, color_scheme=scheme, locale=locale)  # type: ignore[arg-type]
        return context.new_page()

    def pages(self) -> Iterator[tuple[Page, str]]:
        """A page at each width and in each look, with what its pictures' names begin with."""
        for width in WIDTHS:
            for scheme, locale in LOOKS:
                yield self.page(width, scheme, locale), "" if scheme == LOOKS[0][0] else f"{scheme} {locale[:2]} "

    def device(self, width: int) -> Device:
        """Somebody's device."""
        return self.album.device(self.browser.new_context(viewport={"width": width, "height": HEIGHT}))


def public(sitting: Sitting) -> None:
    """What everybody may see, and what they see when something fails."""
    with failing_platform() as failing:
        for page, look in sitting.pages():
            for path in PUBLIC:
                page.goto(sitting.album.platform.url + path)
                sitting.album.take(page, f"public {look}{path}")
            for address, template in ERRORS.items():
                provoke(page, failing, address)
                sitting.album.take(page, f"public {look}error {template}", shows=f"error {template}")


def story(sitting: Sitting) -> None:
    """From onboarding to a second device, the main pages in both schemes."""

    def look(device: Device, name: str) -> None:
        sitting.album.take(device.page, f"story {name}")
        if name.startswith(IN_BOTH_SCHEMES):
            device.page.emulate_media(color_scheme="dark")
            sitting.album.take(device.page, f"story dark {name}")
            device.page.emulate_media(color_scheme="light")

    for width in WIDTHS:
        tell(sitting.album.platform, lambda width=width: sitting.device(width), look, sitting.folder)


def practice(sitting: Sitting) -> None:
    """A case handed to a colleague, and who works for a company instead of a practice."""
    url, houses = sitting.album.platform.url, partners(sitting.album.platform)
    clinical, pharma = with_role(houses, "clinical"), with_role(houses, "pharma")
    professionals = Professionals(
        author=professional(Person(sitting.folder / "author", url), clinical, "clinical"),
        reader=professional(Person(sitting.folder / "reader", url), clinical, "clinical"),
        pharma=professional(Person(sitting.folder / "pharma", url), pharma, "research"),
    )

    def look(device: Device, name: str) -> None:
        sitting.album.take(device.page, f"practice {name}")

    for width in WIDTHS:
        cast = new_cast(Person(sitting.folder / f"ada-{width}", url), houses, professionals)
        hand_over(sitting, cast, width, look)
        researcher = sitting.device(width)
        researcher.restore(cast.pharma.facts["phrase"])
        for path in ("/practice/", "/practice/patients/", "/practice/requests/"):
            researcher.enter(path)
            expect(researcher.frame.get_by_role("heading").first).to_be_visible()
            look(researcher, f"researcher {path}")


def hand_over(sitting: Sitting, cast: Cast, width: int, look: Look) -> None:
    """The author proposes the reader to the patient, who agrees."""
    asked = cast.author.must("access", "request", cast.ada.facts["wallet"], "--section", "profile/measurements")
    cast.ada.must("access", "grant", asked["request"], "--wait", "received")
    author, reader = (f"Dr {person.home.name}" for person in (cast.author, cast.reader))
    ada = re.compile(f"^Patient {cast.ada.facts['wallet'][:6]}", re.IGNORECASE)
    clinician, patient, colleague = (sitting.device(width) for _ in range(3))
    clinician.restore(cast.author.facts["phrase"])
    propose(clinician, ada, reader, look)
    patient.restore(cast.ada.facts["phrase"])
    agree(patient, author, reader, look)
    colleague.restore(cast.reader.facts["phrase"])
    read_letter(colleague, ada, author, look)


def vault(sitting: Sitting) -> None:
    """Every page of a made-up vault in both looks: open, closed, being made; long lists and what acts end with."""
    with served(sitting.folder / "pages") as pages:
        for page, look in sitting.pages():
            for walk in (open_vault, closed_vault, onboarding, planning, lists_and_ends):
                walk(page, pages, lambda name, page=page, look=look: sitting.album.take(page, f"vault {look}{name}"))


def links(sitting: Sitting) -> None:
    """A SMART Health Link that somebody without an account opens."""
    with Elsewhere() as elsewhere, VaultServer(elsewhere.platform) as server:
        for page, look in sitting.pages():
            for name, link in (("asked", link_of(server)), ("ended", link_of(server, expires=1_700_000_000))):
                page.goto("about:blank")
                page.goto(f"{server.url}/link.html#{link}")
                sitting.album.take(page, f"link {look}{name}")
            opened(server, page, german=bool(look))
            sitting.album.take(page, f"link {look}opened")


def operators(sitting: Sitting) -> None:
    """Every page that operators reach, the second factor among them."""
    platform = sitting.album.platform
    for width in WIDTHS:
        page = sitting.page(width)

        def look(name: str, page: Page = page) -> None:
            for scheme in SCHEMES:
                show_in(page, scheme)
                sitting.album.take(page, f"operator {scheme} {name}")

        take_second_factor(page, platform, look)
        ask_the_optimiser(page, platform)
        fill_lists(sitting, page)
        every_page(page, platform, look)


def fill_lists(sitting: Sitting, page: Page) -> None:
    """A row for each list that is empty otherwise: a vote of each kind, a care team, a group of operators.

    ``page`` shows the proposal that is voted on.
    """
    url, [house, *_] = sitting.album.platform.url, partners(sitting.album.platform)
    house.must("institution", "vote", page.url.rstrip("/").rpartition("/")[2])
    width = page.evaluate("innerWidth")
    applicant = Person(sitting.folder / f"applicant-{width}", url)
    made = applicant.must("institution", "create", "--name", f"Institute of {width}", "--role", "research")
    house.must("institution", "admit", made["institution"])
    nurse = professional(Person(sitting.folder / f"nurse-{width}", url), house, "clinical")
    house.must("institution", "team", f"Ward {width}", "--member", nurse.facts["wallet"])
    page.goto(f"{url}/operator/auth/group/add/")
    page.fill("input[name=name]", f"Night shift {width}")
    page.locator("[name=_save]").click()
    page.wait_for_url("**/auth/group/")


THEMES: dict[str, Callable[[Sitting], None]] = {
    "public": public,
    "story": story,
    "practice": practice,
    "vault": vault,
    "links": links,
    "operators": operators,
}
