"""Branch and bound over machine counts, one difficulty at a time, every pruning certified in intervals.

A box of deployments is discarded when a constraint fails everywhere in it, when no nonce size can do, or when its least
cost exceeds the best found. Boxes are taken cheapest first and halved along their widest side until they are points, at
which every loss and level of (72)-(74) is checked. Nonce sizes need no branching: as in the homogeneous problem,
failure
and equation 65 ask for more, mean and tail for less, and cost rises with r.
"""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from engines.optimiser.errors import Undecided
from engines.optimiser.groups.allocate import Owners, allocate, hopeless
from engines.optimiser.groups.arithmetic import ArbArithmetic, Arithmetic, Interval
from engines.optimiser.groups.exact import ExactArithmetic, TooLong
from engines.optimiser.groups.formulas import Box, Corner, Counts, Formulas
from engines.optimiser.groups.model import GroupProblem
from engines.optimiser.search import CostBasis

PRECISIONS = (128, 512, 2048, 8192, 32768)

NEEDS_MORE = ("th", "epsilon")
NEEDS_LESS = ("tau_u", "delta")


@dataclass(frozen=True, slots=True)
class Violation:
    """Constraint ``name`` fails throughout the box after losing ``loss`` at level ``d``; ``r`` None: for every r."""

    name: str
    loss: Counts
    d: int
    r: int | None


@dataclass(frozen=True, slots=True)
class Discarded:
    """A box that holds no better deployment, and why: ``reason`` is total, hash_power, excluded or dearer.

    ``dearer`` names the nonce size from which on the cost exceeds the best; ``violations`` exclude the smaller ones.
    """

    box: Box
    reason: str
    violations: tuple[Violation, ...] = ()
    dearer: int | None = None


@dataclass(frozen=True, slots=True)
class GroupBest:
    """The best deployment at one difficulty: machines by type, nonce bits, and who owns what."""

    machines: Counts
    r: int
    owners: Owners
    violations: tuple[Violation, ...]


@dataclass
class GroupLevel:
    """What was decided about one difficulty, and the search it took."""

    d: int
    best: GroupBest | None = None
    discarded: list[Discarded] = field(default_factory=list)
    visited: int = 0


