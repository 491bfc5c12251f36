"""Printing results: JSON for programs, plain columns for people."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final

import click

from medixain.core.errors import MedixainError

_MOMENTS: Final = frozenset(
    {"when", "created", "expiry", "until", "at", "received", "sent", "written", "start", "made"}
)
"""Names of values that are Unix seconds."""


def jsonable(value: Any) -> Any:
    """A result as JSON types: dataclasses become objects, bytes 0x-hex, paths and enums text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return jsonable(value.value)
    if isinstance(value, bytes | bytearray):
        return "0x" + bytes(value).hex()
    if isinstance(value, Path | datetime):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, Sequence | set | frozenset):
        return [jsonable(item) for item in value]
    return str(value)


def moment(seconds: int | None) -> str:
    """Unix seconds as local time a person reads; a dash when there is none."""
    if not seconds:
        return "-"
    return datetime.fromtimestamp(seconds).astimezone().strftime("%d %b %Y %H:%M:%S")


class Printer:
    """Writes one result to standard output, in the form asked for."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def show(self, result: Any, *, columns: Sequence[str] | None = None, empty: str = "Nothing yet.") -> None:
        """Print a result: a list as a table of ``columns`` (all when None), anything else as labelled lines."""
        plain = jsonable(result)
        if self.as_json:
            click.echo(json.dumps(plain, ensure_ascii=False, indent=2))
        elif isinstance(plain, list):
            self._table(plain, columns, empty)
        elif isinstance(plain, dict):
            self._lines(plain)
        else:
            click.echo(plain)

    def say(self, sentence: str) -> None:
        """A sentence for people; silent under --json, where only the result may stand on standard output."""
        if not self.as_json:
            click.echo(sentence)

    def fail(self, error: MedixainError) -> None:
        """An error: one sentence on standard error, or an object on standard output under --json."""
        if not self.as_json:
            click.echo(f"medixain: {error.message}", err=True)
            return
        values = {name: jsonable(value) for name, value in vars(error).items() if not name.startswith("_")}
        click.echo(json.dumps({"error": {"code": error.code, **values}}, ensure_ascii=False, indent=2))

    def _lines(self, values: dict[str, Any], indent: str = "") -> None:
        width = max((len(key) for key in values), default=0)
        for key, value in values.items():
            label = f"{indent}{key.replace('_', ' '):<{width}}"
            if isinstance(value, dict) and value:
                click.echo(f"{indent}{key.replace('_', ' ')}")
                self._lines(value, indent + "  ")
            elif isinstance(value, list) and value and isinstance(value[0], dict):
                click.echo(f"{indent}{key.replace('_', ' ')}")
                for item in value:
                    self._lines(item, indent + "  ")
                    click.echo()
            else:
                click.echo(f"{label}  {self._cell(key, value)}")

    def _table(self, rows: list[Any], columns: Sequence[str] | None, empty: str) -> None:
        if not rows:
            click.echo(empty)
            return
        if not isinstance(rows[0], dict):
            for row in rows:
                click.echo(row)
            return
        names = list(columns or rows[0])
        cells = [[self._cell(name, row.get(name)) for name in names] for row in rows]
        widths = [max(len(name), *(len(line[i]) for line in cells)) for i, name in enumerate(names)]
        click.echo(
            "  ".join(name.replace("_", " ").ljust(width) for name, width in zip(names, widths, strict=True)).rstrip()
        )
        for line in cells:
            click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())

    @staticmethod
    def _cell(name: str, value: Any) -> str:
        if value is None or value in ([], {}):
            return "-"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int) and name in _MOMENTS:
            return moment(value)
        if isinstance(value, list):
            return ", ".join(str(item) for item in value)
        return str(value)
