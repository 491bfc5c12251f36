"""Shares: seal headers with at least d - q leading zero bits, 2^q times more evidence of work than blocks.

They tell within a few blocks which miner really searches and how fast, without trusting anyone's word.
"""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from consensus.rules.constants import SHARE_BITS
from consensus.rules.pow import check_work
from consensus.rules.seal import SealHeader
from consensus.rules.slices import check_nonce
from consensus.stats.hash_rate import RateEstimate, estimate_rate

KEPT_SHARES = 20_000


@dataclass(frozen=True, slots=True)
class Share:
    """A header that shows ``bits`` (d - q) leading zero bits, by a miner of ``partner``, reported at (ms)."""

    header: SealHeader
    bits: int
    partner: str
    reported_ms: int


def share_bits(d: int) -> int:
    """Leading zero bits a share needs at difficulty d; 0 when d leaves no room for shares."""
    return max(0, d - SHARE_BITS)


def checked_share(header: SealHeader, partner: str, reported_ms: int) -> Share:
    """The share behind a header. Raises :class:`InsufficientWork`, :class:`NonceOutsideSlice`, :class:`ValueError`."""
    bits = share_bits(header.d)
    if bits == 0:
        raise ValueError(f"d = {header.d} leaves no room for shares")
    check_nonce(header.nonce, header.miner_index, header.s, header.r)
    check_work(header.seal_hash, bits)
    return Share(header, bits, partner, reported_ms)


class ShareBook:
    """The newest shares; each header counts once. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shares: deque[Share] = deque()
        self._seals: set[bytes] = set()

    def add(self, share: Share) -> bool:
        """Adds a share; False when it is there already."""
        seal = share.header.seal_hash
        with self._lock:
            if seal in self._seals:
                return False
            self._shares.append(share)
            self._seals.add(seal)
            if len(self._shares) > KEPT_SHARES:
                self._seals.discard(self._shares.popleft().header.seal_hash)
            return True

    def rates(self, since_ms: int, search_seconds: float) -> Mapping[str, RateEstimate]:
        """Hash rate of each partner from its shares since a time, given how many seconds were searched since."""
        works: dict[str, list[int]] = {}
        with self._lock:
            for share in self._shares:
                if share.reported_ms >= since_ms:
                    works.setdefault(share.partner, []).append(1 << share.bits)
        return {partner: estimate_rate(found, search_seconds) for partner, found in works.items()}
