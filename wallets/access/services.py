"""Leaving and taking sealed messages and deposits."""

import uuid

from django.conf import settings
from django.db import transaction

from medixain.api.caller import Caller
from medixain.api.errors import Conflict, NotFound
from medixain.audit.services import audit_record
from medixain.core.errors import InvalidInput
from wallets.access.models import Message, NodeDeposit
from wallets.identity.models import Account
from wallets.registry.models import Institution, Node, Professional

MAX_DEPOSITS_PER_NODE = 100_000


def message_send(*, caller: Caller, to: str, kind: str, blob: bytes, reply_to: uuid.UUID | None) -> Message:
    """Put a sealed message into an inbox; raises :class:`NotFound` for an unknown one, :class:`Conflict` when full."""
    known = (
        Account.objects.filter(pk=to).exists()
        or Professional.objects.filter(pk=to, registered=True).exists()
        or Institution.objects.filter(pk=to).exists()
    )
    if not known:
        raise NotFound(f"Nobody here receives messages for {to}; check the address.")
    with transaction.atomic():
        if Message.objects.filter(recipient=to).count() >= settings.INBOX_MAX_MESSAGES:
            raise Conflict("That inbox is full; its owner must empty it first.")
        message = Message.objects.create(sender=caller.address, recipient=to, kind=kind, blob=blob, reply_to=reply_to)
        audit_record(
            by=caller.address, action="message.sent", subject=str(message.id), details={"to": to, "kind": kind}
        )
    return message


def message_delete(*, caller: Caller, message_id: uuid.UUID) -> None:
    """Delete a message of the caller's own inbox; raises :class:`NotFound` for any other."""
    with transaction.atomic():
        deleted, _ = Message.objects.filter(id=message_id, recipient=caller.address).delete()
        if not deleted:
            raise NotFound("There is no such message in your inbox.")
        audit_record(by=caller.address, action="message.deleted", subject=str(message_id))


def deposit_leave(*, caller: Caller, node: str, blob: bytes) -> NodeDeposit:
    """Keep a sealed deposit for a node until it takes it; raises :class:`InvalidInput` for an unknown node."""
    if not Node.objects.filter(address=node).exists():
        raise InvalidInput(f"{node} is no re-encryption node of this chain.", field="node")
    with transaction.atomic():
        if NodeDeposit.objects.filter(node=node).count() >= MAX_DEPOSITS_PER_NODE:
            raise Conflict("Too much waits for this node already; tell its operator.")
        deposit = NodeDeposit.objects.create(node=node, blob=blob)
        audit_record(by=caller.address, action="deposit.left", subject=str(deposit.id), details={"node": node})
    return deposit


def deposit_delete(*, node: str, deposit_id: uuid.UUID) -> None:
    """Forget a deposit that its node has taken; repeated deletion is fine, another node's raises NotFound."""
    with transaction.atomic():
        deleted, _ = NodeDeposit.objects.filter(id=deposit_id, node=node).delete()
        if deleted:
            audit_record(by=node, action="deposit.taken", subject=str(deposit_id))
        elif NodeDeposit.objects.filter(id=deposit_id).exists():
            raise NotFound("There is no such deposit for this node.")
