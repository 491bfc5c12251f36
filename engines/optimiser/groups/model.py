"""The group-based robust problem: miner types, losses, partners and their hash power (whitepaper section 7, Figure 14).

Types are *physical* groups with one hash rate and cost each; partners are *logical* groups that own machines. What the
paper leaves open is fixed here: a type of which no machine is left takes no part in a minimum or maximum over types
(its
race is empty, equation 38 would be 0/0), and the pool bound of Figure 15 holds for every deployed type (ADR 0043).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from fractions import Fraction
from itertools import product
from typing import Any

from engines.optimiser.calculus import rounds_to_reach, rounds_within
from engines.optimiser.errors import InvalidProblem
from engines.optimiser.problem import MAX_DIFFICULTY, MAX_MINERS, MAX_NONCE_BITS
from engines.optimiser.units import parse_integer, parse_quantity

MAX_TYPES = 8
MAX_PARTNERS = 32
MAX_CORNERS = 20_000


class HashPower(StrEnum):
    """How a partner's hash power is measured against its bounds (equations 79-80)."""

    SHARE = "share"
    """Its rate over the total of all partners."""
    RELATIVE = "relative"
    """Its rate over the total of the *other* partners: equation 79 as printed."""


@dataclass(frozen=True, kw_only=True)
class MinerType:
    """One physical type: its bounds ``s_l <= s_i <= s_u``, seconds per hash, costs, losses ``u`` and pool size
    ``l``."""

    name: str
    s_l: int
    s_u: int
    T: Fraction
    TVC: Fraction
    TFC: Fraction
    u: int = 0
    l: int = 0  # noqa: E741 - the paper's symbol; 0 asks for no pool bound

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("s_l", self.s_l, 0, self.s_u),
            ("s_u", self.s_u, 0, MAX_MINERS),
            ("u", self.u, 0, MAX_MINERS),
            ("l", self.l, 0, MAX_MINERS),
        ):
            _need(least <= value <= most, f"{self.name}.{name}", value, f"from {least} to {most}")
        _need(Fraction(1, 10**18) <= self.T <= 3600, f"{self.name}.T", self.T, "from 1e-18 to 3600")
        for name, cost in (("TVC", self.TVC), ("TFC", self.TFC)):
            _need(cost >= 0, f"{self.name}.{name}", cost, "at least 0")


@dataclass(frozen=True, kw_only=True)
class Partner:
    """A consortium partner: strict bounds on its hash power, and how many machines of a type it may or must run."""

    name: str
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(1)
    machines: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _need(0 <= self.low < self.high, f"{self.name}.low", self.low, f"at least 0 and below high = {self.high}")
        for name, (least, most) in self.machines.items():
            _need(0 <= least <= most, f"{self.name}.{name}", (least, most), "0 <= least <= most")

    def limits(self, kind: MinerType) -> tuple[int, int]:
        """Return the least and most machines of ``kind`` this partner runs."""
        return self.machines.get(kind.name, (0, kind.s_u))


