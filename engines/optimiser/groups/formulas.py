"""Left-hand sides of Figure 14 over a *box* of deployments, as lower bounds that are exact where the box is one point.

A box gives each type a range of machine counts; every type is either absent (0) or present (at least 1) throughout. For
a fixed loss vector u and level d' the functions enclose the least value the constraint can take anywhere in the box, so
"this exceeds its bound" excludes the whole box, and at a single deployment it is the constraint itself.

Two facts carry this (ADR 0043): the truncated mean ``E(noR)`` and the tail ``y**k - y**a`` first rise and then fall as
the hazard grows, so over a range their least value is at one of its ends; and both rise with the number of attempts.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TypeAlias

from engines.optimiser.groups.arithmetic import Arithmetic, Interval
from engines.optimiser.groups.model import GroupProblem

Box: TypeAlias = tuple[tuple[int, int], ...]
Counts: TypeAlias = tuple[int, ...]

NOTHING_LEFT = 10**30
"""Value of every constraint where no machine is left to race: above any bound, so nothing holds there."""

MAX_PERIOD_EVENTS = 4096
"""Rounds in one common period of the hash rates that are still summed exactly (joint semantics)."""


@dataclass(frozen=True, slots=True)
class Corner:
    """A loss per type, the running difficulty and, where it is seen, the nonce size."""

    loss: Counts
    d: int
    r: int


class Formulas:
    """The constraints of one problem in one interval arithmetic."""

    def __init__(self, problem: GroupProblem, arithmetic: Arithmetic, *, joint: bool) -> None:
        self.p = problem
        self.a = arithmetic
        self.joint = joint
        self.bounds = {
            name: Fraction(getattr(problem, name)) for name in ("epsilon", "delta", "delta_1", "delta_2", "tau_u")
        }
        self._slow = [problem.slow_rounds(i) for i in range(len(problem.types))]
        self._fast = [problem.fast_rounds(i) for i in range(len(problem.types))]
        self._dispute = [problem.dispute_rounds(i) for i in range(len(problem.types))]

    def least(self, name: str, box: Box, at: Corner) -> Interval:
        """Enclose the least value of constraint ``name``'s left-hand side over ``box`` at a corner."""
        low, high = _left(box, at)
        if not any(high):
            return self.a.number(NOTHING_LEFT)
        x = self.a.hazard(at.d)
        if name == "epsilon":
            return self._failure(low, high, at.r, x)
        if name == "tau_u":
            return self._joint_mean(high, x) if self.joint else self._mean(low, high, at.r, x)
        if name == "delta":
            return self._joint_slow(high, x) if self.joint else self._slow_tail(low, high, at.r, x)
        return self._fast_tail(low, x) if name == "delta_1" else self._disputes(low, x)

    def cost(self, box: Box, at: Corner) -> Interval:
        """Enclose the least cost over ``box`` at a corner: equation 31, or with joint semantics each type for its
        time."""
        low, high = _left(box, at)
        return self._bill(low, low, high, at)

    def cost_of(self, share: Counts, machines: Counts, at: Corner) -> Interval:
        """Enclose what the machines in ``share`` cost in a race of all ``machines``."""
        return self._bill(share, machines, machines, at)

    def _bill(self, paid: Counts, low: Counts, high: Counts, at: Corner) -> Interval:
        pairs = list(zip(self.p.types, paid, strict=True))
        fixed = self.a.number(sum((kind.TFC * n for kind, n in pairs), Fraction(0)))
        if not any(high) or all(kind.TVC == 0 for kind in self.p.types):
            return fixed
        x = self.a.hazard(at.d)
        if self.joint:
            rate = sum((kind.TVC * n / kind.T for kind, n in pairs), Fraction(0))
            return fixed + self.a.number(rate) * self._joint_mean(high, x)
        rate = sum((kind.TVC * n for kind, n in pairs), Fraction(0))
        rounds = [self._rounds_least(low[i], high[i], high, at.r, x) for i in self._present(high)]
        return fixed + self.a.number(rate) * self.a.lowest(rounds)

    def slice_short(self, box: Box, r: int) -> bool:
        """Return whether some type violates equation 65 everywhere in ``box`` for this and every smaller r (exact)."""
        deployed = [i for i, (_, b) in enumerate(box) if b]
        need = max(self._slow[i] - 1 for i in deployed)
        return (1 << r) // sum(a for a, _ in box) < need

    @staticmethod
    def _present(high: Counts) -> list[int]:
        return [i for i, b in enumerate(high) if b > 0]

    @staticmethod
    def _attempts(total: int, r: int) -> int:
        return (1 << r) // total + 1

    def _failure(self, low: Counts, high: Counts, r: int, x: Interval) -> Interval:
        """Equation 63, or the product over types with joint semantics."""
        if low == high or not self.joint:
            strongest = sum(high) if self.joint else max(high)
            return self.a.exp(-(self._attempts(max(1, sum(low)), r) * strongest) * x)
        return self.a.exp(-((1 << r) + sum(high)) * x)  # (floor(2**r/N) + 1) N is at most 2**r + N.

    def _rounds(self, n: int, attempts: int, x: Interval) -> Interval:
        """Equation 38 for n machines."""
        h = n * x
        q = -self.a.expm1(-h)
        z = attempts * h
        return (-self.a.expm1(-z) - attempts * q * self.a.exp(-z)) / q

    def _rounds_least(self, a: int, b: int, high: Counts, r: int, x: Interval) -> Interval:
        attempts = self._attempts(sum(high), r)
        first = self._rounds(max(a, 1), attempts, x)
        return first if a == b else self.a.lowest([first, self._rounds(b, attempts, x)])

    def _mean(self, low: Counts, high: Counts, r: int, x: Interval) -> Interval:
        """Equation 64."""
        times = [
            self.a.number(self.p.types[i].T) * self._rounds_least(low[i], high[i], high, r, x)
            for i in self._present(high)
        ]
        return self.a.lowest(times)

    def _slow_tail(self, low: Counts, high: Counts, r: int, x: Interval) -> Interval:
        """Equation 66."""
        attempts = self._attempts(sum(high), r)
        values = []
        for i in self._present(high):
            k = self._slow[i]
            if attempts <= k:
                return self.a.number(0)
            for n in {max(low[i], 1), high[i]}:
                values.append(-self.a.exp(-k * n * x) * self.a.expm1(-(attempts - k) * n * x))
        return self.a.lowest(values)

    def _joint_slow(self, high: Counts, x: Interval) -> Interval:
        """``S(th)`` with ``S(t) = prod_i y_i**floor(t/T_i)``, the survival of the joint race."""
        return self.a.exp(-sum(n * (self.p.th // kind.T) for n, kind in zip(high, self.p.types, strict=True)) * x)

    def _fast_tail(self, low: Counts, x: Interval) -> Interval:
        """Equation 67, or ``1 - S(th'-)`` with joint semantics; both rise with every count."""
        if self.joint:
            done = [max(0, self._fast[i] - 1) for i in range(len(low))]
            return -self.a.expm1(-sum(n * k for n, k in zip(low, done, strict=True)) * x)
        return self.a.highest([-self.a.expm1(-self._fast[i] * n * x) for i, n in enumerate(low) if n])

    def _disputes(self, low: Counts, x: Interval) -> Interval:
        """Equation 69, the probability of two or more finds within mu; it rises with every count."""
        if sum(low) <= 1:
            return self.a.number(0)
        total = sum(n * k for n, k in zip(low, self._dispute, strict=True)) * x
        single = self.a.number(0)
        for n, k in zip(low, self._dispute, strict=True):
            if n:
                single = single + n * self.a.expm1(k * x)
        return -self.a.expm1(-total) - self.a.exp(-total) * single

    def _joint_mean(self, counts: Counts, x: Interval) -> Interval:
        """Enclose the mean time of the joint race, the integral of S(t); it falls with every count.

        S repeats itself, scaled, after a common period of the hash rates. Where such a period has too many rounds, S is
        enclosed between ``exp(-kappa t)`` and that times ``prod_i 1/y_i``, kappa being the total hazard a second.
        """
        active = self._present(counts)
        times = [self.p.types[i].T for i in active]
        common = lcm(*(T.denominator for T in times))
        period = Fraction(lcm(*(T.numerator * (common // T.denominator) for T in times)), common)
        if sum(period / T for T in times) > MAX_PERIOD_EVENTS:
            rate = sum((counts[i] / self.p.types[i].T for i in active), Fraction(0))
            least = 1 / (self.a.number(rate) * x)
            return self.a.between(least, least * self.a.exp(sum(counts) * x))
        moments: dict[Fraction, int] = {}
        for i, T in zip(active, times, strict=True):
            for k in range(1, int(period / T) + 1):
                moments[k * T] = moments.get(k * T, 0) + counts[i]
        area, left, hits = self.a.number(0), Fraction(0), 0
        for moment in sorted(moments):
            area = area + self.a.number(moment - left) * self.a.exp(-hits * x)
            left, hits = moment, hits + moments[moment]
        return area / -self.a.expm1(-hits * x)


def _left(box: Box, at: Corner) -> tuple[Counts, Counts]:
    """Return the least and the most machines of each type that remain after the loss."""
    low = tuple(a - u for (a, _), u in zip(box, at.loss, strict=True))
    return low, tuple(b - u for (_, b), u in zip(box, at.loss, strict=True))
