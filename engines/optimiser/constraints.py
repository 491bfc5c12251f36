"""The constraints of Figure 12 and of the robust problem, each decided rigorously at one point (s', r, d').

A constraint is named after the constant a user would change to relax it. How each depends on r is what makes complete
search cheap, because lam = floor(2**r/s') never decreases with r:

* ``FIXED`` constraints do not see r at all;
* ``NEEDS_MORE``: once violated at r, violated at every smaller r (failure y**(lam+1) falls, E(noR) rises with lam);
* ``NEEDS_LESS``: once violated at r, violated at every larger r (E(noR) and y**k - y**(lam+1) rise with lam).

E(noR) is the partial sum up to lam of the positive terms prob(k)(k+1), equation 6, hence increasing in lam. ADR 0040
has the proofs.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from flint import arb

from engines.optimiser.calculus import nonce_slice, pool_power
from engines.optimiser.intervals import Ball, at_most, ball
from engines.optimiser.problem import Problem


class Constraint(StrEnum):
    """One inequality of Figure 12 or 13, by the constant that bounds it."""

    DIFFICULTY = "d"
    """``1 <= d'``: the running level must be a level (Figure 11)."""
    POOL = "delta_3"
    """``l < s'`` and ``l**c <= s'**c * delta_3`` (Figure 13)."""
    FAST_SOUND = "th_prime"
    """``0 < ceil(th'/T - 1)`` (below equation 11)."""
    FAST = "delta_1"
    DISPUTES = "delta_2"
    SLOW_SOUND = "th"
    """``ceil(th/T - 1) < lam`` (equation 17)."""
    FAILURE = "epsilon"
    MEAN_LOW = "tau_l"
    MEAN_HIGH = "tau_u"
    SLOW = "delta"


FIXED = (Constraint.POOL, Constraint.DIFFICULTY, Constraint.FAST_SOUND, Constraint.FAST, Constraint.DISPUTES)
NEEDS_MORE = (Constraint.SLOW_SOUND, Constraint.FAILURE, Constraint.MEAN_LOW)
NEEDS_LESS = (Constraint.MEAN_HIGH, Constraint.SLOW)

_EXACT_BITS = 1 << 18
"""Largest size, in bits, of an exact power evaluated to settle an equality. A power ``(1 - 2**-d)**n`` has exactly d*n
bits after the point, so it can equal a bound only while d*n is at most the bound's own size."""


@dataclass(frozen=True, slots=True)
class Point:
    """A pool of ``s`` miners at difficulty ``d`` with ``r`` nonce bits (r is 0 where a constraint does not see it)."""

    s: int
    r: int
    d: int


def hazard_ball(s: int, d: int) -> Ball:
    """Enclose ``-log y``, ``y = (1 - 2**-d)**s``."""
    return -s * (-(arb(2) ** -d)).log1p()


def expected_rounds_ball(s: int, d: int, lam: int) -> Ball:
    """Enclose ``E^s(noR)`` (equation 7)."""
    x = hazard_ball(s, d)
    z = (lam + 1) * x
    q = -(-x).expm1()
    return (-(-z).expm1() - (lam + 1) * q * (-z).exp()) / q


def dispute_ball(s: int, d: int, rounds: int) -> Ball:
    """Enclose ``prob^s(disputes within mu)`` (equation 16)."""
    if s == 1:
        return arb(0)
    theta = rounds * hazard_ball(1, d)
    return -(-s * theta).expm1() - s * (-s * theta).exp() * theta.expm1()


def cost_ball(problem: Problem, s: int, r: int, d: int) -> Ball:
    """Enclose ``Cost(s, r, d)`` (equation 5)."""
    fixed = ball(problem.TFC * s)
    if problem.TVC == 0:
        return fixed
    return ball(problem.TVC * s) * expected_rounds_ball(s, d, nonce_slice(s, r)) + fixed


