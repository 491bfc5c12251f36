"""A certificate in words: which constraint comes closest to its bound, and what each is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from engines.proposals.models import OptimiserRun

MEANINGS: dict[str, Promise] = {
    "epsilon": _("no miner finds a block"),
    "tau_u": _("mean time to a block, at most"),
    "tau_l": _("mean time to a block, at least"),
    "delta": _("a block takes too long"),
    "delta_1": _("a block comes too soon"),
    "delta_2": _("two miners find at once"),
    "delta_3": _("corrupted miners win every race"),
    "th": _("nonces run out before the time limit"),
    "th_prime": _("shortest time is below one hash"),
    "d": _("the level falls below 1"),
}
"""What each constraint bounds (:class:`engines.optimiser.constraints.Constraint`)."""


@dataclass(frozen=True, slots=True)
class Tightness:
    """How close a row comes to one constraint: ``share`` of the bound in per cent, at the corner (s', d')."""

    name: str
    value: float
    bound: float
    share: float
    s: int
    d: int

    @property
    def meaning(self) -> str:
        """What the constraint is about."""
        return str(MEANINGS.get(self.name, ""))

    @property
    def is_time(self) -> bool:
        """Whether value and bound are seconds; the others are probabilities."""
        return self.name.startswith("tau")


def tightness(row: Mapping[str, Any]) -> list[Tightness]:
    """Return the constraints of a certificate's row, the one that binds most first."""
    found = []
    for entry in row["constraints"]:
        value, bound = float(entry["value"][1]), float(Fraction(entry["bound"]))
        share = 100 * value / bound if bound else 0.0
        found.append(Tightness(entry["constraint"], value, bound, share, *entry["corner"]))
    return sorted(found, key=lambda one: -one.share)


def rows_of(run: OptimiserRun) -> list[dict[str, Any]]:
    """Return the run's rows, each with its :func:`tightness`."""
    certified = (run.certificate or {}).get("rows", [])
    return [{**row, "tightness": tightness(proof)} for row, proof in zip(run.rows, certified, strict=True)]


def constraints(run: OptimiserRun) -> list[tuple[str, str, list[tuple[int, float]]]]:
    """Return for each constraint its meaning, its name, and (d, per cent of the bound) of each row."""
    found: dict[str, tuple[str, str, list[tuple[int, float]]]] = {}
    for row in rows_of(run):
        for one in row["tightness"]:
            found.setdefault(one.name, (one.meaning, one.name, []))[2].append((row["d"], one.share))
    return list(found.values())


PICTURES: dict[str, Promise] = {
    "excluded": _("Which constraint excludes a deployment of s miners at difficulty d."),
    "cost": _("Cost in the feasible region, with the rows of the answer."),
    "nonces": _("The feasible region and the least nonce size in it."),
    "boundary": _("Which difficulties are feasible as the longest mean block time varies."),
}
"""What each plot shows (:data:`engines.optimiser.plots.PANELS`)."""


def pictures(run: OptimiserRun) -> list[dict[str, str]]:
    """Return name and description of the plots that the run has."""
    return [{"name": name, "text": str(text)} for name, text in PICTURES.items() if name in run.plots]


@dataclass(frozen=True, slots=True)
class LevelVerdict:
    """Neighbouring difficulties with one verdict: ``status`` row, dearer or infeasible, and why in words.

    Each sentence names constraints that together leave no nonce size for some pool sizes; an infeasible difficulty has
    as many as it takes to exclude every pool size.
    """

    low: int
    high: int
    status: str
    sentences: tuple[str, ...]


def levels(explanations: Sequence[Mapping[str, Any]]) -> list[LevelVerdict]:
    """Return the verdicts on the difficulties, greatest first, with equal neighbours as one."""
    found: list[LevelVerdict] = []
    for one in explanations:
        reasons = one["reasons"] if one["status"] == "infeasible" else []
        sentences = tuple(" + ".join(map(_named, names.split(" with "))) for names, _pools in reasons)
        if found and (found[-1].status, found[-1].sentences) == (one["status"], sentences):
            found[-1] = replace(found[-1], low=one["d"])
        else:
            found.append(LevelVerdict(one["d"], one["d"], one["status"], sentences))
    return found


def _named(constraint: str) -> str:
    return f"{MEANINGS[constraint]} ({constraint})"
