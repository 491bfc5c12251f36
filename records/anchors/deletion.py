"""Removing ciphertext from the store, and the receipt that says what is gone and what the platform cannot know."""

from django.db import transaction
from django.utils import timezone

from keymgmt.keys.messages import DeletionReceipt as ReceiptMessage
from medixain.audit.services import PLATFORM, audit_record
from medixain.chainindex.chain import get_signer
from medixain.chainindex.errors import SignerUnavailable
from records.anchors.models import DeletionReceipt, Record
from records.anchors.store import record_store

COPIES_BEYOND_CONTROL = (
    "what readers opened before the removal",
    "backups of the platform's database, until they are overwritten",
)
"""Copies that no deletion here reaches, besides those that the store itself names."""


def deletion_complete(record: Record) -> DeletionReceipt:
    """Delete the ciphertext of a removed record and sign the receipt. Idempotent; resumes after a crash.

    Raises :class:`~records.storage.StoreError` when the store does not answer, :class:`SignerUnavailable`.
    """
    existing = DeletionReceipt.objects.filter(record=record).first()
    if existing is not None:
        return existing
    signer = get_signer()
    if signer is None:
        raise SignerUnavailable("none is configured")
    # The same bytes under another record would be a copy of this one's container; it stays pinned for that record.
    shared = Record.objects.filter(cid=record.cid, removed=None).exists()
    deleted = None if shared else record_store().delete(record.cid)
    copies = (*COPIES_BEYOND_CONTROL, *(deleted.copies_beyond_control if deleted else ()))
    message = ReceiptMessage(
        record=record.id, cid=record.cid, envelope_deleted=True, store_deleted=deleted is not None, copies=copies,
        time=int(timezone.now().timestamp()),
    )  # fmt: skip
    body = {
        "record": f"0x{record.id.hex()}", "cid": message.cid, "envelope_deleted": message.envelope_deleted,
        "store_deleted": message.store_deleted, "copies": list(copies), "at": message.time,
    }  # fmt: skip
    signature = signer.sign(message)
    with transaction.atomic():
        receipt = DeletionReceipt.objects.create(record=record, body=body, signature=signature)
        Record.objects.filter(pk=record.pk).update(store_deleted=timezone.now())
        audit_record(by=PLATFORM, action="record.erased", subject=f"0x{record.id.hex()}")
    return receipt


def deletions_pending() -> list[Record]:
    """Return removed records whose ciphertext may still be in the store, after a crash for instance."""
    return list(Record.objects.filter(removed__isnull=False, store_deleted=None))
