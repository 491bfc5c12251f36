"""Writing records: taking a signed record in, rotating its envelope, removing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from contracts.bindings.messages import Anchor, Removal
from medixain.api.caller import Caller
from medixain.api.errors import BadSignature, Conflict, NotPermitted
from medixain.audit.services import audit_record
from medixain.chainindex.chain import get_chain
from medixain.chainindex.models import TransactionState
from medixain.chainindex.services import Prepared, SignedMessage, transaction_enqueue, transaction_prepare
from medixain.core.addresses import ZERO_ADDRESS
from medixain.core.eip712 import TypedStruct, off_chain_domain, recover
from medixain.core.errors import InvalidInput
from medixain.core.secp256k1 import SignatureError
from records.anchors.models import Envelope, Record, Upload
from records.anchors.selectors import record_get
from records.anchors.store import record_store
from records.container import Envelope as EnvelopeMessage
from records.container import Header, RecordStatement, cid_from_text, hash_of, parse_header, parse_sealed_box


@dataclass(frozen=True, slots=True)
class EnvelopeInput:
    """An envelope as it is sent: where it belongs, its bytes, and the signature that says so."""

    section: bytes
    epoch: int
    blob: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class RecordInput:
    """A record as it is sent (api.md, POST /records); ``anchor`` is the contract message with its signature."""

    header: bytes
    cid: str
    size: int
    kc: bytes
    envelope: EnvelopeInput
    provenance: bytes | None
    statement_signature: bytes
    anchor: Mapping[str, Any]
    anchor_signature: bytes


def record_create(*, sent: RecordInput) -> Record:
    """Take a record in: row, envelope, audit event and outbox row in one transaction. Idempotent by record id.

    Whose session brings it does not matter and is not kept: the author's signatures count. Raises the container's
    errors for a malformed header or box, :class:`BadSignature`, :class:`InvalidInput` when header, anchor and upload
    do not belong together, ``ContractRefused`` when the author has no right.
    """
    header = parse_header(sent.header)
    existing = Record.objects.filter(id=header.record_id).select_related("transaction").first()
    if existing is not None and existing.transaction.state != TransactionState.FAILED:
        return _same_again(existing, sent)
    _check_boxes(sent)
    author_key = signing_key(header)
    _check_signatures(header, sent, author_key)
    prepared = transaction_prepare(SignedMessage("RecordRegistry", "anchor", sent.anchor, [sent.anchor_signature], {}))
    _check_anchor(header, sent, prepared)
    store = record_store()
    if not store.has(sent.cid) or store.stat(sent.cid).size != sent.size:
        raise InvalidInput("The record's bytes are not here, or of another size; upload them first.", field="cid")
    # Pinned before the row is acknowledged: a crash in between leaves garbage that the collector finds, not a record
    # without its bytes.
    store.pin(sent.cid)
    return _write(header, sent, prepared, replaces=existing)


def _same_again(existing: Record, sent: RecordInput) -> Record:
    if existing.removed is not None:
        raise Conflict("This record was removed by its owner; a record id is never used again.")
    if (existing.cid, existing.size, existing.kc) != (sent.cid, sent.size, sent.kc):
        raise Conflict("There is a record with this header and another content.")
    return existing


def _check_boxes(sent: RecordInput) -> None:
    cid_from_text(sent.cid)
    parse_sealed_box(sent.kc)
    parse_sealed_box(sent.envelope.blob)


def signing_key(header: Header) -> str:
    """Return the key that signs for the header's author: a pseudonym's own, or the slot's current one."""
    if header.author != header.slot:
        return header.author
    return get_chain().key_of_slot(header.slot) or header.slot


def _check_signatures(header: Header, sent: RecordInput, key: str) -> None:
    statement = RecordStatement(header.record_id, sent.cid, hash_of(sent.kc), sent.size, ZERO_ADDRESS)
    _require_signer("the record statement", statement, sent.statement_signature, key)
    _require_signer("the envelope", _envelope_message(header, sent.envelope), sent.envelope.signature, key)


def _envelope_message(header: Header, sent: EnvelopeInput) -> EnvelopeMessage:
    return EnvelopeMessage(header.record_id, header.slot, sent.section, sent.epoch, hash_of(sent.blob))


