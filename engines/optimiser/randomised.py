"""Random problems against an independent exact evaluation: ``python -m engines.optimiser.randomised --count 10000``.

The oracle enumerates every (s, r, d) and every corner with mpmath at 200 digits from the printed formulas, without any
monotonicity, logarithms of survival or intervals. Problems are drawn around a point whose own values then set the
bounds, so that constraints bind and verdicts are close; a share has extreme d, r or T. Each certificate also goes
through the checker. The run fails when any verdict or row differs.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import click
import mpmath

from engines.optimiser.calculus import nonce_slice
from engines.optimiser.problem import Problem
from engines.optimiser.search import CostBasis
from engines.optimiser.semantics import Semantics
from engines.optimiser.solver import Objective, solve
from engines.optimiser.verify import verify

DIGITS = 200


@dataclass(frozen=True)
class Case:
    """One random question."""

    problem: Problem
    semantics: Semantics
    objective: Objective
    budget: Fraction | None
    basis: CostBasis


Answer = list[tuple[int, int, int]]


def draw(seed: int) -> Case:
    """Return the random question of ``seed``: a small box around a point, with bounds near that point's own values."""
    rng = random.Random(seed)
    s = rng.randint(2, 24)
    d = rng.choice([rng.randint(4, 12), rng.randint(8, 64), rng.randint(40, 240)])
    r = min(126, max(3, d + rng.randint(2, 12)))
    T = Fraction(rng.randint(1, 99), 10 ** rng.randint(1, 16))
    u_s, u_d = rng.randint(0, 3), rng.randint(0, 2)
    semantics = rng.choice(list(Semantics))
    weakest = 3 if semantics is Semantics.PUBLISHED else max(1, s - u_s)
    rough = T * Fraction(2) ** d / weakest
    near = [Fraction(n, 100) for n in (90, 110, 200, 500, 1600)]
    l, c = rng.randint(1, 3), rng.randint(1, 6)  # noqa: E741 - the paper's symbol
    dispute = Fraction(rng.randint(1, 400), 1000)
    values: dict[str, int | Fraction] = {
        "s_l": max(1, s - rng.randint(0, 5)),
        "s_u": s + rng.randint(0, 5),
        "r_l": max(1, r - rng.randint(0, 5)),
        "r_u": min(128, r + rng.randint(0, 6)),
        "d_l": max(1, d - rng.randint(0, 2)),
        "d_u": d + rng.randint(0, 2),
        "T": T,
        "TVC": rng.choice([Fraction(0), Fraction(rng.randint(1, 99), 2**d), Fraction(rng.randint(1, 99), 10**12)]),
        "TFC": Fraction(rng.choice([0, 1, 7, 3000])),
        "tau_u": rough * rng.choice(near) * 2**u_d,
        "tau_l": rng.choice([Fraction(0), Fraction(0), Fraction(0), rough * rng.choice(near) / 2 ** (u_d + 3)]),
        "th": min(Fraction(10**12), rough * 2**u_d * rng.choice([1, 5, 20, 25, 40, 60])),
        "th_prime": min(Fraction(10**12), max(2 * T, rough * rng.choice([Fraction(1, 2), Fraction(1, 100)]))),
        "mu": min(Fraction(10**12), rough * dispute * rng.choice([Fraction(1), Fraction(1, 50), Fraction(1, 1000)])),
        "epsilon": rng.choice(
            [Fraction(1, 2**64), Fraction(1, 100), Fraction(1), Fraction(1, 2 ** rng.randint(1, 40))]
        ),
        "delta": rng.choice([Fraction(1, 10**9), Fraction(1, 2 ** rng.randint(1, 30)), Fraction(1)]),
        "delta_1": rng.choice([Fraction(1), Fraction(rng.randint(1, 100), 100)]),
        "delta_2": rng.choice([Fraction(1), Fraction(rng.randint(1, 300), 1000), Fraction(1, 10**4)]),
        "delta_3": min(Fraction(1), Fraction(l, max(s - u_s, l + 1)) ** c * rng.choice(near)),
        "l": l,
        "c": c,
        "u_s": u_s,
        "u_d": u_d,
        "alpha": rng.choice([Fraction(1), Fraction(3, 2), Fraction(10)]),
    }
    values["tau_l"] = min(values["tau_l"], values["tau_u"])
    problem = Problem(**values)  # type: ignore[arg-type]  # ints and Fractions by name
    objective = rng.choice(list(Objective))
    scale = problem.TFC * s + problem.TVC * 2**d
    budget = scale * rng.choice(near) if objective is Objective.DIFFICULTY else None
    return Case(problem, semantics, objective, budget, rng.choice(list(CostBasis)))


