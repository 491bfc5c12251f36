"""What whitepaper section 9 publishes, as data: every row, boundary and claim, with where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from engines.optimiser.presets import preset
from engines.optimiser.problem import Problem
from engines.optimiser.solver import Solution

RATES = (7, 100, 7000)
"""Transactions a second: Bitcoin, PayPal, Visa (equation 81)."""

CONFIGURATIONS = ("paper-c1", "paper-c2", "paper-c3")

COSTS = {
    41: "54004.4",
    40: "54002.2",
    39: "54001.1",
    38: "54000.55",
    37: "54000.27",
    36: "54000.138",
    35: "54000.07",
    34: "54000.035",
}
"""Cost column of Tables 2 and 3 by d (18 miners). Its digits are rounded up in some rows and to nearest in others."""

SECONDS_EACH = (261.425, 322.12)
SECONDS_ALL = 10_457.58
"""The paper's own times, on 64 cores."""


@dataclass(frozen=True)
class Claim:
    """One published answer: ``rows`` (s, r, d) for a configuration, a block size and a rate.

    ``top_only``: the paper reports the first row alone.
    """

    configuration: str
    ant: int
    rate: int
    rows: tuple[tuple[int, int, int], ...]
    top_only: bool = False

    @property
    def name(self) -> str:
        """A short name such as ``c1-1454-7``."""
        return f"{self.configuration.removeprefix('paper-')}-{self.ant}-{self.rate}"

    @property
    def tau_u(self) -> Fraction:
        """Block size over rate: seconds a block may take on average."""
        return Fraction(self.ant, self.rate)

    def problem(self) -> Problem:
        """The problem the claim is about."""
        return preset(self.configuration).with_values({"tau_u": self.tau_u})


def _rows(s: int, r: int, highest: int, lowest: int) -> tuple[tuple[int, int, int], ...]:
    return tuple((s, r, d) for d in range(highest, lowest - 1, -1))


def _claims() -> Iterator[Claim]:
    c1, c2, c3 = CONFIGURATIONS
    for rate in RATES:
        fast = rate == 7000
        yield Claim(c1, 1454, rate, _rows(18, 48, 35, 34) if fast else _rows(18, 48, 41, 37))
        yield Claim(c2, 1454, rate, _rows(18, 48, 35, 35) if fast else _rows(18, 48, 40, 40), top_only=True)
        yield Claim(c3, 1454, rate, _rows(24, 49, 35, 34) if fast else _rows(24, 49, 40, 36))
        for ant in range(50_000, 500_001, 50_000):
            table_3 = ant == 50_000 and fast
            yield Claim(c1, ant, rate, _rows(18, 48, 40, 36) if table_3 else _rows(18, 48, 41, 37))
            yield Claim(c2, ant, rate, _rows(18, 48, 40, 36))
            yield Claim(c3, ant, rate, _rows(24, 49, 40, 36))


PUBLISHED = tuple(_claims())
"""All 99 answers of section 9: three configurations, eleven block sizes, three rates."""

PRINTED = (
    ("paper-c1", "1454/7", [(18, 49, 40), (18, 48, 39), (18, 48, 38), (18, 48, 37), (18, 48, 36)]),
    ("paper-c1", "1454/100", [(18, 49, 40), (18, 48, 39), (18, 48, 38), (18, 48, 37), (18, 48, 36)]),
    ("paper-c1", "1454/7000", [(19, 49, 34)]),
    ("paper-c2", "1454/7", [(19, 49, 39), (18, 48, 38), (18, 48, 37), (18, 48, 36), (18, 48, 35)]),
    ("paper-c2", "1454/100", [(19, 49, 39), (18, 48, 38), (18, 48, 37), (18, 48, 36), (18, 48, 35)]),
    ("paper-c2", "1454/7000", [(19, 49, 34)]),
    ("paper-c3", "1454/7", [(32, 49, 40), (24, 49, 39), (24, 49, 38), (24, 49, 37), (24, 49, 36)]),
    ("paper-c3", "1454/100", [(32, 49, 40), (24, 49, 39), (24, 49, 38), (24, 49, 37), (24, 49, 36)]),
    ("paper-c3", "1454/7000", [(32, 49, 35)]),
)
"""What the model as printed gives instead, decided once and kept as a regression table."""


def agrees(claim: Claim, solution: Solution) -> bool:
    """Return whether a solution gives the claim's rows, and costs within one unit of the last printed digit."""
    found = [(row.s, row.r, row.d) for row in solution.rows]
    if claim.top_only:
        found = found[:1]
    if found != list(claim.rows):
        return False
    return all(cost_agrees(row.cost, COSTS[row.d]) for row in solution.rows if row.s == 18 and row.d in COSTS)


def cost_agrees(cost: float, printed: str) -> bool:
    """Return whether ``cost`` rounds to ``printed``, up or to nearest: both occur in the paper's tables."""
    unit = 10.0 ** int(Decimal(printed).as_tuple().exponent)
    return -0.5 * unit <= float(printed) - cost < unit
