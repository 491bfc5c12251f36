"""The homogeneous robust mining problem: its constants, their meaning, units and bounds (whitepaper Figures 12-13)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from engines.optimiser.calculus import rounds_to_reach, rounds_within
from engines.optimiser.errors import InvalidProblem
from engines.optimiser.units import parse_integer, parse_quantity

MAX_MINERS = 4096
MAX_NONCE_BITS = 128
MAX_DIFFICULTY = 256
"""Bits of SHA-256: the paper's n, with 0 < d < n for the running level."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Every constant of Figure 13 as an exact number; times in seconds, money in one currency throughout.

    Construct it directly from ints and Fractions, or from text through :meth:`from_mapping`. Raises
    :class:`InvalidProblem` naming the field, its value and the bound it breaks.

    The bounds ``s_l .. d_u`` limit what is *deployed*. A corner of the uncertainty set may lie outside them, as a level
    of difficulty raised by u_d or a pool reduced by u_s does, as long as it still means something (d' >= 1, s' > l).
    """

    s_l: int
    s_u: int
    r_l: int
    r_u: int
    d_l: int
    d_u: int
    T: Fraction
    """Seconds one miner needs for one hash."""
    TVC: Fraction
    """Variable cost of one hash of one miner."""
    TFC: Fraction
    """Fixed cost of having one miner."""
    tau_u: Fraction
    """Upper bound on the expected time to a block, in seconds."""
    tau_l: Fraction = Fraction(0)
    th: Fraction
    """Seconds a block may take but for a probability ``delta``."""
    th_prime: Fraction
    """Seconds a block must take but for a probability ``delta_1`` (the paper's th')."""
    mu: Fraction
    """Seconds within which two finds are a dispute: the measured gossip delay."""
    epsilon: Fraction
    delta: Fraction
    delta_1: Fraction
    delta_2: Fraction
    delta_3: Fraction
    l: int  # noqa: E741 - the paper's symbol
    """Corrupted miners that may pool their power."""
    c: int
    """Consecutive races such a pool must not win but for a probability ``delta_3``."""
    u_s: int
    """Miners that may fail or misbehave."""
    u_d: int
    """Levels by which the running difficulty may differ."""
    alpha: Fraction = Fraction(3, 2)
    """Tolerance of Figure 21: rows dearer than alpha times the least cost are dropped."""

    def __post_init__(self) -> None:
        for name, (low, high) in _INTEGER_BOUNDS.items():
            value = getattr(self, name)
            if not isinstance(value, int) or not low <= value <= high:
                raise InvalidProblem(field=name, value=value, bound=f"a whole number from {low} to {high}")
        for name, (least, strict, most) in _REAL_BOUNDS.items():
            _check_real(name, getattr(self, name), least, strict, most)
        for low_name, high_name in (("s_l", "s_u"), ("r_l", "r_u"), ("d_l", "d_u"), ("tau_l", "tau_u")):
            low, high = getattr(self, low_name), getattr(self, high_name)
            if low > high:
                raise InvalidProblem(field=low_name, value=low, bound=f"at most {high_name} = {high}")

    @cached_property
    def slow_rounds(self) -> int:
        """``ceil(th/T - 1) + 1``, the exponent in equation 10; constraint (17) asks lam to be at least this."""
        return rounds_to_reach(self.th, self.T)

    @cached_property
    def fast_rounds(self) -> int:
        """``ceil(th'/T - 1) + 1``, the exponent in equation 11 (rounded up; Figure 12 rounds down, ADR 0044)."""
        return rounds_to_reach(self.th_prime, self.T)

    @cached_property
    def dispute_rounds(self) -> int:
        """``floor(mu/T) + 1``, the exponent in equation 12."""
        return rounds_within(self.mu, self.T)

    def with_values(self, values: Mapping[str, object]) -> "Problem":
        """Return a copy with some constants replaced; text is parsed, ``th'`` is accepted for ``th_prime``."""
        return replace(self, **parse_constants(values))

    def as_text(self) -> dict[str, str]:
        """Return every constant as exact text (``"1454/7"``), which :meth:`from_mapping` reads back unchanged."""
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> "Problem":
        """Build a problem from names to numbers or text with units; every constant without a default must be there."""
        parsed = parse_constants(values)
        for field in fields(cls):
            if field.name not in parsed and field.name not in _OPTIONAL:
                raise InvalidProblem(field=field.name, value="(missing)", bound="given")
        return cls(**parsed)


_INTEGER_BOUNDS = {
    "s_l": (1, MAX_MINERS),
    "s_u": (1, MAX_MINERS),
    "r_l": (1, MAX_NONCE_BITS),
    "r_u": (1, MAX_NONCE_BITS),
    "d_l": (1, MAX_DIFFICULTY),
    "d_u": (1, MAX_DIFFICULTY),
    "l": (1, MAX_MINERS),
    "c": (1, 1000),
    "u_s": (0, MAX_MINERS),
    "u_d": (0, MAX_DIFFICULTY),
}
_REAL_BOUNDS: dict[str, tuple[Fraction, bool, Fraction | None]] = {
    "T": (Fraction(1, 10**18), False, Fraction(3600)),
    "TVC": (Fraction(0), False, None),
    "TFC": (Fraction(0), False, None),
    "tau_u": (Fraction(0), True, None),
    "tau_l": (Fraction(0), False, None),
    "th": (Fraction(0), False, Fraction(10**12)),
    "th_prime": (Fraction(0), False, Fraction(10**12)),
    "mu": (Fraction(0), False, Fraction(10**12)),
    "epsilon": (Fraction(0), False, Fraction(1)),
    "delta": (Fraction(0), False, Fraction(1)),
    "delta_1": (Fraction(0), False, Fraction(1)),
    "delta_2": (Fraction(0), False, Fraction(1)),
    "delta_3": (Fraction(0), False, Fraction(1)),
    "alpha": (Fraction(1), False, None),
}
_KINDS = {"T": "time", "tau_u": "time", "tau_l": "time", "th": "time", "th_prime": "time", "mu": "time"} | {
    "TVC": "money per hash",
    "TFC": "money",
}
_OPTIONAL = frozenset({"tau_l", "alpha"})
_ALIASES = {"th'": "th_prime"}


def parse_constants(values: Mapping[str, object]) -> dict[str, Any]:
    """Parse named constants, refusing unknown names; see :class:`Problem` for names and units."""
    parsed: dict[str, Any] = {}
    for given, value in values.items():
        name = _ALIASES.get(given, given)
        if name in _INTEGER_BOUNDS:
            parsed[name] = parse_integer(value, field=name)
        elif name in _REAL_BOUNDS:
            parsed[name] = parse_quantity(value, field=name, kind=_KINDS.get(name, "plain"))
        else:
            known = ", ".join([*_INTEGER_BOUNDS, *_REAL_BOUNDS])
            raise InvalidProblem(field=given, value=value, bound=f"one of the constants {known}")
    return parsed


def _check_real(name: str, value: object, least: Fraction, strict: bool, most: Fraction | None) -> None:
    if not isinstance(value, Fraction | int) or isinstance(value, bool):
        raise InvalidProblem(field=name, value=value, bound="an exact number (int or Fraction)")
    if value < least or (strict and value == least) or (most is not None and value > most):
        lower = f"greater than {least}" if strict else f"at least {least}"
        raise InvalidProblem(
            field=name, value=value, bound=lower + (f" and at most {most}" if most is not None else "")
        )
