"""Hash rates estimated from proofs of work, with the interval that so few of them allow (whitepaper eqs 77-80; K14).

Solve times are exponential, so n proofs of expected work w each in a time T are a Poisson count: the rate is n w / T,
and its exact interval comes from chi-square quantiles, here by Wilson and Hilferty's approximation (1931), which is
within 2 % from five proofs on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from consensus.stats.rows import BlockRow

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class RateEstimate:
    """Hashes per second with a 95 % interval, from ``proofs`` proofs of work."""

    rate: float
    low: float
    high: float
    proofs: int


def estimate_rate(works: Iterable[int], seconds: float) -> RateEstimate:
    """The hash rate behind proofs of the given expected works (hashes) found in ``seconds`` of searching.

    Raises :class:`ValueError` for a time that is not positive.
    """
    if seconds <= 0:
        raise ValueError("a hash rate needs a positive time")
    proven = list(works)
    low, high = _poisson_interval(len(proven))
    rate = sum(proven) / seconds
    each = rate / len(proven) if proven else 0.0
    return RateEstimate(rate, low * each, high * each, len(proven))


def rates_by_partner(rows: Iterable[BlockRow]) -> dict[str, RateEstimate]:
    """Each partner's hash rate from the blocks it won, over the claimed search time of all blocks.

    Every miner searches during every race, so the time each of them searched is the sum of the winners' search times.
    """
    rows = list(rows)
    seconds = max(sum(row.search_ms for row in rows), 1) / 1000
    won: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        won[row.partner].append(row.work)
    return {partner: estimate_rate(works, seconds) for partner, works in won.items()}


def won_seals(rows: Iterable[BlockRow]) -> dict[str, float]:
    """Each partner's part of the blocks; the sum is 1 when there is any."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.partner] += 1
    total = sum(counts.values())
    return {partner: count / total for partner, count in counts.items()}


def plain_rates(estimates: Mapping[str, RateEstimate]) -> dict[str, float]:
    """The rates alone, as :mod:`consensus.rules.hash_power` takes them."""
    return {partner: estimate.rate for partner, estimate in estimates.items()}


def _poisson_interval(count: int) -> tuple[float, float]:
    """The exact (Garwood) interval of a Poisson mean whose count was observed."""
    tail = (1 - CONFIDENCE) / 2
    low = _chi_square_quantile(tail, 2 * count) / 2 if count else 0.0
    return low, _chi_square_quantile(1 - tail, 2 * count + 2) / 2


def _chi_square_quantile(probability: float, degrees: int) -> float:
    z = NormalDist().inv_cdf(probability)
    ratio = 2 / (9 * degrees)
    return float(degrees * max(0.0, 1 - ratio + z * sqrt(ratio)) ** 3)
