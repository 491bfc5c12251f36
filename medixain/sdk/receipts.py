"""What the platform signs when it has erased a record, checked before anybody is told that the record is gone.

The receipt is the platform's word: its relay's signature over the record, its address and what was deleted (api.md). It
cannot prove that no copy is left, and it holds the platform to what it said: the relay is the one that this home has
pinned. `tests/vectors/receipts` holds this and the vault's ``receipts.ts`` to the same refusals.
"""

from typing import Any

from keymgmt.keys.messages import DeletionReceipt
from medixain.core.eip712 import verify
from medixain.core.errors import MedixainError
from medixain.sdk.context import Context
from medixain.sdk.errors import BadReceipt
from medixain.sdk.slots import unhex
from medixain.sdk.stored import StoredRecord


def checked(context: Context, stored: StoredRecord, answer: Any) -> DeletionReceipt:
    """Return the receipt in the platform's answer to the removal of ``stored``.

    Raises :class:`BadReceipt` unless the relay signed it, for this record and its address, and it says that the key is
    deleted: without the envelope nothing opens any copy of the ciphertext.
    """
    receipt, signature = _parsed(stored.name, answer)
    if (receipt.record, receipt.cid) != (stored.id, stored.cid):
        raise BadReceipt(stored.name, "it is about another record")
    if not receipt.envelope_deleted:
        raise BadReceipt(stored.name, "it does not say that the record's key was deleted")
    relay = context.relay
    if relay is None:
        raise BadReceipt(stored.name, "the platform names no relay whose signature could be checked")
    try:
        verify(context.off_chain, receipt, signature, signer=relay)
    except MedixainError as error:
        raise BadReceipt(stored.name, "the relay did not sign it") from error
    return receipt


def _parsed(record: str, answer: Any) -> tuple[DeletionReceipt, bytes]:
    try:
        receipt = DeletionReceipt(
            record=unhex(answer["record"]),
            cid=answer["cid"],
            envelope_deleted=answer["envelope_deleted"],
            store_deleted=answer["store_deleted"],
            copies=tuple(answer["copies"]),
            time=answer["at"],
        )
        signature = unhex(answer["signature"])
    except (KeyError, TypeError, ValueError, AttributeError, MedixainError) as error:
        raise BadReceipt(record, "it is malformed") from error
    if not isinstance(answer["copies"], list):
        raise BadReceipt(record, "it is malformed")
    return receipt, signature
