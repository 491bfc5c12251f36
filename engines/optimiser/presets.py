"""Problems in TOML: the presets that ship with the library and a consortium's own file.

A file gives each constant of :class:`~engines.optimiser.problem.Problem` by name, as a number or as text with a unit.
Three constants may be given by what they follow from instead: ``hash_rate`` for T, ``energy_per_hash`` with ``tariff``
for TVC, ``block_size`` with ``throughput`` for tau_u. ``extends`` names a preset whose values stand unless replaced.
"""

import tomllib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from engines.optimiser.errors import InvalidProblem
from engines.optimiser.problem import Problem
from engines.optimiser.units import parse_quantity

FOLDER = Path(__file__).with_name("presets")

PRESETS = ("paper-c1", "paper-c2", "paper-c3", "demo-cpu")
"""Names of the homogeneous presets; the group-based ones are in :mod:`engines.optimiser.groups`."""

_ABOUT = frozenset({"title", "extends"})


def preset(name: str) -> Problem:
    """Return the homogeneous preset ``name``; raises :class:`InvalidProblem` when there is none of that name."""
    if name not in PRESETS:
        raise InvalidProblem(field="preset", value=name, bound=f"one of {', '.join(PRESETS)}")
    return load(FOLDER / f"{name}.toml")


def load(path: Path | str) -> Problem:
    """Read a homogeneous problem from a TOML file."""
    return Problem.from_mapping(derive(read(Path(path))))


def read(path: Path) -> dict[str, Any]:
    """Return the values of a TOML file over those of the preset it extends; floats are kept as the text they print
    as."""
    try:
        with path.open("rb") as file:
            values: dict[str, Any] = tomllib.load(file, parse_float=Fraction)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidProblem(field="file", value=path, bound=f"a readable TOML file ({error})") from error
    parent = values.get("extends")
    if parent is None:
        return values
    source = FOLDER / f"{parent}.toml"
    if not isinstance(parent, str) or not parent.replace("-", "").isalnum() or not source.is_file():
        raise InvalidProblem(field="extends", value=parent, bound="the name of a preset")
    return _replace(read(source), values)


def derive(values: Mapping[str, Any]) -> dict[str, Any]:
    """Replace hash_rate, energy_per_hash with tariff, and block_size with throughput by T, TVC and tau_u."""
    out = {name: value for name, value in values.items() if name not in _ABOUT}
    for constant, sources in SOURCES.items():
        given = [name for name in sources if name in out]
        if not given:
            continue
        if constant in out:
            raise InvalidProblem(
                field=constant, value=out[constant], bound=f"left out where {' and '.join(given)} is given"
            )
        for name in sources:
            if name not in out:
                raise InvalidProblem(field=name, value="(missing)", bound=f"given together with {' and '.join(given)}")
        out[constant] = _derived(constant, [_positive(name, out.pop(name)) for name in sources])
    return out


SOURCES = {
    "T": ("hash_rate",),
    "TVC": ("energy_per_hash", "tariff"),
    "tau_u": ("block_size", "throughput"),
}
"""For each constant what it may be derived from."""

_KINDS = {
    "hash_rate": "hash rate",
    "energy_per_hash": "energy",
    "tariff": "tariff",
    "block_size": "transactions",
    "throughput": "rate",
}


def _derived(constant: str, values: list[Fraction]) -> Fraction:
    if constant == "T":
        return 1 / values[0]
    return values[0] * values[1] if constant == "TVC" else values[0] / values[1]


def _positive(name: str, value: object) -> Fraction:
    number = parse_quantity(value, field=name, kind=_KINDS[name])
    if number <= 0 and name != "tariff":
        raise InvalidProblem(field=name, value=value, bound="greater than 0")
    return number


def _replace(parent: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Lay ``values`` over ``parent``; a constant also replaces what the parent derives it from, and the reverse."""
    out = dict(parent)
    for constant, sources in SOURCES.items():
        if constant in values:
            for name in sources:
                out.pop(name, None)
        if any(name in values for name in sources):
            out.pop(constant, None)
    return out | values
