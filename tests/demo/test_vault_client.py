"""The browser vault's client and the command line are one client: what either does, the other can go on with."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from medixain.demo.synthetic import bundle, nhs_number
from tests.demo.cast import Cast, Make, with_role
from tests.demo.harness import Person, Platform
from tests.demo.vault_person import VaultPerson

pytestmark = [pytest.mark.demo, pytest.mark.timeout(600)]

SECTION = "profile/documents"
PASSWORD = {"kind": "password", "password": "correct horse battery"}


@pytest.fixture
def vault(platform: Platform) -> Iterator[Callable[[], VaultPerson]]:
    """Make a person with an empty vault."""
    made: list[VaultPerson] = []

    def make() -> VaultPerson:
        made.append(VaultPerson(platform.url))
        return made[-1]

    yield make
    for person in made:
        person.close()


def eventually(check: Callable[[], bool], seconds: float = 40) -> None:
    """Wait for something that is true a few blocks later."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.5)


def opened(got: dict[str, Any]) -> bytes:
    """The bytes of a record that the vault opened."""
    return Path(got["file"]["path"]).read_bytes()


def test_a_wallet_moves_between_vault_and_command_line_and_back(
    vault: Callable[[], VaultPerson], newcomer: Make, partners: list[Person], tmp_path: Path
) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("what the cardiologist wrote")
    browser = vault().create()
    added = browser.call("recordAdd", file, {"section": SECTION}, "final")
    assert browser.call("checkPhrase", {3: browser.facts["phrase"].split()[2]})
    with_role(partners, "clinical").must("kyc", "attest", browser.facts["wallet"], "--number", nhs_number(77_001))

    home = newcomer("ada-cli")
    home.must("wallet", "restore", stdin=browser.facts["phrase"])
    assert [row["record"] for row in home.must("record", "list")] == [added["record"]]
    home.must("record", "get", added["record"], "--out", tmp_path / "back.txt")
    assert (tmp_path / "back.txt").read_bytes() == file.read_bytes()
    second = home.must("record", "add", file, "--section", "profile/self-reports", "--wait", "final")

    again = vault().restore(browser.facts["phrase"])
    assert again.facts["wallet"] == browser.facts["wallet"]
    rows = {row["record"]: row["section"] for row in again.call("recordList")}
    assert rows == {added["record"]: SECTION, second["record"]: "profile/self-reports"}
    assert opened(again.call("recordGet", second["record"])) == file.read_bytes()
    eventually(lambda: again.call("walletShow")["kyc"]["state"] == "attested")


