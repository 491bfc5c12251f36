"""Moving an own record to the sealed layer (promise C12): written anew there, then erased where it was.

In its own slot nobody can tell that it exists; who had opened it before keeps what was opened. The intention is written
down before anything else can fail, and the copy's id before the platform knows of it, so that an interrupted move is
finished by running it again, with one copy and without ever erasing the original before the copy stands on the chain.
"""

from contextlib import suppress
from typing import Final

from medixain.core.errors import InvalidInput, MedixainError
from medixain.sdk.context import Context
from medixain.sdk.erasing import erase
from medixain.sdk.errors import NotFound
from medixain.sdk.reading import Opened
from medixain.sdk.records import check_owner, remember
from medixain.sdk.results import RecordRestricted
from medixain.sdk.stored import StoredRecord, fetch, own_data_key, own_layers, record_id
from medixain.sdk.transactions import Handed, require_wait, wait_for
from medixain.sdk.writing import own_target, write

LAYER: Final = "sealed"
SECTION: Final = "restricted"

_TABLE: Final = "restricting"
"""Record -> its copy in the sealed layer, empty before there is one; a row is struck when the record is erased."""

_SETTLING: Final = 5
"""Seconds that another command of the owner gives an interrupted move."""


def restrict(context: Context, record: str, *, wait: str, timeout: int) -> RecordRestricted:
    """Move an own record to the sealed layer, or finish doing so. Raises :class:`NotFound`, ``InvalidInput``."""
    require_wait(wait)
    identifier = record_id(record)
    name = "0x" + identifier.hex()
    try:
        stored = fetch(context, identifier, context.account)
    except NotFound:
        # Erased by a run that ended before it could strike the row, or by `record delete` meanwhile.
        copy = context.table(_TABLE).get(name)
        _strike(context, name)
        if not copy:
            raise
        return RecordRestricted(name, copy, wait_for(context, [_handed(context, copy)], wait, timeout))
    _require_movable(context, stored)
    with context.changing(_TABLE) as restricting:
        restricting.setdefault(name, "")
    copy, transaction = _copied(context, stored)
    wait_for(context, [transaction], "anchored", timeout)
    state = erase(context, stored, wait=wait, timeout=timeout).state
    _strike(context, name)
    return RecordRestricted(name, copy, state)


def pending(context: Context) -> tuple[str, ...]:
    """Return the records whose move was begun and is not finished."""
    return tuple(sorted(context.table(_TABLE)))


def settle(context: Context, timeout: int = _SETTLING) -> None:
    """Finish the moves that were interrupted, as far as they go now; what fails stays pending."""
    for record in pending(context):
        with suppress(MedixainError):
            restrict(context, record, wait="received", timeout=timeout)


def _require_movable(context: Context, stored: StoredRecord) -> None:
    layer = own_layers(context.keys).get(stored.slot)
    if layer is None:
        raise InvalidInput("Only its owner restricts a record; this one is somebody else's.", field="record")
    if layer == LAYER:
        raise InvalidInput("This record is in the sealed layer already.", field="record")


def _copied(context: Context, stored: StoredRecord) -> tuple[str, Handed]:
    """Return the record's copy in the sealed layer and its anchor: an earlier run's, if the platform took that one."""
    begun = context.table(_TABLE).get(stored.name)
    if begun:
        with suppress(NotFound):
            transaction = _handed(context, begun)
            if transaction.state != "failed":
                return begun, transaction

    def begin(identifier: str) -> None:
        with context.changing(_TABLE) as restricting:
            restricting[stored.name] = identifier

    opened = Opened(stored, own_data_key(context.keys, stored), context.account, None, ())
    with opened.content(context) as pieces:
        reader = opened.reader(pieces)
        check_owner(reader.preamble, context.keys.wallet_id)
        written = write(
            context,
            own_target(context, LAYER, SECTION),
            reader.chunks(),
            name=reader.preamble.name,
            kind=reader.preamble.type,
            begin=begin,
        )
    remember(context, written.stored, reader.preamble, stored.body_size)
    return written.stored.name, Handed(written.transaction, written.stored.state)


def _handed(context: Context, copy: str) -> Handed:
    found = fetch(context, record_id(copy), context.account)
    return Handed(found.transaction, found.state)


def _strike(context: Context, record: str) -> None:
    with context.changing(_TABLE) as restricting:
        restricting.pop(record, None)
