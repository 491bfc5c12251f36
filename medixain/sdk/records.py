"""Records as commands see them: add, list, get."""

import os
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from medixain.core.addresses import to_address
from medixain.core.errors import InvalidInput, MedixainError
from medixain.sdk import fhir, inbox, removals
from medixain.sdk.context import RECORD_LAYERS, Context
from medixain.sdk.errors import FhirRefused, Integrity
from medixain.sdk.grants import Given, given_grants, grant_state
from medixain.sdk.reading import Authorship, Opened, Received, authorship, open_record, received_grants
from medixain.sdk.results import RecordAdded, RecordOpened, RecordRow
from medixain.sdk.rotation_plan import plan_late
from medixain.sdk.slots import History, RecordItem, attested, history
from medixain.sdk.stored import (
    StoredRecord,
    own_data_key,
    record_id,
    rows,
    section_of_tag,
    split_section,
)
from medixain.sdk.transactions import Handed, require_wait, wait_for
from medixain.sdk.writing import Target, own_target, patient_target, write
from records.container import Preamble, Progress, RecordType, atomic_file, shortened_name

TYPES: Final[Mapping[str, RecordType]] = {
    "fhir": RecordType.FHIR_BUNDLE,
    "ips": RecordType.IPS_DOCUMENT,
    "ndjson": RecordType.FHIR_NDJSON,
    "fhir-resource": RecordType.FHIR_RESOURCE,
    "dicom": RecordType.DICOM,
    "pdf": RecordType.PDF,
    "image": RecordType.IMAGE,
    "text": RecordType.TEXT,
    "genomic": RecordType.GENOMIC,
    "claim": RecordType.CLAIM,
    "credential": RecordType.CREDENTIAL,
    "other": RecordType.OTHER,
}
"""Types as the command line names them."""

_NAMES: Final = {
    **{kind: name for name, kind in TYPES.items()},
    RecordType.PROFILE_EVENT: "profile-event",
    RecordType.ACTIVITY_EVENT: "activity-event",
    RecordType.STUDY_SUBMISSION: "study-submission",
}
_FHIR_KINDS: Final = {"bundle": "fhir", "ips": "ips", "resource": "fhir-resource", "ndjson": "ndjson"}
_DEFAULT_SECTION: Final = ("profile", "documents")
REMOVAL_NOT_ATTESTED: Final = "removal-not-attested"
"""Why a record is listed that the platform says was removed: no m nodes attest that."""

_SNIFFED: Final = 64 * 1024
_MAGIC: Final = (
    (0, b"%PDF-", "pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image"),
    (0, b"\xff\xd8\xff", "image"),
    (0, b"GIF8", "image"),
    (0, b"##fileformat=VCF", "genomic"),
    (128, b"DICM", "dicom"),
)


def type_name(kind: RecordType) -> str:
    """Return the name people use for a record type."""
    return _NAMES[kind]


# ---- adding --------------------------------------------------------------------------------------------------------


def add(
    context: Context,
    path: Path,
    *,
    patient: str | None,
    section: str | None,
    kind: str | None,
    wait: str,
    timeout: int,
    progress: Progress | None = None,
) -> RecordAdded:
    """Encrypt a file and add it to the own wallet or to a patient's; FHIR is validated and stored as it came.

    Raises ``FhirRefused`` with the wrong paths, ``NoIntroduction``, ``NotAttested`` and what the platform refuses.
    """
    require_wait(wait)
    name, report = detect(path, kind)
    layer, part = split_section(section) if section is not None else _DEFAULT_SECTION
    target = target_of(context, patient, layer, part)
    with path.open("rb") as file:
        written = write(context, target, file, name=shortened_name(path.name), kind=TYPES[name], progress=progress)
    remember(
        context, written.stored, Preamble(target.owner, shortened_name(path.name), TYPES[name]), path.stat().st_size
    )
    state = wait_for(context, [Handed(written.transaction, written.stored.state)], wait, timeout)
    return RecordAdded(
        record=written.stored.name,
        cid=written.stored.cid,
        section=f"{layer}/{part}",
        type=name,
        size=path.stat().st_size,
        report=report,
        state=state,
    )


