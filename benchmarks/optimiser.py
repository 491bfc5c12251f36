"""``make bench-optimiser``: this solver and its peers on the paper's exact model, and how time grows.

Every peer gets configuration C1 at 1454/7 s as one mixed-integer problem in its own modelling language, one thread
and a time limit, and is asked for the cheapest deployment. Growth is in seconds of one core, so that other load on the
machine does not show; section 9's problems are independent of each other and run on all cores. Peers that are not
installed (extra ``peers``) are named as such.
"""

import argparse
import importlib
import math
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from typing import Any

import numpy as np

from engines.optimiser import Problem, preset, solve
from engines.optimiser.groups import group_preset, solve_groups
from engines.optimiser.paper import PUBLISHED, SECONDS_ALL, SECONDS_EACH, Claim, agrees

LIMIT = 60.0
"""Seconds a peer may take."""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skip-section-9", action="store_true", help="leave out the 99 answers of section 9")
    options = parser.parse_args()
    problem = preset("paper-c1")
    print(
        "## One optimisation: C1, tau_u = 1454/7, printed semantics\n\n"
        "| solver | verdict | seconds | of one core |\n|---|---|---|---|"
    )
    for name, run in SOLVERS.items():
        started, worked = time.perf_counter(), time.process_time()
        verdict = run(problem)
        wall, core = time.perf_counter() - started, time.process_time() - worked
        print(f"| {name} | {verdict} | {wall:.3f} | {core:.3f} |", flush=True)
    grid_growth(problem)
    type_growth()
    if not options.skip_section_9:
        section_9()


def certified(problem: Problem) -> str:
    """This solver."""
    row = solve(problem).rows[0]
    return f"feasible, certified; first row ({row.s}, {row.r}, {row.d})"


def naive_doubles(problem: Problem) -> str:
    """Enumerate the nominal grid with the formulas as printed, in doubles, and count what is lost."""
    s = np.arange(problem.s_l, problem.s_u + 1, dtype=float)[:, None, None]
    r = np.arange(problem.r_l, problem.r_u + 1, dtype=float)[None, :, None]
    d = np.arange(problem.d_l, problem.d_u + 1, dtype=float)[None, None, :]
    counts = []
    for exact in (False, True):
        with np.errstate(all="ignore"):
            a = np.floor(np.exp2(r) / s) + 1.0
            log_y = s * np.log1p(-np.exp2(-d))
            y = np.power(1.0 - np.exp2(-d), s)
            failure = np.exp(a * log_y) if exact else np.power(y, a)
            one_minus_y = -np.expm1(log_y) if exact else 1.0 - y
            rounds = (1.0 - failure - a * one_minus_y * failure) / one_minus_y
            k = float(problem.slow_rounds)
            slow = (np.exp(k * log_y) if exact else np.power(y, k)) - failure
            feasible = (failure <= float(problem.epsilon)) & (float(problem.T) * rounds <= float(problem.tau_u))
            feasible &= (slow <= float(problem.delta)) & (a - 1.0 >= problem.slow_rounds)
        counts.append(feasible)
    lost, false = int((counts[1] & ~counts[0]).sum()), int((counts[0] & ~counts[1]).sum())
    return f"nominal grid: {lost} of {int(counts[1].sum())} feasible points lost, {false} infeasible ones admitted"


def _expressions(problem: Problem, s: Any, r: Any, d: Any, exp: Callable[[Any], Any], log: Callable[[Any], Any]) -> Any:
    """Return the constraints (each <= 0) at the four extreme corners, and the cost; floor(2**r/s) is relaxed to
    2**r/s."""

    def at(n: Any, level: Any) -> tuple[list[Any], Any]:
        log_y = n * log(1 - exp(-level * math.log(2.0)))
        a = exp(r * math.log(2.0)) / n + 1
        failure, y = exp(a * log_y), exp(log_y)
        rounds = (1 - failure - a * (1 - y) * failure) / (1 - y)
        w = log(1 - exp(-level * math.log(2.0))) * problem.dispute_rounds
        constraints = [
            failure - float(problem.epsilon),
            float(problem.T) * rounds - float(problem.tau_u),
            exp(problem.slow_rounds * log_y) - failure - float(problem.delta),
            1 + (n - 1) * exp(n * w) - n * exp((n - 1) * w) - float(problem.delta_2),
        ]
        return constraints, rounds

    constraints = [
        problem.slow_rounds - exp(r * math.log(2.0)) / s,
        (problem.l / (s - problem.u_s)) ** problem.c - float(problem.delta_3),
    ]
    for lost in (0, problem.u_s):
        for shift in (-problem.u_d, problem.u_d):
            constraints += at(s - lost, d + shift)[0]
    return constraints, float(problem.TVC) * at(s, d)[1] * s + float(problem.TFC) * s


