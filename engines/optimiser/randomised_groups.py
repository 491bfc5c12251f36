"""Random group-based problems against brute force: ``python -m engines.optimiser.randomised_groups --count 500``.

The oracle enumerates every machine count, nonce size, difficulty, loss and level with mpmath at 200 digits, and for the
joint semantics walks through a race moment by moment; it knows no boxes, monotonicity or intervals. Every owner map
is tried
where partners are bounded. Each certificate also goes through the checker.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import click
import mpmath

from engines.optimiser.groups import GroupProblem, MinerType, Partner, solve_groups, verify_groups
from engines.optimiser.groups.model import HashPower
from engines.optimiser.randomised import DIGITS

Machines = tuple[int, ...]
Answer = list[tuple[Machines, int, int]]


@dataclass(frozen=True)
class GroupCase:
    """One random question."""

    problem: GroupProblem
    semantics: str
    basis: str


def draw(seed: int) -> GroupCase:
    """Return the random question of ``seed``, small enough for brute force, with bounds near a point's own values."""
    rng = random.Random(seed)
    semantics = rng.choice(["printed", "joint"])
    g, d = rng.randint(1, 3), rng.choice([rng.randint(2, 8), rng.randint(20, 60)])
    unit = Fraction(1, 10 ** rng.randint(8, 12) if d > 8 else 10 ** rng.randint(0, 12))
    kinds = tuple(
        MinerType(
            name=f"t{i}",
            s_l=rng.choice([0, 0, 1]),
            s_u=rng.randint(2, 4 if g == 3 else 6),
            T=unit * rng.choice([Fraction(1), Fraction(2), Fraction(3), Fraction(3, 2)]),
            TVC=rng.choice([Fraction(0), Fraction(rng.randint(1, 9), 2**d)]),
            TFC=Fraction(rng.choice([0, 1, 2, 3, 5])),
            u=rng.randint(0, 2),
            l=rng.choice([0, 0, 1]),
        )
        for i in range(g)
    )
    u_d = rng.randint(0, 1)
    rough = unit * 2**d
    partners = tuple(
        Partner(name=f"p{i}", low=Fraction(rng.choice([0, 10]), 100)) for i in range(rng.choice([0, 0, 2, 3]))
    )
    near = [Fraction(n, 100) for n in (30, 60, 90, 120, 300, 900)]
    r_l = max(1, d + rng.randint(0, 2))
    problem = GroupProblem(
        types=kinds,
        partners=partners,
        hash_power=rng.choice(list(HashPower)),
        cap=Fraction(rng.choice([60, 80, 100]), 100),
        s_l=1,
        s_u=rng.randint(3, 10),
        r_l=r_l,
        r_u=r_l + rng.randint(1, 4),
        d_l=max(1, d - 1),
        d_u=d,
        tau_u=rough * rng.choice(near) * 2**u_d,
        th=rough * 2**u_d * rng.choice([Fraction(1, 2), Fraction(1), Fraction(2)]),
        th_prime=rough * rng.choice([Fraction(1, 100), Fraction(1, 4)]),
        mu=rough * rng.choice([Fraction(1, 10), Fraction(1, 1000), Fraction(0)]),
        epsilon=rng.choice([Fraction(1, 2), Fraction(1, 100), Fraction(1, 10**6)]),
        delta=rng.choice([Fraction(1, 2), Fraction(1, 7), Fraction(1)]),
        delta_1=rng.choice([Fraction(1), Fraction(1, 2)]),
        delta_2=rng.choice([Fraction(1), Fraction(3, 10), Fraction(1, 10)]),
        delta_3=rng.choice([Fraction(1), Fraction(1, 2)]),
        c=rng.randint(1, 3),
        u_s=rng.randint(0, min(3, sum(kind.u for kind in kinds))),
        u_d=u_d,
        alpha=rng.choice([Fraction(3, 2), Fraction(100)]),
    )
    return GroupCase(problem, semantics, rng.choice(["robust", "nominal"]))