def _require_signer(what: str, message: TypedStruct, signature: bytes, expected: str) -> None:
    try:
        signer = recover(off_chain_domain(get_chain().chain_id), message, signature)
    except SignatureError as error:
        raise BadSignature(what, expected) from error
    if signer != expected:
        raise BadSignature(what, expected)


def _check_anchor(header: Header, sent: RecordInput, prepared: Prepared) -> None:
    anchor = prepared.message
    if not isinstance(anchor, Anchor):
        raise InvalidInput("This is no Anchor message.", field="anchor")
    if header.chain_id != get_chain().chain_id:
        raise InvalidInput("The record's header is of another chain.", field="header")
    expected = (header.record_id, header.slot, header.author, cid_from_text(sent.cid), hash_of(sent.kc))
    if (anchor.record, anchor.slot, anchor.originator, anchor.ipfs, anchor.kc_hash) != expected:
        raise InvalidInput("Record, slot, author, content address or Kc's hash differ in the anchor.", field="anchor")


def _write(header: Header, sent: RecordInput, prepared: Prepared, replaces: Record | None) -> Record:
    with transaction.atomic():
        # The author's pseudonym stands in the log, never the professional's own address beside the patient's slot.
        row = transaction_enqueue(prepared, by=header.author)
        if replaces is not None:
            replaces.delete()
        record = Record.objects.create(
            id=header.record_id, slot=header.slot, originator=header.author, layer=int(header.layer),
            header=sent.header, cid=sent.cid, size=sent.size, kc=sent.kc, provenance=sent.provenance,
            statement_signature=sent.statement_signature, transaction=row,
        )  # fmt: skip
        _put_envelope(record, sent.envelope)
        Upload.objects.filter(cid=sent.cid).delete()
        audit_record(by=header.author, action="record.received", subject=f"0x{header.record_id.hex()}",
                     details={"slot": header.slot, "size": sent.size})  # fmt: skip
    return record


def _put_envelope(record: Record, sent: EnvelopeInput) -> None:
    Envelope.objects.update_or_create(
        record=record,
        defaults={"section": sent.section, "epoch": sent.epoch, "blob": sent.blob, "signature": sent.signature},
    )


def envelope_rotate(*, caller: Caller, record_id: bytes, sent: EnvelopeInput) -> Record:
    """Replace the record's envelope by one under a newer epoch, signed by the slot's current key.

    The old envelope is gone with the commit. Repeating the same request is fine, which makes a rotation resumable.
    """
    record = record_get(record_id)
    if not caller.owns(record.slot):
        raise NotPermitted("Only the owner rotates a record's envelope.")
    parse_sealed_box(sent.blob)
    header = parse_header(record.header)
    key = get_chain().key_of_slot(record.slot) or record.slot
    _require_signer("the envelope", _envelope_message(header, sent), sent.signature, key)
    current = record.envelope
    if sent.section == current.section and sent.epoch < current.epoch:
        raise Conflict(f"The record's envelope is under epoch {current.epoch} already; use a later one.")
    with transaction.atomic():
        _put_envelope(record, sent)
        audit_record(by=caller.address, action="envelope.rotated", subject=f"0x{record.id.hex()}",
                     details={"epoch": sent.epoch})  # fmt: skip
    record.refresh_from_db()
    return record


def record_remove(*, caller: Caller, record_id: bytes, message: Mapping[str, Any], signature: bytes) -> Record:
    """Erase a record: Kc, envelope and provenance go with this commit, the ciphertext right after it.

    The owner's Removal goes to the chain. Idempotent. Raises :class:`NotPermitted`, ``ContractRefused``.
    """
    record = Record.objects.filter(id=record_id).select_related("transaction").first()
    if record is None or not caller.owns(record.slot):
        raise NotPermitted("This record does not exist or is not yours.")
    if record.removed is not None:
        return record
    prepared = transaction_prepare(SignedMessage("RecordRegistry", "remove", message, [signature], {}))
    removal = prepared.message
    if not isinstance(removal, Removal) or (removal.slot, removal.record) != (record.slot, record.id):
        raise InvalidInput("The removal names another record or slot.", field="message")
    with transaction.atomic():
        row = transaction_enqueue(prepared, by=caller.address)
        Envelope.objects.filter(record=record).delete()
        record.kc = record.provenance = None
        record.removed, record.removal = timezone.now(), row
        record.save()
        audit_record(by=caller.address, action="record.removed", subject=f"0x{record.id.hex()}",
                     details={"slot": record.slot})  # fmt: skip
    return record
