"""A clinician proposes a colleague, the patient decides, both in browsers: each page at both widths."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import HEIGHT, WIDTHS, Profile
from tests.browser.hand_over import agree, propose, read_letter
from tests.browser.people import Device, vault_address
from tests.browser.review import fits, violations
from tests.demo.cast import Cast
from tests.demo.harness import Platform

pytestmark = [pytest.mark.demo, pytest.mark.browser]

SECTION = "profile/measurements"


@pytest.mark.timeout(400)
def test_a_case_is_handed_to_a_colleague(platform: Platform, profile: Profile, cast: Cast) -> None:
    asked = cast.author.must("access", "request", cast.ada.facts["wallet"], "--section", SECTION)
    cast.ada.must("access", "grant", asked["request"], "--wait", "received")
    wrong: list[str] = []
    author, reader = (f"Dr {person.home.name}" for person in (cast.author, cast.reader))
    ada = re.compile(f"^Patient {cast.ada.facts['wallet'][:6]}", re.IGNORECASE)

    def look(device: Device, name: str) -> None:
        for width in WIDTHS:
            device.page.set_viewport_size({"width": width, "height": HEIGHT})
            wrong.extend(f"{name} at {width}: {found}" for found in violations(device.page))
            if not fits(device.page):
                wrong.append(f"{name} at {width}: scrolls sideways")

    def device(phrase: str) -> Device:
        made = Device(platform.url, vault_address(platform), profile())
        made.restore(phrase)
        return made

    clinician = device(cast.author.facts["phrase"])
    propose(clinician, ada, reader, look)
    patient = device(cast.ada.facts["phrase"])
    agree(patient, author, reader, look)
    clinician.at_portal("/practice/requests/")
    expect(clinician.frame.get_by_text("Access given")).to_be_visible()
    look(clinician, "requests")
    colleague = device(cast.reader.facts["phrase"])
    read_letter(colleague, ada, author, look)
    assert wrong == []
