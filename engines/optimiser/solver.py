"""``solve``: the top-p list of Figure 21 for the homogeneous robust problem, with a certificate for every claim.

Two objectives over the same constraints (Figure 11): (a) least cost, whose rows stay within alpha times the global
minimum, and (b) greatest difficulty, whose rows stay within a budget. Both list one row per difficulty, largest first:
the cheapest deployment there, then the least r, then the least s.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from engines.optimiser.certificate import Certificate, encode
from engines.optimiser.errors import InvalidProblem
from engines.optimiser.explain import Explanation, explain
from engines.optimiser.intervals import at_most, ball, compare, midpoint
from engines.optimiser.problem import Problem
from engines.optimiser.search import Best, CostBasis, Deployment, Level, Search
from engines.optimiser.semantics import Semantics

Progress = Callable[[int, int], None]


class Objective(StrEnum):
    """What is optimised."""

    COST = "cost"
    DIFFICULTY = "difficulty"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the answer: s miners, r nonce bits, level d, and the nominal cost ``Cost(s, r, d)``."""

    s: int
    r: int
    d: int
    cost: float


@dataclass(frozen=True)
class Solution:
    """The verdict, its rows (largest d first), why every difficulty is in or out, and the certificate of it all."""

    feasible: bool
    rows: tuple[Row, ...]
    explanations: tuple[Explanation, ...]
    certificate: Certificate

    @property
    def verdict(self) -> str:
        """``"feasible"`` or ``"infeasible"``."""
        return "feasible" if self.feasible else "infeasible"

    def as_json(self) -> dict[str, object]:
        """Return the object the command line prints with ``--json``."""
        rows = [{"s": row.s, "r": row.r, "d": row.d, "cost": row.cost} for row in self.rows]
        return {"verdict": self.verdict, "rows": rows, "certificate": self.certificate}


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked about a problem; refuses a budget without the objective that uses it, and the reverse."""

    objective: Objective = Objective.COST
    budget: Fraction | None = None
    semantics: Semantics = Semantics.PRINTED
    basis: CostBasis = CostBasis.NOMINAL
    top: int = 5

    def __post_init__(self) -> None:
        if (self.budget is None) != (self.objective is Objective.COST):
            raise InvalidProblem(
                field="budget",
                value="(missing)" if self.budget is None else self.budget,
                bound="given with objective difficulty and only then",
            )
        if self.budget is not None and self.budget < 0:
            raise InvalidProblem(field="budget", value=self.budget, bound="at least 0")
        if self.top < 1:
            raise InvalidProblem(field="top", value=self.top, bound="at least 1")


def solve(
    problem: Problem,
    *,
    objective: Objective | str = Objective.COST,
    budget: Fraction | int | None = None,
    semantics: Semantics | str = Semantics.PRINTED,
    basis: CostBasis | str = CostBasis.NOMINAL,
    top: int = 5,
    progress: Progress | None = None,
) -> Solution:
    """Solve ``problem`` completely and return at most ``top`` certified rows.

    ``budget`` bounds the cost of ``basis`` and belongs to objective ``difficulty``. ``progress(done, total)`` is called
    after each difficulty. Raises :class:`InvalidProblem` for a question that makes no sense and
    :class:`~engines.optimiser.errors.Undecided` when two numbers cannot be told apart.
    """
    question = Question(
        objective=Objective(objective),
        budget=None if budget is None else Fraction(budget),
        semantics=Semantics(semantics),
        basis=CostBasis(basis),
        top=top,
    )
    search = Search(problem, question.semantics, question.basis)
    levels = list(search.levels(progress))
    chosen, kept = choose(search, question, levels)
    rows = tuple(_row(search, best, d) for d, best in chosen)
    return Solution(
        feasible=bool(rows),
        rows=rows,
        explanations=tuple(explain(level, level.d in kept) for level in levels),
        certificate=encode(search, question, levels, chosen),
    )


def choose(search: Search, question: Question, levels: list[Level]) -> tuple[list[tuple[int, Best]], frozenset[int]]:
    """Apply budget or alpha; return the first ``top`` rows and the difficulties that passed."""
    found = [(level.d, level.best) for level in levels if level.best is not None]
    if question.objective is Objective.DIFFICULTY and question.budget is not None:
        kept = [(d, best) for d, best in found if _affordable(search, best, d, question.budget)]
    elif found:
        cheapest = found[0]
        for candidate in found[1:]:
            if _cheaper(search, candidate, cheapest):
                cheapest = candidate
        kept = [pair for pair in found if pair == cheapest or _within_alpha(search, pair, cheapest)]
    else:
        kept = []
    return kept[: question.top], frozenset(d for d, _ in kept)


def _affordable(search: Search, best: Best, d: int, budget: Fraction) -> bool:
    return at_most(
        lambda: search.cost(best.s, best.r, d),
        budget,
        what=f"cost of s={best.s}, r={best.r}, d={d} against the budget",
        exact=lambda: search.problem.TFC * best.s if search.problem.TVC == 0 else None,
    )


def _cheaper(search: Search, one: tuple[int, Best], other: tuple[int, Best]) -> bool:
    return search.order(_deployment(one), _deployment(other)) < 0


def _within_alpha(search: Search, pair: tuple[int, Best], cheapest: tuple[int, Best]) -> bool:
    problem = search.problem
    if problem.TVC == 0:
        return problem.TFC * pair[1].s <= problem.alpha * problem.TFC * cheapest[1].s
    if problem.alpha == 1:
        return search.order(_deployment(pair), _deployment(cheapest)) <= 0
    return (
        compare(
            lambda: search.cost(*_deployment(pair)),
            lambda: ball(problem.alpha) * search.cost(*_deployment(cheapest)),
            what=f"cost at d={pair[0]} against alpha times the least cost",
        )
        < 0
    )


def _deployment(pair: tuple[int, Best]) -> Deployment:
    return pair[1].s, pair[1].r, pair[0]


def _row(search: Search, best: Best, d: int) -> Row:
    return Row(best.s, best.r, d, midpoint(lambda: search.nominal_cost(best.s, best.r, d)))
