"""One row per canonical block: what the whitepaper's engines take as input (end of section 7; promises L1, 32)."""

from dataclasses import dataclass

from consensus.rules.seal import SealHeader
from consensus.rules.work import block_work


@dataclass(frozen=True, slots=True)
class BlockRow:
    """Who won a block, under which parameters, and how long it took.

    ``partner`` is the institution that runs the miner; ``interval_ms`` the time since the parent's seal, which includes
    waiting for work; ``search_ms`` the miner's own claim; ``work`` the expected hashes, 2^d.
    """

    height: int
    seal: bytes
    miner_id: bytes
    miner_index: int
    partner: str
    s: int
    r: int
    d: int
    attempt: int
    time_ms: int
    interval_ms: int
    search_ms: int
    work: int
    transactions: int
    final: bool


def block_row(
    header: SealHeader, *, partner: str, search_ms: int, transactions: int, parent_ms: int, final: bool
) -> BlockRow:
    """The row of a block; ``parent_ms`` is the time in its parent's seal."""
    return BlockRow(
        height=header.height,
        seal=header.seal_hash,
        miner_id=header.miner_id,
        miner_index=header.miner_index,
        partner=partner,
        s=header.s,
        r=header.r,
        d=header.d,
        attempt=header.attempt,
        time_ms=header.time_ms,
        interval_ms=header.time_ms - parent_ms,
        search_ms=search_ms,
        work=block_work(header.d),
        transactions=transactions,
        final=final,
    )
