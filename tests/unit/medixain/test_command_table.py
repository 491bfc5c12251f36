"""docs/spec/cli.md is true: it names every command with its options, and what each waits for unasked."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from medixain.cli.main import cli

SPEC = (Path(__file__).resolve().parents[3] / "docs/spec/cli.md").read_text(encoding="utf-8")
SHARED = {"--home", "--server", "--json", "--password-file", "--wait", "--timeout", "--help"}
"""Options that the text above and below the table describes for all commands."""

ELSEWHERE = {"optimise"}
"""Commands that another document describes."""


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        if name in ELSEWHERE:
            continue
        if isinstance(found, click.Group):
            yield from commands(found, (*path, name))
        else:
            yield " ".join((*path, name)), found


COMMANDS = dict(commands(cli))


def documented() -> dict[str, str]:
    """The first cell of the table's rows, by command; a row may hold several commands."""
    rows: dict[str, str] = {}
    for line in SPEC.splitlines():
        cell = line.split(" | ")[0]
        if not line.startswith("| `"):
            continue
        found = sorted((name for name in COMMANDS if re.search(rf"`{name}\b", cell)), key=cell.index)
        for at, name in enumerate(found):
            end = cell.index(f"`{found[at + 1]}") if at + 1 < len(found) else len(cell)
            rows[name] = rows.get(name, "") + cell[cell.index(f"`{name}") : end]
    return rows


def test_every_command_is_documented_with_its_options() -> None:
    rows = documented()
    assert set(rows) == set(COMMANDS)
    for name, command in COMMANDS.items():
        options = {option for one in command.params if isinstance(one, click.Option) for option in one.opts} - SHARED
        named = set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", rows[name])) - SHARED
        assert named <= options, f"{name} has no {named - options}"
        missing = {
            tuple(one.opts)
            for one in command.params
            if isinstance(one, click.Option) and not SHARED & set(one.opts) and not named & set(one.opts)
        }
        assert not missing, f"cli.md does not name {missing} of {name}"


def test_what_a_command_waits_for_is_as_documented() -> None:
    said: dict[str, str] = {}
    for state, listed in re.findall(r"^- `(received|anchored|final)`: (.+)$", SPEC, re.MULTILINE):
        said |= dict.fromkeys(re.findall(r"`([a-z ]+)`", listed), state)
    actual = {
        name: option.default for name, command in COMMANDS.items() for option in command.params if option.name == "wait"
    }
    assert said == actual


def test_the_shared_options_are_taken_wherever_the_text_says() -> None:
    for name, command in COMMANDS.items():
        options = {option for one in command.params for option in one.opts}
        assert name == "demo" or {"--home", "--server", "--json", "--password-file"} <= options
