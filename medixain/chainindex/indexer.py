"""Reads the contracts' events back into the database, follows reorganisations, and keeps derived rows up to date.

The cursor names the newest block read by number and hash. When that hash is no longer canonical, everything above the
newest final block is dropped and read again: blocks below it cannot change.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from django.db import transaction as database

from medixain.chainindex.chain import BlockRef, Chain, LoggedEvent
from medixain.chainindex.errors import ChainUnavailable, WrongChain
from medixain.chainindex.models import ChainCursor, ChainEvent

log = structlog.get_logger(__name__)

Projector = Callable[[Chain, Sequence[ChainEvent]], None]
"""Refreshes derived rows for the subjects of events that came or went, from the chain's state at the head."""

STEP = 1000
"""Blocks read in one transaction."""

_SUBJECTS = ("slot", "wallet", "institution", "node", "commitment", "signer")
"""Arguments by which events are looked up, most specific first."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What one scan did: events added, events dropped by a reorganisation, and the block it reached."""

    added: int
    dropped: int
    number: int


class Indexer:
    """Extends the index to the head; one at a time (see :mod:`medixain.chainindex.loop`)."""

    def __init__(self, chain: Chain, projectors: Sequence[Projector] = ()) -> None:
        self._chain = chain
        self._projectors = projectors

    def scan(self) -> Indexed:
        """Read every block up to the head. Raises :class:`ChainUnavailable`, :class:`WrongChain`."""
        head, finalized = self._chain.head(), self._chain.finalized()
        cursor = self._cursor()
        dropped = self._follow_reorganisation(cursor)
        added = 0
        while cursor.number < head.number:
            added += self._read(cursor, min(cursor.number + STEP, head.number))
        self._finalise(cursor, finalized)
        return Indexed(added, dropped, cursor.number)

    def _cursor(self) -> ChainCursor:
        genesis = self._chain.block(0)
        if genesis is None:
            raise ChainUnavailable("it has no block 0")
        start = {"number": 0, "hash": genesis.hash, "final_number": 0, "final_hash": genesis.hash}
        cursor, _ = ChainCursor.objects.get_or_create(id=1, defaults={"genesis_hash": genesis.hash, **start})
        if cursor.genesis_hash != genesis.hash:
            raise WrongChain("genesis block", "0x" + cursor.genesis_hash.hex(), "0x" + genesis.hash.hex())
        return cursor

    def _follow_reorganisation(self, cursor: ChainCursor) -> int:
        if self._chain.block_hash(cursor.number) == cursor.hash:
            return 0
        if self._chain.block_hash(cursor.final_number) != cursor.final_hash:
            # A node that restarts may be behind what was final for a moment; a node that has another block there is
            # of another history, and nothing read so far could be trusted.
            if self._chain.head().number < cursor.final_number:
                raise ChainUnavailable(f"its head is behind block {cursor.final_number}, which is final")
            actual = self._chain.block_hash(cursor.final_number) or b""
            raise WrongChain(f"final block {cursor.final_number}", "0x" + cursor.final_hash.hex(), "0x" + actual.hex())
        with database.atomic():
            gone = list(ChainEvent.objects.filter(block_number__gt=cursor.final_number))
            ChainEvent.objects.filter(block_number__gt=cursor.final_number).delete()
            cursor.number, cursor.hash = cursor.final_number, cursor.final_hash
            cursor.save()
            self._project(gone)
        log.info("index-reorganised", back_to=cursor.number, dropped=len(gone))
        return len(gone)

    def _read(self, cursor: ChainCursor, to: int) -> int:
        """Read the blocks up to ``to`` in one transaction, unless the chain moves underneath."""
        last = self._chain.block(to)
        events = self._chain.events(cursor.number + 1, to)
        blocks = {number: self._chain.block(number) for number in {event.block_number for event in events}}
        again = self._chain.block_hash(to)
        if last is None or again != last.hash or not self._continues(cursor, last):
            raise ChainUnavailable("it reorganised while it was read")
        rows = [_row(event, _time_on_branch(event, blocks[event.block_number])) for event in events]
        with database.atomic():
            ChainEvent.objects.bulk_create(rows, ignore_conflicts=True)
            cursor.number, cursor.hash = last.number, last.hash
            cursor.save()
            self._project(rows)
        return len(rows)

    def _continues(self, cursor: ChainCursor, last: BlockRef) -> bool:
        """Whether what was read stands on the cursor's block."""
        return self._chain.block_hash(cursor.number) == cursor.hash and last.number > cursor.number

    def _finalise(self, cursor: ChainCursor, finalized: BlockRef) -> None:
        number = min(finalized.number, cursor.number)
        if number <= cursor.final_number:
            return
        final_hash = finalized.hash if number == finalized.number else cursor.hash
        if self._chain.block_hash(number) != final_hash:
            return
        with database.atomic():
            ChainEvent.objects.filter(final=False, block_number__lte=number).update(final=True)
            cursor.final_number, cursor.final_hash = number, final_hash
            cursor.save()

    def _project(self, events: Sequence[ChainEvent]) -> None:
        for project in self._projectors:
            project(self._chain, events)


def _time_on_branch(event: LoggedEvent, block: BlockRef | None) -> int:
    """The time of the event's block, Unix seconds; an event of another branch than its block was read meanwhile."""
    if block is None or block.hash != event.block_hash:
        raise ChainUnavailable("it reorganised while it was read")
    return block.timestamp


def _row(event: LoggedEvent, block_time: int) -> ChainEvent:
    subject = next((str(event.arguments[name]) for name in _SUBJECTS if event.arguments.get(name)), "")
    return ChainEvent(
        contract=event.contract, name=event.name, subject=subject, arguments=dict(event.arguments),
        block_number=event.block_number, block_hash=event.block_hash, block_time=block_time,
        tx_hash=event.tx_hash, log_index=event.log_index,
    )  # fmt: skip
