"""Exact numbers with units: ``"1454/7"``, ``"2**-64"``, ``"0.02 ns"``, ``"50 GH/s"``, ``"10 W/(GH/s)"``.

A value is kept as a Fraction from the file to the verdict, so ``0.02e-9`` means exactly that and ceilings of quotients
are never off by one.
"""

import re
from fractions import Fraction

from engines.optimiser.errors import InvalidProblem

_NUMBER = re.compile(
    r"^\s*(?P<a>[+-]?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d{1,4})?)"
    r"(?:\s*(?P<op>\*\*|\^|/|\*)\s*(?P<b>[+-]?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d{1,4})?))?"
    r"(?:\s*(?P<op2>\*\*|\^)\s*(?P<c>[+-]?\d+))?\s*(?P<unit>[A-Za-zµ€$%][^\d]*)?$"
)
_MAX_EXPONENT = 10_000

_TIME_POWERS = {"s": 0, "ms": -3, "us": -6, "µs": -6, "ns": -9, "ps": -12, "fs": -15}
_TIME = {unit: Fraction(10) ** n for unit, n in _TIME_POWERS.items()} | {"min": Fraction(60), "h": Fraction(3600)}
_HASH_RATE = {f"{prefix}H/s": Fraction(1000) ** n for n, prefix in enumerate(["", "k", "M", "G", "T"])}
_ENERGY = {
    "J/hash": Fraction(1),
    "mJ/hash": Fraction(1, 10**3),
    "uJ/hash": Fraction(1, 10**6),
    "nJ/hash": Fraction(1, 10**9),
    "pJ/hash": Fraction(1, 10**12),
    "W/(MH/s)": Fraction(1, 10**6),
    "W/(GH/s)": Fraction(1, 10**9),
    "W/(TH/s)": Fraction(1, 10**12),
}
_PLAIN: dict[str, Fraction] = {"%": Fraction(1, 100)}
_MONEY = {"USD": Fraction(1), "EUR": Fraction(1), "CHF": Fraction(1), "GBP": Fraction(1)}
_PER_HASH = {f"{name}/hash": factor for name, factor in _MONEY.items()}
_TARIFF = {f"{name}/kWh": Fraction(1, 3_600_000) for name in _MONEY} | {f"{name}/J": Fraction(1) for name in _MONEY}

UNITS: dict[str, dict[str, Fraction]] = {
    "time": _TIME,
    "hash rate": _HASH_RATE,
    "energy": _ENERGY,
    "plain": _PLAIN,
    "money": _MONEY,
    "money per hash": _PER_HASH,
    "tariff": _TARIFF,
    "rate": {"tx/s": Fraction(1)},
    "transactions": {"tx": Fraction(1)},
}
"""For each kind of quantity the units it may carry, as factors to the base unit (s, H/s, J, currency, ...)."""


def parse_quantity(text: object, *, field: str, kind: str = "plain") -> Fraction:
    """Return the exact value of ``text`` in the base unit of ``kind``; a bare number is already in that unit.

    Accepts integers, floats (taken as the decimal they print as), ``a/b``, ``a**b``, ``a^b``, ``a*b**c``, each with an
    optional unit. Raises :class:`InvalidProblem` naming the field otherwise.
    """
    match = _NUMBER.match(str(text)) if not isinstance(text, bool) else None
    units = UNITS[kind]
    if match is None:
        raise InvalidProblem(field=field, value=text, bound=f"a number such as 3, 0.5, 1454/7 or 2**-64{_with(units)}")
    unit = (match["unit"] or "").strip()
    if unit and unit not in units:
        raise InvalidProblem(field=field, value=text, bound=f"a number{_with(units) or ' without a unit'}")
    value = _evaluate(match, field=field, text=text)
    return value * units[unit] if unit else value


def parse_integer(text: object, *, field: str) -> int:
    """Return ``text`` as an integer, or raise :class:`InvalidProblem`."""
    value = parse_quantity(text, field=field)
    if value.denominator != 1:
        raise InvalidProblem(field=field, value=text, bound="a whole number")
    return int(value)


def _with(units: dict[str, Fraction]) -> str:
    return f", optionally in {', '.join(units)}" if units else ""


def _evaluate(match: re.Match[str], *, field: str, text: object) -> Fraction:
    value = Fraction(match["a"].replace("_", ""))
    if match["op"] is None:
        return value if match["op2"] is None else _power(value, Fraction(match["c"]), field=field, text=text)
    second = Fraction(match["b"].replace("_", ""))
    if match["op2"] is not None:
        second = _power(second, Fraction(match["c"]), field=field, text=text)
    if match["op"] == "*":
        return value * second
    if match["op"] == "/":
        if second == 0:
            raise InvalidProblem(field=field, value=text, bound="a quotient with a divisor other than zero")
        return value / second
    return _power(value, second, field=field, text=text)


def _power(base: Fraction, exponent: Fraction, *, field: str, text: object) -> Fraction:
    whole = exponent.denominator == 1 and abs(exponent) <= _MAX_EXPONENT and abs(base) <= 10**6
    if not whole or (base == 0 and exponent < 0):
        raise InvalidProblem(field=field, value=text, bound=f"a power with a whole exponent up to {_MAX_EXPONENT}")
    return base ** int(exponent)