@dataclass(frozen=True, kw_only=True)
class GroupProblem:
    """Figures 14 and 15 with any constants; times in seconds. Raises :class:`InvalidProblem` naming the field."""

    types: tuple[MinerType, ...]
    partners: tuple[Partner, ...] = ()
    hash_power: HashPower = HashPower.SHARE
    cap: Fraction = Fraction(33, 100)
    """The 0.33 of equation 80, no partner reaches it."""
    s_l: int
    s_u: int
    r_l: int
    r_u: int
    d_l: int
    d_u: int
    tau_u: Fraction
    th: Fraction
    th_prime: Fraction
    mu: Fraction
    epsilon: Fraction
    delta: Fraction
    delta_1: Fraction
    delta_2: Fraction
    delta_3: Fraction
    c: int
    u_s: int
    u_d: int
    alpha: Fraction = Fraction(3, 2)

    def __post_init__(self) -> None:
        _need(1 <= len(self.types) <= MAX_TYPES, "types", len(self.types), f"1 to {MAX_TYPES} types")
        _need(len({kind.name for kind in self.types}) == len(self.types), "types", "names", "distinct")
        _need(len(self.partners) <= MAX_PARTNERS, "partners", len(self.partners), f"at most {MAX_PARTNERS}")
        for name, least, most in (
            ("s_u", 1, MAX_MINERS),
            ("s_l", 1, self.s_u),
            ("r_u", 1, MAX_NONCE_BITS),
            ("r_l", 1, self.r_u),
            ("d_u", 1, MAX_DIFFICULTY),
            ("d_l", 1, self.d_u),
            ("c", 1, 1000),
            ("u_d", 0, MAX_DIFFICULTY),
            ("u_s", 0, sum(kind.u for kind in self.types)),
        ):
            value = getattr(self, name)
            why = " (equation 71: no more in total than the types lose)" if name == "u_s" else ""
            _need(isinstance(value, int) and least <= value <= most, name, value, f"from {least} to {most}{why}")
        for name in ("epsilon", "delta", "delta_1", "delta_2", "delta_3", "cap"):
            _need(0 <= getattr(self, name) <= 1, name, getattr(self, name), "at least 0 and at most 1")
        for name in ("th", "th_prime", "mu"):
            _need(0 <= getattr(self, name) <= 10**12, name, getattr(self, name), "at least 0 and at most 1e12")
        _need(self.tau_u > 0, "tau_u", self.tau_u, "greater than 0")
        _need(self.alpha >= 1, "alpha", self.alpha, "at least 1")
        corners = 1
        for kind in self.types:
            corners *= min(kind.u, self.u_s) + 1
        _need(corners <= MAX_CORNERS, "u", corners, f"such that at most {MAX_CORNERS} combinations of losses arise")

    def slow_rounds(self, i: int) -> int:
        """``ceil(th/T_i - 1) + 1`` (equation 44)."""
        return rounds_to_reach(self.th, self.types[i].T)

    def fast_rounds(self, i: int) -> int:
        """``ceil(th'/T_i - 1) + 1``: rounded up as in equation 11, where equation 47 rounds down (ADR 0044)."""
        return rounds_to_reach(self.th_prime, self.types[i].T)

    def dispute_rounds(self, i: int) -> int:
        """``floor(mu/T_i) + 1`` (equation 49)."""
        return rounds_within(self.mu, self.types[i].T)

    def losses(self, machines: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """Yield every loss allowed by (72) and (74) when ``machines`` are deployed, the largest total first."""
        ranges = [range(min(kind.u, self.u_s, n) + 1) for kind, n in zip(self.types, machines, strict=True)]
        yield from sorted((loss for loss in product(*ranges) if sum(loss) <= self.u_s), key=sum, reverse=True)

    def with_values(self, values: Mapping[str, object]) -> "GroupProblem":
        """Return a copy with constants replaced: ``tau_u``, or ``TYPE.T`` for one type's."""
        own: dict[str, Any] = {}
        kinds = {kind.name: kind for kind in self.types}
        for given, value in values.items():
            owner, dot, name = given.partition(".")
            if dot and owner in kinds:
                kinds[owner] = replace(kinds[owner], **_as_keyword(name, parse_type_value(owner, name, value)))
            else:
                name = "th_prime" if given == "th'" else given
                own[name] = parse_group_value(name, value)
        return replace(self, types=tuple(kinds.values()), **own)

    def as_text(self) -> dict[str, Any]:
        """Return every constant as exact text; :func:`~.files.from_mapping` reads it back unchanged."""
        shown = {f.name: str(getattr(self, f.name)) for f in fields(self) if f.name not in ("types", "partners")}
        kinds = [{f.name: str(getattr(kind, f.name)) for f in fields(kind)} for kind in self.types]
        partners = [
            {
                "name": p.name,
                "low": str(p.low),
                "high": str(p.high),
                "machines": {k: list(v) for k, v in p.machines.items()},
            }
            for p in self.partners
        ]
        return {**shown, "types": kinds, "partners": partners}


_INTEGERS = frozenset({"s_l", "s_u", "r_l", "r_u", "d_l", "d_u", "c", "u_s", "u_d"})
_TIMES = frozenset({"tau_u", "th", "th_prime", "mu"})
_PLAIN = frozenset({"epsilon", "delta", "delta_1", "delta_2", "delta_3", "alpha", "cap"})
_TYPE_KINDS = {"T": "time", "TVC": "money per hash", "TFC": "money"}


def parse_group_value(name: str, value: object) -> int | Fraction | HashPower:
    """Parse one constant of the whole problem."""
    if name in _INTEGERS:
        return parse_integer(value, field=name)
    if name in _TIMES:
        return parse_quantity(value, field=name, kind="time")
    if name in _PLAIN:
        return parse_quantity(value, field=name)
    if name == "hash_power":
        if value not in list(HashPower):
            raise InvalidProblem(field=name, value=value, bound="share or relative")
        return HashPower(str(value))
    known = ", ".join(sorted(_INTEGERS | _TIMES | _PLAIN | {"hash_power"}))
    raise InvalidProblem(field=name, value=value, bound=f"one of the constants {known}, or TYPE.NAME")


def parse_type_value(owner: str, name: str, value: object) -> int | Fraction:
    """Parse one constant of one type."""
    if name in ("s_l", "s_u", "u", "l"):
        return parse_integer(value, field=f"{owner}.{name}")
    if name in _TYPE_KINDS:
        return parse_quantity(value, field=f"{owner}.{name}", kind=_TYPE_KINDS[name])
    raise InvalidProblem(field=f"{owner}.{name}", value=value, bound="one of s_l, s_u, T, TVC, TFC, u, l")


def _as_keyword(name: str, value: int | Fraction) -> dict[str, Any]:
    return {name: value}


def _need(condition: bool, name: str, value: object, bound: str) -> None:
    if not condition:
        raise InvalidProblem(field=name, value=value, bound=bound)
