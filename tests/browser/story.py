"""The whole of it by hand, in browsers: one patient, one clinician, as the tests and `make screenshots` tell it."""

import itertools
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Locator, expect

from medixain.demo.synthetic import bundle, nhs_number
from tests.browser.people import PATIENCE_MS, Device, write_file
from tests.demo.cast import with_role
from tests.demo.harness import Person, Platform

CLINICIAN = "Dr Vera Holt"
WRONG, STANDS = "I wear latex gloves every day.", "The test of 2014 was positive. Please let us repeat it."
LOOK_MS = 5_000
"""How long names and entries may take to stand on an opened page before it is opened again."""
SEEDS = itertools.count(7000)
REFUSED = b"""{"resourceType": "Bundle", "type": "collection", "entry": [
    {"resource": {"resourceType": "Patient", "birthDate": "last spring"}}]}"""

Look = Callable[[Device, str], None]
"""Called where a page is worth looking at, with the page's name."""
MakeDevice = Callable[[], Device]


def tell(platform: Platform, make: MakeDevice, look: Look, folder: Path) -> None:
    """Onboarding, record, import, share, the clinician opens, log, dispute, withdraw, refused, restore, print."""
    practice = with_role(partners(platform), "clinical")
    ada, vera = make(), make()
    look_at_the_beginning(ada, look)
    ada.onboard(look)
    expect(ada.frame.get_by_role("heading", name="Timeline")).to_be_visible()
    look(ada, "home-empty")
    become_a_clinician(vera, practice, look)
    attest(practice, ada)

    add_records(ada, folder, look)
    ask_and_share(ada, vera, look)
    read_as_a_clinician(ada, vera, look)
    look_back(ada, practice, look)
    dispute_and_answer(ada, vera, look)
    correct(ada, vera, look)
    take_back(ada, vera, look)
    come_back(make(), ada, look)


def partners(platform: Platform) -> list[Person]:
    """The institutions of the consortium."""
    return [Person(Path(found["home"]), platform.url, facts=found) for found in platform.log_ins()["institutions"]]


def look_at_the_beginning(ada: Device, look: Look) -> None:
    """Who has no wallet yet is led to where one is made."""
    for path, name in (("/", "public"), ("/institutions/", "institutions"), ("/patient/", "patient-signed-out")):
        ada.at_portal(path)
        look(ada, name)


def become_a_clinician(vera: Device, practice: Person, look: Look) -> None:
    """A wallet, an application, and the institution's signature."""
    vera.onboard()
    vera.at_vault("apply")
    expect(vera.page.get_by_label("Institution")).to_be_visible()
    look(vera, "apply")
    vera.apply_at(practice.facts["name"], CLINICIAN)
    look(vera, "applied")
    practice.must("professional", "authorise", vera.wallet, "--wait", "final")


def attest(practice: Person, ada: Device) -> None:
    """The visit at the institution's desk."""
    practice.must("kyc", "attest", ada.wallet, "--number", nhs_number(next(SEEDS) + int(time.time()) % 100_000))


def add_records(ada: Device, folder: Path, look: Look) -> None:
    """A text of her own, and a FHIR Bundle that the vault looks into before it takes it."""
    page = ada.at_vault("add")
    look(ada, "add")
    note = write_file(folder, "note.txt", b"Slept badly since Tuesday.")
    ada.add_file(note, section="profile/self-reports")
    page = ada.at_vault("add")
    ada.hand.give(page.locator("#file"), write_file(folder, "bundle.json", bundle(77)))
    expect(page.get_by_text("entries are taken")).to_be_visible()
    ada.hand.choose(page.locator("#section"), "profile/documents")
    look(ada, "add-report")
    ada.hand.press(ada.button("Add this record"))
    expect(page.get_by_role("heading", name="1 record is yours now")).to_be_visible()

    bad = write_file(folder, "bad.json", REFUSED)
    ada.at_vault("add")
    ada.hand.give(page.locator("#file"), bad)
    expect(page.get_by_text("birthDate").first).to_be_visible()
    look(ada, "add-refused")

    ada.at_portal("/patient/")
    expect(ada.frame.get_by_role("listitem").filter(has_text="Added by you").first).to_be_visible()
    look(ada, "home")
    ada.hand.press(ada.frame.get_by_role("link", name="Measurements over time"))
    expect(ada.frame.get_by_role("heading", level=1, name="Measurements over time")).to_be_focused()
    look(ada, "charts")
    ada.hand.press(ada.frame.get_by_role("link", name="Back to your timeline"))
    ada.hand.press(ada.frame.get_by_role("link", name=re.compile("^Allergies, Conditions")))
    expect(ada.frame.get_by_role("heading", level=1)).to_be_focused()
    look(ada, "record-fhir")
    ada.hand.press(ada.frame.get_by_role("link", name="Back to your timeline"))
    ada.hand.press(ada.frame.get_by_role("link", name=re.compile("note.txt")))
    expect(ada.frame.get_by_text("Slept badly since Tuesday.")).to_be_visible()
    expect(ada.frame.get_by_role("heading", level=1)).to_be_focused()
    look(ada, "record-text")
    look_around_the_frame(ada)
    look_at_the_records_page(ada, look)


