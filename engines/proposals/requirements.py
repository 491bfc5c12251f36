"""An operator's requirements as text, and the exact question to the optimiser that they make. No Django."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from engines.optimiser import PRESETS, InvalidProblem, Objective, Problem, preset
from engines.optimiser.presets import FOLDER, SOURCES, derive, read
from engines.optimiser.units import parse_quantity

MAX_POINTS: Final = 20_000
"""Pool sizes times difficulties of one question: what is certified within seconds."""

MAX_BITS: Final = 256
"""Bits above and below the line of an exact number, so that nobody makes the arithmetic crawl."""

_PLAIN: Final = ("tau_l", "tau_u", "s_l", "s_u", "u_s", "u_d", "l", "TFC")
_DERIVED: Final = ("hash_rate", "energy_per_hash", "tariff")
FIELDS: Final = ("preset", *_PLAIN, *_DERIVED, "budget")

_STATED_AS: Final = {constant: sources[0] for constant, sources in SOURCES.items()} | {"tau_u": "tau_u"}
"""For a constant that the form does not state itself, the field it follows from."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the optimiser is asked: a problem, and a budget when the greatest difficulty within it is wanted."""

    problem: Problem
    budget: Fraction | None

    @property
    def objective(self) -> Objective:
        """Least cost, or greatest difficulty where a budget is given."""
        return Objective.COST if self.budget is None else Objective.DIFFICULTY


def question_of(values: Mapping[str, str]) -> Question:
    """Return the question that the form's values make; a blank one leaves the preset's.

    Raises :class:`InvalidProblem` whose ``field`` is the form's field.
    """
    stated = {name: text for name in (*_PLAIN, *_DERIVED) if (text := values.get(name, "").strip())}
    beginning = preset(values.get("preset", ""))
    try:
        problem = beginning.with_values(derive(stated))
    except InvalidProblem as error:
        raise _at_the_form(error) from error
    budget = _budget(values.get("budget", "").strip())
    _check_size(problem, budget)
    return Question(problem, budget)


def _at_the_form(error: InvalidProblem) -> InvalidProblem:
    field = _STATED_AS.get(error.field or "", error.field or "")
    return InvalidProblem(field=field, value=error.value, bound=error.bound)


def _budget(text: str) -> Fraction | None:
    if not text:
        return None
    budget = parse_quantity(text, field="budget", kind="money")
    if budget < 0:
        raise InvalidProblem(field="budget", value=text, bound="at least 0")
    return budget


def _check_size(problem: Problem, budget: Fraction | None) -> None:
    numbers: dict[str, Any] = {name: getattr(problem, name) for name in ("tau_l", "tau_u", "TFC", "T", "TVC")}
    for name, value in (numbers | {"budget": budget or Fraction(0)}).items():
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
            field = _STATED_AS.get(name, name)
            raise InvalidProblem(field=field, value="such a number", bound=f"a quotient of {MAX_BITS}-bit numbers")
    pools, levels = problem.s_u - problem.s_l + 1, problem.d_u - problem.d_l + 1
    if pools * levels > MAX_POINTS:
        raise InvalidProblem(
            field="s_u", value=problem.s_u, bound=f"at most s_l + {MAX_POINTS // levels - 1} with {levels} difficulties"
        )


def beginning_with(name: str) -> dict[str, str]:
    """Return the form's values of preset ``name``; raises :class:`InvalidProblem` when there is none of that name."""
    problem = preset(name)
    given = read(FOLDER / f"{name}.toml")
    texts = {field: str(given[field]) if field in given else str(getattr(problem, field)) for field in _PLAIN}
    rate = given.get("hash_rate") or f"{_short(1 / problem.T)} H/s"
    derived = {"hash_rate": str(rate)} | {field: str(given.get(field, "")) for field in ("energy_per_hash", "tariff")}
    return {"preset": name, **texts, **derived, "budget": ""}


def _short(number: Fraction) -> str:
    return str(number.numerator) if number.denominator == 1 else str(number)


DEFAULT_PRESET: Final = "demo-cpu" if "demo-cpu" in PRESETS else PRESETS[0]
