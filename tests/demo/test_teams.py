"""A patient shares with a care team in one act, somebody joins and waits, somebody is suspended, and all is stopped."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.demo.cast import Cast, Make, professional, with_role
from tests.demo.harness import Person, Platform
from tests.demo.vault_person import VaultPerson

pytestmark = [pytest.mark.demo, pytest.mark.timeout(600)]

SECTION = "profile/measurements"
NAME = "Ward 3"


def test_a_team_reads_what_the_patient_shared_and_who_joins_waits(
    cast: Cast, partners: list[Person], platform: Platform, tmp_path: Path
) -> None:
    house = with_role(partners, "clinical")
    third = professional(Person(tmp_path / "third", platform.url), house, "clinical")
    author, reader, joiner = (one.facts["wallet"] for one in (cast.author, cast.reader, third))
    made = house.must("institution", "team", NAME, "--member", author, "--member", reader)
    team = made["team"]
    assert (made["version"], made["state"]) == (1, "final")
    assert house.must("institution", "team", NAME, "--member", reader, "--member", author)["version"] == 1

    note = tmp_path / "note.txt"
    note.write_text("blood pressure 128/81")
    record = cast.ada.must("record", "add", note, "--section", SECTION, "--wait", "final")["record"]
    (shown,) = [row for row in cast.ada.must("institution", "teams") if row["team"] == team]
    assert (shown["name"], shown["institution_name"], shown["problem"]) == (NAME, house.facts["name"], None)
    assert {row["wallet"]: (row["name"], row["standing"], row["shared"]) for row in shown["members"]} == {
        author: ("Dr author", "authorised", False),
        reader: ("Dr reader", "authorised", False),
    }
    given = cast.ada.must("access", "grant", "--team", team, "--section", SECTION, "--purpose", "ward")
    assert (set(given["members"]), given["left_out"], len(given["grants"])) == ({author, reader}, [], 2)
    again = cast.ada.must("access", "grant", "--team", team, "--section", SECTION, "--purpose", "ward")
    assert (again["members"], again["grants"]) == ([], [])
    for who in (cast.author, cast.reader):
        who.must("record", "get", record, "--out", tmp_path / f"{who.home.name}.txt")
        assert (tmp_path / f"{who.home.name}.txt").read_text() == "blood pressure 128/81"

    # Who asked to add records may, once the patient lets the team; the others read, and are named.
    wallet = cast.ada.facts["wallet"]
    adding = ("record", "add", note, "--for", wallet, "--section", SECTION)
    cast.author.must("access", "request", wallet, "--section", SECTION, "--append")
    more = cast.ada.must("access", "grant", "--team", team, "--section", SECTION, "--purpose", "ward", "--append")
    assert (more["members"], more["may_append"], more["must_ask"]) == ([author], [author], [reader])
    cast.author.must(*adding)
    assert cast.reader.run(*adding).code != 0

    # Who joins gets nothing until the patient shares again; who is suspended is left out and named.
    house.must("institution", "team", NAME, "--member", author, "--member", reader, "--member", joiner)
    third.refused("no-grant", "record", "get", record)
    (shown,) = [row for row in cast.ada.must("institution", "teams", house.facts["institution"]) if row["team"] == team]
    assert (shown["version"], shown["joined"]) == (2, [joiner])
    house.must("professional", "suspend", reader)
    try:
        more = cast.ada.must("access", "grant", "--team", team, "--section", SECTION, "--purpose", "ward")
    finally:
        house.must("professional", "suspend", reader, "--lift")
    assert more["members"] == [joiner]
    assert more["left_out"] == [{"wallet": reader, "standing": "suspended"}]
    third.must("record", "get", record, "--out", tmp_path / "third.txt")

    rows = [row for row in cast.ada.must("access", "list")["grants"] if row["team"] == team]
    assert {row["other"] for row in rows if row["state"] == "active"} == {author, reader, joiner}
    stopped = cast.ada.must("access", "withdraw", team)
    assert len(stopped["grants"]) == 4
    for who in (cast.author, cast.reader, third):
        who.refused("withdrawn", "record", "get", record)
    cast.author.refused("not-an-author", *adding)
    cast.ada.refused("not-found", "access", "withdraw", team)
    house.must("institution", "team", NAME, "--dissolve")
    cast.ada.refused("not-attested", "access", "grant", "--team", team, "--section", SECTION)


def test_a_vault_shares_with_a_team_and_the_command_line_knows_of_it(
    cast: Cast, partners: list[Person], platform: Platform, newcomer: Make, tmp_path: Path
) -> None:
    house = with_role(partners, "clinical")
    author, reader, elsewhere = (one.facts["wallet"] for one in (cast.author, cast.reader, cast.pharma))
    team = house.must("institution", "team", "Ward 4", "--member", author, "--member", reader, "--member", elsewhere)[
        "team"
    ]
    note = tmp_path / "note.txt"
    note.write_text("blood pressure 121/79")
    with VaultPerson(platform.url) as ada:
        ada.create()
        record = ada.call("recordAdd", note, {"section": SECTION}, "final")["record"]
        shown = ada.call("team", team)
        assert (shown["name"], shown["institutionName"]) == ("Ward 4", house.facts["name"])
        assert {one["address"]: one["standing"] for one in shown["members"]} == {
            author: "authorised", reader: "authorised", elsewhere: "elsewhere",
        }  # fmt: skip
        wish = {
            "team": team,
            "records": [],
            "sections": [SECTION],
            "append": False,
            "purpose": "ward",
            "expiry": int(time.time()) + 3600,
        }
        prepared = ada.call("teamPrepare", wish)
        assert set(agreed(prepared)) == {(author, False), (reader, False)}
        granted = share(ada, wish, prepared)
        assert (set(granted["members"]), granted["state"]) == ({author, reader}, "final")
        cast.author.must("record", "get", record, "--out", tmp_path / "read.txt")
        assert ada.call("teamPrepare", wish)["shares"] == []
        assert [one["team"] for one in ada.call("teamList")] == [team]

        # Who asked to add records may, once the patient lets the team; the other reads, and is named before and after.
        wallet = ada.facts["wallet"]
        adding = ("record", "add", note, "--for", wallet, "--section", SECTION)
        cast.author.must("access", "request", wallet, "--section", SECTION, "--append")
        wish["append"] = True
        prepared = ada.call("teamPrepare", wish)
        assert agreed(prepared) == [(author, True)]
        assert [one["address"] for one in prepared["mustAsk"]] == [reader]
        granted = share(ada, wish, prepared)
        assert (granted["mayAppend"], granted["mustAsk"]) == ([author], [reader])
        cast.author.must(*adding)
        assert cast.reader.run(*adding).code != 0
        assert ada.call("teamPrepare", wish)["shares"] == []

        # Whoever is a member sees the team in the practice, too.
        with VaultPerson(platform.url) as colleague:
            colleague.restore(cast.author.facts["phrase"])
            teams = {one["team"]: one["name"] for one in colleague.call("ownTeamList")}
            assert teams[team] == "Ward 4"

        # Another device of the same wallet knows through which team it was given, and stops with all of it.
        home = newcomer("ada-cli")
        home.must("wallet", "restore", stdin=ada.facts["phrase"])
        rows = home.must("access", "list")["grants"]
        assert {(row["other"], row["team"]) for row in rows} == {(author, team), (reader, team)}
        assert len(ada.call("accessWithdraw", team, "final")["grants"]) == 3
        for who in (cast.author, cast.reader):
            who.refused("withdrawn", "record", "get", record)
        cast.author.refused("not-an-author", *adding)


def agreed(prepared: dict[str, Any]) -> list[tuple[str, bool]]:
    """Whom a sheet of the vault names, and whether as one who may add."""
    return [(one["person"]["address"], any(grant["append"] for grant in one["grants"])) for one in prepared["shares"]]


def share(ada: VaultPerson, wish: dict[str, Any], prepared: dict[str, Any]) -> dict[str, Any]:
    """Sign what the sheet says."""
    members = [{"wallet": wallet, "append": append} for wallet, append in agreed(prepared)]
    return dict(ada.call("teamGrant", wish, members, "final"))
