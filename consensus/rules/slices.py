"""Disjoint nonce slices (whitepaper 6.1, Assumption 1 and eq 1).

Slices are accounting, not security: a nonce outside its miner's slice is refused, but nothing keeps a miner from
varying ``attempt`` and so hashing more inputs than its slice holds.
"""

from consensus.rules.constants import NONCE_BITS_MAX
from consensus.rules.errors import NonceOutsideSlice


def slice_size(s: int, r: int) -> int:
    """λ = floor(2^r / s), nonces per miner.

    Raises :class:`ValueError` unless 1 <= s <= 2^r and 1 <= r <= 64.
    """
    if not 1 <= r <= NONCE_BITS_MAX:
        raise ValueError(f"r = {r} bits is outside 1..{NONCE_BITS_MAX}")
    if not 1 <= s <= 2**r:
        raise ValueError(f"s = {s} miners cannot share 2^{r} nonces")
    return int(2**r // s)


def nonce_slice(miner_index: int, s: int, r: int) -> range:
    """The nonces {(j-1)λ, ..., jλ-1} of the miner of rank j = ``miner_index`` (1-based) among s.

    The paper's eq 1 counts λ+1 basic events per miner but its slice holds λ nonces; λ is what is hashed (promise J2).
    Raises :class:`ValueError` for a rank outside 1..s or parameters :func:`slice_size` refuses.
    """
    size = slice_size(s, r)
    if not 1 <= miner_index <= s:
        raise ValueError(f"rank {miner_index} is outside 1..{s}")
    return range((miner_index - 1) * size, miner_index * size)


def check_nonce(nonce: int, miner_index: int, s: int, r: int) -> None:
    """Raises :class:`NonceOutsideSlice` unless the nonce lies in the miner's own slice."""
    own = nonce_slice(miner_index, s, r)
    if nonce not in own:
        raise NonceOutsideSlice(nonce, own.start, own.stop)
