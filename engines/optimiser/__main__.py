"""``python -m engines.optimiser``: the command line on its own, with errors as one line and the error's exit status."""

import sys

import click

from engines.optimiser.cli import optimise
from medixain.core.errors import MedixainError

try:
    optimise(prog_name="optimise")
except MedixainError as error:
    click.echo(f"error: {error.message}", err=True)
    sys.exit(error.exit_code)
