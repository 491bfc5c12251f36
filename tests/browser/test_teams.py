"""A patient shares with a care team on one page, lets in who joined since, and stops with all of them."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import Profile
from tests.browser.people import Device, vault_address
from tests.browser.review import fits, violations
from tests.demo.cast import Professionals, with_role
from tests.demo.harness import Person, Platform

pytestmark = [pytest.mark.browser, pytest.mark.demo, pytest.mark.timeout(600)]

NAME = "Ward 5"
SHARE = re.compile("^Share until ")


def test_a_patient_shares_with_a_team_lets_in_who_joined_and_stops(
    profile: Profile, platform: Platform, partners: list[Person], professionals: Professionals
) -> None:
    house = with_role(partners, "clinical")
    author, reader = professionals.author.facts["wallet"], professionals.reader.facts["wallet"]
    team = house.must("institution", "team", NAME, "--member", author)["team"]
    ada = Device(platform.url, vault_address(platform), profile())
    ada.onboard()

    # The team's id, as it stands on a card, is enough.
    page = ada.at_vault("share")
    ada.hand.write(page.get_by_label("Address of the professional or care team"), team)
    ada.hand.press(ada.button("Continue"))
    expect(page.get_by_text("sees nothing as a member of this team yet")).to_be_visible()
    ada.hand.press(page.get_by_text("Sections without records"))
    results = page.get_by_label("Test results")
    before = results.bounding_box()
    ada.hand.tick(results)
    # The section stays under the finger that ticked it.
    assert results.bounding_box() == before
    sheet = page.locator(".sheet")
    expect(sheet).to_contain_text(f"1 member of {NAME} can read Test results")
    expect(sheet).to_contain_text(f"This is Dr author, authorised by {house.facts['name']}.")
    expect(page.get_by_text("Nobody in this team can add entries to these sections yet")).to_be_visible()
    expect(sheet).to_contain_text(f"Who joins {NAME} later gets nothing until you are asked again.")
    assert violations(page) == []
    assert fits(page)
    ada.hand.press(ada.button(SHARE))
    expect(page.get_by_role("heading", name=re.compile(f"^1 member of {NAME} can see what you chose"))).to_be_visible()

    professionals.author.must("access", "request", ada.wallet, "--section", "profile/results", "--append")
    house.must("institution", "team", NAME, "--member", author, "--member", reader)
    page = ada.at_vault("share")
    expect(page.get_by_text("1 member has joined since. They see nothing until you agree.")).to_be_visible()
    ada.hand.press(page.get_by_role("link", name=NAME, exact=True))
    expect(sheet).to_contain_text("This is Dr reader")
    expect(sheet).to_contain_text("Dr author has this already.")
    # Only a member who has asked can be let add; who has to ask first is named before and after the signature.
    ada.hand.tick(page.get_by_label("Members who have asked you before may also add entries to these sections"))
    expect(sheet).to_contain_text("Dr author can add signed entries to Test results.")
    only_reads = "Dr reader can only read. To add entries, they have to ask you, and you share once more."
    expect(sheet).to_contain_text(only_reads)
    assert violations(page) == []
    assert fits(page)
    ada.hand.press(ada.button(SHARE))
    expect(page.get_by_role("heading", name=re.compile(f"^2 members of {NAME} can see what you chose"))).to_be_visible()
    expect(page.get_by_text(only_reads)).to_be_visible()

    page = ada.at_vault("stop")
    ada.hand.press(page.get_by_role("link", name=NAME, exact=True))
    expect(sheet).to_contain_text(f"2 members of {NAME} can open nothing new of this")
    ada.hand.press(ada.button("Stop with all of them"))
    expect(page.get_by_role("heading", name=f"{NAME} can open nothing new")).to_be_visible()
    for who in (professionals.author, professionals.reader):
        shared = [row for row in who.must("access", "list")["grants"] if row["sections"] == ["profile/results"]]
        assert shared, "the member was never told of a grant"
