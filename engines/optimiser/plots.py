"""Plots of an answer as SVG, the same bytes for the same answer, in colours that also tell apart without colour
vision."""

from collections import Counter
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from engines.optimiser import calculus
from engines.optimiser.groups import GroupProblem, GroupSolution
from engines.optimiser.problem import Problem
from engines.optimiser.screen import guess, screen
from engines.optimiser.semantics import Semantics
from engines.optimiser.solver import Solution, solve

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999", "#000000")
"""Okabe and Ito's eight colours and black."""

_FEASIBLE = "feasible"


def overview(problem: Problem, semantics: Semantics, solution: Solution) -> Figure:
    """Draw the answer: which constraint excludes which (d, s), the feasible region with its cost, and the tau_u
    boundary."""
    figure = Figure(figsize=(13, 9), layout="constrained")
    axes = figure.subplots(2, 2)
    _binding(axes[0, 0], problem, solution)
    _cost(axes[0, 1], problem, semantics, solution)
    _nonces(axes[1, 0], problem, semantics)
    _boundary(axes[1, 1], problem, semantics)
    figure.suptitle(f"Robust mining parameters, semantics {semantics.value}: {solution.verdict}")
    return figure


def allocation(problem: GroupProblem, solution: GroupSolution) -> Figure:
    """Draw the machines by type of each row, and each partner's share of the hash power in the first."""
    figure = Figure(figsize=(11, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    labels = [f"d = {row.d}" for row in solution.rows]
    base = np.zeros(len(labels))
    for i, kind in enumerate(problem.types):
        heights = np.array([row.machines[kind.name] for row in solution.rows], dtype=float)
        left.bar(labels, heights, bottom=base, label=kind.name, color=PALETTE[i % len(PALETTE)])
        base += heights
    left.set(title="Machines by type", ylabel="machines")
    left.legend()
    if solution.rows and solution.rows[0].shares:
        row = solution.rows[0]
        right.bar(list(row.shares), [100 * share for share in row.shares.values()], color=PALETTE[0])
        right.axhline(100 * float(problem.cap), color=PALETTE[5], linestyle="--", label="cap")
        right.legend()
    right.set(title="Share of the hash power in the first row", ylabel="per cent")
    return figure


PANELS = ("excluded", "cost", "nonces", "boundary")
"""Names of the overview's four plots."""


def panel(name: str, problem: Problem, semantics: Semantics, solution: Solution) -> Figure:
    """Draw one of :data:`PANELS` alone; raises :class:`KeyError` for another name."""
    figure = Figure(figsize=(6.5, 4.5), layout="constrained")
    axes = figure.subplots()
    draw = {
        "excluded": lambda: _binding(axes, problem, solution),
        "cost": lambda: _cost(axes, problem, semantics, solution),
        "nonces": lambda: _nonces(axes, problem, semantics),
        "boundary": lambda: _boundary(axes, problem, semantics),
    }[name]
    draw()
    return figure


def svg(figure: Figure) -> str:
    """Return ``figure`` as SVG without date and with fixed ids, so that equal answers give equal text."""
    text = StringIO()
    with mpl.rc_context({"svg.hashsalt": "medixain", "svg.fonttype": "none"}):
        FigureCanvasSVG(figure).print_svg(text, metadata={"Date": None, "Creator": None})
    return text.getvalue()


def save(figure: Figure, path: Path) -> None:
    """Write :func:`svg` of ``figure`` to ``path``."""
    path.write_text(svg(figure), encoding="utf-8")


def _binding(axes: Any, problem: Problem, solution: Solution) -> None:
    """Which constraint excludes each (d, s), read from the certificate."""
    reasons = _reasons(problem, solution)
    names = [
        _FEASIBLE,
        *[name for name, _ in Counter(r for row in reasons for r in row).most_common() if name != _FEASIBLE],
    ]
    index = {name: i for i, name in enumerate(names)}
    grid = np.array([[index[name] for name in row] for row in reasons], dtype=float)
    colours = ["#FFFFFF", *[PALETTE[i % len(PALETTE)] for i in range(len(names) - 1)]]
    extent = (problem.d_l - 0.5, problem.d_u + 0.5, problem.s_l - 0.5, problem.s_u + 0.5)
    norm = BoundaryNorm(np.arange(len(names) + 1) - 0.5, len(names))
    axes.imshow(grid, origin="lower", aspect="auto", extent=extent, cmap=ListedColormap(colours), norm=norm)
    handles = [
        Patch(facecolor=colour, edgecolor="black", label=name) for name, colour in zip(names, colours, strict=True)
    ]
    axes.legend(handles=handles, fontsize=8, loc="lower right")
    axes.set(title="Which constraint excludes a deployment", xlabel="difficulty d", ylabel="miners s")


def _reasons(problem: Problem, solution: Solution) -> list[list[str]]:
    levels = {level["d"]: level for level in solution.certificate["levels"]}
    grid = [[_FEASIBLE] * (problem.d_u - problem.d_l + 1) for _ in range(problem.s_l, problem.s_u + 1)]
    for d, level in levels.items():
        for run in level["others"]:
            if "excluded" in run:
                name = " + ".join(violation[0] for violation in run["excluded"])
                for s in range(run["s"][0], run["s"][1] + 1):
                    grid[s - problem.s_l][d - problem.d_l] = name
    return grid


def _region(problem: Problem, semantics: Semantics) -> tuple[calculus.FloatArray, calculus.FloatArray]:
    """Return least r and cost over (s, d), NaN where infeasible, from the doubles of the screen (good for a
    picture)."""
    screened = screen(problem, semantics)
    shape = (problem.s_u - problem.s_l + 1, problem.d_u - problem.d_l + 1)
    least, price = np.full(shape, np.nan), np.full(shape, np.nan)
    for s in range(problem.s_l, problem.s_u + 1):
        for d in range(problem.d_l, problem.d_u + 1):
            likely = guess(problem, semantics, screened, s, d)
            if likely.fixed and likely.least <= min(likely.most, problem.r_u):
                at = (s - problem.s_l, d - problem.d_l)
                lam = calculus.nonce_slice(s, likely.least)
                least[at] = likely.least
                price[at] = calculus.cost(s, d, lam, float(problem.TVC), float(problem.TFC))
    return least, price


def _cost(axes: Any, problem: Problem, semantics: Semantics, solution: Solution) -> None:
    _, price = _region(problem, semantics)
    d, s = np.arange(problem.d_l, problem.d_u + 1), np.arange(problem.s_l, problem.s_u + 1)
    axes.set(title="Cost in the feasible region", xlabel="difficulty d", ylabel="miners s")
    if np.isfinite(price).any():
        shown = axes.pcolormesh(d, s, np.ma.masked_invalid(price), cmap="cividis", shading="nearest", rasterized=True)
        axes.figure.colorbar(shown, ax=axes, label="cost")
        if min(np.isfinite(price).any(axis=0).sum(), np.isfinite(price).any(axis=1).sum()) > 1:
            axes.contour(d, s, np.ma.masked_invalid(price), colors="white", linewidths=0.7)
    rows = solution.rows
    axes.plot(
        [row.d for row in rows], [row.s for row in rows], "o", color=PALETTE[5], markeredgecolor="white", label="answer"
    )
    axes.legend(loc="upper left")
    axes.set_xlim(problem.d_l, problem.d_u)
    axes.set_ylim(problem.s_l, problem.s_u)


def _nonces(axes: Any, problem: Problem, semantics: Semantics) -> None:
    least, _ = _region(problem, semantics)
    d, s = np.arange(problem.d_l, problem.d_u + 1), np.arange(problem.s_l, problem.s_u + 1)
    axes.set(title="Feasible region and its least nonce size", xlabel="difficulty d", ylabel="miners s")
    if np.isfinite(least).any():
        shown = axes.pcolormesh(d, s, np.ma.masked_invalid(least), cmap="viridis", shading="nearest", rasterized=True)
        axes.figure.colorbar(shown, ax=axes, label="least r (bits)", ticks=MaxNLocator(integer=True))
    axes.set_xlim(problem.d_l, problem.d_u)
    axes.set_ylim(problem.s_l, problem.s_u)


def boundary(problem: Problem, semantics: Semantics, factors: list[Fraction]) -> list[tuple[float, int, int]]:
    """Return (tau_u, least d, greatest d) for multiples of the problem's tau_u at which it is feasible, certified."""
    found = []
    for factor in factors:
        tau_u = problem.tau_u * factor
        if tau_u < problem.tau_l:
            continue
        solution = solve(problem.with_values({"tau_u": tau_u}), semantics=semantics)
        feasible = [e.d for e in solution.explanations if e.status != "infeasible"]
        if feasible:
            found.append((float(tau_u), min(feasible), max(feasible)))
    return found


def _boundary(axes: Any, problem: Problem, semantics: Semantics) -> None:
    points = boundary(problem, semantics, [Fraction(2) ** n for n in range(-12, 5, 2)])
    axes.set(title="Feasible difficulties over the bound on the mean", xlabel="tau_u (s)", ylabel="difficulty d")
    if points:
        taus = [point[0] for point in points]
        axes.fill_between(taus, [p[1] for p in points], [p[2] for p in points], color=PALETTE[4], alpha=0.5, step="mid")
        axes.plot(taus, [p[2] for p in points], drawstyle="steps-mid", color=PALETTE[0], label="greatest d")
        axes.plot(
            taus, [p[1] for p in points], drawstyle="steps-mid", color=PALETTE[1], linestyle="--", label="least d"
        )
        axes.legend()
    axes.axvline(float(problem.tau_u), color=PALETTE[8], linestyle=":")
    axes.set_xscale("log")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