def look_around_the_frame(ada: Device) -> None:
    """From the private frame on to what follows it in the portal's page, and back past it to what stands before it."""
    ada.hand.press(ada.page.get_by_text("What medixain’s servers know about this page"))
    expect(ada.page.get_by_text("Not what the records say")).to_be_visible()
    ada.hand.press(ada.page.get_by_role("main").get_by_role("link", name="Add a record"))
    expect(ada.page.get_by_role("heading", level=1, name="Add a record")).to_be_visible()


def look_at_the_records_page(ada: Device, look: Look) -> None:
    """The list of records on a page of its own, and the page of one record with its state."""
    ada.at_portal("/patient/records/")
    link = ada.frame.get_by_role("link", name=re.compile("note.txt"))
    expect(link).to_be_visible()
    look(ada, "records")
    ada.at_portal(f"/patient/records/{(link.get_attribute('href') or '').rpartition('/')[2]}/")
    expect(ada.frame.get_by_text("Slept badly since Tuesday.")).to_be_visible()
    look(ada, "record-page")


def ask_and_share(ada: Device, vera: Device, look: Look) -> None:
    """The clinician asks, the patient reads what she signs, and signs."""
    vera.at_vault("request")
    expect(vera.page.get_by_label("Address of the patient’s wallet")).to_be_visible()
    look(vera, "request")
    vera.request_access(ada.wallet, append=True)
    look(vera, "request-sent")
    page = ada.at_vault("share")
    expect(page.get_by_role("link", name=CLINICIAN, exact=True)).to_be_visible()
    look(ada, "share-who")
    ada.hand.press(page.get_by_role("link", name=CLINICIAN, exact=True))
    expect(ada.button(re.compile("^Share until "))).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    ada.hand.tick(page.get_by_label("1 year"))
    ada.hand.press(page.get_by_text("Exactly what you sign"))
    look(ada, "share")
    ada.hand.press(ada.button(re.compile("^Share until ")))
    expect(page.get_by_role("heading", name=re.compile(f"^{CLINICIAN} can see what you chose"))).to_be_focused()
    look(ada, "shared")
    for path, name in (("/patient/access/", "access"), ("/patient/profile/", "profile")):
        ada.at_portal(path)
        expect(ada.frame.get_by_role("heading").first).to_be_visible()
        look(ada, name)


def read_as_a_clinician(ada: Device, vera: Device, look: Look) -> None:
    """She opens the record, adds an entry, plans a visit and moves it."""
    vera.enter("/practice/")
    listed = vera.frame.get_by_role("rowheader").get_by_role("link", name=re.compile("^Patient 0x"))
    expect(listed).to_be_visible()
    look(vera, "practice")
    vera.at_portal("/practice/patients/")
    expect(listed).to_be_visible()
    look(vera, "patients")
    vera.hand.press(vera.frame.get_by_role("link", name=re.compile("^Patient 0x")))
    unopened = vera.frame.get_by_role("button", name="Open the whole record")
    expect(unopened).to_be_visible()
    look(vera, "practice-patient-unopened")
    vera.hand.press(unopened)
    expect(vera.frame.get_by_role("heading", name="Allergies")).to_be_visible()
    look(vera, "practice-patient")
    search_in_the_record(vera)
    vera.hand.press(vera.frame.get_by_role("link", name="Add an entry"))
    page = vera.page
    vera.hand.press(page.get_by_role("link", name="Add a file instead"))
    expect(page.get_by_role("heading", level=1, name="Add a file for a patient")).to_be_visible()
    look(vera, "add-for-patient")
    page.go_back()
    vera.hand.write(page.get_by_label("Substance"), "Latex")
    look(vera, "append")
    vera.hand.press(vera.button("Add this entry"))
    expect(page.get_by_role("heading", name="Added to Allergies")).to_be_focused()
    plan_and_move(vera, look)
    vera.at_portal("/practice/")
    expect(vera.frame.get_by_role("heading", name="Newest changes")).to_be_visible()
    look(vera, "practice-today")
    vera.hand.press(vera.frame.get_by_role("link", name=re.compile("^What these figures mean")))
    expect(vera.page.get_by_role("rowheader", name="Median wait")).to_be_visible()
    look(vera, "measures")
    vera.at_portal("/practice/requests/")
    expect(vera.frame.get_by_text("Access given")).to_be_visible()
    look(vera, "requests")


