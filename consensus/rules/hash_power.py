"""The bound on a partner's share of the total hash power (whitepaper eqs 77-80, read as share of the total: K13).

It is checked when miners are activated or stopped and watched at run time. It never makes a block invalid: otherwise
one partner's outage, which raises everybody else's share, would halt the chain.
"""

from collections.abc import Mapping

from consensus.rules.constants import HASH_POWER_BOUND, MIN_PARTNERS


def partner_shares(hash_rates: Mapping[str, float]) -> dict[str, float]:
    """Each partner's part of the total of the given hash rates (any one unit); all 0 when the total is 0.

    Raises :class:`ValueError` for a negative rate.
    """
    if any(rate < 0 for rate in hash_rates.values()):
        raise ValueError("a hash rate cannot be negative")
    total = sum(hash_rates.values())
    return {partner: rate / total if total else 0.0 for partner, rate in hash_rates.items()}


def bound_breaches(hash_rates: Mapping[str, float], bound: float = HASH_POWER_BOUND) -> dict[str, float]:
    """Partners whose share of the total is above ``bound``, with that share."""
    return {partner: share for partner, share in partner_shares(hash_rates).items() if share > bound}


def enough_partners(hash_rates: Mapping[str, float]) -> bool:
    """Whether at least five partners mine, so that the bound survives the loss of one of equal partners."""
    return sum(rate > 0 for rate in hash_rates.values()) >= MIN_PARTNERS
