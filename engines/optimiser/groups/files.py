"""Group-based problems in TOML: a ``[[type]]`` table per miner type, a ``[[partner]]`` table per partner.

``hash_rate``, ``energy_per_hash`` with ``tariff`` and ``block_size`` with ``throughput`` may replace T, TVC and tau_u
as
in a homogeneous file; a partner's ``machines`` maps a type's name to ``[least, most]``.
"""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from engines.optimiser.errors import InvalidProblem
from engines.optimiser.groups.model import (
    GroupProblem,
    MinerType,
    Partner,
    parse_group_value,
    parse_type_value,
)
from engines.optimiser.presets import FOLDER, derive, read
from engines.optimiser.units import parse_quantity

GROUP_PRESETS = ("attack", "grow", "retire", "allocate", "figure-15", "g3-p3", "g3-p5")
"""Names of the group-based presets (whitepaper 7.1, Figure 15 and the end of 7.6)."""


def group_preset(name: str) -> GroupProblem:
    """Return the group-based preset ``name``."""
    if name not in GROUP_PRESETS:
        raise InvalidProblem(field="preset", value=name, bound=f"one of {', '.join(GROUP_PRESETS)}")
    return from_mapping(read(FOLDER / f"{name}.toml"))


def load_group(path: Path | str) -> GroupProblem | None:
    """Read a group-based problem from a TOML file; None when the file has no types, so is a homogeneous one."""
    values = read(Path(path))
    return from_mapping(values) if "type" in values or "types" in values else None


def from_mapping(values: Mapping[str, Any]) -> GroupProblem:
    """Build a problem from nested tables; raises :class:`InvalidProblem` naming field, value and bound."""
    given = dict(values)
    kinds = _tables(given, "type")
    partners = _tables(given, "partner")
    parsed: dict[str, Any] = {name: parse_group_value(name, value) for name, value in derive(given).items()}
    missing = sorted(_REQUIRED - parsed.keys())
    if missing:
        raise InvalidProblem(field=missing[0], value="(missing)", bound="given")
    return GroupProblem(
        types=tuple(_type(kind) for kind in kinds), partners=tuple(_partner(p) for p in partners), **parsed
    )


_REQUIRED = frozenset(
    [
        *("s_l", "s_u", "r_l", "r_u", "d_l", "d_u", "tau_u", "th", "th_prime", "mu"),
        *("epsilon", "delta", "delta_1", "delta_2", "delta_3", "c", "u_s", "u_d"),
    ]
)


def _tables(values: dict[str, Any], name: str) -> list[dict[str, Any]]:
    tables = values.pop(name, None) or values.pop(f"{name}s", None) or []
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InvalidProblem(field=name, value=tables, bound=f"an array of tables, [[{name}]]")
    return tables


def _name(table: Mapping[str, Any], kind: str) -> str:
    name = table.get("name")
    if not isinstance(name, str) or not name:
        raise InvalidProblem(field=f"{kind}.name", value=name, bound="a name")
    return name


def _type(table: Mapping[str, Any]) -> MinerType:
    name = _name(table, "type")
    values = {key: value for key, value in derive(table).items() if key != "name"}
    parsed: dict[str, Any] = {key: parse_type_value(name, key, value) for key, value in values.items()}
    for key in ("s_l", "s_u", "T", "TVC", "TFC"):
        if key not in parsed:
            raise InvalidProblem(field=f"{name}.{key}", value="(missing)", bound="given")
    return MinerType(name=name, **parsed)


def _partner(table: Mapping[str, Any]) -> Partner:
    name = _name(table, "partner")
    machines: dict[str, tuple[int, int]] = {}
    for kind, limits in dict(table.get("machines", {})).items():
        if not (isinstance(limits, list) and len(limits) == 2 and all(isinstance(n, int) for n in limits)):
            raise InvalidProblem(field=f"{name}.machines.{kind}", value=limits, bound="[least, most]")
        machines[kind] = (limits[0], limits[1])
    unknown = sorted(set(table) - {"name", "low", "high", "machines"})
    if unknown:
        raise InvalidProblem(field=f"{name}.{unknown[0]}", value=table[unknown[0]], bound="low, high or machines")
    low = parse_quantity(table.get("low", 0), field=f"{name}.low")
    return Partner(
        name=name,
        low=Fraction(low),
        high=parse_quantity(table.get("high", 1), field=f"{name}.high"),
        machines=machines,
    )
