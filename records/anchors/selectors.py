"""Reading records: who may take which ciphertext. Keys are not given here: re-encryption nodes decide about them."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from contracts.bindings.messages import GrantKind, GrantOpening
from medixain.api.caller import Caller, NodeCaller
from medixain.api.errors import NotFound, NotPermitted
from medixain.chainindex.chain import get_chain
from medixain.core.canonical import NotCanonical, require_shallow
from medixain.core.eip712 import hash_struct
from medixain.core.errors import InvalidInput
from medixain.core.typed_json import message_from_json
from records.anchors.models import Record

MAX_OPENING_BYTES = 64 * 1024


class NoGrant(NotPermitted):
    """The grant named does not let the caller take this; one answer for every reason."""

    code = "no-grant"

    def __init__(self) -> None:
        super().__init__("No grant for this: check the grant id and its opening, or ask the patient.")


@dataclass(frozen=True, slots=True)
class ShownGrant:
    """A grant that the caller opened for this request; neither it nor the opening is kept."""

    opening: GrantOpening

    def covers(self, records: QuerySet[Record]) -> QuerySet[Record]:
        """Narrow ``records`` to those of the grant: the ones it names, or those in its sections' epochs."""
        records = records.filter(slot=self.opening.slot)
        if self.opening.kind == GrantKind.RECORDS:
            return records.filter(id__in=list(self.opening.records))
        sections = [section.tag for section in self.opening.sections]
        return records.filter(envelope__section__in=sections)


def grant_show(*, caller: Caller, grant_id: bytes, opening: str) -> ShownGrant:
    """Return the grant if the opening is its, names the caller, and is active at head; raises :class:`NoGrant`.

    ``opening`` is the header ``Grant-Opening``: base64 of the canonical JSON of the GrantOpening.
    """
    message = _parse_opening(opening)
    if hash_struct(message) != grant_id or message.grantee != caller.address:
        raise NoGrant
    if not get_chain().grant_is_active(message.slot, grant_id, at=int(timezone.now().timestamp())):
        raise NoGrant
    return ShownGrant(message)


def _parse_opening(opening: str) -> GrantOpening:
    if len(opening) > MAX_OPENING_BYTES:
        raise InvalidInput("The Grant-Opening header is too long.", field="Grant-Opening")
    try:
        decoded = base64.b64decode(opening, validate=True)
        require_shallow(decoded)
        document = json.loads(decoded.decode("utf-8"))
    except (binascii.Error, ValueError, NotCanonical) as error:
        raise InvalidInput("Give Grant-Opening as base64 of the opening's JSON.", field="Grant-Opening") from error
    return message_from_json(GrantOpening, document, place="Grant-Opening")


def records_live() -> QuerySet[Record]:
    """Return the records that are not removed, with what an answer needs."""
    return Record.objects.filter(removed=None).select_related("envelope", "transaction")


def record_list(
    *, caller: Caller, slot: str | None, grant: ShownGrant | None, after: int, limit: int
) -> Sequence[Record]:
    """Return up to ``limit`` records after the cursor: of an own slot, or of a shown grant.

    Raises :class:`NotPermitted` for a slot that is not the caller's.
    """
    records = records_live().filter(sequence__gt=after).order_by("sequence")
    if grant is not None:
        return list(grant.covers(records)[:limit])
    if slot is None:
        raise InvalidInput("Name a slot of yours, or a grant.", field="slot")
    if not caller.owns(slot):
        raise NotPermitted("This slot is not yours; name a grant to read what was shared with you.")
    return list(records.filter(slot=slot)[:limit])


def record_get(record_id: bytes) -> Record:
    """Return a record that is not removed; raises :class:`NotFound`."""
    record = records_live().filter(id=record_id).first()
    if record is None:
        raise NotFound("There is no such record, or its owner has removed it.")
    return record


def record_for_content(*, caller: Caller | NodeCaller, record_id: bytes, grant: ShownGrant | None) -> Record:
    """Return the record if the caller may take its bytes: the owner, its author, or a grantee who shows the grant.

    Raises :class:`NoGrant` alike for what is not shared and for what does not exist.
    """
    record = records_live().filter(id=record_id).first()
    if record is None:
        if grant is None and not isinstance(caller, Caller):
            raise NotFound("There is no such record, or its owner has removed it.")
        raise NoGrant
    if isinstance(caller, Caller) and (caller.owns(record.slot) or caller.address == record.originator):
        return record
    if grant is not None and grant.covers(Record.objects.filter(pk=record.pk)).exists():
        return record
    raise NoGrant
