"""The first record, end to end, with the command line on separate homes (issue: done-line 2)."""

import time
from pathlib import Path

import pytest

from medixain.demo.synthetic import bundle
from tests.demo.cast import Cast, Make, introduce, professional, with_role
from tests.demo.harness import Person

pytestmark = pytest.mark.demo

SECTION = "profile/documents"


def test_a_clinicians_record_is_read_granted_logged_withdrawn(cast: Cast, tmp_path: Path) -> None:
    content = bundle(7)
    file = tmp_path / "bundle.json"
    file.write_bytes(content)
    introduce(cast.ada, cast.author, "--append", "--section", SECTION)
    added = cast.author.must("record", "add", file, "--for", cast.ada.facts["wallet"], "--wait", "final")
    record = added["record"]

    assert [row["record"] for row in cast.ada.must("record", "list")] == [record]
    cast.ada.must("record", "get", record, "--out", tmp_path / "back.json")
    assert (tmp_path / "back.json").read_bytes() == content

    cast.reader.refused("no-grant", "record", "get", record)
    granted = cast.ada.must(
        "access", "grant", cast.reader.facts["wallet"], "--record", record, "--purpose", "second opinion"
    )
    cast.reader.must("record", "get", record, "--out", tmp_path / "read.json")
    assert (tmp_path / "read.json").read_bytes() == content

    looks = [row for row in cast.ada.must("access", "log") if row["outcome"] == "given" and row["record"] == record]
    assert [(row["who"], row["purpose"]) for row in looks] == [(cast.reader.facts["wallet"], "second opinion")]
    assert len(looks[0]["nodes"]) >= 3

    cast.ada.must("access", "withdraw", granted["grant"])
    cast.reader.refused("withdrawn", "record", "get", record)


def test_sections_cover_later_records_and_nothing_else(cast: Cast, tmp_path: Path) -> None:
    introduce(cast.ada, cast.author, "--append", "--section", SECTION)
    introduce(cast.ada, cast.reader, "--section", SECTION)
    later, other = tmp_path / "later.json", tmp_path / "other.txt"
    later.write_bytes(bundle(8))
    other.write_text("a letter about something private")
    shared = cast.author.must(
        "record", "add", later, "--for", cast.ada.facts["wallet"], "--section", SECTION, "--wait", "final"
    )
    private = cast.ada.must("record", "add", other, "--section", "profile/self-reports", "--wait", "final")

    cast.reader.must("record", "get", shared["record"], "--out", tmp_path / "got.json")
    assert (tmp_path / "got.json").read_bytes() == later.read_bytes()
    cast.reader.refused("no-grant", "record", "get", private["record"])


def test_expiry_and_suspension_shut_what_was_granted(cast: Cast, partners: list[Person], tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("blood pressure 128/81")
    record = cast.ada.must("record", "add", note, "--section", "profile/measurements", "--wait", "final")["record"]
    # One that would have lasted longer, so that the answer is about the newest and not about this.
    longer = cast.ada.must("access", "grant", cast.reader.facts["wallet"], "--record", record)["grant"]
    cast.ada.must("access", "withdraw", longer)
    cast.reader.refused("withdrawn", "record", "get", record, "--out", tmp_path / "0")
    cast.ada.must("access", "grant", cast.reader.facts["wallet"], "--record", record, "--for", "25s")
    cast.reader.must("record", "get", record, "--out", tmp_path / "1")
    time.sleep(26)
    cast.reader.refused("expired", "record", "get", record, "--out", tmp_path / "2")

    cast.ada.must("access", "grant", cast.reader.facts["wallet"], "--record", record)
    practice = with_role(partners, "clinical")
    practice.must("professional", "suspend", cast.reader.facts["wallet"])
    cast.reader.refused("suspended", "record", "get", record, "--out", tmp_path / "3")

    practice.must("professional", "suspend", cast.reader.facts["wallet"], "--lift")
    cast.reader.must("record", "get", record, "--out", tmp_path / "4")


def test_pharma_is_refused_although_over_granted(cast: Cast, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("a clinician's finding")
    record = cast.ada.must("record", "add", note, "--section", "profile/self-reports", "--wait", "final")["record"]
    cast.ada.must("access", "grant", cast.pharma.facts["wallet"], "--record", record)
    cast.pharma.refused("ceiling", "record", "get", record)


def test_one_wallet_per_person(cast: Cast, newcomer: Make, partners: list[Person]) -> None:
    second = newcomer("ada-again")
    second.facts = second.must("wallet", "create")
    partners[-1].refused(
        "nullifier-used", "kyc", "attest", second.facts["wallet"], "--number", cast.ada.facts["number"]
    )


def test_the_phrase_brings_everything_back(cast: Cast, newcomer: Make, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("kept")
    record = cast.ada.must("record", "add", note, "--wait", "final")["record"]
    restored = newcomer("ada-restored")
    back = restored.must("wallet", "restore", stdin=" ".join([cast.ada.facts["phrase"]]))
    assert back["wallet"] == cast.ada.facts["wallet"]
    restored.must("record", "get", record, "--out", tmp_path / "kept.txt")
    assert (tmp_path / "kept.txt").read_text() == "kept"


def test_a_clinician_who_moves_has_still_written_what_she_wrote(
    cast: Cast, newcomer: Make, partners: list[Person], tmp_path: Path
) -> None:
    first, second = [partner for partner in partners if "clinical" in partner.facts["roles"]][:2]
    mover = professional(newcomer("mover"), first, "clinical")
    note = tmp_path / "letter.txt"
    note.write_text("seen today")
    introduce(cast.ada, mover, "--append", "--section", SECTION)
    wallet = cast.ada.facts["wallet"]
    record = mover.must("record", "add", note, "--for", wallet, "--section", SECTION, "--wait", "final")["record"]

    mover.must("professional", "apply", second.facts["institution"], "--level", "clinical", "--name", "Dr Mover")
    second.must("professional", "authorise", mover.facts["wallet"], "--wait", "final")

    opened = cast.ada.must("record", "get", record, "--out", tmp_path / "back.txt")
    assert opened["institution"] == first.facts["institution"]
    assert (tmp_path / "back.txt").read_text() == "seen today"
    assert [(row["record"], row["problem"]) for row in cast.ada.must("record", "list")] == [(record, None)]


def test_a_dispute_and_its_answer_reach_whoever_reads_the_entry(cast: Cast) -> None:
    wallet, section = cast.ada.facts["wallet"], "profile/allergies"
    introduce(cast.ada, cast.author, "--append", "--section", section)
    introduce(cast.ada, cast.reader, "--section", section)
    entry = cast.author.must("profile", "append", section, "--text", "Nuts", "--for", wallet, "--wait", "final")[
        "event"
    ]
    cast.ada.must("profile", "dispute", entry, "--reason", "never had it", "--wait", "final")
    (seen,) = cast.author.must("profile", "show", "--of", wallet)["sections"]["allergies"]
    assert (seen["state"], seen["marks"][0]["reason"]) == ("disputed", "never had it")
    cast.author.must("profile", "answer", entry, "--for", wallet, "--reason", "test of May", "--wait", "final")
    (seen,) = cast.reader.must("profile", "show", "--of", wallet)["sections"]["allergies"]
    assert [mark["kind"] for mark in seen["marks"]] == ["dispute", "answer"]