def target_of(context: Context, patient: str | None, layer: str, section: str) -> Target:
    """Return where a record goes: the own wallet, or a patient's who introduced the section."""
    if patient is None or to_address(patient) == context.keys.wallet_id:
        return own_target(context, layer, section)
    inbox.sync(context)
    return patient_target(context, patient, layer, section)


def detect(path: Path, kind: str | None) -> tuple[str, fhir.FhirReport | None]:
    """Return the type of a file and its FHIR report; a type given by the caller must be true of FHIR types.

    Raises ``InvalidInput`` for an unknown type and ``FhirRefused``.
    """
    if kind is not None and kind not in TYPES:
        raise InvalidInput(f"There is no type {kind!r}; choose one of {', '.join(TYPES)}.", field="type")
    with path.open("rb") as file:
        first = file.read(_SNIFFED)
    found = kind or _sniff(path, first)
    if found == "ndjson":
        report, lines = fhir.validate_ndjson(path)
        wrong = [f"{line.place}: {issue}" for line in lines for issue in line.issues]
        if wrong:
            raise FhirRefused(path.name, wrong[: fhir.MAX_ISSUES])
        return found, report
    if found not in {"fhir", "ips", "fhir-resource"}:
        return found, None
    report = fhir.validate_document(path)
    actual = _FHIR_KINDS[report.kind]
    # An IPS document is a Bundle too; a Bundle is not an IPS for being called one.
    if kind is not None and kind != actual and (kind, actual) != ("fhir", "ips"):
        raise FhirRefused(path.name, [f"resourceType: it is of type {actual}, not {kind}"])
    return kind or actual, report


def _sniff(path: Path, first: bytes) -> str:
    if path.suffix.lower() == ".ndjson" and fhir.looks_like_fhir(first):
        return "ndjson"
    if fhir.looks_like_fhir(first):
        return "fhir"
    for place, magic, kind in _MAGIC:
        if first[place : place + len(magic)] == magic:
            return kind
    try:
        # A character cut by the sample's end is no reason to call a text something else.
        first[: -4 if len(first) == _SNIFFED else None].decode("utf-8")
    except UnicodeDecodeError:
        return "other"
    return "text" if b"\x00" not in first else "other"


# ---- listing -------------------------------------------------------------------------------------------------------


def list_records(context: Context, patient: str | None) -> list[RecordRow]:
    """Return the own records, or those a patient shares with this professional.

    The own list is held against the history the nodes attest: a record that is hidden or invented is an error. One
    whose content or signature does not verify is marked (``problem``), and so is one that only the platform says was
    removed; neither hides another.
    """
    if patient is not None and to_address(patient) != context.keys.wallet_id:
        return _shared(context, to_address(patient))
    found: list[RecordRow] = []
    given = given_grants(context)
    for layer in RECORD_LAYERS:
        listed = own_records(context, layer)
        live = [one for one in given if one.layer == layer and grant_state(context, one, listed.withdrawn) == "active"]
        found += [_own_row(context, layer, stored, live) for stored in listed.stored]
        found += [_missing_row(context, layer, item) for item in listed.missing]
        # Only noted for the owner's next act: whatever fails here must not keep her from her list.
        with suppress(MedixainError):
            plan_late(context, layer, listed.stored)
    return found


@dataclass(frozen=True, slots=True)
class OwnRecords:
    """A layer's records, and what else its attested history says.

    ``missing``: records that the platform does not show because, on its word alone, they were removed. ``withdrawn``:
    ids of grants of the layer that were withdrawn.
    """

    stored: list[StoredRecord]
    missing: list[RecordItem]
    withdrawn: frozenset[bytes] = frozenset()


