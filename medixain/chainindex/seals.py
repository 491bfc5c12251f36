"""Who sealed a block, read from the block itself (docs/spec/consensus.md).

The fee recipient is zero and extraData fixed, so that a block names its miner nowhere. But its prevRandao may only be
SHA-256("medixain/randao" || parent seal || miner || attempt), and the parent seal stands in parentBeaconBlockRoot: the
authorised miner whose id gives the block's value is the one who sealed it.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

ATTEMPTS: Final = 64
"""Payloads of one miner on one parent that are tried; a new one is made only when a slice is searched through, or when
time and transactions have grown stale."""


def sealed_by(randao: bytes, parent_seal: bytes, miners: Iterable[bytes]) -> bytes | None:
    """Return the id of the miner among ``miners`` whose block this is, None when it is none of theirs."""
    listed = list(miners)
    for attempt in range(ATTEMPTS):
        for miner in listed:
            made = hashlib.sha256(b"medixain/randao" + parent_seal + miner + attempt.to_bytes(4, "big")).digest()
            if made == randao:
                return miner
    return None
