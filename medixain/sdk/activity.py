"""Appointments: activity events (record type 4) in the section `activity/appointments` (promise C20).

A professional's calendar lies in her own wallet, so that reading it asks no node and logs no look at a patient. Where
the patient lets her append, the same event is written into the patient's wallet, too. An event is canonical JSON
`{"v":1,"kind":"appointment","id","status","start","minutes","place","reason","patient","made"}`, as the vault writes it
(keymgmt/vault/src/sdk/practice/appointments.ts); `status` is planned or cancelled. `id` ties a cancellation to what it
cancels. Only who planned a visit cancels it, and a visit once cancelled stays so, in whatever order a platform shows
the two.
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
from medixain.sdk.records import own_records
from medixain.sdk.results import Appointment, AppointmentWritten
from medixain.sdk.stored import StoredRecord, own_data_key, record_id, section_of_tag
from medixain.sdk.transactions import Handed, require_wait, wait_for
from medixain.sdk.writing import Target, Written, own_target, patient_target, write
from records.container import RecordType

LAYER: Final = "activity"
SECTION: Final = "appointments"
MAX_EVENT: Final = 16 * 1024
LONGEST_TEXT: Final = 500
LENGTHS: Final = range(5, 24 * 60 + 1)
"""Minutes that a visit may take."""

_NAME: Final = "appointment.json"
_FIELDS: Final = {
    "v": int, "kind": str, "id": str, "status": str, "start": int, "minutes": int, "place": str, "reason": str,
    "made": int,
}  # fmt: skip


def show(context: Context) -> list[Appointment]:
    """Return the own calendar, the earliest first: one's own visits, and those that professionals wrote into it.

    A record that does not open or verify is shown with its reason in the list of records.
    """
    found: dict[tuple[str, str], Appointment] = {}
    for document, row in _events(context):
        key = document["id"], row.by
        if key not in found or row.status == "cancelled":
            found[key] = row
    return sorted(found.values(), key=lambda row: row.start)


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
    """Cancel a visit that this wallet planned. Raises :class:`NotFound`, ``InvalidInput`` for somebody else's."""
    require_wait(wait)
    identifier = "0x" + record_id(event).hex()
    found = next(((document, row) for document, row in _events(context) if row.event == identifier), None)
    if found is None:
        raise NotFound("appointment", event)
    document, row = found
    if row.by != context.keys.wallet_id:
        raise InvalidInput(f"Only who planned a visit cancels it: ask {row.by}.", field="event")
    return _publish(context, {**document, "status": "cancelled"}, wait, timeout)


def _publish(context: Context, document: dict[str, Any], wait: str, timeout: int) -> AppointmentWritten:
    """Write an event into the own wallet and, with the right to append, into the patient's."""
    inbox.sync(context)
    written = [_write(context, own_target(context, LAYER, SECTION), document)]
    patient, told = document["patient"], False
    if patient is not None and patient != context.keys.wallet_id:
        try:
            written.append(_write(context, patient_target(context, patient, LAYER, SECTION), document))
            told = True
        except NoIntroduction:
            # The visit stands in this calendar alone, and the result says so.
            told = False
    transactions = [Handed(one.transaction, one.stored.state) for one in written]
    state = wait_for(context, transactions, wait, timeout)
    return AppointmentWritten(written[0].stored.name, document["status"], told, state)


def _write(context: Context, target: Target, document: dict[str, Any]) -> Written:
    return write(context, target, [canonical.encode(document)], name=_NAME, kind=RecordType.ACTIVITY_EVENT)


def _events(context: Context) -> list[tuple[dict[str, Any], Appointment]]:
    found: list[tuple[dict[str, Any], Appointment]] = []
    for stored in own_records(context, LAYER).stored:
        try:
            if section_of_tag(context.keys, LAYER, stored.tag) == SECTION and (event := _event(context, stored)):
                found.append(event)
        except MedixainError:
            continue
    return found


def _event(context: Context, stored: StoredRecord) -> tuple[dict[str, Any], Appointment] | None:
    """The appointment in a record; None when it is about something else; raises for what does not verify."""
    opened = Opened(stored, own_data_key(context.keys, stored), context.account, None, ())
    with opened.content(context) as pieces:
        reader = opened.reader(pieces)
        if reader.preamble.type != RecordType.ACTIVITY_EVENT or stored.body_size > MAX_EVENT:
            return None
        document = canonical.parse(b"".join(reader.chunks()))
    who = authorship(context, opened, reader.preamble.owner)
    parsed = parse_event(document)
    row = Appointment(
        event=stored.name,
        patient=parsed["patient"],
        start=parsed["start"],
        minutes=parsed["minutes"],
        place=parsed["place"],
        reason=parsed["reason"],
        status=parsed["status"],
        made=parsed["made"],
        by=who.author,
        institution=who.institution,
    )
    return parsed, row


def parse_event(document: Any) -> dict[str, Any]:
    """Return ``document`` if it is an appointment; raises ``NotCanonical`` for anything else."""
    well_formed = (
        isinstance(document, dict)
        and document.keys() == _FIELDS.keys() | {"patient"}
        and all(type(document[name]) is kind for name, kind in _FIELDS.items())
        and (document["patient"] is None or isinstance(document["patient"], str))
        and (document["v"], document["kind"]) == (1, "appointment")
        and document["status"] in {"planned", "cancelled"}
    )
    if not well_formed:
        raise NotCanonical("This is no appointment of version 1.")
    found: dict[str, Any] = document
    return found
