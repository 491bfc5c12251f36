"""Parameters, miners and the order in which miners are activated."""

from collections.abc import Sequence
from dataclasses import dataclass

from consensus.rules.constants import DIFFICULTY_MAX, NONCE_BITS_MAX
from consensus.rules.errors import MinerNotActive


@dataclass(frozen=True, slots=True)
class Parameters:
    """(s, r, d): active miners, bits of the global nonce space, leading zero bits of a seal (whitepaper 6.1)."""

    s: int
    r: int
    d: int

    def __post_init__(self) -> None:
        in_range = 1 <= self.r <= NONCE_BITS_MAX and 1 <= self.d <= DIFFICULTY_MAX
        if not (in_range and 1 <= self.s <= min(2**self.r, 0xFFFF)):
            raise ValueError(f"(s, r, d) = ({self.s}, {self.r}, {self.d}) is outside the seal's fields")


@dataclass(frozen=True, slots=True)
class Miner:
    """A miner of the consortium: 32-byte id, EIP-55 address of its key, id of the partner institution that runs it."""

    id: bytes
    key: str
    institution: str
    enabled: bool = True


def activation_order(miners: Sequence[Miner]) -> tuple[Miner, ...]:
    """Enabled miners in the order of activation: the first of each institution, then the second of each, and so on.

    Institutions follow the order of their first enabled miner. So the engine that moves the *count* of miners can never
    pick identities, and no partner has a second machine running before every partner has one.
    """
    turns: dict[str, int] = {}
    ranked = []
    first_seen: dict[str, int] = {}
    for miner in miners:
        if not miner.enabled:
            continue
        place = first_seen.setdefault(miner.institution, len(first_seen))
        turn = turns.get(miner.institution, 0)
        turns[miner.institution] = turn + 1
        ranked.append(((turn, place), miner))
    return tuple(miner for _, miner in sorted(ranked, key=lambda item: item[0]))


def active_miners(miners: Sequence[Miner], s: int) -> tuple[Miner, ...]:
    """The first ``s`` miners in the order of activation; fewer when fewer are enabled."""
    return activation_order(miners)[:s]


def miner_at(active: Sequence[Miner], miner_index: int, miner_id: bytes) -> Miner:
    """The active miner of 1-based rank ``miner_index``.

    Raises :class:`MinerNotActive` when there is none of that rank or it has another id.
    """
    if not 1 <= miner_index <= len(active) or active[miner_index - 1].id != miner_id:
        raise MinerNotActive(miner_id, miner_index)
    return active[miner_index - 1]