def search_in_the_record(vera: Device) -> None:
    """What is found leads to its record; nobody is asked anything for it."""
    vera.hand.write(vera.frame.get_by_role("searchbox", name=re.compile("^Find in this record")), "allerg")
    expect(vera.frame.get_by_text(re.compile(r"\d+ entr(y|ies) found"))).to_be_visible()


def plan_and_move(vera: Device, look: Look) -> None:
    """A visit, and another one for the same time: the page says so before anybody signs; the second one is moved."""
    page = vera.page
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    for reason in ("Blood test", "Letter"):
        vera.at_vault("appointment")
        vera.hand.date(page.get_by_label("Day"), day)
        vera.hand.write(page.get_by_label("Time"), "10:20")
        vera.hand.write(page.get_by_label("Reason"), reason)
        if reason == "Letter":
            expect(page.get_by_text("At that time you already have: 10:20 Blood test.")).to_be_visible()
            look(vera, "plan")
        vera.hand.press(vera.button("Plan this visit"))
        expect(page.get_by_role("heading", name=re.compile("^Planned: .*, 10:20$"))).to_be_focused()
    vera.at_portal("/practice/")
    expect(vera.frame.get_by_role("heading", name="Two visits overlap")).to_be_visible()
    look(vera, "practice-overlap")
    vera.hand.press(vera.frame.get_by_role("link", name="Letter"))
    expect(page.get_by_role("link", name="Move it to another time")).to_be_visible()
    look(vera, "visit")
    vera.hand.press(page.get_by_role("link", name="Move it to another time"))
    expect(page.get_by_label("Time")).to_have_value("10:20")
    vera.hand.write(page.get_by_label("Time"), "11:00")
    look(vera, "move")
    vera.hand.press(vera.button("Move this visit"))
    expect(page.get_by_role("heading", name=re.compile("^Moved to .*, 11:00$"))).to_be_focused()


def look_back(ada: Device, practice: Person, look: Look) -> None:
    """The patient sees the look, which the chain says is final, the entry, and who has confirmed who she is."""
    see_looks_become_final(ada)
    expect(ada.frame.locator("table").get_by_text(CLINICIAN).first).to_be_visible()
    look(ada, "looks")
    ada.at_portal("/patient/profile/")
    expect(ada.frame.get_by_role("heading", name="Latex")).to_be_visible()
    look(ada, "profile-entry")
    for route in ("export", "link", "settings"):
        ada.at_vault(route)
        expect(ada.page.get_by_role("heading", level=1)).to_be_visible()
        if route == "settings":
            expect(ada.page.get_by_text(f"by {practice.facts['name']}")).to_be_visible()
        look(ada, route)


def dispute_and_answer(ada: Device, vera: Device, look: Look) -> None:
    """The patient says that the entry is wrong; its author reads why, and answers; the patient reads the answer."""
    ada.at_portal("/patient/profile/")
    ada.hand.press(ada.frame.get_by_role("link", name="Something wrong?"))
    ada.hand.write(ada.page.get_by_label("What is wrong?"), WRONG)
    look(ada, "dispute")
    ada.hand.press(ada.button("Dispute this entry"))
    expect(ada.page.get_by_role("heading", name="The entry is marked as disputed")).to_be_focused()

    see_dispute(vera)
    look(vera, "practice-disputed")
    vera.hand.press(vera.frame.get_by_role("link", name="Answer the dispute"))
    expect(vera.page.get_by_text(WRONG, exact=True)).to_be_visible()
    vera.hand.write(vera.page.get_by_label("Your answer"), STANDS)
    vera.hand.press(vera.page.get_by_text("Exactly what you sign"))
    look(vera, "answer")
    vera.hand.press(vera.button("Give this answer"))
    expect(vera.page.get_by_role("heading", name="Your answer stands beside the dispute")).to_be_focused()
    look(vera, "answered")

    see_in_profile(ada, ada.frame.get_by_text(re.compile(f"^{CLINICIAN} answered on .*{re.escape(STANDS)}")))
    look(ada, "profile-answered")


