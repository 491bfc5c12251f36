"""`medixain wallet`: make, show, restore one's wallet."""

import sys
from pathlib import Path

import click

from medixain.cli.options import EXISTING_FILE, session_options
from medixain.cli.session import Session


@click.group()
def wallet() -> None:
    """Make, show or restore your wallet."""


@wallet.command()
@session_options
def create(session: Session) -> None:
    """Make a wallet in this home and print its recovery phrase, once.

    Write the 24 words down: they are the only way back when this home is lost, and nobody else has them.
    """
    created = session.client.wallet_create(password=session.password)
    session.show(created)
    session.printer.say(
        "\nWrite the 24 words down and keep them away from this machine. Nobody can give them to you again."
    )


@wallet.command()
@session_options
def show(session: Session) -> None:
    """Show the wallet's id, who attested it, its layers and what stands on the chain."""
    session.show(session.client.wallet_show())


@wallet.command()
@click.option(
    "--phrase-file", type=EXISTING_FILE, help="File with the 24 words; without it they are read from standard input."
)
@session_options
def restore(session: Session, phrase_file: Path | None) -> None:
    """Bring a wallet back into this (empty) home from its 24 words."""
    words = phrase_file.read_text(encoding="utf-8") if phrase_file else sys.stdin.read()
    session.show(session.client.wallet_restore(" ".join(words.split()), password=session.password))
