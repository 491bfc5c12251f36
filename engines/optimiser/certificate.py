"""The certificate: plain JSON that states, for every point of the box, why it is the answer or why it is not.

``levels`` holds one entry per difficulty: the best deployment, and runs of pool sizes with the violations that exclude
them. A violation is ``[constraint, s', d', r]``; s' is ``"s-5"`` where it moves with the run's s. What a violation
rules
out beyond its own point follows from the monotonicity stated in :mod:`.constraints`; :mod:`.verify` checks it all with
other code and another interval library.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from engines.optimiser.constraints import Constraint, Point
from engines.optimiser.intervals import enclosure
from engines.optimiser.search import Best, Dearer, Excluded, Level, Search, Violation, robust_cost_ball
from engines.optimiser.semantics import Semantics, window

if TYPE_CHECKING:
    from engines.optimiser.solver import Question

FORMAT = "medixain-optimiser-certificate/1"

Certificate: TypeAlias = dict[str, Any]

REPORTED = (
    Constraint.FAILURE,
    Constraint.MEAN_HIGH,
    Constraint.SLOW,
    Constraint.FAST,
    Constraint.DISPUTES,
    Constraint.POOL,
)


def encode(search: Search, question: Question, levels: list[Level], rows: list[tuple[int, Best]]) -> Certificate:
    """Return the certificate of a finished search as JSON-ready values."""
    return {
        "format": FORMAT,
        "kind": "homogeneous",
        "problem": search.problem.as_text(),
        "semantics": question.semantics.value,
        "objective": question.objective.value,
        "cost_basis": question.basis.value,
        "budget": None if question.budget is None else str(question.budget),
        "top": question.top,
        "rows": [_row(search, best, d) for d, best in rows],
        "levels": [_level(search, level) for level in levels],
    }


def _row(search: Search, best: Best, d: int) -> Certificate:
    problem = search.problem
    return {
        "s": best.s,
        "r": best.r,
        "d": d,
        "cost": enclosure(lambda: search.nominal_cost(best.s, best.r, d)),
        "robust_cost": enclosure(lambda: robust_cost_ball(problem, best.s, best.r, d)),
        "constraints": [_tightest(search, constraint, best, d) for constraint in REPORTED],
    }


def _tightest(search: Search, constraint: Constraint, best: Best, d: int) -> Certificate:
    """Return the corner at which ``constraint`` comes closest to its bound, with the enclosed value there."""
    points = [
        Point(s, best.r, at) for s, at in window(search.semantics, search.problem, constraint, best.s, d).corners()
    ]
    if constraint is Constraint.POOL:
        points = points[:1]
    worst = max(points, key=lambda point: search.judge.quantity(constraint, point).mid())
    value = enclosure(lambda: search.judge.quantity(constraint, worst))
    bound = str(search.judge.bound(constraint))
    return {"constraint": constraint.value, "corner": [worst.s, worst.d], "value": value, "bound": bound}


def _level(search: Search, level: Level) -> Certificate:
    best = level.best
    shown = None
    if best is not None:
        shown = {"s": best.s, "r": best.r, "below": [_violation(search, v, best.s) for v in best.violations]}
    return {"d": level.d, "best": shown, "others": list(_runs(search, level))}


def _runs(search: Search, level: Level) -> Iterator[Certificate]:
    """Merge neighbouring pool sizes that are ruled out by the same violations."""
    current: Certificate | None = None
    for s in sorted(level.others):
        entry = _other(search, level.others[s], s)
        if current is not None and current["s"][1] == s - 1 and all(current.get(k) == entry.get(k) for k in _KEYS):
            current["s"][1] = s
            continue
        if current is not None:
            yield current
        current = {"s": [s, s], **entry}
    if current is not None:
        yield current


_KEYS = ("excluded", "below", "dearer")


def _other(search: Search, other: Excluded | Dearer, s: int) -> Certificate:
    violations = [_violation(search, violation, s) for violation in other.violations]
    if isinstance(other, Excluded):
        return {"excluded": violations}
    return {"dearer": other.r, "below": violations}


def _violation(search: Search, violation: Violation, s: int) -> list[object]:
    absolute = search.semantics is Semantics.PUBLISHED and violation.constraint not in (
        Constraint.POOL,
        Constraint.SLOW_SOUND,
        Constraint.FAST_SOUND,
        Constraint.DIFFICULTY,
    )
    where: int | str = violation.s if absolute else f"s{violation.s - s:+d}"
    return [violation.constraint.value, where, violation.d, violation.r]
