"""The formulas as printed, in mpmath's interval arithmetic: the checker's own numerics, unrelated to the solver's.

Precision starts far above the d bits that ``1 - 2**-d`` needs and rises until an interval lies on one side of its
bound.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

from mpmath import iv

from engines.optimiser.errors import Undecided
from engines.optimiser.problem import Problem

Interval: TypeAlias = Any

WORKING_PRECISION = 400
_PRECISIONS = (WORKING_PRECISION, 1600, 6400, 25600)
_EXACT_BITS = 1 << 18


def interval(value: Fraction | int) -> Interval:
    """Enclose an exact number."""
    value = Fraction(value)
    return iv.mpf(value.numerator) / iv.mpf(value.denominator)


def sign(quantity: Callable[[], Interval], *, what: str, exact: Callable[[], Fraction | None] = lambda: None) -> int:
    """Return the sign of ``quantity``; zero only where ``exact`` says so. Raises :class:`Undecided` otherwise."""
    before = iv.prec
    try:
        for precision in _PRECISIONS:
            iv.prec = precision
            value = quantity()
            if value.a > 0:  # Comparing the ends: mpmath raises where whole intervals overlap.
                return 1
            if value.b < 0:
                return -1
            known = exact()
            if known is not None:
                return (known > 0) - (known < 0)
    finally:
        iv.prec = before
    raise Undecided(what=what, precision=_PRECISIONS[-1])


def power(base_log: Interval, exponent: int) -> Interval:
    """Enclose ``exp(base_log) ** exponent``."""
    return iv.exp(base_log * exponent)


class Reference:
    """Decides the constraints of a problem from their printed formulas."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.evaluated = 0
        self._known: dict[tuple[str, int, int, int], bool] = {}
        self._logs: dict[tuple[int, int], Interval] = {}

    def holds(self, name: str, s: int, r: int, d: int) -> bool:
        """Return whether constraint ``name`` holds for a pool of s at level d with r nonce bits."""
        key = (name, s, r, d)
        if key not in self._known:
            self.evaluated += 1
            self._known[key] = self._decide(name, s, r, d)
        return self._known[key]

    def expected_rounds(self, s: int, r: int, d: int) -> Interval:
        """Enclose equation 7."""
        attempts = 2**r // s + 1
        y = power(self._log(d), s)
        failure = power(self._log(d), s * attempts)
        return (1 - failure - attempts * (1 - y) * failure) / (1 - y)

    def cost(self, s: int, r: int, d: int) -> Interval:
        """Enclose equation 5."""
        fixed = interval(self.problem.TFC * s)
        if self.problem.TVC == 0:
            return fixed
        return interval(self.problem.TVC) * self.expected_rounds(s, r, d) * s + fixed

    def _log(self, d: int) -> Interval:
        key = (d, iv.prec)
        if key not in self._logs:
            self._logs[key] = iv.log(1 - iv.mpf(2) ** -d)
        return self._logs[key]

    def _decide(self, name: str, s: int, r: int, d: int) -> bool:
        p = self.problem
        if name == "d":
            return d >= 1
        if name == "delta_3":
            return bool(p.l < s and Fraction(p.l, s) ** p.c <= p.delta_3)
        if name == "th_prime":
            return _ceil(p.th_prime / p.T - 1) > 0
        if name == "th":
            return bool(_ceil(p.th / p.T - 1) < 2**r // s)
        bound = Fraction(getattr(p, name))
        if s < 1 or d < 1:
            return False
        if (name == "tau_l" and bound == 0) or (name not in ("tau_l", "tau_u") and bound == 1):
            return True
        difference = sign(
            lambda: self._value(name, s, r, d) - interval(bound),
            what=f"{name} at s'={s}, r={r}, d'={d}",
            exact=lambda: self._exact(name, s, r, d, bound),
        )
        return bool(difference >= 0 if name == "tau_l" else difference <= 0)

    def _value(self, name: str, s: int, r: int, d: int) -> Interval:
        p, log = self.problem, self._log(d)
        attempts = 2**r // s + 1
        if name == "epsilon":
            return power(log, s * attempts)
        if name in ("tau_u", "tau_l"):
            return interval(p.T) * self.expected_rounds(s, r, d)
        if name == "delta":
            return power(log, s * (_ceil(p.th / p.T - 1) + 1)) - power(log, s * attempts)
        if name == "delta_1":
            return 1 - power(log, s * (_ceil(p.th_prime / p.T - 1) + 1))
        rounds = p.mu // p.T + 1
        return 1 + (s - 1) * power(log, s * rounds) - s * power(log, (s - 1) * rounds)

    def _exact(self, name: str, s: int, r: int, d: int, bound: Fraction) -> Fraction | None:
        """Return value minus bound exactly where the powers are short enough, which is the only way both can be
        equal."""
        p = self.problem
        attempts = 2**r // s + 1
        longest = {"delta_1": _ceil(p.th_prime / p.T), "delta_2": p.mu // p.T + 1}.get(name, attempts)
        if name == "delta":
            longest = max(longest, _ceil(p.th / p.T))
        if longest * s * d > _EXACT_BITS:
            return Fraction(0) if name == "delta_2" and s == 1 and bound == 0 else None
        one = 1 - Fraction(1, 2**d)
        y, failure = _power(one, s), _power(one, s * attempts)
        if name == "epsilon":
            return failure - bound
        if name in ("tau_u", "tau_l"):
            return Fraction(p.T * (1 - failure - attempts * (1 - y) * failure) / (1 - y) - bound)
        if name == "delta":
            return _power(y, _ceil(p.th / p.T)) - failure - bound
        if name == "delta_1":
            return 1 - _power(y, _ceil(p.th_prime / p.T)) - bound
        w = _power(one, p.mu // p.T + 1)
        return 1 + (s - 1) * _power(w, s) - s * _power(w, s - 1) - bound


def _ceil(value: Fraction) -> int:
    return -((-value.numerator) // value.denominator)


def _power(base: Fraction, exponent: int) -> Fraction:
    return Fraction(base**exponent)
