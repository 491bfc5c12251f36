"""Taking in what should stand neither in the shell's history nor in the list of processes."""

import sys
from pathlib import Path

import click

from medixain.core.errors import InvalidInput


def private_text(what: str, file: Path | None = None) -> str:
    """Return the first line of ``file``, else of standard input; at a terminal it is asked for and not shown.

    Raises :class:`InvalidInput` when there is none.
    """
    if file is not None:
        line = next(iter(file.read_text(encoding="utf-8").splitlines()), "")
    elif sys.stdin.isatty():
        line = click.prompt(what, hide_input=True, default="", show_default=False, err=True)
    else:
        line = sys.stdin.readline()
    if not line.strip():
        raise InvalidInput(f"{what}: give it on the first line of {file or 'standard input'}.")
    return line.strip()
