"""Answers as text for a terminal."""

from engines.optimiser.solver import Solution


def table(solution: Solution) -> str:
    """Return the rows ``s r d cost``, the verdict and, where nothing is feasible, which constraint excludes each d."""
    lines: list[str] = []
    if solution.rows:
        lines.append(f"{'s':>4} {'r':>4} {'d':>4}  cost")
        lines += [f"{row.s:>4} {row.r:>4} {row.d:>4}  {row.cost:.10g}" for row in solution.rows]
    else:
        lines += [explanation.sentence() for explanation in solution.explanations]
    return "\n".join([*lines, f"verdict: {solution.verdict}"])