def see_dispute(vera: Device) -> None:
    """Open the record again until the dispute stands on the chain: before that, nodes give nobody its key."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while True:
        open_record(vera)
        expect(vera.frame.get_by_role("heading", name="Allergies", level=2)).to_be_visible()
        # Its words alone: the entries below say it once more, as a quotation.
        if vera.frame.get_by_text(WRONG, exact=True).is_visible():
            return
        assert time.monotonic() < deadline, "the dispute did not reach the practice in time"


def see_in_profile(ada: Device, what: Locator) -> None:
    """Open the profile again until what somebody else has just written stands in it."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while True:
        ada.at_portal("/patient/profile/")
        expect(ada.frame.get_by_role("heading", name="Allergies", exact=True)).to_be_visible()
        try:
            expect(what).to_be_visible(timeout=LOOK_MS)
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        else:
            return


def open_record(vera: Device) -> None:
    """From the list of patients into everything that this one shares."""
    vera.at_portal("/practice/patients/")
    vera.hand.press(vera.frame.get_by_role("link", name=re.compile("Brackenridge|^Patient 0x")))
    vera.hand.press(vera.frame.get_by_role("button", name="Open the whole record"))


def correct(ada: Device, vera: Device, look: Look) -> None:
    """The author corrects the entry after all: the form begins with what it says, and the patient sees both."""
    open_record(vera)
    # Until the answer is on the chain the entry stands among the disputed ones, too, with the same link.
    vera.hand.press(vera.frame.get_by_role("link", name="Allergy: Latex", exact=True).first)
    expect(vera.frame.get_by_role("link", name="Correct this entry")).to_be_visible()
    look(vera, "practice-record")
    vera.hand.press(vera.frame.get_by_role("link", name="Correct this entry"))
    expect(vera.page.get_by_label("Substance")).to_have_value("Latex")
    vera.hand.write(vera.page.get_by_label("Reaction"), "itching only")
    look(vera, "correct")
    vera.hand.press(vera.button("Correct this entry"))
    expect(vera.page.get_by_role("heading", name="Corrected in Allergies")).to_be_focused()
    see_in_profile(ada, ada.frame.get_by_text("1 earlier entry, corrected since"))
    look(ada, "profile-corrected")


def see_looks_become_final(ada: Device) -> None:
    """Open the page again until the roots of all looks stand on the final chain; the page does not wait for them."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    final = ada.frame.get_by_text("Every entry is tied to a final block.")
    pending = ada.frame.get_by_text(re.compile("not tied to a final block yet"))
    while True:
        ada.at_portal("/patient/looks/")
        expect(final.or_(pending)).to_be_visible()
        if final.is_visible():
            return
        assert time.monotonic() < deadline, "the looks did not become final in time"


def take_back(ada: Device, vera: Device, look: Look) -> None:
    """Stopped; from then on the clinician is refused."""
    page = ada.at_vault("stop")
    expect(page.get_by_role("link", name=CLINICIAN)).to_be_visible()
    look(ada, "stop-whom")
    ada.hand.press(page.get_by_role("link", name=CLINICIAN))
    expect(ada.button("Stop")).to_be_visible()
    look(ada, "stop")
    ada.hand.press(ada.button("Stop"))
    expect(page.get_by_role("heading", name=f"{CLINICIAN} can open nothing new")).to_be_focused()
    look(ada, "stopped")
    open_record(vera)
    expect(vera.frame.get_by_text(re.compile("shares nothing with you now"))).to_be_visible()
    look(vera, "refused")


def come_back(second: Device, ada: Device, look: Look) -> None:
    """A second browser, the 24 words, and everything is there; the record prints without what is not for paper."""
    second.restore(ada.phrase)
    note = second.frame.get_by_role("link", name=re.compile("note.txt"))
    expect(note).to_be_visible()
    look(second, "restored")
    second.hand.press(note)
    expect(second.frame.get_by_text("Slept badly since Tuesday.")).to_be_visible()
    second.page.emulate_media(media="print")
    expect(second.page.get_by_role("navigation").first).to_be_hidden()
    expect(second.frame.locator(".vault-sign")).to_be_hidden()
    expect(second.frame.get_by_text("Slept badly since Tuesday.")).to_be_visible()
    second.page.emulate_media(media="screen")
