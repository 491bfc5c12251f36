"""The checker: does a certificate prove what it says? Shares no numerics with the solver.

Everything is evaluated from the printed formulas with mpmath's interval arithmetic, at a precision that starts well
above
d bits, so ``1 - 2**-d`` is exact. What must hold: each difficulty and each pool size is accounted for exactly once;
every violation is one; the violations of a pool size cover every r; every best deployment meets every constraint at
every corner; what is called dearer is; and the rows follow from the bests by alpha, budget and top.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from mpmath import iv

from engines.optimiser.errors import CertificateRefused, InvalidProblem
from engines.optimiser.problem import Problem
from engines.optimiser.reference import WORKING_PRECISION, Interval, Reference, interval, sign

FORMAT = "medixain-optimiser-certificate/1"
_MORE = ("th", "epsilon", "tau_l")
_LESS = ("tau_u", "delta")
_FREE_OF_R = ("delta_3", "d", "th_prime", "delta_1", "delta_2")
_RACE = ("epsilon", "tau_l", "tau_u", "delta", "delta_1", "delta_2")

Corner: TypeAlias = tuple[int, int]
Deployment: TypeAlias = tuple[int, int, int]


def verify(certificate: Mapping[str, Any]) -> int:
    """Check a homogeneous certificate; return the number of inequalities evaluated.

    Raises :class:`CertificateRefused` at the first claim that does not follow.
    """
    before, iv.prec = iv.prec, WORKING_PRECISION
    try:
        return _Checker(certificate).check()
    finally:
        iv.prec = before


class _Checker:
    def __init__(self, certificate: Mapping[str, Any]) -> None:
        if certificate.get("format") != FORMAT or certificate.get("kind") != "homogeneous":
            raise CertificateRefused(where="format", reason=f"it is not a homogeneous {FORMAT}")
        try:
            self.problem = Problem.from_mapping(certificate["problem"])
        except InvalidProblem as error:
            raise CertificateRefused(where="problem", reason=error.message) from error
        self.certificate = certificate
        self.printed = certificate["semantics"] == "printed"
        self.nominal = certificate["cost_basis"] == "nominal"
        self.reference = Reference(self.problem)

    def check(self) -> int:
        """Check every level, then that the rows follow."""
        levels = self.certificate["levels"]
        expected = list(range(self.problem.d_u, self.problem.d_l - 1, -1))
        self._need(
            [level["d"] for level in levels] == expected, "levels", "a difficulty is missing, doubled or out of order"
        )
        for level in levels:
            self._level(level)
        self._rows([(b["s"], b["r"], level["d"]) for level in levels if (b := level["best"]) is not None])
        return self.reference.evaluated

    def _level(self, level: Mapping[str, Any]) -> None:
        d, best = level["d"], level["best"]
        seen: list[int] = []
        for run in level["others"]:
            first, last = run["s"]
            seen.extend(range(first, last + 1))
            for s in range(first, last + 1):
                self._other(run, s, d, best)
        if best is not None:
            seen.append(best["s"])
            self._best(best, d)
        complete = sorted(seen) == list(range(self.problem.s_l, self.problem.s_u + 1))
        self._need(complete, f"d={d}", "a pool size is missing or doubled")

    def _other(self, run: Mapping[str, Any], s: int, d: int, best: Mapping[str, Any] | None) -> None:
        where = f"d={d}, s={s}"
        violations = run["excluded"] if "excluded" in run else run["below"]
        allowed = [self._violation(violation, s, d) for violation in violations]
        limit = self.problem.r_u + 1 if "excluded" in run else run["dearer"]
        gap = next((r for r in range(self.problem.r_l, limit) if not any(covers(r) for covers in allowed)), None)
        self._need(gap is None, where, f"nothing excludes r={gap}")
        if "excluded" not in run:
            if best is None:
                raise CertificateRefused(where=where, reason="there is no best to be dearer than")
            self._need(self._dearer((s, run["dearer"], d), (best["s"], best["r"], d)), where, "it is not dearer")

    def _violation(self, violation: list[Any], s: int, d: int) -> Callable[[int], bool]:
        """Check one violation and return which r it excludes."""
        name, pool, level, r = violation
        corner = s + int(pool[1:]) if isinstance(pool, str) else int(pool)
        where = f"d={d}, s={s}: {name} at s'={corner}, d'={level}, r={r}"
        self._need((corner, level) in self._corners(name, s, d), where, "that is no corner of the uncertainty set")
        self._need((r is None) == (name in _FREE_OF_R), where, "r is given where it should not be, or the reverse")
        self._need(not self.reference.holds(name, corner, r or 0, level), where, "the constraint holds there")
        if r is None:
            return lambda _: True
        return (lambda other: other <= r) if name in _MORE else (lambda other: other >= r)

    def _best(self, best: Mapping[str, Any], d: int) -> None:
        s, r = best["s"], best["r"]
        where = f"d={d}, best s={s}, r={r}"
        self._need(self.problem.r_l <= r <= self.problem.r_u, where, "r is out of its bounds")
        for name in (*_FREE_OF_R, *_MORE, *_LESS):
            for corner, level in self._corners(name, s, d):
                self._need(
                    self.reference.holds(name, corner, r, level), where, f"{name} fails at s'={corner}, d'={level}"
                )
        allowed = [self._violation(violation, s, d) for violation in best["below"]]
        gap = next((x for x in range(self.problem.r_l, r) if not any(covers(x) for covers in allowed)), None)
        self._need(gap is None, where, f"nothing excludes the smaller r={gap}")

    def _rows(self, bests: list[Deployment]) -> None:
        if self.certificate["objective"] == "difficulty":
            budget = Fraction(self.certificate["budget"])
            kept = [best for best in bests if self._order(Fraction(1), best, budget, None) <= 0]
        else:
            kept = self._within_alpha(bests)
        claimed = [(row["s"], row["r"], row["d"]) for row in self.certificate["rows"]]
        derived = kept[: self.certificate["top"]]
        self._need(claimed == derived, "rows", f"{claimed} does not follow; {derived} does")
        for row, (s, r, d) in zip(self.certificate["rows"], derived, strict=True):
            low, high = (Fraction(end) for end in row["cost"])
            inside = self._between(low, self.reference.cost(s, r, d), high)
            self._need(inside, f"rows, d={d}", "its cost lies outside the interval given")

    def _within_alpha(self, bests: list[Deployment]) -> list[Deployment]:
        if not bests:
            return []
        least = bests[0]
        for best in bests[1:]:
            if self._order(Fraction(1), best, Fraction(1), least) < 0:
                least = best
        return [b for b in bests if b == least or self._order(Fraction(1), b, self.problem.alpha, least) <= 0]

    def _dearer(self, one: Deployment, best: Deployment) -> bool:
        """Return whether ``one`` ranks behind ``best``: by cost, then r, then s."""
        if self.problem.TVC > 0 and self.problem.TFC * one[0] > 0:
            fixed = interval(self.problem.TFC * one[0])
            if (fixed - self._cost(best)).a > 0:
                return True
        order = self._order(Fraction(1), one, Fraction(1), best)
        return order > 0 or (order == 0 and (one[1], one[0]) > (best[1], best[0]))

    def _order(self, a: Fraction, one: Deployment, b: Fraction, other: Deployment | None) -> int:
        """Return the sign of ``a * cost(one) - b * cost(other)``, or of ``a * cost(one) - b`` without ``other``."""
        if self.problem.TVC == 0:
            difference = a * self.problem.TFC * one[0] - b * (self.problem.TFC * other[0] if other else 1)
            return (difference > 0) - (difference < 0)
        if (a, one) == (b, other):
            return 0
        return sign(
            lambda: interval(a) * self._cost(one) - interval(b) * (self._cost(other) if other else 1),
            what=f"the cost of {one} against {other or b}",
            exact=lambda: Fraction(0) if a == b and other is not None and self._same_corner(one, other) else None,
        )

    def _cost(self, at: Deployment) -> Interval:
        """Enclose the cost the certificate ranks by."""
        s, r, d = at
        if self.nominal:
            return self.reference.cost(s, r, d)
        values = list(self._corner_costs(at).values())
        return iv.mpf([max(value.a for value in values), max(value.b for value in values)])

    def _corner_costs(self, at: Deployment) -> dict[Deployment, Interval]:
        """Enclose the cost at each corner (s', lam, d') of equation 18."""
        (s, r, d), p = at, self.problem
        pools, levels = range(max(1, s - p.u_s), s + 1), range(max(1, d - p.u_d), d + p.u_d + 1)
        return {(n, 2**r // n, level): self.reference.cost(n, r, level) for n in pools for level in levels}

    def _same_corner(self, one: Deployment, other: Deployment) -> bool:
        """Return whether both robust costs are certainly attained at one and the same corner."""
        if self.nominal:
            return False
        sides = []
        for at in (one, other):
            costs = self._corner_costs(at)
            most = max(value.a for value in costs.values())
            sides.append([corner for corner, value in costs.items() if value.b >= most])
        return len(sides[0]) == 1 and sides[0] == sides[1]

    def _between(self, low: Fraction, value: Interval, high: Fraction) -> bool:
        """Return whether the interval ``value`` can lie in ``[low, high]``; both were rounded outward."""
        return bool((interval(low) - value).a <= 0) and bool((value - interval(high)).a <= 0)

    def _corners(self, name: str, s: int, d: int) -> set[Corner]:
        """Return the corners (s', d') at which constraint ``name`` must hold when s miners are deployed at d."""
        p = self.problem
        if self.printed:
            pools, levels = range(s - p.u_s, s + 1), range(d - p.u_d, d + p.u_d + 1)
            return {(pool, level) for pool in pools for level in levels}
        if name in _RACE:
            return {(pool, d) for pool in range(p.l + 1, p.s_u + 1)}
        return {(s - p.u_s, d)} if name == "delta_3" else {(s, d)}

    @staticmethod
    def _need(condition: bool, where: str, reason: str) -> None:
        if not condition:
            raise CertificateRefused(where=where, reason=reason)