class GroupOracle:
    """Decides one case by enumeration at 200 digits."""

    def __init__(self, case: GroupCase) -> None:
        self.p = case.problem
        self.joint = case.semantics == "joint"
        self.robust = case.basis == "robust"
        self._facts: dict[tuple[Machines, int, int], dict[str, mpmath.mpf]] = {}
        self._owned: dict[Machines, bool] = {}

    def answer(self) -> Answer:
        """Return the rows (machines, r, d) the case must give."""
        p = self.p
        space = list(product(*(range(kind.s_l, kind.s_u + 1) for kind in p.types)))
        bests = []
        for d in range(p.d_u, p.d_l - 1, -1):
            found = [
                (self.ranked(m, r, d), r, sum(m), m)
                for m in space
                if p.s_l <= sum(m) <= p.s_u and self.owned(m)
                for r in range(p.r_l, p.r_u + 1)
                if self.feasible(m, r, d)
            ]
            if found:
                # Costs equal by form differ in their last digits by the order of addition only.
                least = min(entry[0] for entry in found)
                bests.append((least, d, min(entry[1:] for entry in found if entry[0] - least <= _EQUAL * abs(least))))
        floor = min((best[0] for best in bests), default=mpmath.mpf(0))
        limit = _mpf(p.alpha) * floor
        return [(m, r, d) for cost, d, (r, _, m) in bests if cost <= limit * (1 + _EQUAL)][:5]

    def feasible(self, m: Machines, r: int, d: int) -> bool:
        """Return whether every loss and level of (72)-(74) meets Figure 14."""
        p = self.p
        losses = [
            loss
            for loss in product(*(range(min(kind.u, n) + 1) for kind, n in zip(p.types, m, strict=True)))
            if sum(loss) <= p.u_s
        ]
        if d - p.u_d < 1 or any(not self.point(m, loss, r, d - p.u_d) for loss in losses):
            return False
        return all(self.point(m, loss, r, level) for loss in losses for level in range(d - p.u_d + 1, d + p.u_d + 1))

    def point(self, m: Machines, loss: Machines, r: int, d: int) -> bool:
        """Return whether one corner meets Figure 14 and the pool bound."""
        p, n = self.p, tuple(a - b for a, b in zip(m, loss, strict=True))
        if not any(n):
            return False
        for kind, deployed, left in zip(p.types, m, n, strict=True):
            if kind.l and deployed and not (left > kind.l and kind.l**p.c <= left**p.c * p.delta_3):
                return False
        lam = 2**r // sum(n)
        if any(lam < _ceil(p.th / kind.T - 1) for kind, deployed in zip(p.types, m, strict=True) if deployed):
            return False
        facts = self.facts(n, r, d)
        return all(
            facts[name] <= _mpf(getattr(p, name)) for name in ("epsilon", "tau_u", "delta", "delta_1", "delta_2")
        )

    def facts(self, n: Machines, r: int, d: int) -> dict[str, mpmath.mpf]:
        """Return the left-hand sides of Figure 14 for n machines, and the mean time or least mean rounds."""
        key = (n, r, d)
        if key not in self._facts:
            one = 1 - mpmath.mpf(2) ** -d
            lam = 2**r // sum(n)
            found = self._joint(n, lam, one) if self.joint else self._printed(n, lam, one)
            found["delta_2"] = self._dispute(n, one)
            self._facts[key] = found
        return self._facts[key]

    def _printed(self, n: Machines, lam: int, one: mpmath.mpf) -> dict[str, mpmath.mpf]:
        p, found = self.p, []
        for kind, count in zip(p.types, n, strict=True):
            if count:
                y = one**count
                failure = y ** (lam + 1)
                rounds = (1 - failure - (lam + 1) * (1 - y) * failure) / (1 - y)
                slow = y ** _ceil(p.th / kind.T) - failure
                found.append((failure, _mpf(kind.T) * rounds, slow, 1 - y ** _ceil(p.th_prime / kind.T), rounds))
        columns = list(zip(*found, strict=True))
        return {
            "epsilon": min(columns[0]),
            "tau_u": min(columns[1]),
            "delta": min(columns[2]),
            "delta_1": max(columns[3]),
            "rounds": min(columns[4]),
        }

    def _joint(self, n: Machines, lam: int, one: mpmath.mpf) -> dict[str, mpmath.mpf]:
        """Walk through a whole number of rounds of every type; the race then starts anew from its survival so far."""
        p = self.p
        # draw() takes every T from 1, 3/2, 2 and 3 times one unit, all of which divide 6 units.
        period = next(6 * T for T in (p.types[0].T / k for k in (1, 2, 3, Fraction(3, 2))) if _whole(6 * T, p.types))
        moments: dict[Fraction, int] = {}
        for kind, count in zip(p.types, n, strict=True):
            for k in range(1, int(period / kind.T) + 1):
                moments[k * kind.T] = moments.get(k * kind.T, 0) + count
        survival, mean = mpmath.mpf(1), mpmath.mpf(0)
        for moment in sorted(moments):
            after = survival * one ** moments[moment]
            mean += _mpf(moment) * (survival - after)
            survival = after
        mean = (mean + survival * _mpf(period)) / (1 - survival)
        hashes = sum(c * (p.th // kind.T) for c, kind in zip(n, p.types, strict=True))
        early = sum(c * max(0, _ceil(p.th_prime / kind.T) - 1) for c, kind in zip(n, p.types, strict=True))
        return {
            "epsilon": one ** ((lam + 1) * sum(n)),
            "tau_u": mean,
            "delta": one**hashes,
            "delta_1": 1 - one**early,
            "mean": mean,
        }

    def _dispute(self, n: Machines, one: mpmath.mpf) -> mpmath.mpf:
        p = self.p
        w = [one ** (p.mu // kind.T + 1) for kind in p.types]
        none = mpmath.fprod(wi**c for wi, c in zip(w, n, strict=True))
        single = mpmath.fsum(
            c * w[i] ** (c - 1) * (1 - w[i]) * mpmath.fprod(w[j] ** n[j] for j in range(len(n)) if j != i)
            for i, c in enumerate(n)
            if c
        )
        return 1 - (none + single)

    def cost(self, n: Machines, r: int, d: int) -> mpmath.mpf:
        """Return equation 31, or the joint cost."""
        if not any(n):
            return mpmath.mpf(0)
        facts = self.facts(n, r, d)
        total = mpmath.mpf(0)
        for kind, count in zip(self.p.types, n, strict=True):
            rounds = facts["mean"] / _mpf(kind.T) if self.joint else facts["rounds"]
            total += count * (_mpf(kind.TVC) * rounds + _mpf(kind.TFC))
        return total

    def ranked(self, m: Machines, r: int, d: int) -> mpmath.mpf:
        """Return the cost that ranks rows."""
        if not self.robust:
            return self.cost(m, r, d)
        p = self.p
        losses = product(*(range(min(kind.u, n) + 1) for kind, n in zip(p.types, m, strict=True)))
        return max(
            self.cost(tuple(a - b for a, b in zip(m, loss, strict=True)), r, level)
            for loss in losses
            if sum(loss) <= p.u_s
            for level in range(max(1, d - p.u_d), d + p.u_d + 1)
        )

    def owned(self, m: Machines) -> bool:
        """Return whether some owner map meets equation 80, trying every one."""
        if not self.p.partners:
            return True
        if m not in self._owned:
            self._owned[m] = any(self._bounded(owners) for owners in _owner_maps(m, len(self.p.partners)))
        return self._owned[m]

    def _bounded(self, owners: tuple[Machines, ...]) -> bool:
        p = self.p
        rates = [sum((n / kind.T for n, kind in zip(b, p.types, strict=True)), Fraction(0)) for b in owners]
        total = sum(rates)
        for partner, rate in zip(p.partners, rates, strict=True):
            whole = total - rate if p.hash_power is HashPower.RELATIVE else total
            if not (max(Fraction(0), partner.low) * whole < rate < min(p.cap, partner.high) * whole):
                return False
        return True


_EQUAL = mpmath.mpf(10) ** -180


def _owner_maps(m: Machines, partners: int) -> Iterator[tuple[Machines, ...]]:
    """Yield every way to give the machines of each type to the partners."""
    per_type = [[c for c in product(range(n + 1), repeat=partners) if sum(c) == n] for n in m]
    for columns in product(*per_type):
        yield tuple(zip(*columns, strict=True))


def _whole(period: Fraction, kinds: tuple[MinerType, ...]) -> bool:
    return all((period / kind.T).denominator == 1 for kind in kinds)


def _mpf(value: Fraction | int) -> mpmath.mpf:
    value = Fraction(value)
    return mpmath.mpf(value.numerator) / value.denominator


def _ceil(value: Fraction) -> int:
    return -((-value.numerator) // value.denominator)


@dataclass(frozen=True)
class GroupOutcome:
    """What one seed gave."""

    seed: int
    expected: Answer
    found: Answer

    @property
    def agrees(self) -> bool:
        """Whether verdict and rows are equal."""
        return self.expected == self.found


def run(seeds: range) -> Iterator[GroupOutcome]:
    """Solve the case of each seed both ways and check its certificate."""
    for seed in seeds:
        case = draw(seed)
        solution = solve_groups(case.problem, semantics=case.semantics, basis=case.basis)
        with mpmath.workdps(DIGITS):
            expected = GroupOracle(case).answer()
        verify_groups(solution.certificate)
        found = [(tuple(row.machines.values()), row.r, row.d) for row in solution.rows]
        yield GroupOutcome(seed, expected, found)


@click.command()
@click.option("--count", default=20, show_default=True, help="How many random problems.")
@click.option("--first", default=0, show_default=True, help="Seed of the first.")
def main(count: int, first: int) -> None:
    """Compare the group-based solver with brute force and print how many agree."""
    wrong, feasible = 0, 0
    for outcome in run(range(first, first + count)):
        feasible += bool(outcome.expected)
        if not outcome.agrees:
            wrong += 1
            click.echo(f"seed {outcome.seed}: expected {outcome.expected}, found {outcome.found}")
    click.echo(f"{count} group-based problems, {feasible} feasible, {wrong} false answers")
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
