"""Complete, certified search of the (s, r, d) box: one best row per difficulty, and for everything else why it is not.

For a pair (s, d) the robustly feasible r form an interval, because every constraint is monotone in r (see
:mod:`.constraints`), and the cost rises with r. So a pair needs at most two violated constraints to be excluded
whatever
r is, and the least feasible r is its cheapest. The doubles of :mod:`.screen` say where to look; only what decides the
verdict is evaluated in intervals.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from engines.optimiser import calculus
from engines.optimiser.constraints import FIXED, NEEDS_LESS, NEEDS_MORE, Constraint, Judge, Point, cost_ball
from engines.optimiser.intervals import Ball, ball, compare
from engines.optimiser.problem import Problem
from engines.optimiser.screen import Guess, Screen, guess, screen
from engines.optimiser.semantics import Semantics, deciding_corners


class CostBasis(StrEnum):
    """Which cost ranks the rows, meets the budget and bounds alpha."""

    NOMINAL = "nominal"
    """``Cost(s, r, d)``: line 3 of Figure 21 and the published cost column."""
    ROBUST = "robust"
    """Equation 18: the largest cost over the uncertainty set."""


Deployment: TypeAlias = tuple[int, int, int]
"""(s, r, d)."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A constraint violated at a corner. With ``r`` None it holds for every r; else see ``covers``."""

    constraint: Constraint
    s: int
    d: int
    r: int | None

    def covers(self, r: int) -> bool:
        """Return whether this violation, by monotonicity, rules out nonce size r too."""
        if self.r is None:
            return True
        return r <= self.r if self.constraint in NEEDS_MORE else r >= self.r


@dataclass(frozen=True, slots=True)
class Excluded:
    """No r makes (s, d) robustly feasible: together the violations cover r_l .. r_u."""

    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Dearer:
    """(s, d) cannot be the best: every r below ``r`` is excluded by ``violations`` and r itself already costs more."""

    r: int
    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Best:
    """The best deployment at one difficulty; ``violations`` exclude every smaller r."""

    s: int
    r: int
    violations: tuple[Violation, ...]


@dataclass
class Level:
    """What was decided about one difficulty: its best deployment, or None, and why every other s is not it."""

    d: int
    best: Best | None = None
    others: dict[int, Excluded | Dearer] = field(default_factory=dict)


