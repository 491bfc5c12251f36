"""Removals that this device signed and the attested history does not show yet.

The platform deletes an erased record's row at once and the chain follows, so for a while a record is missing that the
history still holds. Only what this device signed explains that silently: a record that is missing on the platform's
word alone stays in the list, marked, and one that is missing without a word is hidden.
"""

from medixain.sdk.context import Context
from medixain.sdk.slots import History

_TABLE = "removing"
"""Record id -> deadline of the signed removal; after it no chain takes the removal, and it explains nothing."""


def begin(context: Context, record: str, deadline: int) -> None:
    """Remember a removal before anybody is told of it."""
    with context.changing(_TABLE) as removing:
        removing[record] = deadline


def forget(context: Context, record: str) -> None:
    """A removal that the platform refused did not begin: the record must be shown as before."""
    with context.changing(_TABLE) as removing:
        removing.pop(record, None)


def under_way(context: Context, past: History) -> set[bytes]:
    """Return the records that this device is removing; those that ``past`` shows as removed for good are forgotten."""
    waiting = context.table(_TABLE)
    settled = {"0x" + item.record.hex() for item in past.records if item.kind == "remove" and item.attested}
    if not settled.isdisjoint(waiting):
        with context.changing(_TABLE) as removing:
            for record in settled:
                removing.pop(record, None)
    return {
        bytes.fromhex(record[2:])
        for record, deadline in waiting.items()
        if record not in settled and context.now() <= deadline
    }
