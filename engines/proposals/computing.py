"""One run of the optimiser from question to plots, in a bounded time. No Django; the only importer of the plots."""

import time
from dataclasses import dataclass
from typing import Any, Final

from engines.optimiser import Semantics, Solution, plots, solve
from engines.proposals.errors import TookTooLong
from engines.proposals.requirements import Question

RUN_SECONDS: Final = 60.0
"""Most seconds for the answer; after it the run fails and says what to narrow."""

_BOUNDARY_SOLVES: Final = 9
"""Problems that the plot of the boundary solves."""

TOP: Final = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run keeps; everything is JSON-ready, ``plots`` are SVG documents by name."""

    verdict: str
    rows: list[dict[str, Any]]
    explanations: list[dict[str, Any]]
    certificate: dict[str, Any]
    plots: dict[str, str]


def compute(question: Question, *, seconds: float = RUN_SECONDS) -> Answer:
    """Answer ``question`` with certificate and plots.

    Raises :class:`TookTooLong` after ``seconds`` and what :func:`engines.optimiser.solve` raises. The plot of the
    feasibility boundary solves nine more problems and is left out when the time does not suffice for it.
    """
    began = time.monotonic()

    def in_time(_done: int, _total: int) -> None:
        if time.monotonic() - began > seconds:
            raise TookTooLong(seconds)

    solution = solve(
        question.problem, objective=question.objective, budget=question.budget, top=TOP, progress=in_time
    )  # fmt: skip
    spent = time.monotonic() - began
    drawn = draw(question, solution, boundary=spent * (1 + _BOUNDARY_SOLVES) < seconds)
    return Answer(
        verdict=solution.verdict,
        rows=[{"s": row.s, "r": row.r, "d": row.d, "cost": row.cost} for row in solution.rows],
        explanations=[
            {"d": one.d, "status": one.status, "reasons": [list(reason) for reason in one.reasons]}
            for one in solution.explanations
        ],
        certificate=solution.certificate,
        plots=drawn,
    )


def draw(question: Question, solution: Solution, *, boundary: bool) -> dict[str, str]:
    """Return the plots by name, each a figure of its own so that a narrow page can stack them."""
    names = [name for name in plots.PANELS if boundary or name != "boundary"]
    return {name: plots.svg(plots.panel(name, question.problem, Semantics.PRINTED, solution)) for name in names}
