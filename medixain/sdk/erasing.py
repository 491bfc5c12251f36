"""Erasing and restricting own records: what the nodes forget, what the platform deletes, what is written anew."""

from contracts.bindings.messages import Removal
from medixain.core.errors import InvalidInput
from medixain.sdk import removals
from medixain.sdk.context import Context
from medixain.sdk.errors import ServerRefused
from medixain.sdk.reading import Opened
from medixain.sdk.records import check_owner, remember
from medixain.sdk.results import DeletionReceipt, RecordRestricted
from medixain.sdk.stored import StoredRecord, fetch, own_data_key, own_layers, record_id
from medixain.sdk.transactions import Handed, handed, require_wait, sign, stamp, wait_for
from medixain.sdk.writing import own_target, write


def delete(context: Context, record: str, *, wait: str, timeout: int) -> DeletionReceipt:
    """Erase an own record: envelope and sealed key are deleted, which makes every copy unreadable (crypto-shredding).

    The nodes are told directly and forget their key fragments for it.
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
    state = wait_for(context, [handed(answer["transaction"])], wait, timeout)
    with context.changing("records") as records:
        records.pop(stored.name, None)
    return DeletionReceipt(
        record=str(answer["record"]),
        cid=str(answer["cid"]),
        envelope_deleted=bool(answer["envelope_deleted"]),
        store_deleted=bool(answer["store_deleted"]),
        copies=tuple(map(str, answer["copies"])),
        at=int(answer["at"]),
        signature=str(answer["signature"]),
        state=state,
    )


def restrict(context: Context, record: str, *, wait: str, timeout: int) -> RecordRestricted:
    """Move an own record to the sealed layer: written anew there, then erased here.

    In its own slot nobody can tell that it exists; who had opened it before keeps what was opened.
    """
    require_wait(wait)
    stored = fetch(context, record_id(record), context.account)
    opened = Opened(stored, own_data_key(context.keys, stored), context.account, None, ())
    with opened.content(context) as pieces:
        reader = opened.reader(pieces)
        check_owner(reader.preamble, context.keys.wallet_id)
        written = write(
            context,
            own_target(context, "sealed", "restricted"),
            reader.chunks(),
            name=reader.preamble.name,
            kind=reader.preamble.type,
        )
    remember(context, written.stored, reader.preamble, None)
    wait_for(context, [Handed(written.transaction, written.stored.state)], "anchored", timeout)
    receipt = erase(context, stored, wait=wait, timeout=timeout)
    return RecordRestricted(stored.name, written.stored.name, receipt.state)
