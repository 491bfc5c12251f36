"""Parameter epochs, and when a block is due."""

from dataclasses import dataclass

from consensus.rules.constants import EMPTY_RUN_MAX, EPOCH_BLOCKS, HEARTBEAT_MS, MIN_SPACING_S, UNJUSTIFIED_CHILD_MS


def epoch_of(height: int) -> int:
    """The parameter epoch of a block: blocks 1 and 2 form epoch 0, 3 and 4 epoch 1. Raises ValueError below 1."""
    if height < 1:
        raise ValueError("block 0 belongs to no epoch")
    return (height - 1) // EPOCH_BLOCKS


def difficulty_height(height: int) -> int:
    """Height of the block, on the same branch, after whose state the d of block ``height`` is read.

    It is the last block of the previous epoch; block 0 for the first epoch.
    """
    return epoch_of(height) * EPOCH_BLOCKS


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides when the next block is due. ``empty_run`` counts the blocks without transactions up to the head."""

    head_time_ms: int
    head_justified: bool
    pending: bool
    unfinal_transactions: bool
    empty_run: int


def due_ms(situation: Situation) -> int:
    """The earliest time, ms since the epoch, at which the search for the next block may start.

    At once when a transaction waits, or when the newest block that carries transactions is not final: such a block
    needs a justified child to become final. Else a heartbeat. Never before a second has passed on the chain's clock.
    """
    earliest = (situation.head_time_ms // 1000 + MIN_SPACING_S) * 1000
    if situation.pending:
        return earliest
    if situation.unfinal_transactions:
        if situation.head_justified:
            return earliest
        if situation.empty_run < EMPTY_RUN_MAX:
            return max(earliest, situation.head_time_ms + UNJUSTIFIED_CHILD_MS)
    return max(earliest, situation.head_time_ms + HEARTBEAT_MS)
