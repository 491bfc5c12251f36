"""Storing a document's next version beside the message that puts its hash on the chain."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from eth_hash.auto import keccak

from contracts.bindings.messages import Document as DocumentMessage
from medixain.api.errors import Conflict
from medixain.chainindex.services import SignedMessage, transaction_enqueue, transaction_prepare
from medixain.core.errors import InvalidInput
from wallets.profile.models import Document

MAX_DOCUMENT_BYTES = 1024 * 1024
KEEP_VERSIONS = 3
"""Versions kept of each document: a reader may hold a state statement of the one before."""


def document_put(*, slot: str, kind: int, version: int, blob: bytes, message: Mapping[str, Any], signature: bytes,
                 by: str) -> Document:  # fmt: skip
    """Store ``version`` of the slot's document; the contract checks signature and version. Idempotent.

    Raises :class:`InvalidInput` when message and blob do not belong together, ``ContractRefused`` (``stale-version``
    …), :class:`Conflict` when the version is there with other bytes.
    """
    prepared = transaction_prepare(SignedMessage("WalletRegistry", "setDocument", message, [signature], {}))
    signed = prepared.message
    if not isinstance(signed, DocumentMessage):
        raise InvalidInput("This is no Document message.", field="message")
    if (signed.slot, signed.kind, signed.version, signed.hash) != (slot, kind, version, keccak(blob)):
        raise InvalidInput("Slot, kind, version or hash of the message are not those of the document.", field="message")
    with transaction.atomic():
        row = transaction_enqueue(prepared, by=by)
        existing = Document.objects.filter(slot=slot, kind=kind, version=version).first()
        if existing is not None and existing.transaction_id == row.pk:
            return existing
        if existing is not None:
            if existing.transaction.state != "failed":
                raise Conflict(f"Version {version} of this document is on its way with other bytes; fetch it first.")
            existing.delete()
        document = Document.objects.create(slot=slot, kind=kind, version=version, blob=blob, transaction=row)
        surplus = Document.objects.filter(slot=slot, kind=kind).order_by("-version")[KEEP_VERSIONS:]
        Document.objects.filter(pk__in=list(surplus.values_list("pk", flat=True))).delete()
    return document
