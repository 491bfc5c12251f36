"""Append to the audit log, and check it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from medixain.audit.models import AuditEvent, AuditHead
from medixain.core.errors import MedixainError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

PLATFORM = "platform"
"""The actor of what the platform does by itself: relaying, indexing, collecting."""

ANYBODY = "anonymous"
"""The actor of what takes no proof: asking for a sign-in, opening a link, relaying somebody's signed message."""


class AuditOutsideTransaction(MedixainError):
    """An event was recorded without the transaction of the write it tells of."""

    code = "audit-outside-transaction"
    status = 500

    def __init__(self) -> None:
        super().__init__("Record the audit event inside the transaction of its write.")


class AuditChainBroken(MedixainError):
    """An event is missing, added or changed; ``seq`` is the first number that does not fit."""

    code = "audit-chain-broken"
    status = 500

    def __init__(self, seq: int) -> None:
        super().__init__(f"The audit log does not fit together at event {seq}; compare it with the last backup.")
        self.seq = seq


def audit_record(*, by: str, action: str, subject: str, details: Mapping[str, Any] | None = None) -> AuditEvent:
    """Append one event; the caller's transaction carries it.

    ``by`` is an address, :data:`PLATFORM` or :data:`ANYBODY`, ``subject`` an id (slot, record, transaction). Raises
    :class:`AuditOutsideTransaction`.
    """
    if not transaction.get_connection().in_atomic_block:
        raise AuditOutsideTransaction
    AuditHead.objects.get_or_create(id=1)
    head = AuditHead.objects.select_for_update().get(id=1)
    event = AuditEvent(
        seq=head.seq + 1, at=timezone.now(), actor=by, action=action, subject=subject,
        details=dict(details or {}), previous=head.hash,
    )  # fmt: skip
    event.hash = event_hash(event)
    event.save()
    head.seq, head.hash = event.seq, event.hash
    head.save()
    return event


def event_hash(event: AuditEvent) -> bytes:
    """Return SHA-256(previous || canonical JSON of seq, at, actor, action, subject and details), 32 bytes."""
    columns = {
        "seq": event.seq, "at": _microseconds(event.at), "actor": event.actor, "action": event.action,
        "subject": event.subject, "details": event.details,
    }  # fmt: skip
    canonical = json.dumps(columns, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(event.previous + canonical.encode("utf-8")).digest()


def _microseconds(at: datetime) -> int:
    """Whole microseconds since 1970, exact where a float would round."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def audit_verify() -> int:
    """Walk the whole chain; return the number of events. Raises :class:`AuditChainBroken`."""
    previous, seq = bytes(32), 0
    for event in AuditEvent.objects.order_by("seq").iterator(chunk_size=1000):
        seq += 1
        if event.seq != seq or event.previous != previous or event.hash != event_hash(event):
            raise AuditChainBroken(seq)
        previous = event.hash
    head = AuditHead.objects.filter(id=1).first()
    if head is not None and (head.seq != seq or head.hash != previous):
        raise AuditChainBroken(seq + 1)
    return seq
