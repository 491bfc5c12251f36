"""An export is believed as far as signatures go: whoever changes anything in it, its owner too, is found out."""

import json
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.bindings.state import NodeSetState, RecordState
from medixain.cli.main import cli
from medixain.core.addresses import to_address
from medixain.sdk.exported import is_archive, online, verify_archive
from medixain.sdk.exported.archive import EVIDENCE, SIGNATURE, SUMS
from medixain.sdk.exported.errors import ArchiveDamaged
from medixain.sdk.results import Check
from tests.unit.sdk.archives import (
    CHAIN_ID,
    DOCTOR,
    INSTITUTION,
    NODES,
    Files,
    an_export,
    signed,
    with_evidence,
    zipped,
)

UNSIGNED = an_export()
EXPORT = signed(UNSIGNED)
ADDRESS_DIGITS = 42


def checks_of(files: Files, folder: Path) -> list[Check]:
    return verify_archive(zipped(files, folder / "export.zip"), server=None)


def failing(checks: list[Check]) -> set[str]:
    return {check.check for check in checks if check.ok is False}


def test_an_export_proves_itself_and_says_what_it_cannot(tmp_path: Path) -> None:
    checks = checks_of(EXPORT, tmp_path)
    assert [check.check for check in checks if check.ok] == [
        "files", "attested", "content", "anchor", "author", "vouched for",
    ]  # fmt: skip
    assert failing(checks) == set()
    unmade = {check.check: check.detail for check in checks if check.ok is None}
    assert set(unmade) == {"the wallet's word", "chain"}
    assert "only the chain can say" in unmade["chain"]
    details = {check.check: check.detail for check in checks}
    assert details["vouched for"].startswith("2 records signed by professionals")
    assert "3 or more of the 5 nodes" in details["attested"]


def test_it_needs_no_wallet_and_no_network(tmp_path: Path) -> None:
    path = zipped(EXPORT, tmp_path / "export.zip")
    told = CliRunner().invoke(cli, ["verify", str(path), "--offline", "--json", "--home", str(tmp_path / "nobody")])
    assert told.exit_code == 0, told.output
    assert {row["check"]: row["ok"] for row in json.loads(told.output)}["content"] is True
    assert not (tmp_path / "nobody").exists()


def test_a_platform_that_does_not_answer_leaves_the_offline_checks(tmp_path: Path) -> None:
    checks = verify_archive(zipped(EXPORT, tmp_path / "export.zip"), server="http://127.0.0.1:1")
    assert failing(checks) == set()
    assert checks[-1].ok is None
    assert "does not answer" in checks[-1].detail


@pytest.mark.parametrize("name", sorted(EXPORT))
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_byte_changed_in_any_file_is_found(name: str, data: st.DataObject, tmp_path: Path) -> None:
    body = EXPORT[name]
    at = data.draw(st.integers(0, len(body) - 1))
    other = data.draw(st.integers(1, 255))
    changed = body[:at] + bytes([body[at] ^ other]) + body[at + 1 :]
    if name == SIGNATURE and _same_json(changed, body):
        return
    assert failing(checks_of({**EXPORT, name: changed}, tmp_path)) != set()


def _same_json(one: bytes, other: bytes) -> bool:
    """A signature file written in another way, with capitals for instance, says the same."""
    try:
        return json.dumps(json.loads(one)).lower() == json.dumps(json.loads(other)).lower()
    except ValueError:
        return False


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_byte_changed_anywhere_in_the_zip_is_found_or_changes_no_file(data: st.DataObject, tmp_path: Path) -> None:
    path = zipped(EXPORT, tmp_path / "export.zip")
    body = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(body)
    try:
        # What is no export any more is a file like any other, and no record of anybody's.
        checks = verify_archive(path, server=None) if is_archive(path) else []
    except ArchiveDamaged:
        return
    if checks and not failing(checks):
        with zipfile.ZipFile(path) as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == EXPORT


@pytest.mark.parametrize("name", sorted(UNSIGNED))
def test_a_file_that_is_missing_is_missed(name: str, tmp_path: Path) -> None:
    files = {path: body for path, body in EXPORT.items() if path != name}
    assert failing(checks_of(files, tmp_path)) != set()


def test_a_file_that_was_added_or_stands_in_it_twice_is_found(tmp_path: Path) -> None:
    assert failing(checks_of({**EXPORT, "records/profile/forged.txt": b"Healthy."}, tmp_path)) >= {"files", "evidence"}
    path = zipped(EXPORT, tmp_path / "twice.zip")
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("profile.json", EXPORT["profile.json"])
    assert "files" in failing(verify_archive(path, server=None))


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of a JSON document where a single value stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        yield path
        return
    for key, item in inner:
        yield from places(item, (*path, key))


