"""A platform that reorders, hides or withholds events of a calendar does not make a cancelled visit planned again."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from medixain.sdk import activity
from medixain.sdk.errors import ServerRefused
from medixain.sdk.records import OwnRecords
from medixain.sdk.slots import RecordItem
from tests.attacks.sdk.stub import StubContext
from tests.unit.sdk.test_activity import KEYS, Calendar, calendar, cancel, context, moved, plan

__all__ = ["calendar", "context"]


def shown(context: StubContext) -> list[tuple[str, str]]:
    return [(row.event, row.status) for row in activity.show(context).visits]


def another_device() -> StubContext:
    """A device of the same wallet that has seen nothing yet."""
    return StubContext(KEYS)


def test_no_order_of_the_listing_brings_a_visit_back_or_moves_it(calendar: Calendar, context: StubContext) -> None:
    first = plan(context)
    last = moved(calendar, first.event, 3_000_000_000)
    moved(calendar, first.event, 2_900_000_000)
    for order in itertools.permutations(calendar.listed):
        calendar.listed = list(order)
        assert shown(another_device()) == [(last.name, "planned")]
    cancelled = cancel(context, last.name)
    for order in itertools.permutations(calendar.listed):
        calendar.listed = list(order)
        assert shown(another_device()) == [(cancelled.event, "cancelled")]


def test_a_platform_cannot_date_an_event_anew(calendar: Calendar, context: StubContext) -> None:
    first = plan(context)
    last = moved(calendar, first.event, 3_000_000_000)
    # What the platform says of the time; the header's is inside the id that was signed.
    calendar.listed = [replace(one, created=9_000_000_000 if one.name == first.event else 1) for one in calendar.listed]
    assert shown(another_device()) == [(last.name, "planned")]


def test_a_withheld_cancellation_is_named_and_remembered(
    calendar: Calendar, context: StubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = plan(context)
    cancelled = cancel(context, visit.event)
    content = activity.Opened.content

    def withheld(self: Any, of: Any) -> Any:
        if self.stored.name == cancelled.event:
            raise ServerRefused("not-found", 404, "Gone.", None)
        return content(self, of)

    monkeypatch.setattr(activity.Opened, "content", withheld)
    # Whoever sees the visit for the first time is told that something about it may be missing.
    assert activity.show(another_device()).unreadable == (cancelled.event,)
    # Whoever saw it cancelled, or cancelled it, is not fooled.
    assert shown(context) == [(visit.event, "cancelled")]


def test_a_cancellation_said_to_be_removed_is_named_and_remembered(
    calendar: Calendar, context: StubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = plan(context)
    cancelled = cancel(context, visit.event)
    seen = another_device()
    assert shown(seen) == [(cancelled.event, "cancelled")]
    hidden = calendar.listed.pop()
    item = RecordItem("anchor", hidden.id, b"", bytes(32), KEYS.wallet_id, 2, 1, attested=True)
    monkeypatch.setattr(activity, "own_records", lambda *_: OwnRecords(calendar.listed, [item]))
    assert activity.show(another_device()).unreadable == (cancelled.event,)
    assert shown(seen) == [(visit.event, "cancelled")]


def test_a_cancellation_that_never_reached_the_chain_is_remembered(calendar: Calendar, context: StubContext) -> None:
    visit = plan(context)
    cancel(context, visit.event)
    calendar.listed.pop()
    assert shown(context) == [(visit.event, "cancelled")]
