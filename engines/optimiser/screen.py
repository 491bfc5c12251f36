"""A fast, uncertified guess of where each corner is feasible, by vectorised bisection in r over all (s', d') at once.

The guess only steers the search: every verdict is decided again in intervals, and where a guess proves wrong the search
falls back to deciding that corner from scratch. So nothing here needs a safety margin.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from engines.optimiser import calculus
from engines.optimiser.constraints import Constraint
from engines.optimiser.problem import Problem
from engines.optimiser.semantics import Semantics, Window, corner_range, window

IntArray = NDArray[np.int64]


def log_of(value: Fraction) -> float:
    """Return the natural logarithm of a non-negative fraction, also where it is no double; -inf for zero."""
    return math.log(value.numerator) - math.log(value.denominator) if value > 0 else -math.inf


@dataclass(frozen=True)
class Screen:
    """Per corner (s', d'): is every constraint on y and w that does not see r met, and from and up to which r the
    others.

    ``least[i, j]`` is in ``[r_l, r_u + 1]`` (r_u + 1: no r is enough), ``most[i, j]`` in ``[r_l - 1, r_u]``.
    """

    range: Window
    fixed: NDArray[np.bool_]
    least: IntArray
    most: IntArray
    strong: frozenset[int]
    """Pool sizes that meet the pool bound, exactly."""

    def part(self, corners: Window) -> tuple[slice, slice]:
        """Return the index of ``corners`` in the three arrays."""
        return (
            slice(max(0, corners.s_from - self.range.s_from), corners.s_to - self.range.s_from + 1),
            slice(max(0, corners.d_from - self.range.d_from), corners.d_to - self.range.d_from + 1),
        )


def screen(problem: Problem, semantics: Semantics) -> Screen:
    """Guess the feasible r of every corner. Cost: ``2 log2(r_u - r_l)`` evaluations of the calculus on the whole
    grid."""
    area = corner_range(semantics, problem)
    s = np.arange(area.s_from, area.s_to + 1, dtype=np.float64)[:, None]
    d = np.arange(area.d_from, area.d_to + 1, dtype=np.float64)[None, :]
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        fixed = (calculus.dispute_probability(s, d, problem.dispute_rounds) <= float(problem.delta_2)) & (
            calculus.fast_probability(s, d, problem.fast_rounds) <= float(problem.delta_1)
        )
        x = calculus.hazard(s, d)
        least = _bisect_least(problem, s, d, x)
        most = _bisect_most(problem, s, d)
    pools = range(problem.l + 1, problem.s_u + 1)
    strong = frozenset(n for n in pools if calculus.pool_power(problem.l, n, problem.c) <= problem.delta_3)
    return Screen(area, fixed, least, most, strong)


def _lam(s: calculus.FloatArray, r: IntArray) -> calculus.FloatArray:
    return np.floor(np.exp2(r.astype(np.float64)) / s)


def _bisect_least(problem: Problem, s: calculus.FloatArray, d: calculus.FloatArray, x: calculus.FloatArray) -> IntArray:
    log_epsilon, T, tau_l = log_of(problem.epsilon), float(problem.T), float(problem.tau_l)
    low = np.full(x.shape, problem.r_l, dtype=np.int64)
    high = np.full(x.shape, problem.r_u + 1, dtype=np.int64)
    for _ in range((problem.r_u - problem.r_l + 1).bit_length()):
        middle = (low + high) // 2
        lam = _lam(s, middle)
        enough = -(lam + 1.0) * x <= log_epsilon
        if tau_l > 0.0:
            enough &= T * calculus.expected_rounds(s, d, lam) >= tau_l
        high = np.where(enough, middle, high)
        low = np.where(enough, low, np.minimum(middle + 1, high))
    return high


def _bisect_most(problem: Problem, s: calculus.FloatArray, d: calculus.FloatArray) -> IntArray:
    delta, T, tau_u = float(problem.delta), float(problem.T), float(problem.tau_u)
    shape = (s.shape[0], d.shape[1])
    low = np.full(shape, problem.r_l - 1, dtype=np.int64)
    high = np.full(shape, problem.r_u, dtype=np.int64)
    for _ in range((problem.r_u - problem.r_l + 1).bit_length()):
        middle = (low + high + 1) // 2
        lam = _lam(s, middle)
        fits = T * calculus.expected_rounds(s, d, lam) <= tau_u
        fits &= calculus.slow_probability(s, d, lam, problem.slow_rounds) <= delta
        low = np.where(fits, middle, low)
        high = np.where(fits, high, np.maximum(middle - 1, low))
    return low


def slice_bits(problem: Problem, s: int) -> int:
    """Return the least r with ``ceil(th/T - 1) < floor(2**r / s)`` (constraint 17), exactly; may exceed r_u."""
    return max(problem.r_l, (problem.slow_rounds * s - 1).bit_length() if problem.slow_rounds > 0 else problem.r_l)


@dataclass(frozen=True, slots=True)
class Guess:
    """What doubles tell about deploying s miners at d: fixed constraints met, and the r that would do."""

    fixed: bool
    least: int
    most: int


def guess(problem: Problem, semantics: Semantics, screened: Screen, s: int, d: int) -> Guess:
    """Read the guess for (s, d) off the screened corners."""
    race = window(semantics, problem, Constraint.FAILURE, s, d)
    pool = window(semantics, problem, Constraint.POOL, s, d).s_from
    if pool not in screened.strong or race.d_from < 1 or race.s_to < race.s_from:
        return Guess(False, problem.r_l, problem.r_u)
    part = screened.part(race)
    return Guess(
        fixed=problem.fast_rounds > 1 and bool(screened.fixed[part].all()),
        least=max(int(screened.least[part].max()), slice_bits(problem, s)),
        most=int(screened.most[part].min()),
    )
