"""Commands that no other story types, and how the main ones read for people who do not ask for JSON."""

import re
import time
from pathlib import Path

import pytest

from tests.demo.cast import Cast, Make, introduce
from tests.demo.harness import Person

pytestmark = [pytest.mark.demo, pytest.mark.timeout(600)]

SECTION = "profile/documents"
LEFT_BY_PYTHON = re.compile(r"[{}\[\]]|\bNone\b|\bTrue\b|\bFalse\b|0x[0-9a-f]{40}\(|\b1[6-9]\d{8}\b")
"""What a program prints that forgot who reads it: brackets, names of Python's values, Unix seconds."""


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text(f"a letter in {tmp_path.name}")
    return path


def added(who: Person, file: Path) -> str:
    """A record of ``file`` in the own wallet, final."""
    return str(who.must("record", "add", file, "--section", SECTION, "--wait", "final")["record"])


def test_a_deleted_record_is_gone_for_owner_and_reader_and_the_receipt_says_what_stays(
    family: Cast, note: Path, tmp_path: Path
) -> None:
    record = added(family.ada, note)
    family.ada.must("access", "grant", family.reader.facts["wallet"], "--record", record)
    family.reader.must("record", "get", record, "--out", tmp_path / "before")

    receipt = family.ada.must("record", "delete", record, "--wait", "final")
    assert (receipt["record"], receipt["envelope_deleted"], receipt["store_deleted"]) == (record, True, True)
    assert any("opened before" in copy for copy in receipt["copies"])
    assert re.fullmatch(r"0x[0-9a-f]{130}", receipt["signature"])
    assert record not in {row["record"] for row in family.ada.must("record", "list")}
    family.ada.refused("not-found", "record", "get", record, "--out", tmp_path / "out")
    family.ada.refused("not-found", "record", "delete", record)
    assert family.reader.run("record", "get", record, "--out", tmp_path / "out").code in {3, 4}
    assert not (tmp_path / "out").exists()


def test_only_the_owner_deletes_or_restricts(family: Cast, note: Path) -> None:
    record = added(family.ada, note)
    for words in (("record", "delete"), ("access", "restrict")):
        answer = family.reader.run(*words, record)
        assert answer.code in {2, 3, 4}, answer.out
    assert record in {row["record"] for row in family.ada.must("record", "list")}


