"""The profile's fold: the same for every reader, nothing lost, conflicts shown, nobody marks what is not theirs."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keymgmt.keys.layers import layer_of
from medixain.core import canonical
from medixain.core.canonical import NotCanonical
from medixain.sdk.profile import KINDS, Event, event_body, fold, parse_event

PATIENT, DOCTOR, COLLEAGUE, STRANGER = "0xP", "0xD", "0xC", "0xS"
CLINIC, OTHER = "0xClinic", "0xOther"
PEOPLE = [(PATIENT, None, True), (DOCTOR, CLINIC, False), (COLLEAGUE, CLINIC, False), (STRANGER, OTHER, False)]


def event(order: int, kind: str = "entry", who: int = 1, target: int | None = None, **more: Any) -> Event:
    author, institution, by_owner = PEOPLE[who]
    values: dict[str, Any] = {
        "section": "allergies", "entry": {"n": order} if kind == "entry" else None, "reason": None,
        "seen": order - 1, "at": 1000 + order,
    } | more  # fmt: skip
    return Event(
        id=f"e{order}", order=order, kind=kind, target=None if target is None else f"e{target}",
        author=author, institution=institution, by_owner=by_owner, **values,
    )  # fmt: skip


def states(*events: Event) -> dict[str, str]:
    return {entry.event: entry.state for section in fold(events).values() for entry in section}


def conflicts(*events: Event) -> dict[str, tuple[str, ...]]:
    return {entry.event: entry.conflicts for section in fold(events).values() for entry in section}


def test_entries_stay_in_the_chains_order() -> None:
    found = fold([event(3), event(1), event(2, section="medication")])
    assert [entry.event for entry in found["allergies"]] == ["e1", "e3"]
    assert [entry.event for entry in found["medication"]] == ["e2"]


def test_a_correction_marks_what_it_corrects() -> None:
    assert states(event(1), event(2, target=1)) == {"e1": "corrected", "e2": "current"}


def test_a_correction_of_another_section_or_of_a_later_entry_corrects_nothing() -> None:
    assert states(event(1), event(2, target=1, section="results"))["e1"] == "current"
    assert states(event(1, target=2), event(2))["e2"] == "current"


def test_the_patient_confirms_and_disputes_and_the_last_word_counts() -> None:
    assert states(event(1), event(2, "confirm", 0, 1))["e1"] == "confirmed"
    assert states(event(1), event(2, "dispute", 0, 1))["e1"] == "disputed"
    assert states(event(1), event(2, "confirm", 0, 1), event(3, "dispute", 0, 1))["e1"] == "disputed"


@pytest.mark.parametrize("who", [1, 2, 3])
def test_nobody_else_confirms_or_disputes(who: int) -> None:
    assert states(event(1), event(2, "dispute", who, 1))["e1"] == "current"


def test_only_the_author_or_a_colleague_of_the_institution_answers() -> None:
    disputed = [event(1), event(2, "dispute", 0, 1)]
    assert states(*disputed, event(3, "answer", 1, 1))["e1"] == "answered"
    assert states(*disputed, event(3, "answer", 2, 1))["e1"] == "answered"
    assert states(*disputed, event(3, "answer", 3, 1))["e1"] == "disputed"


def test_two_corrections_made_without_knowing_of_each_other_conflict() -> None:
    first, second = event(2, target=1, seen=1), event(3, who=2, target=1, seen=1)
    assert conflicts(event(1), first, second) == {"e1": (), "e2": ("e3",), "e3": ("e2",)}


def test_a_correction_made_in_knowledge_of_the_other_does_not_conflict() -> None:
    first, second = event(2, target=1, seen=1), event(3, who=2, target=1, seen=2)
    assert conflicts(event(1), first, second) == {"e1": (), "e2": (), "e3": ()}


def test_a_correction_by_a_colleague_of_the_institution_takes_the_entrys_place() -> None:
    found = [event(1), event(2, who=2, target=1)]
    assert (states(*found), conflicts(*found)) == ({"e1": "corrected", "e2": "current"}, {"e1": (), "e2": ()})


@pytest.mark.parametrize("written", [0, 1])
def test_anybody_elses_correction_stands_beside_the_entry_until_the_patient_confirms_it(written: int) -> None:
    found = [event(1, who=written), event(2, who=3, target=1)]
    assert (states(*found), conflicts(*found)) == ({"e1": "current", "e2": "current"}, {"e1": ("e2",), "e2": ("e1",)})
    confirmed = [*found, event(3, "confirm", 0, 2)]
    assert (states(*confirmed), conflicts(*confirmed)) == (
        {"e1": "corrected", "e2": "confirmed"}, {"e1": (), "e2": ()},
    )  # fmt: skip
    disputed = [*confirmed, event(4, "dispute", 0, 2)]
    assert states(*disputed) == {"e1": "current", "e2": "disputed"}
    assert conflicts(*disputed) == conflicts(*found)


@pytest.mark.parametrize("who", [1, 2, 3])
def test_nobody_but_the_patient_lets_anothers_correction_count(who: int) -> None:
    found = [event(1), event(2, who=3, target=1), event(3, "confirm", who, 2)]
    assert states(*found) == {"e1": "current", "e2": "current"}


def test_an_answer_after_the_patients_confirmation_takes_nothing_back() -> None:
    found = [event(1), event(2, who=3, target=1), event(3, "confirm", 0, 2), event(4, "answer", 3, 2)]
    assert states(*found) == {"e1": "corrected", "e2": "answered"}


def test_the_patient_corrects_another_only_where_patients_write() -> None:
    medication = [event(1, section="medication"), event(2, who=0, target=1, section="medication")]
    assert states(*medication) == {"e1": "corrected", "e2": "current"}
    allergies = [event(1), event(2, who=0, target=1), event(3, "confirm", 0, 2)]
    assert states(*allergies) == {"e1": "current", "e2": "confirmed"}
    assert conflicts(*allergies)["e1"] == ("e2",)


def test_what_does_not_agree_is_what_stands_now_on_both_sides() -> None:
    by_author, by_stranger = event(3, target=1), event(4, who=3, target=2)
    found = [event(1), event(2, who=3, target=1), by_author, by_stranger]
    assert states(*found) == {"e1": "corrected", "e2": "corrected", "e3": "current", "e4": "current"}
    assert conflicts(*found) == {"e1": (), "e2": (), "e3": ("e4",), "e4": ("e3",)}


def test_who_confirms_the_correction_of_a_correction_confirms_both() -> None:
    found = [event(1), event(2, who=3, target=1), event(3, who=3, target=2), event(4, "confirm", 0, 3)]
    assert states(*found) == {"e1": "corrected", "e2": "corrected", "e3": "confirmed"}
    assert conflicts(*found) == {"e1": (), "e2": (), "e3": ()}


def test_an_entry_says_what_it_corrects_whether_it_counts_or_not() -> None:
    found = fold([event(1), event(2, target=1), event(3, who=3, target=1), event(4, target=9)])["allergies"]
    assert [entry.corrects for entry in found] == [None, "e1", "e1", None]


def test_a_long_chain_of_corrections_folds() -> None:
    chain = [event(1), *(event(n, who=3, target=n - 1) for n in range(2, 3000))]
    assert conflicts(*chain)["e1"] == ("e2999",)


events = st.lists(
    st.tuples(
        st.sampled_from(["entry", "entry", "confirm", "dispute", "answer"]),
        st.integers(0, 3),
        st.none() | st.integers(1, 12),
        st.sampled_from(["allergies", "medication"]),
        st.integers(0, 12),
    ),
    max_size=12,
).map(
    lambda rows: [event(n, k, w, t, section=s, seen=min(seen, n - 1)) for n, (k, w, t, s, seen) in enumerate(rows, 1)]
)


@given(events, st.randoms(use_true_random=False))
def test_every_reader_folds_the_same(found: list[Event], chance: random.Random) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert fold(shuffled) == fold(found)


@given(events)
def test_no_entry_is_ever_lost_and_conflicts_are_mutual(found: list[Event]) -> None:
    entries = {entry.event: entry for section in fold(found).values() for entry in section}
    assert set(entries) == {one.id for one in found if one.kind == "entry"}
    for entry in entries.values():
        for rival in entry.conflicts:
            assert entry.event in entries[rival].conflicts


@given(events)
def test_no_word_of_a_third_party_alone_hides_what_somebody_else_wrote(found: list[Event]) -> None:
    without_the_patient = [one for one in found if not one.by_owner]
    entries = [entry for section in fold(without_the_patient).values() for entry in section]
    for entry in entries:
        corrections = [one for one in entries if one.corrects == entry.event]
        own = [one for one in corrections if one.author == entry.author or one.institution == entry.institution]
        assert (entry.state == "corrected") == bool(own)


GOOD: dict[str, Any] = {
    "v": 1, "kind": "entry", "section": "allergies", "entry": '{"n":1.5}', "target": None, "reason": None, "seen": 0,
    "head": "0x",
}  # fmt: skip
PLACE: dict[str, Any] = {"event": "e1", "order": 1, "author": DOCTOR, "institution": CLINIC, "by_owner": False, "at": 1}


def test_an_event_is_read() -> None:
    assert parse_event(GOOD, **PLACE).entry == {"n": 1.5}


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2}, {"kind": "delete"}, {"section": "bank"}, {"entry": {"n": 1}}, {"entry": "{"}, {"target": 5},
        {"reason": []}, {"seen": "1"}, {"extra": 1},
    ],
)  # fmt: skip
def test_junk_is_one_typed_error(change: dict[str, Any]) -> None:
    with pytest.raises(NotCanonical):
        parse_event(GOOD | change, **PLACE)
    with pytest.raises(NotCanonical):
        parse_event([], **PLACE)


entries = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.sampled_from(sorted(KINDS)), st.sampled_from(sorted(layer_of("profile").sections)),
    st.dictionaries(st.text(max_size=8), entries, max_size=4), st.none() | st.text(max_size=70),
    st.none() | st.text(max_size=70), st.integers(0, 2**53 - 1), st.binary(min_size=32, max_size=32),
)  # fmt: skip
def test_any_event_is_read_as_it_was_written(
    kind: str, section: str, entry: Any, target: str | None, reason: str | None, seen: int, head: bytes
) -> None:
    fields = {"section": section, "entry": entry, "target": target, "reason": reason}
    body = event_body(kind, fields, seen=seen, head=head)
    told = {"event": "e1", "order": 1, "author": DOCTOR, "institution": CLINIC, "by_owner": False, "at": 5}
    assert parse_event(canonical.parse(body), **told) == Event(
        id="e1", order=1, kind=kind, section=section, entry=entry, target=target, reason=reason, seen=seen,
        author=DOCTOR, institution=CLINIC, by_owner=False, at=5,
    )  # fmt: skip
