"""The checker: does a certificate prove what it says? Shares no numerics with the solver.

Everything is evaluated from the printed formulas with mpmath's interval arithmetic, at a precision that starts well above
d bits, so ``1 - 2**-d`` is exact. What must hold: each difficulty and each pool size is accounted for exactly once;
every violation is one; the violations of a pool size cover every r; every best deployment meets every constraint at
every corner; what is called dearer is; and the rows follow from the bests by alpha, budget and top.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath import iv

from engines.optimiser.errors import CertificateRefused, InvalidProblem
from engines.optimiser.problem import Problem

FORMAT = "medixain-optimiser-certificate/1"
_MORE = ("th", "epsilon", "tau_l")
_LESS = ("tau_u", "delta")
_FREE_OF_R = ("delta_3", "d", "th_prime", "delta_1", "delta_2")
_RACE = ("epsilon", "tau_l", "tau_u", "delta", "delta_1", "delta_2")
_PRECISIONS = (320, 1280, 5120, 20480)


def verify(certificate: Mapping[str, Any]) -> int:
    """Check a homogeneous certificate; return the number of inequalities evaluated.

    Raises :class:`CertificateRefused` at the first claim that does not follow.
    """
    return _Checker(certificate).check()


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
        self.evaluated = 0
        self._known: dict[tuple[str, int, int, int], bool] = {}
        self._hazards: dict[tuple[int, int, int], Any] = {}

    def check(self) -> int:
        """Check every level, then that the rows follow."""
        levels = self.certificate["levels"]
        expected = list(range(self.problem.d_u, self.problem.d_l - 1, -1))
        self._need([level["d"] for level in levels] == expected, "levels", "a difficulty is missing, doubled or out of order")
        for level in levels:
            self._level(level)
        self._rows([(level["d"], level["best"]) for level in levels if level["best"] is not None])
        return self.evaluated

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
            self._need(best is not None, where, "there is no best to be dearer than")
            assert best is not None  # noqa: S101 - for the type checker; _need has raised otherwise
            self._need(self._costs_more(s, run["dearer"], best, d), where, "it is not dearer than the best")

    def _violation(self, violation: list[Any], s: int, d: int) -> Callable[[int], bool]:
        """Check one violation and return which r it excludes."""
        name, pool, level, r = violation
        corner = s + int(pool[1:]) if isinstance(pool, str) else int(pool)
        where = f"d={d}, s={s}: {name} at s'={corner}, d'={level}, r={r}"
        self._need((corner, level) in self._corners(name, s, d), where, "that is no corner of the uncertainty set")
        self._need((r is None) == (name in _FREE_OF_R), where, "r is given where it should not be, or the reverse")
        self._need(not self._holds(name, corner, r or 0, level), where, "the constraint holds there")
        if r is None:
            return lambda _: True
        return (lambda other: other <= r) if name in _MORE else (lambda other: other >= r)

    def _best(self, best: Mapping[str, Any], d: int) -> None:
        s, r = best["s"], best["r"]
        where = f"d={d}, best s={s}, r={r}"
        self._need(self.problem.r_l <= r <= self.problem.r_u, where, "r is out of its bounds")
        for name in (*_FREE_OF_R, *_MORE, *_LESS):
            for corner, level in self._corners(name, s, d):
                self._need(self._holds(name, corner, r, level), where, f"{name} fails at s'={corner}, d'={level}")
        allowed = [self._violation(violation, s, d) for violation in best["below"]]
        gap = next((x for x in range(self.problem.r_l, r) if not any(covers(x) for covers in allowed)), None)
        self._need(gap is None, where, f"nothing excludes the smaller r={gap}")

    def _rows(self, bests: list[tuple[int, Mapping[str, Any]]]) -> None:
        budget = self.certificate["budget"]
        if self.certificate["objective"] == "difficulty":
            limit = Fraction(budget)
            kept = [(d, b) for d, b in bests if self._sign(lambda d=d, b=b: iv.mpf(_ends(limit)) - self._cost(b, d)) >= 0]
        else:
            kept = []
            if bests:
                least = bests[0]
                for pair in bests[1:]:
                    least = pair if self._sign(lambda a=pair, b=least: self._gap(a, b)) < 0 else least
                kept = [pair for pair in bests if pair == least or self._sign(lambda a=pair: self._alpha_gap(a, least)) <= 0]
        claimed = [(row["s"], row["r"], row["d"]) for row in self.certificate["rows"]]
        derived = [(b["s"], b["r"], d) for d, b in kept][: self.certificate["top"]]
        self._need(claimed == derived, "rows", f"{claimed} does not follow; {derived} does")
        for row, (d, best) in zip(self.certificate["rows"], kept, strict=False):
            value = self._nominal(best["s"], best["r"], d)
            low, high = (iv.mpf(end) for end in row["cost"])
            self._need(bool(low.a <= value.b) and bool(value.a <= high.b), f"rows, d={d}", "the cost is another")

    def _gap(self, a: tuple[int, Mapping[str, Any]], b: tuple[int, Mapping[str, Any]]) -> Any:
        return self._cost(a[1], a[0]) - self._cost(b[1], b[0])

    def _alpha_gap(self, a: tuple[int, Mapping[str, Any]], least: tuple[int, Mapping[str, Any]]) -> Any:
        return self._cost(a[1], a[0]) - _interval(self.problem.alpha) * self._cost(least[1], least[0])