def test_a_restricted_record_leaves_its_section_and_its_readers(family: Cast, note: Path, tmp_path: Path) -> None:
    record = added(family.ada, note)
    introduce(family.ada, family.reader, "--section", SECTION)
    family.reader.must("record", "get", record, "--out", tmp_path / "before")

    moved = family.ada.must("access", "restrict", record)
    assert (moved["record"], moved["state"]) == (record, "final")
    listed = {row["record"]: row for row in family.ada.must("record", "list")}
    assert record not in listed
    assert (listed[moved["sealed"]]["section"], listed[moved["sealed"]]["name"]) == ("sealed/restricted", "letter.txt")
    family.ada.must("record", "get", moved["sealed"], "--out", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == note.read_bytes()
    for gone in (record, moved["sealed"]):
        assert family.reader.run("record", "get", gone, "--out", tmp_path / "out").code in {3, 4}
    assert family.ada.must("wallet", "show")["pending_restrictions"] == []
    family.ada.refused("invalid-input", "access", "restrict", moved["sealed"])
    family.ada.must("access", "withdraw", family.reader.facts["wallet"])


def test_a_file_is_verified_against_signatures_nodes_and_chain(family: Cast, note: Path, tmp_path: Path) -> None:
    record = added(family.ada, note)
    checks = {check["check"]: check for check in family.ada.must("verify", note)}
    assert list(checks) == ["content", "address", "anchor", "author", "vouched for"]
    assert all(check["ok"] for check in checks.values()), checks
    assert record in checks["content"]["detail"]

    other = tmp_path / "other.txt"
    other.write_bytes(note.read_bytes()[:-1] + b"?")
    answer = family.ada.run("verify", other)
    assert (answer.code, [check["ok"] for check in answer.json]) == (6, [False])
    family.ada.refused("invalid-input", "verify", tmp_path / "missing.txt")


def test_a_wallet_is_verified_with_who_attested_it(family: Cast, newcomer: Make) -> None:
    checks = {check["check"]: check for check in family.reader.must("verify", family.ada.facts["wallet"])}
    assert list(checks) == ["wallet", "person", "attesting institution"]
    assert all(check["ok"] for check in checks.values()), checks

    nobody = newcomer("nobody")
    nobody.facts = nobody.must("wallet", "create")
    for wallet, checked in ((nobody.facts["wallet"], ["wallet", "person"]), ("0x" + "12" * 20, ["wallet"])):
        answer = family.reader.run("verify", wallet)
        assert answer.code == 6
        assert [check["check"] for check in answer.json] == checked
        assert not answer.json[-1]["ok"]


def test_an_institution_counts_once_a_majority_has_admitted_it(newcomer: Make, partners: list[Person]) -> None:
    institute = newcomer("institute")
    created = institute.must("institution", "create", "--name", "Institute of Tests", "--role", "research")
    me = created["institution"]
    assert created["state"] == "applied"
    institute.refused("already-exists", "institution", "create", "--name", "Again", "--role", "research")
    assert not [row for row in partners[0].must("institution", "list") if row["institution"] == me and row["active"]]

    votes = []
    for partner in partners:
        votes.append(partner.must("institution", "admit", me))
        if votes[-1]["state"] == "relayed":
            break
    assert [vote["votes"] for vote in votes] == list(range(1, len(votes) + 1))
    assert len(votes) == votes[-1]["needed"] > len(partners) / 2
    rows: list[dict[str, object]] = []
    for _ in range(60):
        rows = [row for row in institute.must("institution", "list") if row["institution"] == me]
        if rows and rows[0]["active"]:
            break
        time.sleep(1)
    assert rows == [{"institution": me, "name": "Institute of Tests", "roles": ["research"], "active": True}]
    stranger = newcomer("stranger")
    stranger.must("wallet", "create")
    assert stranger.run("institution", "admit", me).code == 4


@pytest.fixture(scope="module")
def told(family: Cast, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A record that was granted and read, a disputed entry, and a request that waits: something for every command."""
    folder = tmp_path_factory.mktemp("told")
    (folder / "scan.txt").write_text("a scan")
    record = added(family.ada, folder / "scan.txt")
    family.ada.must("access", "grant", family.reader.facts["wallet"], "--record", record, "--purpose", "a look")
    family.reader.must("record", "get", record, "--out", folder / "read")
    entry = family.ada.must("profile", "append", "self-reports", "--text", "slept badly", "--wait", "final")
    family.ada.must("profile", "dispute", entry["event"], "--reason", "a slip")
    family.author.must("access", "request", family.ada.facts["wallet"], "--section", "profile/results")
    return record


HUMAN: dict[tuple[str, ...], list[str]] = {
    ("wallet", "show"): ["wallet", "attested", "profile"],
    ("record", "list"): ["scan.txt", "final", "profile/documents"],
    ("profile", "show"): ["slept badly", "disputed", "a slip"],
    ("access", "list"): ["profile/results", "a look", "active"],
    ("access", "log"): ["Dr reader", "a look", "scan.txt"],
    ("access", "rotate"): ["complete"],
    ("institution", "list"): ["clinical", "yes"],
    ("verify", "{wallet}"): ["person", "yes"],
}


@pytest.mark.parametrize("words", HUMAN, ids=" ".join)
def test_people_read_lines_and_columns(family: Cast, told: str, words: tuple[str, ...]) -> None:
    answer = family.ada.run(*(word.format(wallet=family.ada.facts["wallet"]) for word in words), as_json=False)
    assert answer.code == 0, answer.err
    for expected in HUMAN[words]:
        assert expected in answer.out
    assert not LEFT_BY_PYTHON.search(answer.out), answer.out


def test_what_was_written_is_told_to_people(family: Cast, note: Path, tmp_path: Path) -> None:
    out = family.ada.run("record", "add", note, "--section", SECTION, "--wait", "final", as_json=False)
    assert out.code == 0, out.err
    record = re.search(r"0x[0-9a-f]{64}", out.out)
    assert record is not None
    told = [out]
    told.append(family.ada.run("record", "get", record[0], "--out", tmp_path / "copy", as_json=False))
    told.append(family.ada.run("record", "get", record[0], "--out", "-", as_json=False))
    assert told.pop().out == note.read_text()
    told.append(family.ada.run("access", "grant", family.reader.facts["wallet"], "--record", record[0], as_json=False))
    told.append(family.ada.run("access", "withdraw", family.reader.facts["wallet"], as_json=False))
    told.append(family.ada.run("record", "delete", record[0], as_json=False))
    for answer in told:
        assert answer.code == 0, answer.err
        assert not LEFT_BY_PYTHON.search(answer.out), answer.out
    assert "backups of the platform's database" in told[-1].out


def test_an_error_is_one_sentence_on_standard_error(family: Cast) -> None:
    answer = family.ada.run("record", "get", "0x" + "12" * 32, as_json=False)
    assert (answer.code, answer.out, answer.err.count("\n")) == (4, "", 1)
    assert answer.err.startswith("medixain: ")


def test_the_identity_is_written_by_its_table_and_shown(family: Cast) -> None:
    family.ada.must("identity", "set", "given", "Ada", "Mary")
    family.ada.must("identity", "set", "family", "Lovelace")
    error = family.ada.refused("invalid-identity", "identity", "set", "date_of_birth", "1815-12-10")
    assert "1850" in error["fields"]["date_of_birth"]
    assert "institution" in family.ada.refused("invalid-identity", "identity", "set", "kyc", "yes")["fields"]["kyc"]
    family.ada.must("identity", "set", "nhs_number", "-", "--wait", "final", stdin="943 476 5919\n")
    shown = family.ada.must("identity", "show")
    assert {row["field"]: row["value"] for row in shown["fields"]} == {
        "family": "Lovelace", "given": ["Ada", "Mary"], "nhs_number": "943 476 5919",
    }  # fmt: skip
    assert (shown["missing"], shown["unreadable"], shown["kyc"]["state"]) == ([], [], "attested")
    assert family.reader.must("identity", "show", "--of", family.ada.facts["wallet"])["fields"] == []
    introduce(family.ada, family.reader, "--section", "identity/name")
    theirs = family.reader.must("identity", "show", "--of", family.ada.facts["wallet"])
    assert {row["field"]: row["value"] for row in theirs["fields"]} == {"family": "Lovelace", "given": ["Ada", "Mary"]}
    assert (theirs["missing"], theirs["unreadable"], theirs["kyc"]["state"]) == ([], [], "attested")
    read = family.ada.run("identity", "show", as_json=False)
    assert "Ada, Mary" in read.out
    assert not LEFT_BY_PYTHON.search(read.out), read.out


def test_a_visit_stands_in_both_calendars_until_it_is_cancelled(family: Cast) -> None:
    section, wallet = "activity/appointments", family.ada.facts["wallet"]
    assert not family.author.must("activity", "plan", "--start", "30d", "--for", wallet)["told"]
    introduce(family.ada, family.author, "--append", "--section", section)
    visit = family.author.must("activity", "plan", "--start", "31d", "--reason", "check", "--for", wallet)
    assert visit["told"]
    (seen,) = family.ada.must("activity", "list")["visits"]
    assert (seen["reason"], seen["status"], seen["by"]) == ("check", "planned", family.author.facts["wallet"])
    family.ada.refused("invalid-input", "activity", "cancel", seen["event"])
    assert family.author.must("activity", "cancel", visit["event"], "--wait", "final")["told"]
    (seen,) = family.ada.must("activity", "list")["visits"]
    assert seen["status"] == "cancelled"
