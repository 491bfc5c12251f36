"""`medixain professional`: apply for, give and suspend authorisation."""

import click

from medixain.cli.options import ADDRESS, MOMENT, session_options, waiting
from medixain.cli.session import Session
from medixain.sdk.words import LEVELS


@click.group()
def professional() -> None:
    """Professionals an institution answers for."""


@professional.command()
@click.argument("institution_id", metavar="INSTITUTION", type=ADDRESS)
@click.option("--level", type=click.Choice(list(LEVELS)), default="clinical", show_default=True)
@click.option("--name", help="Name patients will read.")
@session_options
def apply(session: Session, institution_id: str, level: str, name: str | None) -> None:
    """Ask INSTITUTION to authorise the wallet of this home."""
    session.show(session.client.professional_apply(institution_id, level, name))


@professional.command()
@click.argument("wallet", type=ADDRESS)
@click.option("--level", type=click.Choice(list(LEVELS)), help="Level to give (default: the one applied for).")
@click.option("--until", type=MOMENT, help="End of validity (default: one year).")
@click.option("--name", help="Name that patients read, signed by the institution (default: the one applied with).")
@waiting("final")
@session_options
def authorise(
    session: Session, wallet: str, level: str | None, until: int | None, name: str | None, wait: str, timeout: int
) -> None:
    """Authorise the professional WALLET, as the institution of this home."""
    session.show(session.client.professional_authorise(wallet, level, until, name, wait=wait, timeout=timeout))


@professional.command()
@click.argument("wallet", type=ADDRESS)
@click.argument("name")
@session_options
def rename(session: Session, wallet: str, name: str) -> None:
    """Sign NAME for the professional WALLET, as the institution of this home; patients read no unsigned name."""
    session.show(session.client.professional_rename(wallet, name))


@professional.command()
@click.argument("wallet", type=ADDRESS)
@click.option("--lift", is_flag=True, help="End a suspension instead.")
@waiting("final")
@session_options
def suspend(session: Session, wallet: str, lift: bool, wait: str, timeout: int) -> None:
    """Suspend the professional WALLET: every grant to her is shut until it is lifted."""
    session.show(session.client.professional_suspend(wallet, lift=lift, wait=wait, timeout=timeout))
