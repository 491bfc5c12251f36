"""The identity layer (promise C7): fields by one table, each write a record of its own, the newest one standing.

A value is checked when it is written and again when it is read, since a record may come from another client.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from keymgmt.keys.errors import InvalidIdentity
from keymgmt.keys.identity_fields import FIELDS, LAYER, IdentityField, field_for, validate_field
from keymgmt.keys.layers import Writer
from keymgmt.node.errors import NoGrant
from medixain.core import canonical
from medixain.core.addresses import to_address
from medixain.core.canonical import NotCanonical
from medixain.core.errors import MedixainError
from medixain.sdk.chain import contracts_of
from medixain.sdk.context import Context
from medixain.sdk.granted import grants_of, opened_by
from medixain.sdk.mail import find_wallet
from medixain.sdk.reading import Opened, authorship
from medixain.sdk.records import check_owner, own_records
from medixain.sdk.results import IdentityShown, IdentityValue, IdentityWritten
from medixain.sdk.stored import StoredRecord, own_data_key, section_of_tag
from medixain.sdk.transactions import Handed, require_wait, wait_for
from medixain.sdk.wallet import KYC_SALT, kyc_state
from medixain.sdk.writing import own_target, write
from records.container import RecordType

KIND: Final = "identity"

_MAX_DOCUMENT: Final = 64 * 1024


def set_field(context: Context, name: str, values: list[str], *, wait: str, timeout: int) -> IdentityWritten:
    """Write a field of the own identity. Raises ``InvalidIdentity``, naming the field and what it may hold."""
    require_wait(wait)
    field = field_for(name, Writer.PATIENT)
    if not field.many and len(values) != 1:
        raise InvalidIdentity({name: "give one value"})
    value: str | list[str] = values if field.many else values[0]
    validate_field(field, value)
    body = canonical.encode({"v": 1, "kind": KIND, "field": name, "value": value})
    target = own_target(context, LAYER, field.section)
    written = write(context, target, [body], name=f"{name}.json", kind=RecordType.OTHER)
    state = wait_for(context, [Handed(written.transaction, written.stored.state)], wait, timeout)
    return IdentityWritten(name, f"{LAYER}/{field.section}", written.stored.name, state)


def show(context: Context, patient: str | None = None) -> IdentityShown:
    """Return the own identity, or the part of a patient's that is shared with this professional.

    A record of the layer that is no field, a file for instance, is left to the list. ``missing`` goes by the sections
    that are shared as a whole: what is not shared is not missing.
    """
    if patient is not None and to_address(patient) != context.keys.wallet_id:
        return _shown_of(context, to_address(patient))
    listed = own_records(context, LAYER)
    fields, unreadable = _standing(context, map(_own_opener(context), listed.stored))
    begun = {value.section for value in fields}
    return IdentityShown(
        kyc=kyc_state(context, context.keys.wallet_id, context.keys.salt(KYC_SALT), contracts_of(context)),
        fields=fields,
        missing=_missing(fields, begun),
        unreadable=(*("0x" + item.record.hex() for item in listed.missing), *unreadable),
    )


def _shown_of(context: Context, patient: str) -> IdentityShown:
    grants = grants_of(context, to_address(patient), LAYER)
    fields, unreadable = _standing(context, (_opener(one, patient) for one in opened_by(context, grants)))
    shared = {f"{LAYER}/{section}" for grant in grants for section in grant.sections.values()}
    return IdentityShown(
        kyc=_kyc_of(context, patient),
        fields=fields,
        missing=_missing(fields, shared & {value.section for value in fields}),
        unreadable=unreadable,
    )


def _kyc_of(context: Context, patient: str) -> dict[str, str | None]:
    """Who attested another's wallet, as far as its directory card opens the commitment."""
    card = find_wallet(context, patient)
    if card.kyc_salt is None:
        return {"state": "none", "institution": None}
    return kyc_state(context, card.wallet, card.kyc_salt, contracts_of(context))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A record of the layer, and how it opens; ``open`` raises for one that does not."""

    record: str
    owner: str
    open: Callable[[], Opened]


def _own_opener(context: Context) -> Callable[[StoredRecord], _Candidate]:
    def candidate(stored: StoredRecord) -> _Candidate:
        def opened() -> Opened:
            return Opened(stored, own_data_key(context.keys, stored), context.account, None, ())

        return _Candidate(stored.name, context.keys.wallet_id, opened)

    return candidate


def _opener(one: Opened | StoredRecord, patient: str) -> _Candidate:
    def opened() -> Opened:
        if isinstance(one, StoredRecord):
            raise NoGrant
        return one

    return _Candidate(one.name if isinstance(one, StoredRecord) else one.stored.name, patient, opened)


def _standing(context: Context, candidates: Iterable[_Candidate]) -> tuple[tuple[IdentityValue, ...], tuple[str, ...]]:
    """The newest value of each field by its author's clock, and the records that do not open or verify."""
    standing: dict[str, IdentityValue] = {}
    unreadable: list[str] = []
    for candidate in candidates:
        try:
            found = _value(context, candidate.open(), candidate.owner)
        except MedixainError:
            # Named rather than passed over: an older value would stand in its place unnoticed.
            unreadable.append(candidate.record)
            continue
        if found is None:
            continue
        before = standing.get(found.field)
        # Of two values of one second the larger record id stands, in whatever order the platform shows them.
        if before is None or (found.at, found.record) > (before.at, before.record):
            standing[found.field] = found
    return tuple(standing[field.name] for field in FIELDS if field.name in standing), tuple(unreadable)


def _missing(fields: tuple[IdentityValue, ...], sections: Collection[str]) -> tuple[str, ...]:
    have = {value.field for value in fields}
    required = (field.name for field in FIELDS if field.required and f"{LAYER}/{field.section}" in sections)
    return tuple(name for name in required if name not in have)


def _value(context: Context, opened: Opened, owner: str) -> IdentityValue | None:
    """The field in a record; None for another kind of content; raises for anything that does not verify."""
    stored = opened.stored
    with opened.content(context) as pieces:
        reader = opened.reader(pieces)
        if reader.preamble.type != RecordType.OTHER or stored.body_size > _MAX_DOCUMENT:
            return None
        content = b"".join(reader.chunks())
    try:
        document = canonical.parse(content)
    except NotCanonical:
        return None
    if not isinstance(document, dict) or document.get("kind") != KIND:
        return None
    check_owner(reader.preamble, owner)
    authorship(context, opened, reader.preamble.owner)
    field = parse_field(document)
    if _section_of(context, opened) not in (field.section, None):
        raise NotCanonical("This identity field stands in another section than its own.")
    value = document["value"]
    return IdentityValue(
        field=field.name,
        section=f"{LAYER}/{field.section}",
        title=field.title,
        value=tuple(value) if field.many else value,
        fhir=field.fhir,
        at=stored.header.created,
        record=stored.name,
    )


def _section_of(context: Context, opened: Opened) -> str | None:
    """The section a record lies in; None where a grant of single records does not say which."""
    if opened.grant is not None:
        return opened.grant.sections.get(opened.stored.tag)
    return section_of_tag(context.keys, LAYER, opened.stored.tag)


def parse_field(document: dict[str, Any]) -> IdentityField:
    """Return the field of a document whose value passes its check; raises ``NotCanonical`` or ``InvalidIdentity``."""
    if set(document) != {"v", "kind", "field", "value"} or document["v"] != 1:
        raise NotCanonical("This is no identity field of version 1.")
    field = field_for(str(document["field"]), Writer.PATIENT)
    validate_field(field, document["value"])
    return field
