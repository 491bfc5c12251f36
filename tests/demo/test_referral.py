"""A case handed to a colleague, with the patient's consent, by command line alone (promise F2)."""

from pathlib import Path

import pytest

from tests.demo.cast import Cast, introduce
from tests.demo.harness import Person

pytestmark = pytest.mark.demo

SECTION, OTHER = "profile/measurements", "profile/self-reports"
REASON = "Please look at the pressure of the last weeks."


def propose(cast: Cast, *wish: str) -> tuple[str, ...]:
    """What the author types to propose the reader."""
    return ("access", "propose", cast.ada.facts["wallet"], cast.reader.facts["wallet"], "--reason", REASON, *wish)


def states(who: Person, patient: Person) -> list[str]:
    """How the referrals of ``who`` about ``patient`` stand, the newest first."""
    rows = who.must("access", "list")["referrals"]
    return [row["state"] for row in rows if row["wallet"] == patient.facts["wallet"]]


def test_a_colleague_reads_what_the_patient_agreed_to(cast: Cast, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("blood pressure 128/81")
    record = cast.ada.must("record", "add", note, "--section", SECTION, "--wait", "final")["record"]
    cast.author.refused("beyond-own-access", *propose(cast, "--section", SECTION))
    introduce(cast.ada, cast.author, "--section", SECTION)
    cast.author.refused("beyond-own-access", *propose(cast, "--section", SECTION, "--section", OTHER))

    cast.author.must(*propose(cast, "--section", SECTION))
    (asked,) = cast.ada.must("access", "list")["requests"]
    assert asked["professional"] == cast.author.facts["wallet"]
    assert asked["referral"]["colleague"] == cast.reader.facts["wallet"]
    assert (asked["referral"]["reason"], asked["referral"]["beyond"]) == (REASON, [])
    cast.reader.refused("no-grant", "record", "get", record)
    assert states(cast.author, cast.ada) == ["waiting"]

    assert cast.ada.must("access", "grant", asked["request"])["grantee"] == cast.reader.facts["wallet"]
    cast.reader.must("record", "get", record, "--out", tmp_path / "read.txt")
    assert (tmp_path / "read.txt").read_text() == "blood pressure 128/81"
    (received,) = [
        row for row in cast.reader.must("access", "list")["grants"] if row["other"] == cast.ada.facts["wallet"]
    ]
    assert (received["letter"]["referrer"], received["letter"]["reason"]) == (cast.author.facts["wallet"], REASON)
    assert states(cast.author, cast.ada) == ["given"]

    cast.author.must(*propose(cast, "--section", SECTION, "--until", "30d"))
    (again,) = cast.ada.must("access", "list")["requests"]
    assert cast.ada.must("access", "decline", again["request"])["told"]
    assert states(cast.author, cast.ada) == ["declined", "given"]
    assert cast.ada.must("access", "list")["requests"] == []


def test_a_stranger_is_not_proposed(cast: Cast) -> None:
    introduce(cast.ada, cast.author, "--section", SECTION)
    stranger = "0x" + "12" * 20
    cast.author.refused(
        "unknown-professional", "access", "propose", cast.ada.facts["wallet"], stranger,
        "--section", SECTION, "--reason", REASON,
    )  # fmt: skip
