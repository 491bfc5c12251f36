"""Which partner runs which machines: the owner map of equation 77, under the hash-power bounds of equation 80.

Rates are exact fractions and the bounds strict, so the answer is exact. A share of the total and the printed relative
power bound the same thing: ``hr_l / (H - hr_l) < b`` is ``hr_l < H b / (1 + b)``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TypeAlias

from engines.optimiser.errors import Undecided
from engines.optimiser.groups.model import GroupProblem, HashPower

Owners: TypeAlias = tuple[tuple[int, ...], ...]
"""``owners[partner][type]``: the paper's l_i^j."""

MAX_STEPS = 200_000
"""Partial allocations tried before the search gives up undecided."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Strict bounds on each partner's hash rate, in hashes a second."""

    low: tuple[Fraction, ...]
    high: tuple[Fraction, ...]


def shares(problem: GroupProblem) -> list[tuple[Fraction, Fraction]]:
    """Return each partner's strict bounds as shares of the total hash rate."""
    relative = problem.hash_power is HashPower.RELATIVE
    found = []
    for partner in problem.partners:
        low, high = max(Fraction(0), partner.low), min(problem.cap, partner.high)
        found.append((low / (1 + low), high / (1 + high)) if relative else (low, high))
    return found


def hopeless(problem: GroupProblem) -> bool:
    """Return whether no machines at all could satisfy the bounds: shares sum to 1 but their bounds do not allow it."""
    bounds = shares(problem)
    return bool(bounds) and (sum(high for _, high in bounds) <= 1 or sum(low for low, _ in bounds) >= 1)


def allocate(problem: GroupProblem, machines: tuple[int, ...]) -> Owners | None:
    """Return an allocation that meets every bound with shares as even as they come, or None when none exists.

    Raises :class:`Undecided` after ``MAX_STEPS`` partial allocations.
    """
    if not problem.partners:
        return ()
    rates = [1 / kind.T for kind in problem.types]
    total = sum((n * rate for n, rate in zip(machines, rates, strict=True)), Fraction(0))
    bounds = Bounds(*zip(*((low * total, high * total) for low, high in shares(problem)), strict=True))
    return _Search(problem, rates, bounds).find(machines)


class _Search:
    def __init__(self, problem: GroupProblem, rates: list[Fraction], bounds: Bounds) -> None:
        self.problem = problem
        self.rates = rates
        self.bounds = bounds
        self.steps = 0
        self.dead: set[tuple[int, tuple[int, ...]]] = set()

    def find(self, machines: tuple[int, ...]) -> Owners | None:
        """Give partner after partner a bundle near an even part of what is left, going back where that fails."""
        return self._assign(0, machines)

    def _assign(self, partner: int, left: tuple[int, ...]) -> Owners | None:
        last = partner == len(self.problem.partners) - 1
        if (partner, left) in self.dead:
            return None
        for bundle in [left] if last else self._bundles(partner, left):
            self.steps += 1
            if self.steps > MAX_STEPS:
                raise Undecided(what="the allocation of machines to partners", precision=0)
            if not self._fits(partner, bundle):
                continue
            rest = tuple(a - b for a, b in zip(left, bundle, strict=True))
            if last:
                return (bundle,)
            if self._possible(partner + 1, rest) and (others := self._assign(partner + 1, rest)) is not None:
                return (bundle, *others)
        self.dead.add((partner, left))
        return None

    def _rate(self, bundle: tuple[int, ...]) -> Fraction:
        return sum((n * rate for n, rate in zip(bundle, self.rates, strict=True)), Fraction(0))

    def _fits(self, partner: int, bundle: tuple[int, ...]) -> bool:
        owner = self.problem.partners[partner]
        for n, kind in zip(bundle, self.problem.types, strict=True):
            least, most = owner.limits(kind)
            if not least <= n <= most:
                return False
        return self.bounds.low[partner] < self._rate(bundle) < self.bounds.high[partner]

    def _possible(self, partner: int, left: tuple[int, ...]) -> bool:
        """Return whether the partners from ``partner`` on could absorb what is left, by their sums."""
        rate = self._rate(left)
        if not sum(self.bounds.low[partner:]) < rate < sum(self.bounds.high[partner:]):
            return False
        for i, kind in enumerate(self.problem.types):
            limits = [owner.limits(kind) for owner in self.problem.partners[partner:]]
            if not sum(least for least, _ in limits) <= left[i] <= sum(most for _, most in limits):
                return False
        return True

    def _bundles(self, partner: int, left: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """Yield the bundles the partner may take, those nearest to an even part of what is left first."""
        remaining = len(self.problem.partners) - partner
        target = self._rate(left) / remaining
        owner = self.problem.partners[partner]
        ranges = []
        for n, kind in zip(left, self.problem.types, strict=True):
            least, most = owner.limits(kind)
            ranges.append(range(least, min(n, most) + 1))
        even = [n / remaining for n in left]
        candidates = [bundle for bundle in product(*ranges) if self._fits(partner, bundle)]
        yield from sorted(
            candidates,
            key=lambda b: (abs(self._rate(b) - target), sum(abs(n - e) for n, e in zip(b, even, strict=True)), b),
        )
