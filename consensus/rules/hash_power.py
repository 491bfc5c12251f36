"""The bound on a partner's share of the total hash power (whitepaper eqs 77-80, read as share of the total: K13).

Every consensus client watches it at run time and says when it is broken, or could not outlast the loss of a partner.
It never makes a block invalid: otherwise one partner's outage, which raises everybody else's share, would halt the
chain.
"""

from collections.abc import Iterable, Mapping

from consensus.rules.constants import HASH_POWER_BOUND, MIN_PARTNERS


def partner_shares(hash_rates: Mapping[str, float], total: float | None = None) -> dict[str, float]:
    """Each partner's part of ``total``, of the given hash rates themselves without it; all 0 when the total is 0.

    Rates and total are in any one unit. Raises :class:`ValueError` for a negative rate.
    """
    if any(rate < 0 for rate in hash_rates.values()):
        raise ValueError("a hash rate cannot be negative")
    whole = sum(hash_rates.values()) if total is None else total
    return {partner: rate / whole if whole else 0.0 for partner, rate in hash_rates.items()}


def bound_breaches(
    hash_rates: Mapping[str, float], total: float | None = None, bound: float = HASH_POWER_BOUND
) -> dict[str, float]:
    """Partners whose share of ``total`` is above ``bound``, with that share.

    Of rates that are estimated, the low ends against the estimated total name those who are surely above it.
    """
    return {partner: share for partner, share in partner_shares(hash_rates, total).items() if share > bound}


def enough_partners(partners: Iterable[str]) -> bool:
    """Whether at least five different partners mine, so that the bound survives the loss of one of equal partners."""
    return len(set(partners)) >= MIN_PARTNERS
