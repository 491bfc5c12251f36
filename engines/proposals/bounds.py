"""Which bounds certified rows justify. Pure; ADR 0045 says why these.

A row (s, r, d) is certified while at most u_s of its miners are lost and the level is off by at most u_d (Figure 13).
The bounds are the smallest box that holds every row with that uncertainty, because the contract limits what *runs*:

* s from the least ``s - u_s`` to the greatest ``s``: a vote that disables a failed miner must not break the bounds;
* d from the least ``d - u_d`` to the greatest ``d + u_d``;
* r from the least of the rows to the least that gives every slice at the far corner as many nonces for its level as the
  row's own slice has: one bit for each level up, and ``ceil(log2(s_max / s))`` for the larger pool.

A corner that mixes two rows is inside the box and not certified by itself; who steers within the bounds checks it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

MAX_MINERS: Final = 2**16 - 1
MAX_NONCE_BITS: Final = 128
"""The contract's greatest r."""
MAX_LEVEL: Final = 2**8 - 1


@dataclass(frozen=True, slots=True)
class Box:
    """Limits of s, r and d, both ends included, under the names of the binding's ``Bounds`` and ``Limits``."""

    s_min: int
    s_max: int
    r_min: int
    r_max: int
    d_min: int
    d_max: int

    def as_dict(self) -> dict[str, int]:
        """Return the limits by name."""
        return asdict(self)


def box_of(rows: Sequence[Mapping[str, Any]], *, u_s: int, u_d: int) -> Box:
    """Return the smallest box of certified ``rows`` ({s, r, d}) with their uncertainty; at least one row is needed."""
    s_max = max(row["s"] for row in rows)
    return Box(
        s_min=min(max(1, min(row["s"] for row in rows) - u_s), MAX_MINERS),
        s_max=min(s_max, MAX_MINERS),
        r_min=min(row["r"] for row in rows),
        r_max=min(max(row["r"] + u_d + _doublings(row["s"], s_max) for row in rows), MAX_NONCE_BITS),
        d_min=min(max(1, min(row["d"] for row in rows) - u_d), MAX_LEVEL),
        d_max=min(max(row["d"] for row in rows) + u_d, MAX_LEVEL),
    )


def _doublings(s: int, s_max: int) -> int:
    """``ceil(log2(s_max / s))``: bits of r that keep a slice of ``s_max`` miners as long as one of ``s``."""
    return (-(-s_max // s) - 1).bit_length()
