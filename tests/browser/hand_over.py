"""A clinician proposes a colleague, the patient decides, and the colleague reads why."""

import re

from playwright.sync_api import expect

from tests.browser.people import Device
from tests.browser.story import Look

REASON = "Please look at the pressure of the last weeks."


def propose(clinician: Device, patient: re.Pattern[str], colleague: str, look: Look) -> None:
    """From the colleagues' page, then from the patient's: choose, say why, send."""
    clinician.enter("/practice/")
    page = clinician.at_portal("/practice/colleagues/")
    expect(page.get_by_role("link", name=f"Propose to a patient {colleague}")).to_be_visible()
    look(clinician, "colleagues")
    clinician.at_portal("/practice/patients/")
    clinician.hand.press(clinician.frame.get_by_role("link", name=patient))
    clinician.hand.press(clinician.frame.get_by_role("link", name="Propose a colleague"))
    clinician.hand.choose(page.get_by_label("Colleague", exact=True), colleague)
    expect(page.get_by_text("Verified")).to_be_visible()
    clinician.hand.write(page.get_by_label("Reason"), REASON)
    look(clinician, "propose")
    clinician.hand.press(clinician.button("Send the proposal"))
    expect(page.get_by_role("heading", name="The proposal waits for the patient")).to_be_visible()
    look(clinician, "proposed")


def agree(patient: Device, referrer: str, colleague: str, look: Look) -> None:
    """The patient reads who asks for whom and why, and signs a grant like any other."""
    patient.at_portal("/patient/access/")
    link = f"{colleague}, proposed by {referrer}"
    expect(patient.frame.get_by_role("link", name=link, exact=True)).to_be_visible()
    look(patient, "access-asked")
    patient.hand.press(patient.frame.get_by_role("link", name=link, exact=True))
    page = patient.page
    expect(page.get_by_role("heading", name=f"Proposed by {referrer}")).to_be_visible()
    expect(page.get_by_text(REASON)).to_be_visible()
    expect(patient.button(re.compile("^Share until "))).to_be_visible()
    look(patient, "share-proposed")
    patient.hand.press(patient.button(re.compile("^Share until ")))
    expect(page.get_by_role("heading", name=re.compile(f"^{colleague} can see what you chose"))).to_be_visible()


def read_letter(colleague: Device, patient: re.Pattern[str], referrer: str, look: Look) -> None:
    """The colleague sees whose patient this was, and the reason."""
    colleague.enter("/practice/")
    colleague.at_portal("/practice/patients/")
    colleague.hand.press(colleague.frame.get_by_role("link", name=patient))
    expect(colleague.frame.get_by_role("heading", name=f"Proposed by {referrer}")).to_be_visible()
    expect(colleague.frame.get_by_text(REASON)).to_be_visible()
    look(colleague, "letter")
