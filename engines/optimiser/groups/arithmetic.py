"""The few operations the group formulas need, over either interval library: Arb for the solver, mpmath for the
checker."""

from fractions import Fraction
from typing import Any, Protocol, TypeAlias

from flint import arb, ctx
from mpmath import iv

from engines.optimiser.intervals import ball
from engines.optimiser.reference import interval

Interval: TypeAlias = Any
"""An arb or an mpmath interval: both know + - * / with each other and with integers."""


class Arithmetic(Protocol):
    """Outward-rounded interval operations at a working precision."""

    def at(self, bits: int) -> None:
        """Set the working precision."""

    def number(self, value: Fraction | int) -> Interval:
        """Enclose an exact number."""

    def hazard(self, d: int) -> Interval:
        """Enclose ``-log(1 - 2**-d)``."""

    def exp(self, value: Interval) -> Interval:
        """Enclose the exponential."""

    def expm1(self, value: Interval) -> Interval:
        """Enclose the exponential less one."""

    def lowest(self, values: list[Interval]) -> Interval:
        """Enclose the minimum."""

    def highest(self, values: list[Interval]) -> Interval:
        """Enclose the maximum."""

    def between(self, low: Interval, high: Interval) -> Interval:
        """Return the hull of two intervals."""

    def sign(self, value: Interval) -> int:
        """Return 1 or -1 where the sign is certain, else 0."""


class ArbArithmetic:
    """Arb."""

    def at(self, bits: int) -> None:
        """Set python-flint's working precision."""
        ctx.prec = bits

    def number(self, value: Fraction | int) -> Interval:
        """Enclose an exact number."""
        return ball(value)

    def hazard(self, d: int) -> Interval:
        """Enclose ``-log(1 - 2**-d)``."""
        return -(-(arb(2) ** -d)).log1p()

    def exp(self, value: Interval) -> Interval:
        """Enclose the exponential."""
        return value.exp()

    def expm1(self, value: Interval) -> Interval:
        """Enclose the exponential less one."""
        return value.expm1()

    def lowest(self, values: list[Interval]) -> Interval:
        """Enclose the minimum."""
        least = values[0]
        for value in values[1:]:
            least = least.min(value)
        return least

    def highest(self, values: list[Interval]) -> Interval:
        """Enclose the maximum."""
        most = values[0]
        for value in values[1:]:
            most = most.max(value)
        return most

    def between(self, low: Interval, high: Interval) -> Interval:
        """Return the hull of two intervals."""
        return low.union(high)

    def sign(self, value: Interval) -> int:
        """Return the certain sign, else 0."""
        return 1 if value > 0 else -1 if value < 0 else 0


class MpmathArithmetic:
    """mpmath's ``iv``: no log1p and no expm1, so the precision is raised by what the differences lose."""

    def at(self, bits: int) -> None:
        """Set mpmath's interval precision, with room for the bits of ``1 - 2**-d``."""
        iv.prec = bits + 300

    def number(self, value: Fraction | int) -> Interval:
        """Enclose an exact number."""
        return interval(value)

    def hazard(self, d: int) -> Interval:
        """Enclose ``-log(1 - 2**-d)``."""
        return -iv.log(1 - iv.mpf(2) ** -d)

    def exp(self, value: Interval) -> Interval:
        """Enclose the exponential."""
        return iv.exp(value)

    def expm1(self, value: Interval) -> Interval:
        """Enclose the exponential less one."""
        return iv.exp(value) - 1

    def lowest(self, values: list[Interval]) -> Interval:
        """Enclose the minimum."""
        return iv.mpf([min(v.a.a for v in values), min(v.b.b for v in values)])

    def highest(self, values: list[Interval]) -> Interval:
        """Enclose the maximum."""
        return iv.mpf([max(v.a.a for v in values), max(v.b.b for v in values)])

    def between(self, low: Interval, high: Interval) -> Interval:
        """Return the hull of two intervals."""
        return iv.mpf([min(low.a.a, high.a.a), max(low.b.b, high.b.b)])

    def sign(self, value: Interval) -> int:
        """Return the certain sign, else 0."""
        return 1 if value.a > 0 else -1 if value.b < 0 else 0
