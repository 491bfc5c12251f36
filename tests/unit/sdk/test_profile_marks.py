"""A mark reaches whoever reads the entry: it is written into the entry's own section, by those whose marks count."""

from types import SimpleNamespace
from typing import Any

import pytest

from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.keyset import first_keyset
from medixain.core import canonical
from medixain.core.errors import InvalidInput
from medixain.sdk import profile
from medixain.sdk.errors import NotFound
from medixain.sdk.results import ProfileEntry, ProfileShown
from tests.attacks.sdk.stub import StubContext, statement

KEYS = WalletKeys(bytes(range(32)))
ENTRY = "0x" + "ab" * 32
PATIENT, DOCTOR, COLLEAGUE, CLINIC, OTHER = ("0x" + pair * 20 for pair in ("11", "22", "33", "44", "55"))
SHOWN = ProfileEntry(ENTRY, "allergies", {"text": "Nuts"}, DOCTOR, CLINIC, 1, "current", (), None, ())
WAITING: dict[str, Any] = {"wait": "received", "timeout": 0}


class Written:
    """What was written, and where."""

    def __init__(self) -> None:
        self.target: Any = None
        self.document: Any = None

    def write(self, _context: Any, target: Any, body: list[bytes], **_more: Any) -> Any:
        self.target, self.document = target, canonical.parse(body[0])
        stored = SimpleNamespace(name="0x" + "cd" * 32, state="received")
        return SimpleNamespace(stored=stored, transaction="1")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    written = Written()
    monkeypatch.setattr(profile, "show", lambda _context, _patient: ProfileShown({"allergies": (SHOWN,)}, ()))
    monkeypatch.setattr(profile, "attested", lambda _context, slot, **_: statement(slot))
    monkeypatch.setattr(profile, "wait_for", lambda *_: "received")
    monkeypatch.setattr(profile, "write", written.write)
    return written


@pytest.fixture
def context() -> StubContext:
    context = StubContext(KEYS)
    with context.changing("keysets") as table:
        table["profile"] = first_keyset(KEYS, "profile").encode().decode("utf-8")
    return context


def introduced(monkeypatch: pytest.MonkeyPatch, who: str, institution: str) -> None:
    """Let ``who`` append to the patient's sections."""

    def target(_context: Any, patient: str, layer: str, section: str) -> Any:
        me = SimpleNamespace(wallet=who, institution=institution)
        return SimpleNamespace(owner=patient, slot=PATIENT, layer=layer, section=section, professional=me)

    monkeypatch.setattr(profile, "patient_target", target)


def test_the_patient_marks_an_entry_where_it_stands_though_only_clinicians_write_there(
    written: Written, context: StubContext
) -> None:
    added = profile.dispute(context, ENTRY, "never had it", **WAITING)
    assert added.section == "profile/allergies"
    assert written.target.tag == KEYS.section_tag("profile", "allergies")
    assert written.document["kind"] == "dispute"
    assert (written.document["section"], written.document["target"]) == ("allergies", ENTRY)
    assert profile.confirm(context, ENTRY, **WAITING).section == "profile/allergies"


@pytest.mark.parametrize("who", [(DOCTOR, OTHER), (COLLEAGUE, CLINIC)])
def test_who_is_answerable_answers_in_the_same_section(
    written: Written, context: StubContext, monkeypatch: pytest.MonkeyPatch, who: tuple[str, str]
) -> None:
    introduced(monkeypatch, *who)
    added = profile.answer(context, PATIENT, ENTRY, "the test was positive", **WAITING)
    assert (added.section, written.target.owner) == ("profile/allergies", PATIENT)
    assert (written.document["kind"], written.document["reason"]) == ("answer", "the test was positive")


def test_an_answer_that_no_reader_would_count_is_refused(
    written: Written, context: StubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    introduced(monkeypatch, COLLEAGUE, OTHER)
    with pytest.raises(InvalidInput):
        profile.answer(context, PATIENT, ENTRY, "I think so, too", **WAITING)
    introduced(monkeypatch, DOCTOR, CLINIC)
    with pytest.raises(InvalidInput):
        profile.answer(context, PATIENT, ENTRY, "  ", **WAITING)
    with pytest.raises(NotFound):
        profile.answer(context, PATIENT, "0x" + "00" * 32, "reason", **WAITING)
    assert written.document is None
