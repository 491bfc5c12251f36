"""Erasing own records: what the nodes forget, what the platform deletes, and the receipt that holds it to that."""

from contracts.bindings.messages import Removal
from medixain.core.errors import InvalidInput
from medixain.sdk import receipts, removals
from medixain.sdk.context import Context
from medixain.sdk.errors import ServerRefused
from medixain.sdk.results import DeletionReceipt
from medixain.sdk.stored import StoredRecord, fetch, own_layers, record_id
from medixain.sdk.transactions import handed, require_wait, sign, stamp, wait_for


def delete(context: Context, record: str, *, wait: str, timeout: int) -> DeletionReceipt:
    """Erase an own record: envelope and sealed key are deleted, which makes every copy unreadable (crypto-shredding).

    The nodes are told directly and forget their key fragments for it. Raises :class:`BadReceipt` when the platform does
    not sign that it has erased the record.
    """
    require_wait(wait)
    return erase(context, fetch(context, record_id(record), context.account), wait=wait, timeout=timeout)


def erase(context: Context, stored: StoredRecord, *, wait: str, timeout: int) -> DeletionReceipt:
    """Erase one own record; see :func:`delete`."""
    layers = own_layers(context.keys)
    if stored.slot not in layers:
        raise InvalidInput("Only its owner deletes a record; this one is somebody else's.", field="record")
    key = context.keys.slot(layers[stored.slot])
    message = Removal(stored.slot, stored.id, **stamp(context))
    signed = sign(context, "RecordRegistry", "remove", message, key)
    removals.begin(context, stored.name, message.deadline)
    context.nodes.remove(message, signed.signatures[0])
    body = signed.body()
    try:
        answer = context.api.delete(
            f"/records/{stored.name}",
            by=context.account,
            body={"message": body["message"], "signature": body["signatures"][0]},
        )
    except ServerRefused:
        removals.forget(context, stored.name)
        raise
    receipt = receipts.checked(context, stored, answer)
    state = wait_for(context, [handed(answer["transaction"])], wait, timeout)
    with context.changing("records") as records:
        records.pop(stored.name, None)
    return DeletionReceipt(
        record=stored.name,
        cid=receipt.cid,
        envelope_deleted=receipt.envelope_deleted,
        store_deleted=receipt.store_deleted,
        copies=receipt.copies,
        at=receipt.time,
        signature=str(answer["signature"]),
        state=state,
    )
