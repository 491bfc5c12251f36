"""Every patient file of the shared FHIR samples, by command line, through all of done-line 2 of the first issue.

The samples lie beside the project and are no part of it; without them these tests are skipped, by name.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.demo.cast import Cast, introduce, with_role
from tests.demo.harness import ROOT, Person, Platform

SAMPLES = ROOT.parent / "shared" / "data" / "fhir"
FILES = sorted(SAMPLES.rglob("*.json")) if SAMPLES.is_dir() else []
LINES = sorted(SAMPLES.rglob("*.ndjson")) if SAMPLES.is_dir() else []

pytestmark = [
    pytest.mark.demo,
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not FILES, reason="the FHIR samples are not there: ../shared/data/fhir beside the project"),
]

SECTION, OTHER = "profile/documents", "profile/self-reports"
FINAL_WITHIN = 90
"""Seconds in which the nodes put the roots of their logs on chain and these become final."""


@dataclass(frozen=True)
class Shelf:
    """A patient's wallet with every sample in it, as a clinician imported them; ``content`` by record id."""

    cast: Cast
    content: dict[str, bytes]

    @property
    def records(self) -> list[str]:
        return list(self.content)


@pytest.fixture(scope="module")
def shelf(family: Cast, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    introduce(family.ada, family.author, "--append", "--section", SECTION)
    wallet, content = family.ada.facts["wallet"], {}
    for file in FILES:
        added = family.author.must("record", "add", file, "--for", wallet, "--section", SECTION)
        assert added["report"]["kind"] in {"bundle", "ips"}
        assert added["report"]["resources"] > 0
        content[added["record"]] = file.read_bytes()
    table = tmp_path_factory.mktemp("bulk") / "wallets.json"
    first = next(file for file in LINES if file.name.startswith("Patient.")).read_bytes().splitlines()[0]
    patient = json.loads(first)["id"]
    table.write_text(json.dumps({patient: wallet}))
    report = family.author.must("record", "import", *LINES, "--wallets", table, "--section", SECTION)
    (imported,) = report["imported"]
    assert (imported["patient"], imported["refused"], imported["problem"]) == (patient, [], None)
    content[imported["record"]] = lines_about(patient)
    until(lambda: {row["state"] for row in family.ada.must("record", "list")} == {"final"})
    return Shelf(family, content)


def lines_about(patient: str) -> bytes:
    """The lines of the bulk samples that are about one patient, in the order of the files."""
    found = []
    for file in LINES:
        for line in file.read_bytes().splitlines(keepends=True):
            resource = json.loads(line)
            subject = resource.get("patient") or resource.get("subject") or {}
            if resource["resourceType"] == "Patient":
                mine = resource["id"] == patient
            else:
                mine = subject.get("reference") == f"Patient/{patient}"
            if mine:
                found.append(line if line.endswith(b"\n") else line + b"\n")
    return b"".join(found)


def until(there: Any, seconds: int = FINAL_WITHIN) -> None:
    """Wait for something that the chain brings."""
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(2)


def reads_all(who: Person, shelf: Shelf, folder: Path) -> None:
    """``who`` opens every record, each byte for byte what was imported."""
    for number, (record, content) in enumerate(shelf.content.items()):
        who.must("record", "get", record, "--out", folder / f"{who.home.name}-{number}")
        assert (folder / f"{who.home.name}-{number}").read_bytes() == content


def looks(shelf: Shelf, who: Person, purpose: str) -> dict[str, dict[str, Any]]:
    """What the patient's log says of one reader's looks for one purpose, by record."""
    rows = shelf.cast.ada.must("access", "log")
    return {
        row["record"]: row
        for row in rows
        if (row["who"], row["purpose"], row["outcome"]) == (who.facts["wallet"], purpose, "given")
    }


def test_the_patient_reads_every_file_back_byte_for_byte(shelf: Shelf, tmp_path: Path) -> None:
    listed = shelf.cast.ada.must("record", "list")
    assert {row["record"] for row in listed} == set(shelf.content)
    assert {(row["author"], row["problem"]) for row in listed} == {(shelf.cast.author.facts["wallet"], None)}
    reads_all(shelf.cast.ada, shelf, tmp_path)


def test_nobody_else_reads_any_of_them(
    shelf: Shelf,
    platform: Platform,
    partners: list[Person],
    tmp_path: Path,
) -> None:
    stranger = Person(tmp_path / "stranger", platform.url)
    stranger.facts = stranger.must("wallet", "create")
    for record in shelf.records:
        shelf.cast.reader.refused("no-grant", "record", "get", record, "--out", tmp_path / "out")
    for who in (stranger, shelf.cast.pharma):
        who.refused("no-grant", "record", "get", shelf.records[0], "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    # One person, one wallet: the number that attested the patient attests nobody else.
    number = shelf.cast.ada.facts["number"]
    partners[-1].refused("nullifier-used", "kyc", "attest", stranger.facts["wallet"], "--number", number)


def test_granted_records_are_read_logged_and_withdrawn(shelf: Shelf, tmp_path: Path) -> None:
    ada, reader = shelf.cast.ada, shelf.cast.reader
    named = [word for record in shelf.records for word in ("--record", record)]
    before = int(time.time())
    granted = ada.must("access", "grant", reader.facts["wallet"], *named, "--purpose", "second opinion")
    reads_all(reader, shelf, tmp_path)

    until(lambda: all(row["final"] for row in looks(shelf, reader, "second opinion").values()))
    found = looks(shelf, reader, "second opinion")
    assert set(found) == set(shelf.content)
    names = {row["record"]: row["name"] for row in ada.must("record", "list")}
    for record, row in found.items():
        assert (row["name"], row["what"], row["grant"]) == ("Dr reader", names[record], granted["grant"])
        assert before - 5 <= row["when"] <= time.time() + 5
        assert len(set(row["nodes"])) >= 3

    ada.must("access", "withdraw", granted["grant"])
    for record in shelf.records:
        reader.refused("withdrawn", "record", "get", record, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_granted_section_is_read_and_no_other(shelf: Shelf, tmp_path: Path) -> None:
    ada, reader = shelf.cast.ada, shelf.cast.reader
    private = tmp_path / "private.txt"
    private.write_text("nobody's business")
    shut = ada.must("record", "add", private, "--section", OTHER, "--wait", "final")["record"]
    ada.must("access", "grant", reader.facts["wallet"], "--section", SECTION, "--purpose", "follow-up")
    reads_all(reader, shelf, tmp_path)
    reader.refused("no-grant", "record", "get", shut, "--out", tmp_path / "out")
    assert set(looks(shelf, reader, "follow-up")) == set(shelf.content)
    ada.must("access", "withdraw", reader.facts["wallet"])
    reader.refused("withdrawn", "record", "get", shelf.records[0], "--out", tmp_path / "out")
    ada.must("record", "delete", shut)


def test_expired_suspended_and_over_granted_readers_are_refused(
    shelf: Shelf, partners: list[Person], tmp_path: Path
) -> None:
    ada, reader, pharma, record = shelf.cast.ada, shelf.cast.reader, shelf.cast.pharma, shelf.records[0]
    ada.must("access", "grant", pharma.facts["wallet"], "--record", record)
    pharma.refused("ceiling", "record", "get", record, "--out", tmp_path / "out")
    ada.must("access", "grant", reader.facts["wallet"], "--record", record, "--for", "25s")
    reader.must("record", "get", record, "--out", tmp_path / "in-time")
    time.sleep(26)
    reader.refused("expired", "record", "get", record, "--out", tmp_path / "out")
    ada.must("access", "grant", reader.facts["wallet"], "--record", record)
    practice = with_role(partners, "clinical")
    practice.must("professional", "suspend", reader.facts["wallet"])
    try:
        reader.refused("suspended", "record", "get", record, "--out", tmp_path / "out")
    finally:
        practice.must("professional", "suspend", reader.facts["wallet"], "--lift")
    assert not (tmp_path / "out").exists()
