"""Outward-rounded interval arithmetic (Arb through python-flint) with a precision that rises until a verdict is
decided.

This is the only module that touches python-flint. A *quantity* is a function that returns, at the current precision, a
ball enclosing one real number; :func:`at_most` raises the precision until the ball lies on one side of the bound. Where
it never does because the two numbers are equal, an exact rational evaluation decides, and failing that the comparison
is
refused with :class:`~engines.optimiser.errors.Undecided`: no verdict is ever guessed.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from flint import arb, ctx, fmpq, fmpz

from engines.optimiser.errors import Undecided

Ball: TypeAlias = arb
Quantity: TypeAlias = Callable[[], Ball]

START_PRECISION = 128
"""Bits of the first attempt: enough for nearly every comparison up to d = 64."""

MAX_PRECISION = 1 << 17
"""Bits after which two numbers that differ at all differ visibly in every instance the problem bounds admit."""


def ball(value: Fraction | int) -> Ball:
    """Return the ball of an exact number at the current precision."""
    if isinstance(value, int):
        return arb(fmpz(value))
    return arb(fmpq(value.numerator, value.denominator))


def at_most(quantity: Quantity, bound: Fraction, *, what: str, exact: Callable[[], Fraction | None]) -> bool:
    """Return whether ``quantity <= bound``, decided rigorously.

    ``exact`` is asked when intervals have not separated by 4096 bits and may return the exact value, or None when that
    is out of reach. Raises :class:`Undecided` naming ``what`` when nothing decides.
    """
    precision = START_PRECISION
    asked = False
    while precision <= MAX_PRECISION:
        with ctx.workprec(precision):
            value, limit = quantity(), ball(bound)
            if value <= limit:
                return True
            if value > limit:
                return False
        precision *= 4
        if precision > 4096 and not asked:
            asked = True
            known = exact()
            if known is not None:
                return known <= bound
    raise Undecided(what=what, precision=MAX_PRECISION)


def compare(left: Quantity, right: Quantity, *, what: str, tied: Callable[[], bool] = lambda: False) -> int:
    """Return -1, 0 or 1 as ``left`` is less than, equal to or greater than ``right``.

    Equality is certain only where ``tied``, asked once 2048 bits have not separated the two, proves it; otherwise the
    precision rises on, to :class:`Undecided`.
    """
    precision = START_PRECISION
    while precision <= MAX_PRECISION:
        with ctx.workprec(precision):
            a, b = left(), right()
            if a < b:
                return -1
            if a > b:
                return 1
            if precision >= 2048 and tied():
                return 0
        precision *= 4
    raise Undecided(what=what, precision=MAX_PRECISION)


def enclosure(quantity: Quantity, *, digits: int = 17, precision: int = 512) -> tuple[str, str]:
    """Return decimal strings that bound ``quantity`` from below and above, rounded outward."""
    with ctx.workprec(precision):
        value = quantity()
        return _decimal(value.lower(), digits, upward=False), _decimal(value.upper(), digits, upward=True)


def midpoint(quantity: Quantity, *, precision: int = 256) -> float:
    """Return the double nearest to the middle of ``quantity``'s enclosure."""
    with ctx.workprec(precision):
        return float(quantity().mid())


def _decimal(end: Ball, digits: int, *, upward: bool) -> str:
    """Print one end of an interval with ``digits`` digits, moved outward by one unit so that the text still
    encloses."""
    if end == 0:
        return "0"
    widen = 1 + ball(Fraction(1 if (end > 0) == upward else -1, 10 ** (digits - 1)))
    return str((end * widen).mid().str(digits, radius=False))
