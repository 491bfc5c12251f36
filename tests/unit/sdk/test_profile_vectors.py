"""The fold that the browser vault is held to is this one."""

import json

import pytest

from medixain.sdk.profile import Event
from tests.vectors.profile import make

VECTORS = json.loads(make.VECTORS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", VECTORS["fold"])
def test_a_history_folds_as_the_vector_says(case: dict[str, list[dict[str, object]]]) -> None:
    events = [Event(**event) for event in case["events"]]  # type: ignore[arg-type]
    # As JSON has them: tuples are lists there.
    assert json.loads(json.dumps(make.folded(events))) == case["sections"]


def test_documents_are_events_or_not_as_the_vector_says() -> None:
    assert list(make.documents()) == VECTORS["events"]
    assert {row["accepted"] for row in VECTORS["events"]} == {True, False}
