"""A bulk import takes what it can, says of each patient and resource what became of it, and is resumed by repeating."""

import json
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from keymgmt.keys.derivation import WalletKeys
from medixain.core.addresses import to_address
from medixain.sdk import importing
from medixain.sdk.errors import NoIntroduction, NotFound
from medixain.sdk.importing import bulk_import
from medixain.sdk.results import BulkImported
from tests.attacks.sdk.stub import StubContext

ANNA, BERT = ("0x" + pair * 20 for pair in ("11", "22"))
WALLETS = {"anna": ANNA, "bert": BERT}


class Killed(BaseException):
    """The process ends here."""


class Platform:
    """Takes records of patients' wallets; ``kill`` ends the process before or after it has taken one."""

    def __init__(self) -> None:
        self.records: dict[str, tuple[str, bytes]] = {}
        self.states: dict[str, str] = {}
        self.refusing: set[str] = set()
        self.kill: str | None = None
        self.began = 0

    def target_of(self, _context: Any, wallet: str, _layer: str, _section: str) -> Any:
        if wallet in self.refusing:
            raise NoIntroduction("profile/documents")
        return SimpleNamespace(owner=wallet, by=None)

    def write(self, _context: Any, target: Any, body: Iterable[bytes], *, begin: Any, **_more: Any) -> Any:
        content = b"".join(body)
        self.began += 1
        name = "0x" + self.began.to_bytes(32, "big").hex()
        begin(name)
        if self.kill == "before":
            raise Killed
        self.records[name] = (target.owner, content)
        if self.kill == "after":
            raise Killed
        return SimpleNamespace(stored=SimpleNamespace(name=name))

    def fetch(self, _context: Any, record: bytes, _by: Any) -> Any:
        name = "0x" + record.hex()
        if name not in self.records:
            raise NotFound("record", name)
        return SimpleNamespace(state=self.states.get(name, "received"))

    def of(self, wallet: str) -> list[bytes]:
        return [content for owner, content in self.records.values() if owner == to_address(wallet)]


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    platform = Platform()
    for name in ("target_of", "write", "fetch"):
        monkeypatch.setattr(importing, name, getattr(platform, name))
    return platform


@pytest.fixture
def context() -> StubContext:
    return StubContext(WalletKeys(bytes(range(32))))


def patient(identifier: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": identifier, **more}


def allergy(of: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "AllergyIntolerance", "id": "a", "patient": {"reference": f"Patient/{of}"}, **more}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two files in which both patients' resources are mixed, as Bulk Data sorts them by type."""
    contents = {
        "Patient.ndjson": [patient("anna"), patient("bert")],
        "AllergyIntolerance.ndjson": [allergy("bert"), allergy("anna"), allergy("bert", id="b")],
    }
    for name, documents in contents.items():
        # The last line ends without a newline, as many exports do.
        (tmp_path / name).write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
    return [tmp_path / name for name in contents]


def run(context: StubContext, files: list[Path]) -> BulkImported:
    return bulk_import(context, files, WALLETS, section=None)


def lines(*documents: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(document).encode() + b"\n" for document in documents)


def test_each_patient_gets_one_record_of_its_lines_as_they_came(
    platform: Platform, context: StubContext, files: list[Path]
) -> None:
    report = run(context, files)
    assert platform.of(ANNA) == [lines(patient("anna"), allergy("anna"))]
    assert platform.of(BERT) == [lines(patient("bert"), allergy("bert"), allergy("bert", id="b"))]
    assert [(one.patient, one.resources, one.counts) for one in report.imported] == [
        ("anna", 2, {"AllergyIntolerance": 1, "Patient": 1}),
        ("bert", 3, {"AllergyIntolerance": 2, "Patient": 1}),
    ]
    assert report.complete


def test_what_fails_for_one_patient_stops_nobody_else(
    platform: Platform, context: StubContext, files: list[Path]
) -> None:
    platform.refusing = {to_address(ANNA)}
    report = run(context, files)
    anna, bert = report.imported
    assert (anna.record, anna.problem) == (None, "no-introduction")
    assert anna.reason
    assert bert.record is not None
    assert not report.complete
    platform.refusing = set()
    again = run(context, files)
    assert again.complete
    assert again.imported[1].record == bert.record
    assert len(platform.records) == 2


def test_a_resource_that_is_not_valid_is_named_with_its_place_and_wrong_paths(
    platform: Platform, context: StubContext, files: list[Path]
) -> None:
    with files[0].open("a", encoding="utf-8") as file:
        file.write("\n" + json.dumps(patient("anna", gender=5)) + "\n" + json.dumps(patient("carl")) + "\nnot json\n")
    report = run(context, files)
    anna = report.imported[0]
    (refused,) = anna.refused
    assert (refused.place, refused.resource_type) == ("Patient.ndjson line 3", "Patient")
    assert refused.issues[0].startswith("gender")
    assert anna.record is not None
    assert report.unmatched == ("carl",)
    assert [one.place for one in report.left_out] == ["Patient.ndjson line 5"]
    assert not report.complete


def test_a_patient_without_a_valid_resource_is_refused(
    platform: Platform, context: StubContext, tmp_path: Path
) -> None:
    file = tmp_path / "bad.ndjson"
    file.write_bytes(lines(patient("anna", gender=5)))
    (anna,) = run(context, [file]).imported
    assert (anna.record, anna.problem, len(anna.refused)) == (None, "fhir-invalid", 1)


def test_running_it_again_adds_nothing(platform: Platform, context: StubContext, files: list[Path]) -> None:
    assert run(context, files) == run(context, files)
    assert (platform.began, context.table("importing")) == (2, {})


@pytest.mark.parametrize(("when", "written"), [("before", 3), ("after", 2)])
def test_an_import_that_was_killed_is_resumed_without_a_duplicate(
    platform: Platform, context: StubContext, files: list[Path], when: str, written: int
) -> None:
    platform.kill = when
    with pytest.raises(Killed):
        run(context, files)
    platform.kill = None
    assert run(context, files).complete
    assert [len(platform.of(wallet)) for wallet in (ANNA, BERT)] == [1, 1]
    assert platform.began == written
    assert context.table("importing") == {}


def test_a_record_that_the_chain_refused_was_not_taken(
    platform: Platform, context: StubContext, files: list[Path]
) -> None:
    platform.kill = "after"
    with pytest.raises(Killed):
        run(context, files)
    platform.kill, platform.states = None, dict.fromkeys(platform.records, "failed")
    assert run(context, files).complete
    assert platform.began == 3


def test_files_that_change_meanwhile_are_not_imported(
    platform: Platform, context: StubContext, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    sort = importing.by_patient

    def then_changed(paths: list[Path]) -> Any:
        found = sort(paths)
        files[0].write_bytes(files[0].read_bytes().replace(b"anna", b"anne"))
        return found

    monkeypatch.setattr(importing, "by_patient", then_changed)
    anna, bert = run(context, files).imported
    assert (anna.record, anna.problem) == (None, "invalid-input")
    assert bert.record is not None
    assert platform.of(ANNA) == []
