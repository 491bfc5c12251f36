"""The group formulas in exact rationals, for the ties that no interval decides; possible only where powers are short.

``1 - 2**-d`` to the power n has d*n binary places. A bound written down by a person has few, so whenever the two
could be
equal the power is short enough to be written down too.
"""

from dataclasses import dataclass
from fractions import Fraction

from engines.optimiser.errors import OptimiserError
from engines.optimiser.groups.arithmetic import Interval

MAX_BITS = 1 << 18


class TooLong(OptimiserError):
    """The exact value has more digits than are worth writing down."""

    code = "too-long"


@dataclass(frozen=True, slots=True)
class LogPower:
    """The number ``-n log(1 - 2**-d)``, kept as the pair (n, d)."""

    n: int
    d: int

    def __mul__(self, factor: int) -> "LogPower":
        return LogPower(self.n * factor, self.d)

    __rmul__ = __mul__

    def __neg__(self) -> "LogPower":
        return LogPower(-self.n, self.d)


class ExactArithmetic:
    """Rationals. Operations that leave them, or grow past ``MAX_BITS``, raise :class:`TooLong`."""

    def at(self, bits: int) -> None:
        """Do nothing: there is no precision."""

    def number(self, value: Fraction | int) -> Interval:
        """Return the number."""
        return Fraction(value)

    def hazard(self, d: int) -> Interval:
        """Return ``-log(1 - 2**-d)`` in symbols."""
        return LogPower(1, d)

    def exp(self, value: Interval) -> Interval:
        """Return ``(1 - 2**-d)**-n`` of a :class:`LogPower`."""
        if not isinstance(value, LogPower) or abs(value.n) * value.d > MAX_BITS:
            raise TooLong("The exact value is too long to write down.")
        return (1 - Fraction(1, 1 << value.d)) ** -value.n

    def expm1(self, value: Interval) -> Interval:
        """Return the exponential less one."""
        return self.exp(value) - 1

    def lowest(self, values: list[Interval]) -> Interval:
        """Return the minimum."""
        return min(values)

    def highest(self, values: list[Interval]) -> Interval:
        """Return the maximum."""
        return max(values)

    def between(self, low: Interval, high: Interval) -> Interval:
        """Refuse: a hull is no number."""
        raise TooLong("The exact value would need too long a sum.")

    def sign(self, value: Interval) -> int:
        """Return the sign."""
        return int(value > 0) - int(value < 0)