def test_a_vault_shares_with_a_clinician_who_uses_the_command_line_and_stops(
    vault: Callable[[], VaultPerson], cast: Cast, tmp_path: Path
) -> None:
    ada, clinician = vault().create(), cast.author
    file = tmp_path / "bundle.json"
    file.write_bytes(bundle(11))
    own = ada.call("recordAdd", file, {"section": SECTION}, "final")
    asked = clinician.must("access", "request", ada.facts["wallet"], "--append", "--section", SECTION)
    wish = {"who": asked["request"], "records": [], "sections": [], "append": True, "purpose": "treatment"}
    prepared = ada.call("accessPrepare", {**wish, "expiry": int(time.time()) + 3600})
    assert [(one["layer"], one["append"]) for one in prepared["grants"]] == [("profile", [SECTION])]
    assert prepared["grants"][0]["sections"] == [{"section": SECTION, "epoch": 1, "records": 1}]
    assert len(prepared["person"]["nodes"]) >= prepared["threshold"]
    granted = ada.call("accessGrant", {**wish, "expiry": int(time.time()) + 3600}, "final")

    clinician.must("record", "get", own["record"], "--out", tmp_path / "read.json")
    assert (tmp_path / "read.json").read_bytes() == file.read_bytes()
    report = tmp_path / "report.txt"
    report.write_text("written by the clinician")
    theirs = clinician.must(
        "record", "add", report, "--for", ada.facts["wallet"], "--section", SECTION, "--wait", "final"
    )
    got = ada.call("recordGet", theirs["record"])
    assert opened(got) == report.read_bytes()
    assert got["author"] == clinician.facts["wallet"]
    looks = [row for row in ada.call("accessLog") if row["outcome"] == "given" and row["record"] == own["record"]]
    assert [(row["who"], row["purpose"]) for row in looks] == [(clinician.facts["wallet"], "treatment")]
    eventually(lambda: all(row["final"] for row in ada.call("accessLog")))

    kept = ada.call(
        "accessGrant",
        {**wish, "who": cast.reader.facts["wallet"], "sections": [SECTION], "append": False,
         "expiry": int(time.time()) + 3600},
        "final",
    )  # fmt: skip
    withdrawn = ada.call("accessWithdraw", clinician.facts["wallet"], "final")
    assert withdrawn["state"] == "complete"
    assert withdrawn["grants"] == granted["grants"]
    assert withdrawn["rotation"] == {"done": 2, "total": 2}
    clinician.refused("withdrawn", "record", "get", own["record"])
    # Who keeps access reads on, under the grant of the new epoch that the rotation gave out.
    cast.reader.must("record", "get", own["record"], "--out", tmp_path / "kept.json")
    assert (tmp_path / "kept.json").read_bytes() == file.read_bytes()

    def state(grant: str) -> str:
        return next(str(row["state"]) for row in ada.call("accessList")["grants"] if row["grant"] == grant)

    eventually(lambda: state(granted["grant"]) == "withdrawn")
    eventually(lambda: state(kept["grant"]) == "withdrawn")
    assert opened(ada.call("recordGet", own["record"])) == file.read_bytes()


def test_a_clinician_with_a_vault_asks_and_opens_what_the_command_line_shares(
    vault: Callable[[], VaultPerson], cast: Cast, partners: list[Person], tmp_path: Path
) -> None:
    clinic = with_role(partners, "clinical")
    doctor = vault().create()
    doctor.call("professionalApply", clinic.facts["institution"], "clinical", "Dr Vault")
    clinic.must("professional", "authorise", doctor.facts["wallet"], "--wait", "final")
    file = tmp_path / "bundle.json"
    file.write_bytes(bundle(12))
    record = cast.ada.must("record", "add", file, "--section", SECTION, "--wait", "final")["record"]

    doctor.refused("no-grant", "recordGet", record)
    wish = {"wallet": cast.ada.facts["wallet"], "sections": [SECTION], "append": True, "purpose": "treatment"}
    asked = doctor.call("accessRequest", {**wish, "until": int(time.time()) + 3600})
    granted = cast.ada.must("access", "grant", asked["request"])
    got = doctor.call("recordGet", record)
    assert opened(got) == file.read_bytes()
    assert len(got["nodes"]) >= 3
    note = tmp_path / "note.txt"
    note.write_text("from the doctor's vault")
    added = doctor.call("recordAdd", note, {"section": SECTION, "patient": cast.ada.facts["wallet"]}, "final")
    cast.ada.must("record", "get", added["record"], "--out", tmp_path / "note-back.txt")
    assert (tmp_path / "note-back.txt").read_bytes() == note.read_bytes()

    cast.ada.must("access", "withdraw", granted["grant"])
    doctor.refused("withdrawn", "recordGet", record)

    again = vault().restore(doctor.facts["phrase"])
    assert again.call("standing") == "professional"


def test_what_opens_a_vault_can_be_changed_and_the_old_way_is_gone(vault: Callable[[], VaultPerson]) -> None:
    ada = vault().create()
    eventually(lambda: all(layer["keysetVersion"] == 1 for layer in ada.call("walletShow")["layers"]))
    ada.call("setPassword", "another long password")
    ada.call("lock")
    assert ada.call("status")["state"] == "locked"
    ada.refused("locked", "recordList")
    ada.refused("wrong-unlocker", "unlockPassword", PASSWORD["password"])
    assert ada.call("unlockPassword", "another long password")["state"] == "unlocked"
    ada.refused("already-exists", "walletCreate", PASSWORD, "password")
