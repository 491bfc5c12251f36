"""The medical profile as signed events that are never overwritten, and their fold (promises C16, C17, D9, D10).

An event is a record of type profile event; its body is canonical JSON that names the history its author had seen. The
chain gives the order, and folding is a function of the ordered events alone: every reader computes the same profile.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final

from keymgmt.keys.layers import Writer, layer_of, may_append
from medixain.core import canonical
from medixain.core.addresses import to_address
from medixain.core.canonical import NotCanonical
from medixain.core.errors import InvalidInput, MedixainError
from medixain.sdk.context import Context
from medixain.sdk.errors import NotFound
from medixain.sdk.granted import grants_of, opened_by
from medixain.sdk.reading import Opened, authorship
from medixain.sdk.records import check_owner, own_records, target_of
from medixain.sdk.results import EventAdded, ProfileEntry, ProfileShown
from medixain.sdk.slots import attested
from medixain.sdk.stored import StoredRecord, own_data_key, record_id
from medixain.sdk.transactions import Handed, require_wait, wait_for
from medixain.sdk.writing import Target, own_section, patient_target, write
from records.container import RecordType

LAYER: Final = "profile"
MAX_EVENT: Final = 1 << 20
"""Bytes of an event; larger content is a record of its own."""

KINDS: Final = frozenset({"entry", "confirm", "dispute", "answer"})


@dataclass(frozen=True, slots=True)
class Event:
    """An event whose record opened and whose author's signature was checked.

    ``order`` is its place in the slot's history; ``seen`` the number of records its author had seen, so that two
    entries about one thing conflict when neither author knew of the other.
    """

    id: str
    order: int
    kind: str
    section: str
    entry: Any
    target: str | None
    reason: str | None
    seen: int
    author: str
    institution: str | None
    by_owner: bool
    at: int


# ---- folding -------------------------------------------------------------------------------------------------------


def fold(events: Sequence[Event]) -> dict[str, tuple[ProfileEntry, ...]]:
    """Return the entries by section, in the chain's order. Pure; the order in which events are given does not matter.

    A correction (an entry with a target of the same section) takes its entry's place when it is by who answers for the
    entry, by the patient where patients write, or by anybody else once the patient has confirmed it; until then both
    stand, in conflict. The patient confirms or disputes; the author of an entry, or somebody of the same institution,
    answers. The last mark decides the state, all are shown. Corrections of one entry, each made without having seen the
    other, conflict too.
    """
    ordered = sorted(events, key=lambda event: event.order)
    entries = {event.id: event for event in ordered if event.kind == "entry"}
    marks = _marks(ordered, entries)
    corrections = _corrections(ordered, entries)
    counting = _counting(corrections, entries, marks)
    conflicts = _conflicts(corrections, entries, counting)
    sections: dict[str, list[ProfileEntry]] = {}
    for event in entries.values():
        entry = ProfileEntry(
            event=event.id,
            section=event.section,
            entry=event.entry,
            author=event.author,
            institution=event.institution,
            at=event.at,
            state="corrected" if event.id in counting else _state(marks.get(event.id, ())),
            marks=tuple(marks.get(event.id, ())),
            corrects=event.target if event.id in corrections else None,
            conflicts=tuple(sorted(conflicts.get(event.id, ()), key=lambda rival: entries[rival].order)),
        )
        sections.setdefault(event.section, []).append(entry)
    return {section: tuple(found) for section, found in sections.items()}


def _corrections(ordered: Sequence[Event], entries: Mapping[str, Event]) -> dict[str, Event]:
    """Return each correction by its id, whoever wrote it, with the entry that it corrects, in the chain's order."""
    found: dict[str, Event] = {}
    for event in ordered:
        corrected = entries.get(event.target or "")
        if event.kind != "entry" or corrected is None:
            continue
        if corrected.order < event.order and corrected.section == event.section:
            found[event.id] = corrected
    return found


def _counting(
    corrections: dict[str, Event], entries: Mapping[str, Event], marks: Mapping[str, Sequence[dict[str, Any]]]
) -> dict[str, list[str]]:
    """Return the corrections that take the place of an entry, by the entry.

    What the patient confirms may itself be a correction of a correction that waits for her: then both count.
    """
    found: dict[str, list[str]] = {}
    confirmed: set[str] = set()
    # The latest first: what corrects a correction comes after it.
    for name, corrected in reversed(corrections.items()):
        event = entries[name]
        if _is_confirmed(event, marks.get(name, ())) or any(later in confirmed for later in found.get(name, ())):
            confirmed.add(name)
        by_patient = event.by_owner and may_append(LAYER, event.section, Writer.PATIENT)
        if name in confirmed or by_patient or _is_answerable(event, corrected):
            found.setdefault(corrected.id, []).append(name)
    return found


def _is_confirmed(event: Event, marks: Sequence[dict[str, Any]]) -> bool:
    """Whether the patient's last word on another's entry is that it is right."""
    words = [mark["kind"] for mark in marks if mark["kind"] != "answer"]
    return not event.by_owner and words[-1:] == ["confirm"]


