"""Appointments: activity events (record type 4) in the section `activity/appointments` (promise C20).

A professional's calendar lies in her own wallet, so that reading it asks no node and logs no look at a patient. Where
the patient lets her append, the same event is written into the patient's wallet, too. An event is canonical JSON
`{"v":1,"kind":"appointment","id","status","start","minutes","place","reason","patient","made"}`, as the vault writes it
(keymgmt/vault/src/sdk/practice/appointments.ts); `status` is planned or cancelled. Only who planned a visit moves or
cancels it, and which of her events counts is decided by what she signed (:mod:`medixain.sdk.visit_fold`). An event that
a platform withholds is named, since it may have been a cancellation, and one that this device saw is remembered.
"""

import secrets
from typing import Any, Final

from medixain.core import canonical
from medixain.core.addresses import to_address
from medixain.core.canonical import NotCanonical
from medixain.core.errors import InvalidInput, MedixainError
from medixain.sdk import inbox
from medixain.sdk.context import Context
from medixain.sdk.errors import NoIntroduction, NotFound
from medixain.sdk.reading import Opened, authorship
from medixain.sdk.records import check_owner, own_records
from medixain.sdk.results import Appointment, AppointmentWritten, Calendar
from medixain.sdk.stored import StoredRecord, own_data_key, record_id, section_of_tag
from medixain.sdk.transactions import Handed, require_wait, wait_for
from medixain.sdk.visit_fold import LENGTHS, VisitEvent, fold, parse_event
from medixain.sdk.writing import Target, Written, own_target, patient_target, write
from records.container import RecordType

LAYER: Final = "activity"
SECTION: Final = "appointments"
MAX_EVENT: Final = 16 * 1024
LONGEST_TEXT: Final = 500

_NAME: Final = "appointment.json"
_CANCELLED: Final = "cancelled"
"""Table of the home: `<author> <visit id>` of each visit that this device has seen cancelled -> the event."""


def show(context: Context) -> Calendar:
    """Return the own calendar, the earliest first: one's own visits, and those that professionals wrote into it."""
    events, unreadable = _events(context)
    visits = fold(events, context.table(_CANCELLED))
    _remember(context, visits)
    return Calendar(tuple(map(_row, visits)), tuple(unreadable))


def plan(
    context: Context,
    *,
    start: int,
    minutes: int,
    place: str,
    reason: str,
    patient: str | None,
    wait: str,
    timeout: int,
) -> AppointmentWritten:
    """Plan a visit. Raises ``InvalidInput`` for a length or a text that cannot be."""
    require_wait(wait)
    if minutes not in LENGTHS:
        raise InvalidInput(f"Give the length in minutes, from {LENGTHS[0]} to {LENGTHS[-1]}.", field="minutes")
    for field, text in (("place", place), ("reason", reason)):
        if len(text) > LONGEST_TEXT:
            raise InvalidInput(f"Shorten the {field} to {LONGEST_TEXT} characters.", field=field)
    document = {
        "v": 1,
        "kind": "appointment",
        "id": secrets.token_hex(16),
        "status": "planned",
        "start": start,
        "minutes": minutes,
        "place": place.strip(),
        "reason": reason.strip(),
        "patient": None if patient is None else to_address(patient),
        "made": context.now(),
    }
    return _publish(context, document, wait, timeout)


def cancel(context: Context, event: str, *, wait: str, timeout: int) -> AppointmentWritten:
    """Cancel a visit that this wallet planned, by the event that counts for it now.

    Raises :class:`NotFound`, ``InvalidInput`` for somebody else's.
    """
    require_wait(wait)
    identifier = "0x" + record_id(event).hex()
    events, _ = _events(context)
    found = next((one for one in events if one.event == identifier), None)
    if found is None:
        raise NotFound("appointment", event)
    if found.author != context.keys.wallet_id:
        raise InvalidInput(f"Only who planned a visit cancels it: ask {found.author}.", field="event")
    if found not in fold(events):
        # It was moved since: to cancel what it was would say nothing of what it is.
        raise NotFound("appointment", event)
    document = {**found.document, "status": "cancelled"}
    return _publish(context, document, wait, timeout, after=found.created)


def _publish(
    context: Context, document: dict[str, Any], wait: str, timeout: int, after: int | None = None
) -> AppointmentWritten:
    """Write an event into the own wallet and, with the right to append, into the patient's.

    It counts instead of the one created at ``after`` whatever this device's clock says.
    """
    inbox.sync(context)
    created = context.now() if after is None else max(context.now(), after + 1)
    written = [_write(context, own_target(context, LAYER, SECTION), document, created)]
    if document["status"] == "cancelled":
        with context.changing(_CANCELLED) as cancelled:
            cancelled[f"{context.keys.wallet_id} {document['id']}"] = written[0].stored.name
    patient, told = document["patient"], False
    if patient is not None and patient != context.keys.wallet_id:
        try:
            written.append(_write(context, patient_target(context, patient, LAYER, SECTION), document, created))
            told = True
        except NoIntroduction:
            # The visit stands in this calendar alone, and the result says so.
            told = False
    transactions = [Handed(one.transaction, one.stored.state) for one in written]
    state = wait_for(context, transactions, wait, timeout)
    return AppointmentWritten(written[0].stored.name, document["status"], told, state)


def _write(context: Context, target: Target, document: dict[str, Any], created: int) -> Written:
    body = [canonical.encode(document)]
    return write(context, target, body, name=_NAME, kind=RecordType.ACTIVITY_EVENT, created=created)


def _events(context: Context) -> tuple[list[VisitEvent], list[str]]:
    """Every event of the calendar, and the records that might be one and do not open, verify or appear."""
    listed = own_records(context, LAYER)
    found: list[VisitEvent] = []
    unreadable = ["0x" + item.record.hex() for item in listed.missing]
    for stored in listed.stored:
        try:
            if section_of_tag(context.keys, LAYER, stored.tag) == SECTION and (event := _event(context, stored)):
                found.append(event)
        except MedixainError:
            unreadable.append(stored.name)
    return found, unreadable


def _event(context: Context, stored: StoredRecord) -> VisitEvent | None:
    """The appointment in a record; None when it is about something else; raises for what does not verify."""
    opened = Opened(stored, own_data_key(context.keys, stored), context.account, None, ())
    with opened.content(context) as pieces:
        reader = opened.reader(pieces)
        if reader.preamble.type != RecordType.ACTIVITY_EVENT or stored.body_size > MAX_EVENT:
            return None
        content = b"".join(reader.chunks())
    try:
        document = parse_event(canonical.parse(content))
    except NotCanonical:
        return None
    check_owner(reader.preamble, context.keys.wallet_id)
    who = authorship(context, opened, reader.preamble.owner)
    return VisitEvent(stored.name, who.author, who.institution, stored.header.created, document)


def _remember(context: Context, visits: list[VisitEvent]) -> None:
    """Remember what is cancelled, so that nobody makes it planned again by withholding the event."""
    known = context.table(_CANCELLED)
    news = {one.visit: one.event for one in visits if one.is_cancelled}
    if not news.keys() <= known.keys():
        with context.changing(_CANCELLED) as cancelled:
            cancelled.update(news | cancelled)


def _row(visit: VisitEvent) -> Appointment:
    document = visit.document
    return Appointment(
        event=visit.event,
        patient=document["patient"],
        start=document["start"],
        minutes=document["minutes"],
        place=document["place"],
        reason=document["reason"],
        status=document["status"],
        made=document["made"],
        by=visit.author,
        institution=visit.institution,
    )