class Judge:
    """Decides constraints of one problem at points, rigorously, remembering what it has decided."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._memory: dict[tuple[Constraint, Point], bool] = {}

    def holds(self, constraint: Constraint, point: Point) -> bool:
        """Return whether ``constraint`` holds at ``point``; raises :class:`Undecided` rather than guess."""
        key = (constraint, point)
        verdict = self._memory.get(key)
        if verdict is None:
            verdict = self._memory[key] = self._decide(constraint, point)
        return verdict

    def violated(self, candidates: tuple[Constraint, ...], point: Point) -> Constraint | None:
        """Return the first of ``candidates`` that ``point`` violates, or None."""
        return next((constraint for constraint in candidates if not self.holds(constraint, point)), None)

    def _decide(self, constraint: Constraint, at: Point) -> bool:
        problem = self.problem
        match constraint:
            case Constraint.DIFFICULTY:
                return at.d >= 1
            case Constraint.POOL:
                return problem.l < at.s and pool_power(problem.l, at.s, problem.c) <= problem.delta_3
            case Constraint.FAST_SOUND:
                return problem.fast_rounds > 1
            case Constraint.SLOW_SOUND:
                return problem.slow_rounds - 1 < nonce_slice(at.s, at.r)
        if at.s < 1 or at.d < 1:
            return False  # No miners or no difficulty: the probabilities are undefined, so nothing is satisfied.
        if constraint is Constraint.MEAN_LOW:
            return problem.tau_l == 0 or not self._below(constraint, at, problem.tau_l)
        bound = self.bound(constraint)
        if bound == 1 and constraint is not Constraint.MEAN_HIGH:
            return True  # A probability never exceeds 1.
        return self._below(constraint, at, bound)

    def bound(self, constraint: Constraint) -> Fraction:
        """Return the constant that bounds ``constraint`` (for the constraints with a bounded quantity)."""
        value = getattr(self.problem, constraint.value)
        return Fraction(value)

    def _below(self, constraint: Constraint, at: Point, bound: Fraction) -> bool:
        strict = constraint is Constraint.MEAN_LOW
        below = at_most(
            lambda: self.quantity(constraint, at),
            bound,
            what=f"{constraint.value} at s'={at.s}, r={at.r}, d'={at.d}",
            exact=lambda: self._exact(constraint, at),
        )
        return below and not (strict and self._exact(constraint, at) == bound)

    def quantity(self, constraint: Constraint, at: Point) -> Ball:
        """Enclose the left-hand side of ``constraint`` at the current precision (see the equation of each)."""
        problem = self.problem
        match constraint:
            case Constraint.FAILURE:
                return (-(nonce_slice(at.s, at.r) + 1) * hazard_ball(at.s, at.d)).exp()
            case Constraint.MEAN_LOW | Constraint.MEAN_HIGH:
                return ball(problem.T) * expected_rounds_ball(at.s, at.d, nonce_slice(at.s, at.r))
            case Constraint.SLOW:
                x = hazard_ball(at.s, at.d)
                extra = nonce_slice(at.s, at.r) + 1 - problem.slow_rounds
                return -(-problem.slow_rounds * x).exp() * (-extra * x).expm1()
            case Constraint.FAST:
                return -(-problem.fast_rounds * hazard_ball(at.s, at.d)).expm1()
            case Constraint.DISPUTES:
                return dispute_ball(at.s, at.d, problem.dispute_rounds)
            case _:
                return ball(pool_power(problem.l, at.s, problem.c))

    def _exact(self, constraint: Constraint, at: Point) -> Fraction | None:
        """Return the left-hand side as an exact rational where that is small enough to write down."""
        problem = self.problem
        lam = nonce_slice(at.s, at.r)
        rounds = {Constraint.FAST: problem.fast_rounds, Constraint.DISPUTES: problem.dispute_rounds}.get(
            constraint, lam + 1
        )
        if max(rounds, problem.slow_rounds if constraint is Constraint.SLOW else 0) * at.s * at.d > _EXACT_BITS:
            return None
        q = 1 - Fraction(1, 1 << at.d)
        y = q**at.s
        match constraint:
            case Constraint.FAILURE:
                return y ** (lam + 1)
            case Constraint.MEAN_LOW | Constraint.MEAN_HIGH:
                failure = y ** (lam + 1)
                return problem.T * (1 - failure - (lam + 1) * (1 - y) * failure) / (1 - y)
            case Constraint.SLOW:
                return Fraction(y**problem.slow_rounds - y ** (lam + 1))
            case Constraint.FAST:
                return 1 - y**problem.fast_rounds
            case Constraint.DISPUTES:
                w = q**problem.dispute_rounds
                return 1 + (at.s - 1) * w**at.s - at.s * w ** (at.s - 1)
            case _:
                return None