def _claims(problem: Problem, s: float, r: float, d: float) -> str:
    """Say what a peer's point is worth: is it certified feasible?"""
    point = tuple(round(v) for v in (s, r, d))
    fixed = {f"{n}_{e}": v for n, v in zip("srd", point, strict=True) for e in "lu"}
    truth = solve(problem.with_values(fixed)).verdict
    return f"claims {point}; robustly {truth}"


def scip(problem: Problem) -> str:
    """SCIP through pyscipopt."""
    module = importlib.import_module("pyscipopt")
    model = module.Model()
    model.hideOutput()
    model.setParam("limits/time", LIMIT)
    s = model.addVar(vtype="I", lb=max(problem.s_l, problem.u_s + 1), ub=problem.s_u)
    r = model.addVar(vtype="I", lb=problem.r_l, ub=problem.r_u)
    d = model.addVar(vtype="I", lb=problem.d_l, ub=problem.d_u)
    constraints, cost = _expressions(problem, s, r, d, module.exp, module.log)
    for constraint in constraints:
        model.addCons(constraint <= 0)
    bound = model.addVar(lb=None)
    model.addCons(cost <= bound)
    model.setObjective(bound)
    model.optimize()
    if model.getNSols() == 0:
        return str(model.getStatus())
    return f"{model.getStatus()}: {_claims(problem, model.getVal(s), model.getVal(r), model.getVal(d))}"


def bonmin(problem: Problem) -> str:
    """Bonmin inside casadi."""
    casadi = importlib.import_module("casadi")
    x = casadi.SX.sym("x", 3)
    constraints, cost = _expressions(problem, x[0], x[1], x[2], casadi.exp, casadi.log)
    quiet = {f"{part}_log_level": 0 for part in ("bb", "nlp", "fp", "lp", "milp", "oa", "oa_cuts")}
    options = {
        "discrete": [True] * 3,
        "bonmin": {"time_limit": LIMIT, "print_level": 0, "sb": "yes", **quiet},
        "print_time": False,
        "show_eval_warnings": False,
    }
    solver = casadi.nlpsol("solver", "bonmin", {"x": x, "f": cost, "g": casadi.vertcat(*constraints)}, options)
    low = [max(problem.s_l, problem.u_s + 1), problem.r_l, problem.d_l]
    try:
        answer = solver(x0=[20, 48, 40], lbx=low, ubx=[problem.s_u, problem.r_u, problem.d_u], lbg=-math.inf, ubg=0)
    except RuntimeError as error:
        return f"fails: {str(error).splitlines()[0][:60]}"
    if not solver.stats()["success"]:
        return str(solver.stats()["return_status"])
    return _claims(problem, *(float(v) for v in answer["x"].full().ravel()))


def apopt(problem: Problem) -> str:
    """APOPT through gekko, on this machine."""
    model = importlib.import_module("gekko").GEKKO(remote=False)
    model.options.SOLVER = 1
    model.solver_options = ["minlp_max_iter_with_int_sol 500", f"max_time {LIMIT}"]
    s = model.Var(20, lb=max(problem.s_l, problem.u_s + 1), ub=problem.s_u, integer=True)
    r = model.Var(48, lb=problem.r_l, ub=problem.r_u, integer=True)
    d = model.Var(40, lb=problem.d_l, ub=problem.d_u, integer=True)
    constraints, cost = _expressions(problem, s, r, d, model.exp, model.log)
    for constraint in constraints:
        model.Equation(constraint <= 0)
    model.Minimize(cost)
    try:
        model.solve(disp=False)
    except Exception as error:  # noqa: BLE001 - gekko raises bare Exception for "no solution"
        return f"no solution ({str(error).strip().splitlines()[0][:50]})"
    return _claims(problem, s.value[0], r.value[0], d.value[0])


def evolution(problem: Problem) -> str:
    """scipy's differential evolution, the same constraints in doubles."""
    optimize = importlib.import_module("scipy.optimize")

    def values(x: Any) -> tuple[list[float], float]:
        with np.errstate(all="ignore"):
            found: tuple[list[float], float] = _expressions(problem, *np.round(x), np.exp, np.log)
        return found

    constraint = optimize.NonlinearConstraint(lambda x: np.nan_to_num(values(x)[0], nan=1e9, posinf=1e9), -np.inf, 0.0)
    box = [(max(problem.s_l, problem.u_s + 1), problem.s_u), (problem.r_l, problem.r_u), (problem.d_l, problem.d_u)]
    found = optimize.differential_evolution(
        lambda x: float(np.nan_to_num(values(x)[1], nan=1e12)),
        box,
        constraints=constraint,
        integrality=[1, 1, 1],
        rng=1,
    )
    return ("" if found.success else "not converged; ") + _claims(problem, *found.x)