def own_records(context: Context, layer: str) -> OwnRecords:
    """Return a layer's records in the chain's order; raises :class:`Integrity` when they are not those it attests."""
    slot = context.keys.slot_id(layer)
    statement = attested(context, slot, fresh=False)
    past = history(context, slot, context.account, statement)
    stored = rows(context, context.account, slot=slot)
    missing = check_against_history(stored, past, removals.under_way(context, past))
    return OwnRecords(in_order(stored, past), missing, frozenset(past.withdrawn()))


def in_order(stored: list[StoredRecord], past: History) -> list[StoredRecord]:
    """Return records in the chain's order, whatever order the platform lists them in.

    Those that the chain does not show yet come after the others, by their authors' clocks.
    """
    places = {record: place for place, record in enumerate(past.anchored())}
    return sorted(stored, key=lambda one: (places.get(one.id, len(places)), one.header.created, one.id))


def check_against_history(
    stored: list[StoredRecord], past: History, removing: Collection[bytes] = ()
) -> list[RecordItem]:
    """Return if exactly the attested records are shown, each with its anchored key and address.

    Only records in ``removing``, whose removal this device signed, may be missing before the nodes attest it. Those
    that are missing on the platform's word alone are returned: they were removed a moment ago from another device of
    the owner, or they are being hidden, and which of the two the nodes will show.
    """
    shown = {one.id: one for one in stored}
    anchored, said_removed = past.anchored(), past.said_removed()
    missing: list[RecordItem] = []
    for record, item in anchored.items():
        one = shown.get(record)
        if one is None:
            if record in removing:
                continue
            if record in said_removed:
                missing.append(item)
            elif item.attested:
                raise Integrity(f"The platform hides the record 0x{record.hex()}")
            continue
        if (one.kc_hash, one.cid_bytes) != (item.kc_hash, item.ipfs):
            raise Integrity(f"The platform shows another content of the record {one.name} than was anchored")
    for one in stored:
        if one.state == "final" and one.id not in anchored:
            raise Integrity(f"The platform shows a record {one.name} that was never anchored")
    return missing


def _own_row(context: Context, layer: str, stored: StoredRecord, live: Sequence[Given]) -> RecordRow:
    section = section_of_tag(context.keys, layer, stored.tag)
    known, problem = None, None
    try:
        known = _known(context, stored)
    except MedixainError as error:
        problem = error.code
    readers = tuple(
        sorted(
            {
                grant.opening.grantee
                for grant in live
                if Received(grant.opening, context.keys.wallet_id, layer, {}).covers(stored)
            }
        )
    )
    return _row(stored, f"{layer}/{section}", known, readers, problem)


def _missing_row(context: Context, layer: str, item: RecordItem) -> RecordRow:
    """A record of which only the history tells: what this device remembers of it, and why there is no more."""
    name = "0x" + item.record.hex()
    known = context.table("records").get(name, {})
    return RecordRow(
        record=name,
        name=known.get("name"),
        type=known.get("type"),
        section=layer,
        size=known.get("size"),
        created=item.time,
        author=known.get("author") or item.originator,
        institution=known.get("institution"),
        state="final" if item.attested else "anchored",
        readers=(),
        problem=REMOVAL_NOT_ATTESTED,
    )


def _row(
    stored: StoredRecord,
    section: str,
    known: dict[str, Any] | None,
    readers: tuple[str, ...],
    problem: str | None = None,
) -> RecordRow:
    known = known or {}
    return RecordRow(
        record=stored.name,
        name=known.get("name"),
        type=known.get("type"),
        section=section,
        size=known.get("size"),
        created=stored.header.created,
        author=known.get("author") or stored.header.author,
        institution=known.get("institution"),
        state=stored.state,
        readers=readers,
        problem=problem,
    )


