"""The rule by which an event of a visit counts, which the browser vault is held to, is this one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medixain.sdk.visit_fold import fold
from tests.vectors.visits import make

VECTORS = json.loads(make.VECTORS.read_text(encoding="utf-8"))


def counting(events: list[Any], cancelled: list[str]) -> list[dict[str, str]]:
    return [{"event": one.event, "status": one.document["status"]} for one in fold(events, cancelled)]


@pytest.mark.parametrize("case", VECTORS["fold"])
def test_a_calendar_folds_as_the_vector_says(case: dict[str, Any]) -> None:
    assert counting(list(map(make.from_plain, case["events"])), case["cancelled"]) == case["counting"]


@given(st.sampled_from(VECTORS["fold"]), st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_listed_is_nothing(case: dict[str, Any], chance: Any) -> None:
    events = list(map(make.from_plain, case["events"]))
    chance.shuffle(events)
    assert counting(events, case["cancelled"]) == case["counting"]


def test_documents_are_appointments_or_not_as_the_vector_says() -> None:
    assert list(make.documents()) == VECTORS["events"]
    assert {row["accepted"] for row in VECTORS["events"]} == {True, False}
