"""The calendar: a visit is planned and cancelled by its planner only, and the patient is told where she allows it."""

from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from keymgmt.keys.derivation import WalletKeys
from medixain.core import canonical
from medixain.core.errors import InvalidInput
from medixain.sdk import activity
from medixain.sdk.errors import Integrity, NoIntroduction, NotFound
from medixain.sdk.records import OwnRecords
from medixain.sdk.stored import StoredRecord
from records.container import RecordType
from tests.attacks.sdk.stub import StubContext
from tests.attacks.sdk.test_lying_platform import stored

KEYS = WalletKeys(bytes(range(32)))
ADA, DOCTOR = "0x" + "ad" * 20, "0x" + "d0" * 20


class Calendar:
    """The wallet's activity layer in memory, and what was written into patients' wallets."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.authors: dict[str, str] = {}
        self.listed: list[StoredRecord] = []
        self.told: list[dict[str, Any]] = []
        self.open_to_me = True

    def add(self, body: bytes, author: str = KEYS.wallet_id, created: int = 10) -> StoredRecord:
        number = len(self.content) + 1
        tag = KEYS.section_tag("activity", "appointments")
        header = replace(stored().header, created=created)
        record = replace(stored(), id=number.to_bytes(32, "big"), tag=tag, header=header)
        self.listed.append(record)
        self.content[record.name], self.authors[record.name] = body, author
        return record

    def write(self, _: Any, target: str, body: list[bytes], *, name: str, kind: RecordType, created: int) -> Any:
        assert (name, kind) == ("appointment.json", RecordType.ACTIVITY_EVENT)
        if target == "patient":
            self.told.append(canonical.parse(b"".join(body)))
            return SimpleNamespace(stored=stored(), transaction="2")
        return SimpleNamespace(stored=self.add(b"".join(body), created=created), transaction="1")

    def patient_target(self, *_: Any) -> str:
        if not self.open_to_me:
            raise NoIntroduction("activity/appointments")
        return "patient"

    def authorship(self, _: Any, opened: Any, __: str) -> Any:
        author = self.authors[opened.stored.name]
        if author == "forged":
            raise Integrity("The record is not its author's")
        return SimpleNamespace(author=author, institution=None)


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    calendar = Calendar()

    @contextmanager
    def content(self: Any, _: Any) -> Any:
        yield calendar.content[self.stored.name]

    preamble = SimpleNamespace(owner=KEYS.wallet_id, type=RecordType.ACTIVITY_EVENT)
    monkeypatch.setattr(
        activity.Opened, "reader", lambda _self, body: SimpleNamespace(preamble=preamble, chunks=lambda: [body])
    )
    monkeypatch.setattr(activity.Opened, "content", content)
    monkeypatch.setattr(activity, "authorship", calendar.authorship)
    monkeypatch.setattr(activity, "own_data_key", lambda *_: bytes(32))
    monkeypatch.setattr(activity, "own_target", lambda *_: "own")
    monkeypatch.setattr(activity, "patient_target", calendar.patient_target)
    monkeypatch.setattr(activity, "write", calendar.write)
    monkeypatch.setattr(activity, "wait_for", lambda *_: "received")
    monkeypatch.setattr(activity, "own_records", lambda *_: OwnRecords(calendar.listed, []))
    monkeypatch.setattr("medixain.sdk.inbox.sync", lambda _: None)
    return calendar


@pytest.fixture
def context() -> StubContext:
    return StubContext(KEYS)


def plan(context: StubContext, **changes: Any) -> Any:
    wish = {"start": 2_000_000_000, "minutes": 20, "place": "Room 2", "reason": "check", "patient": ADA} | changes
    return activity.plan(context, **wish, wait="received", timeout=1)


def cancel(context: StubContext, event: str) -> Any:
    return activity.cancel(context, event, wait="received", timeout=1)


def test_a_planned_visit_stands_in_both_calendars(calendar: Calendar, context: StubContext) -> None:
    written = plan(context)
    assert written.told
    (row,) = activity.show(context).visits
    assert (row.event, row.patient.lower(), row.start, row.status) == (written.event, ADA, 2_000_000_000, "planned")
    assert [canonical.parse(body) for body in calendar.content.values()] == calendar.told


def test_without_the_right_to_append_it_stands_in_the_own_calendar_alone(
    calendar: Calendar, context: StubContext
) -> None:
    calendar.open_to_me = False
    assert not plan(context).told
    assert not plan(context, patient=None).told
    assert len(activity.show(context).visits) == 2


def test_a_cancelled_visit_stays_cancelled_in_whatever_order_the_platform_shows(
    calendar: Calendar, context: StubContext
) -> None:
    cancelled = cancel(context, plan(context).event)
    assert cancelled.told
    for order in (calendar.listed, calendar.listed[::-1]):
        calendar.listed = list(order)
        assert [(row.event, row.status) for row in activity.show(context).visits] == [(cancelled.event, "cancelled")]


def test_nobody_cancels_what_another_planned(calendar: Calendar, context: StubContext) -> None:
    mine = plan(context)
    document = canonical.parse(calendar.content[mine.event])
    foreign = calendar.add(canonical.encode(document | {"status": "cancelled"}), DOCTOR)
    rows = {row.event: row.status for row in activity.show(context).visits}
    assert rows == {mine.event: "planned", foreign.name: "cancelled"}
    with pytest.raises(InvalidInput, match="Only who planned"):
        cancel(context, foreign.name)
    with pytest.raises(NotFound):
        cancel(context, "0x" + "99" * 32)


@pytest.mark.parametrize("author", [KEYS.wallet_id, "forged"])
def test_what_is_no_appointment_is_left_out_and_what_is_not_signed_is_named(
    calendar: Calendar, context: StubContext, author: str
) -> None:
    good = canonical.parse(calendar.content[plan(context).event])
    calendar.listed.clear()
    wrong = [{"start": "soon"}, {"status": "done"}, {"v": 2}, {"patient": 5}, {"more": 1}, {"minutes": True}]
    for change in wrong if author != "forged" else [{}]:
        calendar.add(canonical.encode(good | change), author)
    calendar.add(b"no JSON", author)
    shown = activity.show(context)
    assert shown.visits == ()
    assert shown.unreadable == (() if author != "forged" else (calendar.listed[0].name,))


def moved(calendar: Calendar, event: str, created: int, author: str = KEYS.wallet_id) -> StoredRecord:
    document = canonical.parse(calendar.content[event]) | {"start": 2_000_000_000 + created}
    return calendar.add(canonical.encode(document), author, created)


def test_a_cancellation_counts_on_a_device_whose_clock_is_behind(calendar: Calendar, context: StubContext) -> None:
    ahead = moved(calendar, plan(context).event, 4_000_000_000)
    cancel(context, ahead.name)
    assert calendar.listed[-1].header.created == 4_000_000_001
    # Also where the rule that a cancellation is for good is not asked: it comes after what it cancels.
    assert [row.status for row in activity.show(context).visits] == ["cancelled"]


def test_what_was_moved_since_is_not_cancelled_by_its_old_event(calendar: Calendar, context: StubContext) -> None:
    old = plan(context)
    new = moved(calendar, old.event, 4_000_000_000)
    with pytest.raises(NotFound):
        cancel(context, old.event)
    assert cancel(context, new.name).status == "cancelled"


@pytest.mark.parametrize(
    ("change", "field"), [({"minutes": 4}, "minutes"), ({"minutes": 1441}, "minutes"), ({"place": "x" * 501}, "place")]
)
def test_what_cannot_be_is_refused_before_anything_is_sent(
    calendar: Calendar, context: StubContext, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        plan(context, **change)
    assert caught.value.field == field
    assert calendar.listed == []