def _known(context: Context, stored: StoredRecord) -> dict[str, Any]:
    """Name, type, size and author of an own record: remembered, or from its first chunk."""
    found: dict[str, Any] | None = context.table("records").get(stored.name)
    if found is not None:
        return found
    opened = Opened(stored, own_data_key(context.keys, stored), context.account, None, ())
    preamble = opened.metadata(context)
    check_owner(preamble, context.keys.wallet_id)
    return remember(context, stored, preamble, None, authorship(context, opened, preamble.owner))


def remember(
    context: Context,
    stored: StoredRecord,
    preamble: Preamble,
    size: int | None,
    who: Authorship | None = None,
) -> dict[str, Any]:
    """Keep what never changes of a record, so that a list need not open it again."""
    row = {
        "name": preamble.name,
        "type": type_name(preamble.type),
        "size": stored.body_size if size is None else size,
        "author": who.author if who else None,
        "institution": who.institution if who else None,
    }
    with context.changing("records") as records:
        records[stored.name] = row
    return row


def _shared(context: Context, patient: str) -> list[RecordRow]:
    inbox.sync(context)
    found: dict[str, RecordRow] = {}
    for grant in received_grants(context):
        if grant.wallet != patient or grant.opening.expiry <= context.now():
            continue
        name = "0x" + grant.id.hex()
        try:
            listed = rows(context, context.professional, grant.headers(), grant=name)
        except MedixainError as error:
            if error.code != "no-grant":
                raise
            continue  # withdrawn: nothing of it is shared any more
        for stored in listed:
            section = grant.sections.get(stored.tag, "")
            label = f"{grant.layer}/{section}" if section else grant.layer
            found[stored.name] = _row(stored, label, context.table("records").get(stored.name), ())
    return list(found.values())


# ---- getting -------------------------------------------------------------------------------------------------------


def get(context: Context, record: str, out: Path | None, progress: Progress | None = None) -> RecordOpened:
    """Open a record and write it, byte for byte; the file appears only when all of it and its author have verified.

    ``out`` is a file or a folder; without it the record's own name is used here and never overwrites anything.
    """
    inbox.sync(context)
    opened = open_record(context, record_id(record))
    with opened.content(context) as pieces:
        reader = opened.reader(pieces)
        check_owner(reader.preamble, _expected_owner(context, opened))
        who = authorship(context, opened, reader.preamble.owner)
        path = destination(out, reader.preamble.name)
        size = 0
        with atomic_file(path) as file:
            for piece in reader.chunks(progress):
                size += len(piece)
                file.write(piece)
    remember(context, opened.stored, reader.preamble, size, who)
    return RecordOpened(
        record=opened.stored.name,
        name=reader.preamble.name,
        type=type_name(reader.preamble.type),
        size=size,
        path=str(path),
        nodes=opened.nodes,
        author=who.author,
        institution=who.institution,
    )


def stream(context: Context, record: str, file: BinaryIO) -> None:
    """Open a record into an open file, verified chunk by verified chunk; an error may come after some were written.

    Who wrote it is known to be true before the first.
    """
    inbox.sync(context)
    opened = open_record(context, record_id(record))
    with opened.content(context) as pieces:
        reader = opened.reader(pieces)
        check_owner(reader.preamble, _expected_owner(context, opened))
        authorship(context, opened, reader.preamble.owner)
        for piece in reader.chunks():
            file.write(piece)


def _expected_owner(context: Context, opened: Opened) -> str:
    return context.keys.wallet_id if opened.grant is None else opened.grant.wallet


def check_owner(preamble: Preamble, expected: str) -> None:
    if preamble.owner != expected:
        raise Integrity(f"The record says it is {preamble.owner}'s, where {expected}'s was asked for")


def destination(out: Path | None, name: str) -> Path:
    """Return the file to write; raises ``InvalidInput`` rather than overwrite a file nobody named."""
    if out is not None and not out.is_dir():
        return out
    path = (out or Path(os.curdir)) / name
    if path.exists():
        raise InvalidInput(f"There is a file {path} already; name another with --out.", field="out")
    return path