def _is_answerable(event: Event, about: Event) -> bool:
    """Whether an event's author is who wrote the entry it is about, or of the same institution."""
    return event.author == about.author or (event.institution is not None and event.institution == about.institution)


def _conflicts(
    corrections: Mapping[str, Event], entries: dict[str, Event], counting: Mapping[str, Sequence[str]]
) -> dict[str, set[str]]:
    """Return the entries that each does not agree with."""
    standing = _standing(entries, counting)
    siblings: dict[str, list[Event]] = {}
    pairs: list[tuple[str, str]] = []
    for name, corrected in corrections.items():
        event = entries[name]
        others = siblings.setdefault(corrected.id, [])
        pairs += [(name, other.id) for other in others if other.seen < event.order and event.seen < other.order]
        others.append(event)
        if name not in counting.get(corrected.id, ()):
            pairs += product(standing[name], standing[corrected.id])
    found: dict[str, set[str]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return found


def _standing(entries: dict[str, Event], counting: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return what stands for each entry now: itself, or what has taken its place."""
    found: dict[str, list[str]] = {}
    for name in reversed(entries):
        later = counting.get(name, ())
        found[name] = [one for correction in later for one in found[correction]] if later else [name]
    return found


def _marks(ordered: Sequence[Event], entries: Mapping[str, Event]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for event in ordered:
        marked = entries.get(event.target or "")
        if event.kind == "entry" or marked is None or marked.order > event.order:
            continue
        # Only the patient confirms or disputes, and only who is answerable for an entry answers for it.
        if event.by_owner if event.kind in {"confirm", "dispute"} else _is_answerable(event, marked):
            mark = {"kind": event.kind, "by": event.author, "at": event.at, "reason": event.reason, "event": event.id}
            found.setdefault(marked.id, []).append(mark)
    return found


def _state(marks: Sequence[dict[str, Any]]) -> str:
    names = {"confirm": "confirmed", "dispute": "disputed", "answer": "answered"}
    return names[marks[-1]["kind"]] if marks else "current"


# ---- writing -------------------------------------------------------------------------------------------------------


def append(
    context: Context, section: str, entry: Any, *, patient: str | None, corrects: str | None, wait: str, timeout: int
) -> EventAdded:
    """Append a signed entry to a section of the own profile or of a patient's; nothing is ever overwritten.

    What ``corrects`` somebody else's entry stands beside it until the patient confirms it (:func:`fold`).
    """
    require_wait(wait)
    if not isinstance(entry, dict) or not entry:
        raise InvalidInput("An entry is a JSON object with at least one field.", field="entry")
    section = section.removeprefix(f"{LAYER}/")
    target = target_of(context, patient, LAYER, section)
    corrected = None if corrects is None else "0x" + record_id(corrects).hex()
    return _write(context, target, "entry", {"entry": entry, "target": corrected, "section": section}, wait, timeout)


def confirm(context: Context, event: str, *, wait: str, timeout: int) -> EventAdded:
    """Confirm an entry of the own profile as right."""
    return _mark(context, "confirm", event, None, wait, timeout)


def dispute(context: Context, event: str, reason: str, *, wait: str, timeout: int) -> EventAdded:
    """Dispute an entry of the own profile: it stays, marked, until its author corrects it or answers."""
    if not reason.strip():
        raise InvalidInput("Say what is wrong; the author and every reader will see it.", field="reason")
    return _mark(context, "dispute", event, reason, wait, timeout)


def answer(context: Context, patient: str, event: str, reason: str, *, wait: str, timeout: int) -> EventAdded:
    """Answer for an own entry (or one of the same institution) in a patient's profile, which the patient disputes.

    Raises ``NoIntroduction`` without the right to append to the entry's section.
    """
    if not reason.strip():
        raise InvalidInput("Say why the entry stands; the patient and every reader will see it.", field="reason")
    return _mark(context, "answer", event, reason, wait, timeout, patient)


def _mark(
    context: Context, kind: str, event: str, reason: str | None, wait: str, timeout: int, patient: str | None = None
) -> EventAdded:
    """Write a mark into the section of the entry it is about, so that whoever reads the entry reads the mark."""
    require_wait(wait)
    identifier = "0x" + record_id(event).hex()
    entries = {entry.event: entry for section in show(context, patient).sections.values() for entry in section}
    if identifier not in entries:
        raise NotFound("profile entry", event)
    marked = entries[identifier]
    if patient is None:
        target = own_section(context, LAYER, marked.section)
    else:
        target = patient_target(context, patient, LAYER, marked.section)
        _require_answerable(target, marked)
    body = {"target": identifier, "reason": reason, "section": marked.section}
    return _write(context, target, kind, body, wait, timeout)


def _require_answerable(target: Target, marked: ProfileEntry) -> None:
    """Return if the fold will count an answer; raises ``InvalidInput`` rather than write one that nobody sees."""
    me = target.professional
    if me is None or (marked.author != me.wallet and marked.institution != me.institution):
        raise InvalidInput("Only its author, or somebody of the same institution, answers for an entry.", field="event")


def _write(context: Context, target: Target, kind: str, fields: dict[str, Any], wait: str, timeout: int) -> EventAdded:
    statement = attested(context, target.slot, fresh=False)
    body = event_body(kind, fields, seen=statement.records_count, head=statement.records_head)
    if len(body) > MAX_EVENT:
        raise InvalidInput("An entry has at most 1 MiB; add larger content as a record.", field="entry")
    written = write(context, target, [body], name=f"{kind}.json", kind=RecordType.PROFILE_EVENT)
    state = wait_for(context, [Handed(written.transaction, written.stored.state)], wait, timeout)
    return EventAdded(written.stored.name, f"{LAYER}/{target.section}", state)


def event_body(kind: str, fields: Mapping[str, Any], *, seen: int, head: bytes) -> bytes:
    """Return the bytes of an event: what :func:`parse_event` reads (docs/spec/api.md, Profile events)."""
    document = {
        "v": 1,
        "kind": kind,
        "section": fields["section"],
        "entry": _encodable(fields.get("entry")),
        "target": fields.get("target"),
        "reason": fields.get("reason"),
        "seen": seen,
        "head": "0x" + head.hex(),
    }
    return canonical.encode(document)


def _encodable(entry: Any) -> str | None:
    """The entry as JSON text: canonical JSON has no decimals, and FHIR's must come back digit by digit."""
    return None if entry is None else json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


# ---- showing -------------------------------------------------------------------------------------------------------


def show(context: Context, patient: str | None) -> ProfileShown:
    """Return the own profile, or the part of a patient's that is shared with this professional, as events fold."""
    if patient is None or to_address(patient) == context.keys.wallet_id:
        listed = own_records(context, LAYER)
        found = _shown(context, _own(context, listed.stored))
        return replace(found, unreadable=(*found.unreadable, *("0x" + item.record.hex() for item in listed.missing)))
    return _shown(context, opened_by(context, grants_of(context, to_address(patient), LAYER)))


def _own(context: Context, listed: Sequence[StoredRecord]) -> list[Opened | StoredRecord]:
    found: list[Opened | StoredRecord] = []
    for stored in listed:
        try:
            found.append(Opened(stored, own_data_key(context.keys, stored), context.account, None, ()))
        except MedixainError:
            found.append(stored)
    return found


def _shown(context: Context, opened: Sequence[Opened | StoredRecord]) -> ProfileShown:
    events: list[Event] = []
    unreadable: list[str] = []
    for order, one in enumerate(opened, start=1):
        if isinstance(one, StoredRecord):
            unreadable.append(one.name)
            continue
        try:
            event = _event(context, one, order)
        except MedixainError:
            # Shown as unreadable: a hidden failure could hide an allergy.
            unreadable.append(one.stored.name)
            continue
        if event is not None:
            events.append(event)
    return ProfileShown(fold(events), tuple(unreadable))


def _event(context: Context, opened: Opened, order: int) -> Event | None:
    """The event in a record, None when the record is of another type; raises for anything that does not verify."""
    with opened.content(context) as pieces:
        reader = opened.reader(pieces)
        if reader.preamble.type != RecordType.PROFILE_EVENT:
            return None
        if opened.stored.body_size > MAX_EVENT:
            raise NotCanonical("A profile event is too long.")
        document = canonical.parse(b"".join(reader.chunks()))
    # Otherwise a patient could have her own words taken for another's.
    check_owner(reader.preamble, context.keys.wallet_id if opened.grant is None else opened.grant.wallet)
    who = authorship(context, opened, reader.preamble.owner)
    return parse_event(
        document,
        event=opened.stored.name,
        order=order,
        author=who.author,
        institution=who.institution,
        by_owner=opened.stored.header.author == opened.stored.slot,
        at=opened.stored.header.created,
    )


def parse_event(
    document: Any, *, event: str, order: int, author: str, institution: str | None, by_owner: bool, at: int
) -> Event:
    """Return the event in ``document``; raises ``NotCanonical`` for anything else."""
    fields = {"v", "kind", "section", "entry", "target", "reason", "seen", "head"}
    if not isinstance(document, dict) or set(document) != fields or document["v"] != 1:
        raise NotCanonical("This is no profile event of version 1.")
    kind, section, target, reason = (document[name] for name in ("kind", "section", "target", "reason"))
    well_formed = (
        kind in KINDS
        and section in layer_of(LAYER).sections
        and all(value is None or isinstance(value, str) for value in (target, reason, document["entry"]))
        and isinstance(document["seen"], int)
    )
    if not well_formed:
        raise NotCanonical("A profile event names a kind, a section and what it is about.")
    entry = None
    if document["entry"] is not None:
        encoded = document["entry"].encode("utf-8")
        canonical.require_shallow(encoded)
        try:
            entry = json.loads(encoded.decode("utf-8"))
        except ValueError as error:
            raise NotCanonical("A profile event's entry is no JSON.") from error
    return Event(
        event, order, kind, section, entry, target, reason, document["seen"], author, institution, by_owner, at
    )
