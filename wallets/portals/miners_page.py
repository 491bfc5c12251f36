"""The operators' page of miners: who is authorised, who sealed the last blocks, and what d and s were."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any, Final

from django.core.cache import cache
from django.utils import timezone

from medixain.chainindex.chain import AuthorisedMiner, Chain, get_chain
from medixain.chainindex.errors import ChainError
from wallets.portals.chain_page import PARTNER_BOUND
from wallets.portals.parameter_history import histories, parameter_changes
from wallets.registry.selectors import institution_names

WINDOW: Final = 64
"""Blocks whose miners are counted."""
CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class MinerRow:
    """An authorised miner, and how many of the last blocks it sealed."""

    id: str
    partner: str
    enabled: bool
    active: bool
    blocks: int


@dataclass(frozen=True, slots=True)
class PartnerPower:
    """A partner's part of the hash power as its blocks show it, in per cent.

    Blocks come to those who search most, by chance: ``low`` and ``high`` are what this many blocks allow to say.
    """

    name: str
    miners: int
    blocks: int
    percent: float
    low: float
    high: float

    @property
    def above(self) -> bool:
        """Whether the partner holds more than a third for sure, not by luck."""
        return self.low > 100 * PARTNER_BOUND


def miners_page() -> dict[str, Any]:
    """Return what the page shows; ``problem`` says why the chain's part is missing."""
    changes = parameter_changes()
    shown: dict[str, Any] = {"problem": "", "miners": [], "partners": [], "counted": 0, "unknown": 0,
                             "changes": changes, "histories": histories(changes, timezone.now())}  # fmt: skip
    try:
        shown |= _of_chain(get_chain())
    except ChainError as error:
        shown["problem"] = error.message
    return shown


def _of_chain(chain: Chain) -> dict[str, Any]:
    miners, head, final = chain.miners(), chain.head().number, chain.finalized().number
    sealers = block_sealers(chain, max(1, head - WINDOW + 1), head, miners, final=final)
    blocks = Counter(sealers)
    names = institution_names()
    return {
        "miners": [miner_row(miner, blocks, names) for miner in miners],
        "partners": partner_powers(miners, blocks, names),
        "counted": len(sealers),
        "unknown": blocks[""],
    }


def block_sealers(chain: Chain, first: int, last: int, miners: Sequence[AuthorisedMiner], *, final: int) -> list[str]:
    """Return the miner's id of each block, in hex, empty where it is no authorised one; final blocks are remembered."""
    ids = [miner.id for miner in miners]
    keys = {f"block-sealer-{chain.chain_id}-{number}": number for number in range(first, last + 1)}
    known: dict[str, str] = cache.get_many(keys)
    fresh = {key: (chain.block_sealer(number, ids) or b"").hex() for key, number in keys.items() if key not in known}
    # Whoever is not authorised now may have been then: only what was found is kept.
    cache.set_many({key: sealer for key, sealer in fresh.items() if sealer and keys[key] <= final}, 3600)
    return [(known | fresh)[key] for key in keys]


def miner_row(miner: AuthorisedMiner, blocks: Mapping[str, int], names: Mapping[str, str]) -> MinerRow:
    """Return a miner as the page shows it."""
    return MinerRow(
        miner.id.hex(), names.get(miner.institution) or miner.institution, miner.enabled, miner.active,
        blocks.get(miner.id.hex(), 0),
    )  # fmt: skip


def partner_powers(
    miners: Sequence[AuthorisedMiner], blocks: Mapping[str, int], names: Mapping[str, str]
) -> list[PartnerPower]:
    """Return every partner's part of the blocks that authorised miners sealed, the largest first."""
    won: Counter[str] = Counter()
    active: Counter[str] = Counter()
    for miner in miners:
        won[miner.institution] += blocks.get(miner.id.hex(), 0)
        active[miner.institution] += miner.active
    total = won.total()
    found = [
        PartnerPower(names.get(one) or one, active[one], count, *(100 * part for part in share(count, total)))
        for one, count in won.items()
    ]
    return sorted(found, key=lambda partner: (-partner.percent, partner.name))


def share(count: int, total: int) -> tuple[float, float, float]:
    """Return ``count`` as a part of ``total`` with its 95 % interval (Wilson 1927); of no blocks, nothing is known."""
    if total == 0:
        return 0.0, 0.0, 1.0
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    part, spread = count / total, z * z / total
    middle = (part + spread / 2) / (1 + spread)
    reach = z / (1 + spread) * sqrt(part * (1 - part) / total + spread / (4 * total))
    return part, max(0.0, min(part, middle - reach)), min(1.0, max(part, middle + reach))