def other_than(value: Any) -> Any:
    """Another value of the same form."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None:
        return {}
    if value.isdigit():
        return str(int(value) + 1)
    if value.startswith("0x"):
        # The last digit but two, so that a signature's last byte stays one that signatures may have.
        changed = value[:-3].lower() + ("0" if value[-3] != "0" else "1") + value[-2:].lower()
        return to_address(changed) if len(value) == ADDRESS_DIGITS else changed
    return value[:-2] + ("a" if value[-2] != "a" else "b") + value[-1:]


PLACES = list(places(json.loads(EXPORT[EVIDENCE])))


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_an_owner_who_changes_the_evidence_and_signs_it_anew_is_found_out(
    place: tuple[str | int, ...], tmp_path: Path
) -> None:
    evidence = json.loads(EXPORT[EVIDENCE])
    holder: Any = evidence
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = other_than(holder[place[-1]])
    files = signed({**UNSIGNED, EVIDENCE: json.dumps(evidence).encode()})
    found = failing(checks_of(files, tmp_path))
    assert (found == set()) == only_the_chain_knows(place), found


def only_the_chain_knows(place: tuple[str | int, ...]) -> bool:
    """Whether no signature of a node covers this: contracts, an anchor's time and sender, nodes that signed nothing."""
    of_an_anchor = "history" in place and place[-1] in {"time", "originator"}
    return place[0] == "contracts" or of_an_anchor or (place[:2] == ("node_set", "nodes") and place[2] in {3, 4})


def test_an_owner_who_changes_what_a_professional_wrote_is_found_out(tmp_path: Path) -> None:
    letter = "records/profile/letter.txt"
    files = signed({**UNSIGNED, letter: UNSIGNED[letter].replace(b"Seen", b"Fit ")})
    checks = checks_of(files, tmp_path)
    assert failing(checks) == {"content"}
    assert letter in next(check.detail for check in checks if check.check == "content")


def test_another_wallet_cannot_pass_the_records_off_as_its_own(tmp_path: Path) -> None:
    assert "content" in failing(checks_of(signed(UNSIGNED, by=DOCTOR), tmp_path))


def test_words_of_too_few_nodes_or_of_one_node_twice_do_not_count(tmp_path: Path) -> None:
    for words in (slice(0, 2), (0, 0, 1)):
        chosen = words

        def fewer(evidence: dict[str, Any], chosen: Any = chosen) -> None:
            said = evidence["slots"][0]["words"]
            evidence["slots"][0]["words"] = said[chosen] if isinstance(chosen, slice) else [said[at] for at in chosen]

        assert failing(checks_of(signed(with_evidence(UNSIGNED, fewer)), tmp_path)) == {"attested"}


def test_an_archive_without_signature_is_not_believed(tmp_path: Path) -> None:
    for name in (SIGNATURE, SUMS):
        files = {path: body for path, body in EXPORT.items() if path != name}
        assert failing(checks_of(files, tmp_path)) == {"files"}


class KnownChain:
    """The chain of the export, as the bindings show it."""

    def __init__(self) -> None:
        nodes = tuple(node.address for node in NODES)
        self.set = NodeSetState(3, 1, nodes, (bytes(33),) * 5, (INSTITUTION,) * 5)
        items = json.loads(EXPORT[EVIDENCE])["slots"][0]["history"]
        self.records = {
            bytes.fromhex(item["record"][2:]): RecordState(
                item["originator"], bytes.fromhex(item["ipfs"][2:]), item["time"],
                bytes.fromhex(item["kc_hash"][2:]), removed=False,
            )
            for item in items
            if item["kind"] == "anchor"
        }  # fmt: skip

    @property
    def institution_registry(self) -> "KnownChain":
        return self

    record_registry = institution_registry

    def node_set(self, version: int) -> NodeSetState | None:
        return self.set if version == 2 else None

    def record(self, slot: str, record: bytes) -> RecordState | None:
        return self.records.get(record)


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> KnownChain:
    known = KnownChain()
    node_set = {"version": 2, "threshold": 3, "nodes": []}
    meta = {
        "chain_id": CHAIN_ID, "contracts": {"RecordRegistry": INSTITUTION}, "node_set": node_set,
        "rpc_url": "http://127.0.0.1:1", "institutions": [], "kyc": [], "relay": None,
    }  # fmt: skip
    monkeypatch.setattr(online.Api, "get", lambda *_: deepcopy(meta))
    monkeypatch.setattr(online, "contracts_by", lambda *_: known)
    return known


def online_checks(folder: Path) -> dict[str, bool | None]:
    checks = verify_archive(zipped(EXPORT, folder / "export.zip"), server="http://platform")
    return {check.check: check.ok for check in checks}


def test_the_chain_confirms_nodes_times_and_senders(chain: KnownChain, tmp_path: Path) -> None:
    found = online_checks(tmp_path)
    assert (found["nodes on chain"], found["anchor on chain"]) == (True, True)


def test_other_nodes_than_the_chain_s_are_told(chain: KnownChain, tmp_path: Path) -> None:
    chain.set = NodeSetState(3, 1, chain.set.nodes[:4], chain.set.keys[:4], chain.set.institutions[:4])
    assert online_checks(tmp_path)["nodes on chain"] is False


@pytest.mark.parametrize("changed", ["originator", "last_update", "missing"])
def test_what_the_chain_holds_otherwise_is_told(changed: str, chain: KnownChain, tmp_path: Path) -> None:
    record = bytes.fromhex(json.loads(EXPORT[EVIDENCE])["records"][1]["record"][2:])
    state = chain.records.pop(record)
    originator = INSTITUTION if changed == "originator" else state.originator
    time = state.last_update + (changed == "last_update")
    if changed != "missing":
        chain.records[record] = RecordState(originator, state.ipfs, time, state.kc_hash, removed=False)
    assert online_checks(tmp_path)["anchor on chain"] is False
