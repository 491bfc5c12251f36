"""The identity layer (promise C7): fields by one table, each write a record of its own, the newest one standing.

A value is checked when it is written and again when it is read, since a record may come from another client.
"""

from typing import Any, Final

from keymgmt.keys.errors import InvalidIdentity
from keymgmt.keys.identity_fields import FIELDS, LAYER, IdentityField, field_for, validate_field
from keymgmt.keys.layers import Writer
from medixain.core import canonical
from medixain.core.canonical import NotCanonical
from medixain.core.errors import MedixainError
from medixain.sdk.chain import contracts_of
from medixain.sdk.context import Context
from medixain.sdk.reading import Opened, authorship
from medixain.sdk.records import own_records
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


def show(context: Context) -> IdentityShown:
    """Return the own identity; a record of the layer that is no field, a file for instance, is left to the list."""
    listed = own_records(context, LAYER)
    standing: dict[str, tuple[int, IdentityValue]] = {}
    unreadable = ["0x" + item.record.hex() for item in listed.missing]
    for stored in listed.stored:
        try:
            found = _value(context, stored)
        except MedixainError:
            # Named rather than passed over: an older value would stand in its place unnoticed.
            unreadable.append(stored.name)
            continue
        if found is not None and (found.field not in standing or found.at >= standing[found.field][0]):
            standing[found.field] = found.at, found
    begun = {value.section for _, value in standing.values()}
    required = (field for field in FIELDS if field.required and f"{LAYER}/{field.section}" in begun)
    return IdentityShown(
        kyc=kyc_state(context, context.keys.wallet_id, context.keys.salt(KYC_SALT), contracts_of(context)),
        fields=tuple(standing[field.name][1] for field in FIELDS if field.name in standing),
        missing=tuple(field.name for field in required if field.name not in standing),
        unreadable=tuple(unreadable),
    )


def _value(context: Context, stored: StoredRecord) -> IdentityValue | None:
    """The field in a record; None for another kind of content; raises for anything that does not verify."""
    opened = Opened(stored, own_data_key(context.keys, stored), context.account, None, ())
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
    authorship(context, opened, reader.preamble.owner)
    field = parse_field(document)
    if section_of_tag(context.keys, LAYER, stored.tag) != field.section:
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


def parse_field(document: dict[str, Any]) -> IdentityField:
    """Return the field of a document whose value passes its check; raises ``NotCanonical`` or ``InvalidIdentity``."""
    if set(document) != {"v", "kind", "field", "value"} or document["v"] != 1:
        raise NotCanonical("This is no identity field of version 1.")
    field = field_for(str(document["field"]), Writer.PATIENT)
    validate_field(field, document["value"])
    return field
