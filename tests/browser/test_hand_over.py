"""A clinician proposes a colleague, the patient decides, both in browsers: each page at both widths."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import HEIGHT, WIDTHS, Profile
from tests.browser.people import Device, vault_address
from tests.browser.review import fits, violations
from tests.demo.cast import Cast
from tests.demo.harness import Platform

pytestmark = [pytest.mark.demo, pytest.mark.browser]

SECTION = "profile/measurements"
REASON = "Please look at the pressure of the last weeks."


class Looks:
    """What is wrong with the pages seen, wide and narrow."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def at(self, device: Device, name: str) -> None:
        """Look at the page that ``device`` shows."""
        for width in WIDTHS:
            device.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.wrong += [f"{name} at {width}: {found}" for found in violations(device.page)]
            if not fits(device.page):
                self.wrong.append(f"{name} at {width}: scrolls sideways")


@pytest.mark.timeout(400)
def test_a_case_is_handed_to_a_colleague(platform: Platform, profile: Profile, cast: Cast) -> None:
    asked = cast.author.must("access", "request", cast.ada.facts["wallet"], "--section", SECTION)
    cast.ada.must("access", "grant", asked["request"], "--wait", "received")
    looks = Looks()
    author, reader = (f"Dr {person.home.name}" for person in (cast.author, cast.reader))
    ada = re.compile(f"^Patient {cast.ada.facts['wallet'][:6]}", re.IGNORECASE)

    def device(phrase: str) -> Device:
        made = Device(platform.url, vault_address(platform), profile())
        made.restore(phrase)
        return made

    clinician = device(cast.author.facts["phrase"])
    propose(clinician, ada, reader, looks)
    patient = device(cast.ada.facts["phrase"])
    agree(patient, author, reader, looks)
    clinician.at_portal("/practice/requests/")
    expect(clinician.frame.get_by_text("Access given")).to_be_visible()
    looks.at(clinician, "requests")
    colleague = device(cast.reader.facts["phrase"])
    read_letter(colleague, ada, author, looks)
    assert looks.wrong == []


def propose(clinician: Device, patient: re.Pattern[str], colleague: str, looks: Looks) -> None:
    """From the colleagues' page, then from the patient's: choose, say why, send."""
    clinician.enter("/practice/")
    page = clinician.at_portal("/practice/colleagues/")
    expect(page.get_by_role("link", name=f"Propose to a patient {colleague}")).to_be_visible()
    looks.at(clinician, "colleagues")
    clinician.at_portal("/practice/patients/")
    clinician.hand.press(clinician.frame.get_by_role("link", name=patient))
    clinician.hand.press(clinician.frame.get_by_role("link", name="Propose a colleague"))
    clinician.hand.choose(page.get_by_label("Colleague", exact=True), colleague)
    expect(page.get_by_text("Verified")).to_be_visible()
    clinician.hand.write(page.get_by_label("Reason"), REASON)
    looks.at(clinician, "propose")
    clinician.hand.press(clinician.button("Send the proposal"))
    expect(page.get_by_role("heading", name="The proposal waits for the patient")).to_be_visible()
    looks.at(clinician, "proposed")


def agree(patient: Device, referrer: str, colleague: str, looks: Looks) -> None:
    """The patient reads who asks for whom and why, and signs a grant like any other."""
    patient.at_portal("/patient/access/")
    link = f"{colleague}, proposed by {referrer}"
    expect(patient.frame.get_by_role("link", name=link, exact=True)).to_be_visible()
    looks.at(patient, "access-asked")
    patient.hand.press(patient.frame.get_by_role("link", name=link, exact=True))
    page = patient.page
    expect(page.get_by_role("heading", name=f"Proposed by {referrer}")).to_be_visible()
    expect(page.get_by_text(REASON)).to_be_visible()
    expect(patient.button(re.compile("^Share until "))).to_be_visible()
    looks.at(patient, "share-proposed")
    patient.hand.press(patient.button(re.compile("^Share until ")))
    expect(page.get_by_role("heading", name=re.compile(f"^{colleague} can see what you chose"))).to_be_visible()


def read_letter(colleague: Device, patient: re.Pattern[str], referrer: str, looks: Looks) -> None:
    """The colleague sees whose patient this was, and the reason."""
    colleague.enter("/practice/")
    colleague.at_portal("/practice/patients/")
    colleague.hand.press(colleague.frame.get_by_role("link", name=patient))
    expect(colleague.frame.get_by_role("heading", name=f"Proposed by {referrer}")).to_be_visible()
    expect(colleague.frame.get_by_text(REASON)).to_be_visible()
    looks.at(colleague, "letter")
