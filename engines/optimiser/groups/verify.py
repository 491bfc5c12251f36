"""The checker of group-based certificates: mpmath's intervals in place of Arb, and a search replaced by checks.

What must hold: the discarded boxes and the best tile the whole space of machine counts at every difficulty; each box is
discarded for a reason that covers it; each best satisfies every constraint at every loss and level, its owner map the
hash-power bounds; and the rows follow from the bests.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import prod
from typing import Any

from mpmath import iv

from engines.optimiser.errors import CertificateRefused, InvalidProblem
from engines.optimiser.groups.allocate import allocate, hopeless, shares
from engines.optimiser.groups.arithmetic import Arithmetic, MpmathArithmetic
from engines.optimiser.groups.files import from_mapping
from engines.optimiser.groups.formulas import Box, Corner
from engines.optimiser.groups.search import NEEDS_LESS, NEEDS_MORE, GroupBest, GroupSearch
from engines.optimiser.groups.solver import FORMAT, order_costs
from engines.optimiser.search import CostBasis


def verify_groups(certificate: Mapping[str, Any]) -> int:
    """Check a group-based certificate; return the number of inequalities evaluated.

    Raises :class:`CertificateRefused` at the first claim that does not follow.
    """
    before = iv.prec
    try:
        return _Checker(certificate).check()
    finally:
        iv.prec = before


class _Checker:
    def __init__(self, certificate: Mapping[str, Any]) -> None:
        if certificate.get("format") != FORMAT or certificate.get("kind") != "groups":
            raise CertificateRefused(where="format", reason=f"it is not a group-based {FORMAT}")
        try:
            self.problem = from_mapping(certificate["problem"])
        except InvalidProblem as error:
            raise CertificateRefused(where="problem", reason=error.message) from error
        self.certificate = certificate
        basis = CostBasis(certificate["cost_basis"])
        arithmetic: Arithmetic = MpmathArithmetic()
        self.model = GroupSearch(
            self.problem, joint=certificate["semantics"] == "joint", basis=basis, arithmetic=arithmetic
        )
        self.evaluated = 0

    def check(self) -> int:
        """Check every level, then that the rows follow."""
        levels = self.certificate["levels"]
        expected = list(range(self.problem.d_u, self.problem.d_l - 1, -1))
        self._need(
            [level["d"] for level in levels] == expected, "levels", "a difficulty is missing, doubled or out of order"
        )
        bests = []
        for level in levels:
            best = self._level(level)
            if best is not None:
                bests.append((level["d"], best))
        least = None
        for pair in bests:
            if least is None or order_costs(self.model, pair, least, Fraction(1)) < 0:
                least = pair
        kept = [
            pair
            for pair in bests
            if least is not None and (pair == least or order_costs(self.model, pair, least, self.problem.alpha) <= 0)
        ]
        derived = [{"machines": list(best.machines), "r": best.r, "d": d} for d, best in kept][
            : self.certificate["top"]
        ]
        self._need(derived == self.certificate["rows"], "rows", "they do not follow from the best deployments")
        return self.evaluated

    def _level(self, level: Mapping[str, Any]) -> GroupBest | None:
        d, shown = level["d"], level["best"]
        boxes: list[Box] = [tuple((a, b) for a, b in item["box"]) for item in level["discarded"]]
        best = None
        if shown is not None:
            best = GroupBest(tuple(shown["machines"]), shown["r"], tuple(tuple(o) for o in shown["owners"]), ())
            boxes.append(tuple((n, n) for n in best.machines))
            self._best(best, shown["violations"], d)
        self._tiles(boxes, d)
        for item in level["discarded"]:
            self._discarded(item, best, d)
        return best

    def _tiles(self, boxes: list[Box], d: int) -> None:
        """Check that the boxes are disjoint and fill the space: equal volume, no overlap, all inside."""
        space = [(kind.s_l, kind.s_u) for kind in self.problem.types]
        volume = sum(prod(b - a + 1 for a, b in box) for box in boxes)
        inside = all(lo <= a <= b <= hi for box in boxes for (a, b), (lo, hi) in zip(box, space, strict=True))
        self._need(inside and volume == prod(b - a + 1 for a, b in space), f"d={d}", "the boxes do not fill the space")
        ordered = sorted(boxes)
        for i, one in enumerate(ordered):
            for other in ordered[i + 1 :]:
                if other[0][0] > one[0][1]:
                    break
                apart = any(a[1] < b[0] or b[1] < a[0] for a, b in zip(one, other, strict=True))
                self._need(apart, f"d={d}", f"boxes {one} and {other} overlap")

    def _discarded(self, item: Mapping[str, Any], best: GroupBest | None, d: int) -> None:
        box: Box = tuple((a, b) for a, b in item["box"])
        where, p = f"d={d}, box {item['box']}", self.problem
        reason = item["reason"]
        violations = item.get("violations", [])
        if reason == "total":
            outside = sum(b for _, b in box) < p.s_l or sum(a for a, _ in box) > p.s_u
            self._need(outside, where, "its totals are within bounds")
        elif reason == "hash_power":
            point = all(a == b for a, b in box)
            self._need(
                hopeless(p) or (point and allocate(p, tuple(a for a, _ in box)) is None), where, "it can be owned"
            )
        else:
            r = item["dearer"] if reason == "dearer" else p.r_u + 1
            self._covered(violations, box, d, r, where)
            if reason == "dearer":
                if best is None:
                    raise CertificateRefused(where=where, reason="there is no best to be dearer than")
                self.evaluated += 1
                self._need(self.model.behind(best, box, r, d), where, "it does not rank behind the best")

    def _covered(self, violations: list[Any], box: Box, d: int, limit: int, where: str) -> None:
        """Check each violation, and that together they exclude every r from r_l to below ``limit``."""
        left = set(range(self.problem.r_l, limit))
        for name, loss, level, r in violations:
            corner = Corner(tuple(loss), level, r or 0)
            self._need(self._allowed(corner, box, d), where, f"{corner} is no corner")
            self.evaluated += 1
            self._need(self._violated(name, box, corner), where, f"{name} does not fail at {corner}")
            left = {x for x in left if r is not None and (x > r if name in NEEDS_MORE else x < r)}
        self._need(not left, where, f"nothing excludes r={min(left, default=0)}")

    def _allowed(self, at: Corner, box: Box, d: int) -> bool:
        p = self.problem
        within = all(0 <= u <= min(kind.u, a) for u, kind, (a, _) in zip(at.loss, p.types, box, strict=True))
        return within and sum(at.loss) <= p.u_s and abs(at.d - d) <= p.u_d

    def _violated(self, name: str, box: Box, at: Corner) -> bool:
        p = self.problem
        if name == "d":
            return at.d < 1
        if name == "th":
            return self.model.formulas.slice_short(box, at.r)
        if name == "delta_3":
            remaining = [(kind.l, b - u) for kind, (_, b), u in zip(p.types, box, at.loss, strict=True) if b and kind.l]
            return any(n <= l or Fraction(l, n) ** p.c > p.delta_3 for l, n in remaining)  # noqa: E741
        return self.model.fails(name, box, at)

    def _best(self, best: GroupBest, violations: list[Any], d: int) -> None:
        p, where = self.problem, f"d={d}, best {best.machines}"
        box: Box = tuple((n, n) for n in best.machines)
        self._need(p.s_l <= sum(best.machines) <= p.s_u and p.r_l <= best.r <= p.r_u, where, "it is out of bounds")
        self._covered(violations, box, d, best.r, where)
        self._owned(best, where)
        for loss in p.losses(best.machines):
            for level in range(d - p.u_d, d + p.u_d + 1):
                at = Corner(loss, level, best.r)
                for name in ("d", "delta_3", "th", "delta_1", "delta_2", *NEEDS_MORE[1:], *NEEDS_LESS):
                    self.evaluated += 1
                    self._need(not self._violated(name, box, at), where, f"{name} fails at {at}")

    def _owned(self, best: GroupBest, where: str) -> None:
        """Check the owner map: it uses every machine once, within each partner's limits and hash-power bounds."""
        p = self.problem
        if not p.partners:
            return
        columns = [sum(bundle[i] for bundle in best.owners) for i in range(len(p.types))]
        self._need(
            columns == list(best.machines) and len(best.owners) == len(p.partners), where, "owners do not add up"
        )
        rates = [sum((n / k.T for n, k in zip(bundle, p.types, strict=True)), Fraction(0)) for bundle in best.owners]
        for partner, bundle, rate, (low, high) in zip(p.partners, best.owners, rates, shares(p), strict=True):
            limits = [partner.limits(kind) for kind in p.types]
            inside = all(least <= n <= most for n, (least, most) in zip(bundle, limits, strict=True))
            self._need(inside and low < rate / sum(rates) < high, where, f"{partner.name} is out of its bounds")

    @staticmethod
    def _need(condition: bool, where: str, reason: str) -> None:
        if not condition:
            raise CertificateRefused(where=where, reason=reason)