class Oracle:
    """Decides one case by enumeration at 200 digits."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.p = case.problem
        self._survival: dict[tuple[int, int], mpmath.mpf] = {}
        self._race: dict[tuple[int, int, int], bool] = {}
        self._still: dict[tuple[int, int], bool] = {}
        self._costs: dict[tuple[int, int, int], mpmath.mpf] = {}

    def answer(self) -> Answer:
        """Return the rows (s, r, d) the case must give."""
        p = self.p
        bests: list[tuple[mpmath.mpf, int, int, int]] = []
        for d in range(p.d_u, p.d_l - 1, -1):
            feasible = [
                (self.ranked_cost(s, r, d), r, s)
                for s in range(p.s_l, p.s_u + 1)
                for r in range(p.r_l, p.r_u + 1)
                if self.feasible(s, r, d)
            ]
            if feasible:
                cost, r, s = min(feasible)
                bests.append((cost, r, s, d))
        if self.case.budget is not None:
            kept = [best for best in bests if best[0] <= _mpf(self.case.budget)]
        else:
            least = min((best[0] for best in bests), default=mpmath.mpf(0))
            kept = [best for best in bests if best[0] <= _mpf(p.alpha) * least]
        return [(s, r, d) for _, r, s, d in kept][:5]

    def feasible(self, s: int, r: int, d: int) -> bool:
        """Return whether (s, r, d) is robustly feasible."""
        p = self.p
        if self.case.semantics is Semantics.PUBLISHED:
            pool = s - p.u_s
            return (
                self.pool(pool)
                and self.sound(s, r)
                and all(self.race(n, r, d) and self.still(n, d) for n in range(p.l + 1, p.s_u + 1))
            )
        pools, levels = range(s - p.u_s, s + 1), range(d - p.u_d, d + p.u_d + 1)
        if levels[0] < 1 or not all(self.pool(n) and self.sound(n, r) for n in pools):
            return False
        return all(self.race(n, r, level) and self.still(n, level) for n in pools for level in levels)

    def pool(self, s: int) -> bool:
        """Return whether l < s and l**c <= s**c delta_3."""
        return self.p.l < s and self.p.l**self.p.c <= s**self.p.c * self.p.delta_3

    def sound(self, s: int, r: int) -> bool:
        """Return whether the two soundness constraints hold."""
        p = self.p
        return _ceil(p.th / p.T - 1) < nonce_slice(s, r) and _ceil(p.th_prime / p.T - 1) > 0

    def survival(self, s: int, d: int) -> mpmath.mpf:
        """Return y (equation 8)."""
        if (s, d) not in self._survival:
            self._survival[s, d] = (1 - mpmath.mpf(2) ** -d) ** s
        return self._survival[s, d]

    def race(self, s: int, r: int, d: int) -> bool:
        """Return whether the constraints that see r hold at one point."""
        if (s, r, d) not in self._race:
            p, y, lam = self.p, self.survival(s, d), nonce_slice(s, r)
            failure = y ** (lam + 1)
            mean = _mpf(p.T) * (1 - failure - (lam + 1) * (1 - y) * failure) / (1 - y)
            slow = y ** _ceil(p.th / p.T) - failure
            self._race[s, r, d] = bool(
                failure <= _mpf(p.epsilon) and _mpf(p.tau_l) <= mean <= _mpf(p.tau_u) and slow <= _mpf(p.delta)
            )
        return self._race[s, r, d]

    def still(self, s: int, d: int) -> bool:
        """Return whether the bounds on fast mining and disputes hold at one point."""
        if (s, d) not in self._still:
            p = self.p
            fast = 1 - self.survival(s, d) ** _ceil(p.th_prime / p.T)
            w = self.survival(1, d) ** (p.mu // p.T + 1)
            dispute = 1 + (s - 1) * w**s - s * w ** (s - 1)
            self._still[s, d] = bool(fast <= _mpf(p.delta_1) and dispute <= _mpf(p.delta_2))
        return self._still[s, d]

    def cost(self, s: int, r: int, d: int) -> mpmath.mpf:
        """Return equation 5."""
        if (s, r, d) not in self._costs:
            p, y, lam = self.p, self.survival(s, d), nonce_slice(s, r)
            failure = y ** (lam + 1)
            rounds = (1 - failure - (lam + 1) * (1 - y) * failure) / (1 - y)
            self._costs[s, r, d] = _mpf(p.TVC) * rounds * s + _mpf(p.TFC) * s
        return self._costs[s, r, d]

    def ranked_cost(self, s: int, r: int, d: int) -> mpmath.mpf:
        """Return the cost that ranks rows."""
        p = self.p
        if self.case.basis is CostBasis.NOMINAL:
            return self.cost(s, r, d)
        pools, levels = range(max(1, s - p.u_s), s + 1), range(max(1, d - p.u_d), d + p.u_d + 1)
        return max(self.cost(n, r, level) for n in pools for level in levels)


def _mpf(value: Fraction) -> mpmath.mpf:
    return mpmath.mpf(value.numerator) / value.denominator


def _ceil(value: Fraction) -> int:
    return -((-value.numerator) // value.denominator)


@dataclass(frozen=True)
class Outcome:
    """What one seed gave."""

    seed: int
    expected: Answer
    found: Answer

    @property
    def agrees(self) -> bool:
        """Whether verdict and rows are equal."""
        return self.expected == self.found


def run(seeds: range) -> Iterator[Outcome]:
    """Solve the case of each seed both ways and check its certificate."""
    for seed in seeds:
        case = draw(seed)
        solution = solve(
            case.problem,
            objective=case.objective,
            budget=case.budget,
            semantics=case.semantics,
            basis=case.basis,
        )
        with mpmath.workdps(DIGITS):
            expected = Oracle(case).answer()
        verify(solution.certificate)
        yield Outcome(seed, expected, [(row.s, row.r, row.d) for row in solution.rows])


@click.command()
@click.option("--count", default=200, show_default=True, help="How many random problems.")
@click.option("--first", default=0, show_default=True, help="Seed of the first.")
def main(count: int, first: int) -> None:
    """Compare the solver with exact enumeration and print how many agree."""
    wrong, feasible = [], 0
    for outcome in run(range(first, first + count)):
        feasible += bool(outcome.expected)
        if not outcome.agrees:
            wrong.append(outcome)
            click.echo(f"seed {outcome.seed}: expected {outcome.expected}, found {outcome.found}")
    click.echo(f"{count} problems, {feasible} feasible, {len(wrong)} false answers")
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