def _installed(run: Callable[[Problem], str]) -> Callable[[Problem], str]:
    def guarded(problem: Problem) -> str:
        try:
            return run(problem)
        except ModuleNotFoundError as error:
            return f"not installed ({error.name}; extra peers)"

    return guarded


def _faster(problem: Problem) -> Problem:
    return problem.with_values({"T": problem.T / 10_000, "mu": problem.mu / 100, "r_u": 90, "d_u": 80})


SOLVERS: dict[str, Callable[[Problem], str]] = {
    "engines.optimiser": certified,
    "naive doubles": naive_doubles,
    "naive doubles, miners 10,000 times faster": lambda problem: naive_doubles(_faster(problem)),
    "SCIP (pyscipopt)": _installed(scip),
    "Bonmin (casadi)": _installed(bonmin),
    "APOPT (gekko)": _installed(apopt),
    "differential evolution (scipy)": _installed(evolution),
}


def grid_growth(problem: Problem) -> None:
    """Print how time grows with the size of the (s, d) grid and with the range of r."""
    print(
        "\n## Growth with the grid\n\n"
        "| s | r | d | points | core seconds | microseconds a pair (s, d) |\n|---|---|---|---|---|---|"
    )
    for s_u, r_u, d_u in (
        (20, 64, 64),
        (40, 64, 64),
        (80, 64, 64),
        (160, 64, 64),
        (320, 64, 64),
        (80, 128, 64),
        (80, 64, 128),
    ):
        wide = problem.with_values({"s_u": s_u, "r_u": r_u, "d_u": d_u})
        started = time.process_time()
        solve(wide)
        seconds = time.process_time() - started
        pairs = (s_u - problem.s_l + 1) * (d_u - problem.d_l + 1)
        points = pairs * (r_u - problem.r_l + 1)
        print(f"| ..{s_u} | ..{r_u} | ..{d_u} | {points} | {seconds:.3f} | {1e6 * seconds / pairs:.0f} |", flush=True)
    print(
        "\nLinear in the pairs (s, d), each decided by one or two violated constraints; nearly flat in r, which "
        "monotonicity bisects; the corners of the uncertainty set cost only where a row is confirmed."
    )


def type_growth() -> None:
    """Print how time grows with the number of miner types of forty machines each."""
    print("\n## Growth with the number of types (forty machines each)\n")
    print("| g | combinations of machines | boxes visited | core seconds |\n|---|---|---|---|")
    whole = group_preset("allocate").with_values({"rack.s_l": 0, "flagship.s_l": 0})
    for g in range(1, len(whole.types) + 1):
        kinds = whole.types[len(whole.types) - g :]
        problem = type(whole)(
            **{
                name: getattr(whole, name)
                for name in whole.__dataclass_fields__
                if name not in ("types", "partners", "u_s")
            },
            types=kinds,
            u_s=min(whole.u_s, sum(kind.u for kind in kinds)),
        )
        started = time.process_time()
        solution = solve_groups(problem)
        print(f"| {g} | {41**g} | {solution.visited} | {time.process_time() - started:.2f} |", flush=True)
    print(
        "\nThe space grows 41-fold with each type; the boxes visited grow with the subsets of types and with the "
        "surface between feasible and infeasible."
    )


def timed_answer(claim: Claim) -> tuple[bool, float]:
    """Whether one answer of section 9 agrees with the paper, and its core seconds."""
    begun = time.process_time()
    agreeing = agrees(claim, solve(claim.problem(), semantics="published"))
    return agreeing, time.process_time() - begun


def timed_boundary(tau_u: Fraction) -> float:
    """Core seconds of one side of C2's feasibility boundary."""
    begun = time.process_time()
    solve(preset("paper-c2").with_values({"tau_u": tau_u}), semantics="published")
    return time.process_time() - begun


def section_9() -> None:
    """Time every answer of section 9, the independent problems side by side, and the ratio to the paper's own times."""
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores) as pool:
        started = time.perf_counter()
        answers = list(pool.map(timed_answer, PUBLISHED, chunksize=4))
        sides = list(pool.map(timed_boundary, (Fraction(6871, 100_000), Fraction(6872, 100_000))))
        whole = time.perf_counter() - started
    seconds = [core for _, core in answers] + sides
    print(
        f"\n## Section 9\n\n{sum(agreeing for agreeing, _ in answers)} of {len(PUBLISHED)} answers agree; all of them "
        f"with the boundary took {whole:.1f} s on {cores} cores ({sum(seconds):.1f} core seconds, the slowest answer "
        f"{max(seconds):.2f} s)."
    )
    print(
        f"The paper: {SECONDS_EACH[0]} to {SECONDS_EACH[1]} s each on 64 cores "
        f"({SECONDS_EACH[0] / max(seconds):,.0f} times as long), {SECONDS_ALL:,} s in all "
        f"({SECONDS_ALL / whole:,.0f} times as long)."
    )


if __name__ == "__main__":
    main()
