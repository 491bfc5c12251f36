"""``solve_groups``: the cheapest robust deployment of several miner types at each difficulty, and who owns which."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from engines.optimiser.errors import InvalidProblem
from engines.optimiser.groups.allocate import Owners
from engines.optimiser.groups.formulas import Corner
from engines.optimiser.groups.model import GroupProblem
from engines.optimiser.groups.search import Discarded, GroupBest, GroupLevel, GroupSearch, Violation, point
from engines.optimiser.search import CostBasis

FORMAT = "medixain-optimiser-certificate/1"


class GroupSemantics(StrEnum):
    """How the races of the types combine."""

    PRINTED = "printed"
    """Figure 14: minima and maxima over the types' separate races (equation 67 the right way round)."""
    JOINT = "joint"
    """One race: survival is the product of y_i**floor(t/T_i), and each machine costs for the time the race lasts."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One line of the answer. ``cost`` is nominal, ``robust_cost`` equation 75; ``owners`` is by partner, then type."""

    s: int
    r: int
    d: int
    cost: float
    robust_cost: float
    machines: dict[str, int]
    owners: dict[str, dict[str, int]]
    shares: dict[str, float]
    partner_costs: dict[str, float]


@dataclass(frozen=True)
class GroupSolution:
    """Verdict, rows (largest d first), per-difficulty reasons, certificate, and the boxes the search looked at."""

    feasible: bool
    rows: tuple[GroupRow, ...]
    reasons: dict[int, dict[str, int]]
    certificate: dict[str, Any]
    visited: int

    @property
    def verdict(self) -> str:
        """``"feasible"`` or ``"infeasible"``."""
        return "feasible" if self.feasible else "infeasible"

    def as_json(self) -> dict[str, object]:
        """Return the object the command line prints with ``--json``."""
        rows = [{name: getattr(row, name) for name in GroupRow.__slots__} for row in self.rows]
        return {"verdict": self.verdict, "rows": rows, "certificate": self.certificate}


def solve_groups(
    problem: GroupProblem,
    *,
    semantics: GroupSemantics | str = GroupSemantics.PRINTED,
    basis: CostBasis | str = CostBasis.ROBUST,
    top: int = 5,
    progress: Callable[[int, int], None] | None = None,
) -> GroupSolution:
    """Solve Figure 15 with any constants; at most ``top`` rows, within alpha of the least cost.

    Raises :class:`InvalidProblem` for an unknown semantics and :class:`Undecided` where two numbers cannot be told
    apart.
    """
    if semantics not in list(GroupSemantics):
        raise InvalidProblem(field="semantics", value=semantics, bound="printed or joint for a group-based problem")
    semantics, basis = GroupSemantics(semantics), CostBasis(basis)
    search = GroupSearch(problem, joint=semantics is GroupSemantics.JOINT, basis=basis)
    levels = list(search.levels(progress))
    kept = _within_alpha(search, [(level.d, level.best) for level in levels if level.best is not None])[:top]
    return GroupSolution(
        feasible=bool(kept),
        rows=tuple(_row(search, best, d) for d, best in kept),
        reasons={level.d: _reasons(level) for level in levels},
        certificate=_certificate(search, semantics, basis, top, levels, kept),
        visited=sum(level.visited for level in levels),
    )


def order_costs(search: GroupSearch, one: tuple[int, GroupBest], other: tuple[int, GroupBest], factor: Fraction) -> int:
    """Return the sign of ``cost(one) - factor * cost(other)`` for the bests of two difficulties."""
    sides = [(point(best.machines), best.r, d) for d, best in (one, other)]
    return search.order(sides[0], sides[1], factor)


def _within_alpha(search: GroupSearch, found: list[tuple[int, GroupBest]]) -> list[tuple[int, GroupBest]]:
    if not found:
        return []
    least = found[0]
    for pair in found[1:]:
        if order_costs(search, pair, least, Fraction(1)) < 0:
            least = pair
    return [pair for pair in found if pair == least or order_costs(search, pair, least, search.problem.alpha) <= 0]


def _row(search: GroupSearch, best: GroupBest, d: int) -> GroupRow:
    problem = search.problem
    search.arithmetic.at(256)
    none = (0,) * len(best.machines)
    nominal = float(search.formulas.cost(point(best.machines), Corner(none, d, best.r)).mid())
    names = [kind.name for kind in problem.types]
    return GroupRow(
        s=sum(best.machines),
        r=best.r,
        d=d,
        cost=nominal,
        robust_cost=float(
            GroupSearch(problem, joint=search.joint, basis=CostBasis.ROBUST).cost(point(best.machines), best.r, d).mid()
        ),
        machines=dict(zip(names, best.machines, strict=True)),
        owners={
            partner.name: dict(zip(names, bundle, strict=True))
            for partner, bundle in zip(problem.partners, best.owners, strict=False)
        },
        shares=_shares(problem, best.owners),
        partner_costs=_partner_costs(search, best, d),
    )


def _shares(problem: GroupProblem, owners: Owners) -> dict[str, float]:
    rates = [sum((n / kind.T for n, kind in zip(bundle, problem.types, strict=True)), Fraction(0)) for bundle in owners]
    total = sum(rates, Fraction(0))
    return {p.name: float(rate / total) for p, rate in zip(problem.partners, rates, strict=False)}


def _partner_costs(search: GroupSearch, best: GroupBest, d: int) -> dict[str, float]:
    """Split the nominal cost: each partner pays for its machines, whose rounds are those of the whole race."""
    return {
        partner.name: float(search.formulas.cost_of(bundle, best.machines, Corner((0,) * len(bundle), d, best.r)).mid())
        for partner, bundle in zip(search.problem.partners, best.owners, strict=False)
    }


def _reasons(level: GroupLevel) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in level.discarded:
        size = 1
        for a, b in item.box:
            size *= b - a + 1
        name = " with ".join(v.name for v in item.violations) if item.reason == "excluded" else item.reason
        counts[name] = counts.get(name, 0) + size
    return dict(sorted(counts.items(), key=lambda pair: -pair[1]))


def _certificate(
    search: GroupSearch,
    semantics: GroupSemantics,
    basis: CostBasis,
    top: int,
    levels: list[GroupLevel],
    kept: list[tuple[int, GroupBest]],
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "kind": "groups",
        "problem": search.problem.as_text(),
        "semantics": semantics.value,
        "objective": "cost",
        "cost_basis": basis.value,
        "top": top,
        "rows": [{"machines": list(best.machines), "r": best.r, "d": d} for d, best in kept],
        "levels": [
            {
                "d": level.d,
                "best": None if level.best is None else _best_json(level.best),
                "discarded": [_discarded_json(item) for item in level.discarded],
            }
            for level in levels
        ],
    }


def _best_json(best: GroupBest) -> dict[str, Any]:
    return {
        "machines": list(best.machines),
        "r": best.r,
        "owners": [list(bundle) for bundle in best.owners],
        "violations": [_violation_json(v) for v in best.violations],
    }


def _discarded_json(item: Discarded) -> dict[str, Any]:
    shown: dict[str, Any] = {"box": [list(side) for side in item.box], "reason": item.reason}
    if item.violations:
        shown["violations"] = [_violation_json(v) for v in item.violations]
    if item.dearer is not None:
        shown["dearer"] = item.dearer
    return shown


def _violation_json(violation: Violation) -> list[object]:
    return [violation.name, list(violation.loss), violation.d, violation.r]