class Search:
    """One problem under one semantics; :meth:`levels` yields a :class:`Level` per difficulty, largest first."""

    def __init__(self, problem: Problem, semantics: Semantics, basis: CostBasis) -> None:
        self.problem = problem
        self.semantics = semantics
        self.basis = basis
        self.judge = Judge(problem)
        self.screened: Screen = screen(problem, semantics)
        self._likely: dict[tuple[int, int], Guess] = {}

    def likely(self, s: int, d: int) -> Guess:
        """Return what doubles tell about (s, d), read off the screen once."""
        key = (s, d)
        if key not in self._likely:
            self._likely[key] = guess(self.problem, self.semantics, self.screened, s, d)
        return self._likely[key]

    def levels(self, progress: Callable[[int, int], None] | None = None) -> Iterator[Level]:
        """Decide every difficulty from d_u down to d_l, calling ``progress(done, total)`` after each."""
        total = self.problem.d_u - self.problem.d_l + 1
        for done, d in enumerate(range(self.problem.d_u, self.problem.d_l - 1, -1), start=1):
            yield self.level(d)
            if progress is not None:
                progress(done, total)

    def level(self, d: int) -> Level:
        """Decide one difficulty."""
        level = Level(d)
        promising, hopeless = self._order(d)
        for s, r in promising:
            self._settle(level, s, r)
        for s in hopeless:
            violations = self.exclusion(s, d)
            if violations is None:
                self._settle(level, s, self.problem.r_l)  # The doubles were wrong about this pair.
            else:
                level.others[s] = Excluded(violations)
        return level

    def _order(self, d: int) -> tuple[list[tuple[int, int]], list[int]]:
        """Split the pool sizes into promising ones, likely cheapest first with their likely least r, and hopeless
        ones."""
        promising: list[tuple[int, int]] = []
        hopeless: list[int] = []
        for s in range(self.problem.s_l, self.problem.s_u + 1):
            likely = self.likely(s, d)
            if likely.fixed and likely.least <= min(likely.most, self.problem.r_u):
                promising.append((s, likely.least))
            else:
                hopeless.append(s)
        s_array = np.array([s for s, _ in promising], dtype=np.float64)
        lam = np.array([float(calculus.nonce_slice(s, r)) for s, r in promising])
        costs = calculus.cost(s_array, d, lam, float(self.problem.TVC), float(self.problem.TFC))
        ranked = sorted(range(len(promising)), key=lambda i: (float(costs[i]), promising[i][1], promising[i][0]))
        return [promising[i] for i in ranked], hopeless

    def _settle(self, level: Level, s: int, r: int) -> None:
        """Place pool size s in ``level``: as its best, as dearer than its best, or as excluded after all."""
        if level.best is not None and (dearer := self._dearer(level.best, s, r, level.d)) is not None:
            level.others[s] = dearer
            return
        found = self.least_r(s, level.d, r)
        if isinstance(found, Excluded):
            level.others[s] = found
            return
        previous, level.best = level.best, found
        if previous is None:
            return
        if (dearer := self._dearer(found, previous.s, previous.r, level.d)) is None:
            level.best, level.others[s] = previous, Dearer(found.r, found.violations)
            return
        level.others[previous.s] = dearer  # What was dearer than the previous best is dearer than this one too.

    def nominal_cost(self, s: int, r: int, d: int) -> Ball:
        """Enclose ``Cost(s, r, d)`` (equation 5)."""
        return cost_ball(self.problem, s, r, d)

    def cost(self, s: int, r: int, d: int) -> Ball:
        """Enclose the cost that ranks rows, by the basis chosen."""
        if self.basis is CostBasis.NOMINAL:
            return self.nominal_cost(s, r, d)
        return robust_cost_ball(self.problem, s, r, d)

    def order(self, one: Deployment, other: Deployment) -> int:
        """Return -1, 0 or 1 as the cost of ``one`` is less than, equal to or greater than that of ``other``.

        Without variable cost the comparison is exact. Otherwise two costs are equal when both are attained at one and
        the same corner, as the robust costs of neighbouring difficulties can be.
        """
        if self.problem.TVC == 0:
            difference = self.problem.TFC * (one[0] - other[0])
            return (difference > 0) - (difference < 0)
        return compare(
            lambda: self.cost(*one),
            lambda: self.cost(*other),
            what=f"the cost of (s, r, d) = {one} against {other}",
            tied=lambda: one == other or self._same_corner(one, other),
        )

    def _same_corner(self, one: Deployment, other: Deployment) -> bool:
        if self.basis is CostBasis.NOMINAL:
            return False
        mine = dearest_corner(self.problem, *one)
        return mine is not None and mine == dearest_corner(self.problem, *other)

    def _dearer(self, best: Best, s: int, r: int, d: int) -> Dearer | None:
        """Return why deploying s cannot beat ``best``, or None when it might (r is the likely least feasible r)."""
        if self.problem.TFC * s > 0 and self._compare_fixed(best, s, d):
            return Dearer(self.problem.r_l, ())
        below = self.below(s, d, r)
        if below is None:
            return None
        order = self.order((s, r, d), (best.s, best.r, d))
        return Dearer(r, below) if (order, r, s) > (0, best.r, best.s) else None

    def _compare_fixed(self, best: Best, s: int, d: int) -> bool:
        """Return whether the fixed cost of s miners alone exceeds the whole cost of ``best``."""
        fixed = self.problem.TFC * s
        if self.problem.TVC == 0:
            return fixed > self.problem.TFC * best.s
        if fixed <= self.problem.TFC * best.s:
            return False
        return bool(self.cost(best.s, best.r, d) < ball(fixed))

    def below(self, s: int, d: int, r: int) -> tuple[Violation, ...] | None:
        """Return a violation that excludes every nonce size under r for (s, d): () when r is r_l, None when none
        does."""
        return () if r <= self.problem.r_l else self._one(NEEDS_MORE, s, d, r - 1)

    def above(self, s: int, d: int, r: int) -> tuple[Violation, ...] | None:
        """Return a violation that excludes r and every larger nonce size: () when r exceeds r_u, None when none
        does."""
        return () if r > self.problem.r_u else self._one(NEEDS_LESS, s, d, r)

    def fixed_violation(self, s: int, d: int) -> tuple[Violation, ...] | None:
        """Return a violated constraint that does not depend on r, or None when all hold at every corner."""
        return self._one(FIXED, s, d, None)

    def _one(self, constraints: tuple[Constraint, ...], s: int, d: int, r: int | None) -> tuple[Violation, ...] | None:
        for constraint in constraints:
            for corner_s, corner_d in deciding_corners(self.semantics, self.problem, constraint, s, d):
                if not self.judge.holds(constraint, Point(corner_s, r or 0, corner_d)):
                    return (Violation(constraint, corner_s, corner_d, r),)
        return None

    def exclusion(self, s: int, d: int) -> tuple[Violation, ...] | None:
        """Return violations that exclude (s, d) for every r, or None when it is feasible for some r."""
        likely = self.likely(s, d)
        if not likely.fixed and (fixed := self.fixed_violation(s, d)) is not None:
            return fixed
        split = min(likely.least, self.problem.r_u + 1)
        below = self.below(s, d, split)
        above = self.above(s, d, split) if below is not None else None
        if below is not None and above is not None:
            return below + above
        found = self.least_r(s, d, split)
        return found.violations if isinstance(found, Excluded) else None

    def least_r(self, s: int, d: int, r: int) -> Best | Excluded:
        """Return the certified least feasible r of (s, d), trying the likely ``r`` first, or why there is none."""
        if (fixed := self.fixed_violation(s, d)) is not None:
            return Excluded(fixed)
        below = self.below(s, d, r) if r <= self.problem.r_u else None
        if below is not None and self._free(NEEDS_MORE, s, d, r) and self._free(NEEDS_LESS, s, d, r):
            return Best(s, r, below)
        return self._bisect(s, d)

    def _bisect(self, s: int, d: int) -> Best | Excluded:
        """Decide (s, d), whose fixed constraints hold, by certified bisection alone."""
        low, high = self.problem.r_l, self.problem.r_u + 1
        while low < high:
            middle = (low + high) // 2
            if self._free(NEEDS_MORE, s, d, middle):
                high = middle
            else:
                low = middle + 1
        below = self.below(s, d, low) or ()
        above = self.above(s, d, low)
        if above is not None:
            return Excluded(below + above)
        return Best(s, low, below)

    def _free(self, constraints: tuple[Constraint, ...], s: int, d: int, r: int) -> bool:
        """Return whether ``constraints`` hold at every corner of (s, d) for nonce size r."""
        return self._one(constraints, s, d, r) is None


def uncertain_corners(problem: Problem, s: int, d: int) -> list[tuple[int, int]]:
    """Return the meaningful corners (s', d') of equation 18."""
    pools, levels = range(max(1, s - problem.u_s), s + 1), range(max(1, d - problem.u_d), d + problem.u_d + 1)
    return [(pool, level) for pool in pools for level in levels]


def robust_cost_ball(problem: Problem, s: int, r: int, d: int) -> Ball:
    """Enclose equation 18, the largest cost over ``s - u_s .. s`` and ``d - u_d .. d + u_d`` (meaningful corners
    only)."""
    worst = cost_ball(problem, s, r, d)
    for pool, level in uncertain_corners(problem, s, d):
        worst = worst.max(cost_ball(problem, pool, r, level))
    return worst


def dearest_corner(problem: Problem, s: int, r: int, d: int) -> tuple[int, int, int] | None:
    """Return (s', lam, d') of the one corner that certainly attains equation 18, or None when several may."""
    worst = robust_cost_ball(problem, s, r, d)
    found = [at for at in uncertain_corners(problem, s, d) if not cost_ball(problem, at[0], r, at[1]) < worst]
    return (found[0][0], calculus.nonce_slice(found[0][0], r), found[0][1]) if len(found) == 1 else None
