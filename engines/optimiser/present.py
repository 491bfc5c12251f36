"""Answers as text for a terminal."""

from engines.optimiser.groups import GroupSolution
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


def group_table(solution: GroupSolution) -> str:
    """Return the rows ``s r d cost`` with machines by type, and below each how the partners share them."""
    lines = [f"{'s':>4} {'r':>4} {'d':>4}  cost"] if solution.rows else []
    for row in solution.rows:
        machines = ", ".join(f"{count} {name}" for name, count in row.machines.items())
        lines.append(
            f"{row.s:>4} {row.r:>4} {row.d:>4}  {row.cost:.10g}  ({machines}; at worst {row.robust_cost:.10g})"
        )
        for partner, owned in row.owners.items():
            bundle = ", ".join(f"{count} {name}" for name, count in owned.items() if count)
            share, price = row.shares[partner], row.partner_costs[partner]
            lines.append(f"{'':>16}{partner}: {bundle}; {share:.1%} of the hash power; cost {price:.10g}")
    if not solution.rows:
        for d, reasons in solution.reasons.items():
            causes = ", ".join(f"{name} for {count}" for name, count in reasons.items())
            lines.append(f"d = {d}: no deployment is feasible; excluded by {causes} combinations of machines.")
    return "\n".join([*lines, f"verdict: {solution.verdict}"])
