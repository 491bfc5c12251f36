"""Which partner runs which machines: the owner map of equation 77, under the hash-power bounds of equation 80.

Rates are exact fractions and the bounds strict, so the answer is exact. A share of the total and the printed relative
power bound the same thing: ``hr_l / (H - hr_l) < b`` is ``hr_l < H b / (1 + b)``.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, floor, lcm, prod
from typing import TypeAlias

from engines.optimiser.errors import Undecided
from engines.optimiser.groups.model import GroupProblem, HashPower

Owners: TypeAlias = tuple[tuple[int, ...], ...]
"""``owners[partner][type]``: the paper's l_i^j."""

MAX_STEPS = 2_000_000
"""Partial bundles tried before the search gives up undecided."""

_SMALL = 5_000
"""Bundles that are looked through at once instead of from the middle outward."""

_WIDTHS = (1, 4, 16, 1 << 20)
"""How far from an even part bundles are looked for, in machines of each type; the last is everything."""


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
    return _Search(problem, machines).find(machines)


class _Search:
    """Depth first over partners, in whole numbers: rates are scaled to integers and strict bounds to closed ones."""

    def __init__(self, problem: GroupProblem, machines: tuple[int, ...]) -> None:
        exact = [1 / kind.T for kind in problem.types]
        scale = lcm(*(rate.denominator for rate in exact))
        self.rates = [int(rate * scale) for rate in exact]
        total = self._rate(machines)
        bounds = shares(problem)
        limits = [[owner.limits(kind) for kind in problem.types] for owner in problem.partners]
        # Who has the least choice chooses first: what cannot be done is then found at once.
        self.order = sorted(
            range(len(limits)),
            key=lambda x: prod(min(n, m[1]) - m[0] + 1 for n, m in zip(machines, limits[x], strict=True)),
        )
        self.low = [floor(bounds[x][0] * total) + 1 for x in self.order]
        self.high = [ceil(bounds[x][1] * total) - 1 for x in self.order]
        self.limits = [limits[x] for x in self.order]
        self.steps = 0
        self.dead: set[tuple[int, tuple[int, ...]]] = set()

    def find(self, machines: tuple[int, ...]) -> Owners | None:
        """Give partner after partner a bundle near an even part of what is left, going back where that fails."""
        found = self._assign(0, machines) if self._possible(0, machines) else None
        if found is None:
            return None
        by_partner = dict(zip(self.order, found, strict=True))
        return tuple(by_partner[partner] for partner in range(len(found)))

    def _assign(self, partner: int, left: tuple[int, ...]) -> Owners | None:
        if partner == len(self.limits) - 1:
            return (left,)  # _possible has checked that the last partner may have exactly what is left.
        if (partner, left) in self.dead:
            return None
        for bundle in self._bundles(partner, left):
            rest = tuple(a - b for a, b in zip(left, bundle, strict=True))
            if self._possible(partner + 1, rest) and (others := self._assign(partner + 1, rest)) is not None:
                return (bundle, *others)
        self.dead.add((partner, left))
        return None

    def _rate(self, bundle: Sequence[int]) -> int:
        return sum(n * rate for n, rate in zip(bundle, self.rates, strict=True))

    def _possible(self, partner: int, left: tuple[int, ...]) -> bool:
        """Return whether the partners from ``partner`` on could absorb what is left, by their sums."""
        if not sum(self.low[partner:]) <= self._rate(left) <= sum(self.high[partner:]):
            return False
        limits = self.limits[partner:]
        for low, owner in zip(self.low[partner:], limits, strict=True):
            if self._rate([min(n, most) for n, (_, most) in zip(left, owner, strict=True)]) < low:
                return False
        return all(
            sum(owner[i][0] for owner in limits) <= n <= sum(min(n, owner[i][1]) for owner in limits)
            for i, n in enumerate(left)
        )

    def _bundles(self, partner: int, left: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """Yield the bundles the partner may take, those nearest to an even part of what is left first."""
        remaining = len(self.limits) - partner
        target = self._rate(left) / remaining
        even = [n / remaining for n in left]
        small = prod(n + 1 for n in left) <= _SMALL
        yielded: set[tuple[int, ...]] = set()
        for width in _WIDTHS[-1:] if small else _WIDTHS:
            ranges = [
                range(max(least, int(middle) - width), min(n, most, int(middle) + 1 + width) + 1)
                for n, (least, most), middle in zip(left, self.limits[partner], even, strict=True)
            ]
            found = [bundle for bundle in self._fitting(partner, ranges) if bundle not in yielded]
            yielded.update(found)
            yield from sorted(
                found,
                key=lambda b: (abs(self._rate(b) - target), sum(abs(n - e) for n, e in zip(b, even, strict=True)), b),
            )

    def _fitting(self, partner: int, ranges: list[range]) -> Iterator[tuple[int, ...]]:
        """Yield the bundles within ``ranges`` whose rate the partner may have, leaving hopeless prefixes early."""
        if not all(ranges):
            return
        rest = [
            sum(r[-1] * rate for r, rate in list(zip(ranges, self.rates, strict=True))[i:]) for i in range(len(ranges))
        ]

        def extend(prefix: tuple[int, ...], rate: int) -> Iterator[tuple[int, ...]]:
            i = len(prefix)
            if i == len(ranges):
                yield prefix
                return
            for n in ranges[i]:
                here = rate + n * self.rates[i]
                if here > self.high[partner]:
                    break
                self.steps += 1
                if self.steps > MAX_STEPS:
                    raise Undecided(what="the allocation of machines to partners", precision=0)
                if here + (rest[i + 1] if i + 1 < len(ranges) else 0) >= self.low[partner]:
                    yield from extend((*prefix, n), here)

        yield from extend((), 0)
