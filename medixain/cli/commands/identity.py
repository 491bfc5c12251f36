"""`medixain identity`: the fields of the identity layer."""

import click

from medixain.cli.options import ADDRESS, session_options, waiting
from medixain.cli.private import private_text
from medixain.cli.session import Session


@click.group()
def identity() -> None:
    """Name, address, birth, numbers, bank, next of kin: encrypted like every record, shared by section."""


@identity.command("set")
@click.argument("field")
@click.argument("values", metavar="VALUE...", nargs=-1, required=True)
@waiting("received")
@session_options
def set_(session: Session, field: str, values: tuple[str, ...], wait: str, timeout: int) -> None:
    """Write FIELD (family, given, date_of_birth, iban …); a VALUE of - is read from standard input, or asked for."""
    given = [private_text(field)] if values == ("-",) else list(values)
    session.show(session.client.identity_set(field, given, wait=wait, timeout=timeout))


@identity.command()
@click.option("--of", "--for", "patient", type=ADDRESS, help="The identity this patient shares with you.")
@session_options
def show(session: Session, patient: str | None) -> None:
    """Show the identity as last written, who attested it, and which required fields are missing."""
    session.show(session.client.identity_show(patient=patient))