class GroupSearch:
    """One problem under one semantics."""

    def __init__(
        self, problem: GroupProblem, *, joint: bool, basis: CostBasis, arithmetic: Arithmetic | None = None
    ) -> None:
        self.problem = problem
        self.joint = joint
        self.basis = basis
        self.arithmetic: Arithmetic = ArbArithmetic() if arithmetic is None else arithmetic
        self.formulas = Formulas(problem, self.arithmetic, joint=joint)
        self._ticket = itertools.count()

    def levels(self, progress: Callable[[int, int], None] | None = None) -> Iterator[GroupLevel]:
        """Decide every difficulty, largest first."""
        total = self.problem.d_u - self.problem.d_l + 1
        for done, d in enumerate(range(self.problem.d_u, self.problem.d_l - 1, -1), start=1):
            yield self.level(d)
            if progress is not None:
                progress(done, total)

    def level(self, d: int) -> GroupLevel:
        """Decide one difficulty."""
        level = GroupLevel(d)
        queue: list[tuple[float, int, Box]] = []
        for box in self._roots():
            heapq.heappush(queue, (0.0, next(self._ticket), box))
        while queue:
            _, _, box = heapq.heappop(queue)
            level.visited += 1
            found = self._examine(level, box)
            if isinstance(found, Discarded):
                level.discarded.append(found)
            elif isinstance(found, GroupBest):
                self._improve(level, found)
            else:
                for part in _halves(box):
                    heapq.heappush(queue, (self._rough_cost(part), next(self._ticket), part))
        return level

    def _roots(self) -> Iterator[Box]:
        """Yield one box per set of types deployed at all."""
        choices = []
        for kind in self.problem.types:
            absent = [(0, 0)] if kind.s_l == 0 else []
            present = [(max(1, kind.s_l), kind.s_u)] if kind.s_u >= 1 else []
            choices.append(absent + present)
        yield from itertools.product(*choices)

    def _examine(self, level: GroupLevel, box: Box) -> Discarded | GroupBest | None:
        """Discard ``box``, accept it as a feasible point better than the best, or ask (None) for it to be split."""
        problem, d = self.problem, level.d
        if sum(b for _, b in box) < problem.s_l or sum(a for a, _ in box) > problem.s_u:
            return Discarded(box, "total")
        if hopeless(problem):
            return Discarded(box, "hash_power")
        if (fixed := self._fixed(box, d)) is not None:
            return Discarded(box, "excluded", (fixed,))
        r, below = self._least_r(box, d)
        if r > problem.r_u:
            return Discarded(box, "excluded", below)
        if level.best is not None and self.behind(level.best, box, r, d):
            return Discarded(box, "dearer", below, r)
        if (above := self._first(NEEDS_LESS, box, d, r)) is not None:
            return Discarded(box, "excluded", (*below, above))
        if not is_point(box):
            return None
        machines = tuple(a for a, _ in box)
        owners = allocate(problem, machines)
        return Discarded(box, "hash_power") if owners is None else GroupBest(machines, r, owners, below)

    def _improve(self, level: GroupLevel, found: GroupBest) -> None:
        if level.best is not None:
            # The former best stays discarded: what proves it dearer than ``found`` is its own cost at its own r.
            box = point(level.best.machines)
            level.discarded.append(Discarded(box, "dearer", level.best.violations, level.best.r))
        level.best = found

    def _fixed(self, box: Box, d: int) -> Violation | None:
        """Return a constraint without r that fails throughout ``box``; complete when the box is a point."""
        problem = self.problem
        none = (0,) * len(box)
        low, high = d - problem.u_d, d + problem.u_d
        if low < 1:
            return Violation("d", none, low, None)
        for i, kind in enumerate(problem.types):
            loss = min(kind.u, problem.u_s, box[i][0])
            left = box[i][1] - loss
            if kind.l and box[i][1] and not (left > kind.l and Fraction(kind.l, left) ** problem.c <= problem.delta_3):
                return Violation("delta_3", tuple(loss if j == i else 0 for j in range(len(box))), high, None)
        for name in ("delta_1", "delta_2"):
            if self.fails(name, box, Corner(none, low, 0)):
                return Violation(name, none, low, None)
        return None

    def _least_r(self, box: Box, d: int) -> tuple[int, tuple[Violation, ...]]:
        """Return the least r that nothing excludes throughout ``box`` (r_u + 1: none), and what excludes r - 1."""
        low, high = self.problem.r_l, self.problem.r_u + 1
        proof: Violation | None = None
        while low < high:
            middle = (low + high) // 2
            found = self._first(NEEDS_MORE, box, d, middle)
            if found is None:
                high = middle
            else:
                low, proof = middle + 1, found
        return low, () if proof is None else (proof,)

    def _first(self, names: tuple[str, ...], box: Box, d: int, r: int) -> Violation | None:
        """Return the first of ``names`` that fails throughout ``box`` at r; complete when the box is a point."""
        none = (0,) * len(box)
        if "th" in names and self.formulas.slice_short(box, r):
            return Violation("th", none, d, r)
        for loss in self._losses(box):
            for level in self._levels(names, d, point=is_point(box)):
                for name in names:
                    if name != "th" and self.fails(name, box, Corner(loss, level, r)):
                        return Violation(name, loss, level, r)
        return None

    def _levels(self, names: tuple[str, ...], d: int, *, point: bool) -> list[int]:
        """Return the levels to look at: failure rises with d', mean and tail need them all, a box only the
        likeliest."""
        u_d = self.problem.u_d
        if names is NEEDS_MORE or not point:
            return [d + u_d]
        return list(range(d + u_d, d - u_d - 1, -1))

    def _losses(self, box: Box) -> list[Counts]:
        """Return every loss for a point; for a box a few that hurt, none larger than the box's least counts."""
        least = tuple(a for a, _ in box)
        if is_point(box):
            return list(self.problem.losses(least))
        found = []
        strongest = sorted(range(len(box)), key=lambda i: -box[i][1] / self.problem.types[i].T)
        for first in strongest:
            left, loss = self.problem.u_s, [0] * len(box)
            for i in [first, *(j for j in strongest if j != first)]:
                loss[i] = min(self.problem.types[i].u, least[i], left)
                left -= loss[i]
            if tuple(loss) not in found:
                found.append(tuple(loss))
        return found

    def fails(self, name: str, box: Box, at: Corner) -> bool:
        """Return whether constraint ``name`` certainly fails throughout ``box``; for a point the answer is exact."""
        bound = self.formulas.bounds[name]
        if bound == 1 and name != "tau_u" and any(b > u for (_, b), u in zip(box, at.loss, strict=True)):
            return False
        for precision in PRECISIONS if is_point(box) else PRECISIONS[:1]:
            self.arithmetic.at(precision)
            sign = self.arithmetic.sign(self.formulas.least(name, box, at) - self.arithmetic.number(bound))
            if sign:
                return sign > 0
        if not is_point(box):
            return False
        known = self._exactly(lambda exact: exact.formulas.least(name, box, at) - bound)
        if known is not None:
            return known > 0
        raise Undecided(what=f"{name} for machines {[a for a, _ in box]} at {at}", precision=PRECISIONS[-1])

    def _exactly(self, difference: Callable[["GroupSearch"], Interval]) -> int | None:
        """Return the sign of a difference evaluated in exact rationals, or None where that takes too many digits."""
        exact = GroupSearch(self.problem, joint=self.joint, basis=self.basis, arithmetic=ExactArithmetic())
        try:
            return exact.arithmetic.sign(difference(exact))
        except TooLong:
            return None

    def order(self, one: tuple[Box, int, int], other: tuple[Box, int, int], factor: Fraction = Fraction(1)) -> int:
        """Return the sign of ``cost(one) - factor * cost(other)``, each a (point, r, d).

        Zero where both are the same by form, or equal in exact rationals; raises :class:`Undecided` where intervals
        cannot tell and the rationals are too long.
        """
        for precision in PRECISIONS:
            self.arithmetic.at(precision)
            difference = self.cost(*one) - self.arithmetic.number(factor) * self.cost(*other)
            if sign := self.arithmetic.sign(difference):
                return sign
            if factor == 1 and (mine := self._dearest(*one)) is not None and mine == self._dearest(*other):
                return 0
        known = self._exactly(lambda exact: exact.cost(*one) - factor * exact.cost(*other))
        if known is None:
            raise Undecided(what=f"the cost of {one} against {other}", precision=PRECISIONS[-1])
        return known

    def cost(self, box: Box, r: int, d: int) -> Interval:
        """Enclose the least cost over ``box`` that ranks deployments: nominal, or equation 75's over losses and
        levels."""
        none = (0,) * len(box)
        if self.basis is CostBasis.NOMINAL:
            return self.formulas.cost(box, Corner(none, d, r))
        if not is_point(box):
            return self.formulas.cost(box, Corner(none, d + self.problem.u_d, r))
        levels = range(max(1, d - self.problem.u_d), d + self.problem.u_d + 1)
        losses = self.problem.losses(tuple(a for a, _ in box))
        return self.arithmetic.highest(
            [self.formulas.cost(box, Corner(loss, at, r)) for loss in losses for at in levels]
        )

    def behind(self, best: GroupBest, box: Box, r: int, d: int) -> bool:
        """Return whether everything in ``box`` from r on ranks behind ``best``: by cost, r, total, then counts."""
        target, least = point(best.machines), tuple(a for a, _ in box)
        if is_point(box) or all(kind.TVC == 0 for kind in self.problem.types):
            # Without variable cost the least cost of a box is that of its least point, and exact.
            order = self.order((point(least), r, d), (target, best.r, d))
            return (order, r, sum(least), least) > (0, best.r, sum(best.machines), best.machines)
        self.arithmetic.at(PRECISIONS[0])
        return self.arithmetic.sign(self.cost(box, r, d) - self.cost(target, best.r, d)) > 0

    def _dearest(self, at: Box, r: int, d: int) -> object | None:
        """Return what the cost of a point depends on, at the one corner that certainly attains it, or None."""
        machines = tuple(a for a, _ in at)
        if self.basis is CostBasis.NOMINAL:
            return self._signature(machines, r, d)
        levels = range(max(1, d - self.problem.u_d), d + self.problem.u_d + 1)
        corners = [Corner(loss, level, r) for loss in self.problem.losses(machines) for level in levels]
        costs = [self.formulas.cost(at, corner) for corner in corners]
        most = self.arithmetic.highest(costs)
        found = {
            self._signature(tuple(n - u for n, u in zip(machines, corner.loss, strict=True)), r, corner.d)
            for corner, cost in zip(corners, costs, strict=True)
            if self.arithmetic.sign(cost - most) >= 0
        }
        return found.pop() if len(found) == 1 else None

    def _signature(self, counts: Counts, r: int, d: int) -> tuple[object, ...]:
        """Return everything the cost of a race of ``counts`` depends on."""
        pairs = [(kind, n) for kind, n in zip(self.problem.types, counts, strict=True) if n]
        fixed = sum((kind.TFC * n for kind, n in pairs), Fraction(0))
        rate = sum((kind.TVC * n / (kind.T if self.joint else 1) for kind, n in pairs), Fraction(0))
        if rate == 0:
            return (fixed,)
        race = sorted((kind.T if self.joint else Fraction(0), n) for kind, n in pairs)
        return (fixed, rate, tuple(race), (1 << r) // sum(counts), d)

    def _rough_cost(self, box: Box) -> float:
        return float(sum(kind.TFC * a for kind, (a, _) in zip(self.problem.types, box, strict=True)))


def is_point(box: Box) -> bool:
    return all(a == b for a, b in box)


def point(machines: Counts) -> Box:
    return tuple((n, n) for n in machines)


def _halves(box: Box) -> tuple[Box, Box]:
    """Split a box in two along its widest side."""
    widest = max(range(len(box)), key=lambda i: box[i][1] - box[i][0])
    a, b = box[widest]
    middle = (a + b) // 2
    return (
        (*box[:widest], (a, middle), *box[widest + 1 :]),
        (*box[:widest], (middle + 1, b), *box[widest + 1 :]),
    )
