"""Why a difficulty is in the answer or not, in words: which constraint excludes how many of its deployments."""

from collections import Counter
from dataclasses import dataclass

from engines.optimiser.search import Excluded, Level


@dataclass(frozen=True, slots=True)
class Explanation:
    """One difficulty: ``status`` is row, dearer (over alpha or the budget) or infeasible; ``reasons`` counts, per set
    of constraints, the pool sizes these exclude for every r."""

    d: int
    status: str
    reasons: tuple[tuple[str, int], ...]

    def sentence(self) -> str:
        """Return the explanation as one line."""
        if self.status == "infeasible":
            causes = ", ".join(f"{names} for {count} pool sizes" for names, count in self.reasons)
            return f"d = {self.d}: no s and r are feasible; excluded by {causes}."
        if self.status == "dearer":
            return f"d = {self.d}: feasible, but dearer than alpha or the budget allows."
        return f"d = {self.d}: feasible."


def explain(level: Level, kept: bool) -> Explanation:
    """Explain one decided difficulty; ``kept`` says whether its best passed alpha or the budget."""
    reasons = Counter(
        " with ".join(violation.constraint.value for violation in other.violations)
        for other in level.others.values()
        if isinstance(other, Excluded)
    )
    status = "infeasible" if level.best is None else "row" if kept else "dearer"
    return Explanation(level.d, status, tuple(reasons.most_common()))
