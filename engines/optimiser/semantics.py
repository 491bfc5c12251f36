"""At which corners of the uncertainty set a constraint must hold: the two readings of the robust problem.

``printed`` is Figure 13 as written: every constraint at every pool size ``s - u_s .. s`` and every level within u_d.

``published`` reproduces the paper's tables: the constraints on y and w at the nominal d for every pool size from l + 1
to s_u, constraint (17) at s, the pool bound at ``s - u_s``. Under it (18, 48, 41) is feasible; as printed it is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from engines.optimiser.constraints import Constraint
from engines.optimiser.problem import Problem


class Semantics(StrEnum):
    """A named reading of the robust problem."""

    PRINTED = "printed"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Window:
    """The corners ``s_from <= s' <= s_to`` and ``d_from <= d' <= d_to``."""

    s_from: int
    s_to: int
    d_from: int
    d_to: int

    def corners(self) -> list[tuple[int, int]]:
        """Return every (s', d') of the window."""
        return [(s, d) for s in range(self.s_from, self.s_to + 1) for d in range(self.d_from, self.d_to + 1)]


def window(semantics: Semantics, problem: Problem, constraint: Constraint, s: int, d: int) -> Window:
    """Return the corners at which ``constraint`` must hold when s miners are deployed at difficulty d."""
    if semantics is Semantics.PRINTED:
        return Window(s - problem.u_s, s, d - problem.u_d, d + problem.u_d)
    match constraint:
        case Constraint.POOL:
            return Window(s - problem.u_s, s - problem.u_s, d, d)
        case Constraint.SLOW_SOUND | Constraint.FAST_SOUND | Constraint.DIFFICULTY:
            return Window(s, s, d, d)
        case _:
            return Window(problem.l + 1, problem.s_u, d, d)


def deciding_corners(
    semantics: Semantics, problem: Problem, constraint: Constraint, s: int, d: int
) -> Iterator[tuple[int, int]]:
    """Yield corners (s', d') such that ``constraint`` holds at all of its window if and only if it holds at these.

    More miners find more and a higher level finds less, which decides five constraints at one corner each (ADR 0040);
    failure is monotone in d' only, because (lam + 1) s' is not monotone in s'; the mean and the slow tail are monotone
    in neither, because E(noR) is not conditioned on success. The corner that fails most often comes first.
    """
    corners = window(semantics, problem, constraint, s, d)
    match constraint:
        case Constraint.POOL | Constraint.DIFFICULTY:
            yield corners.s_from, corners.d_from
        case Constraint.FAST | Constraint.DISPUTES | Constraint.FAST_SOUND:
            yield corners.s_to, corners.d_from
        case Constraint.SLOW_SOUND:
            yield corners.s_to, corners.d_to
        case Constraint.FAILURE:
            for corner_s in range(corners.s_from, corners.s_to + 1):
                yield corner_s, corners.d_to
        case _:
            for corner_d in range(corners.d_to, corners.d_from - 1, -1):
                for corner_s in range(corners.s_from, corners.s_to + 1):
                    yield corner_s, corner_d


def corner_range(semantics: Semantics, problem: Problem) -> Window:
    """Return the smallest window that contains every meaningful corner (s' >= 1, d' >= 1) of every deployment."""
    if semantics is Semantics.PRINTED:
        s_from, s_to = problem.s_l - problem.u_s, problem.s_u
        return Window(max(1, s_from), s_to, max(1, problem.d_l - problem.u_d), problem.d_u + problem.u_d)
    s_from = min(problem.l + 1, problem.s_l)
    return Window(s_from, max(problem.s_u, s_from), problem.d_l, problem.d_u)
