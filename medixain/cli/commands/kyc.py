"""`medixain kyc`: an institution attests that a wallet belongs to one real person."""

import click

from medixain.cli.options import ADDRESS, session_options, waiting
from medixain.cli.session import Session


@click.group()
def kyc() -> None:
    """Attest a person's wallet: one wallet per person."""


@kyc.command()
@click.argument("wallet", type=ADDRESS)
@click.option(
    "--number",
    required=True,
    help="National number as on the document shown (for GB the NHS number). It never leaves this command in clear.",
)
@click.option("--country", default="GB", show_default=True, help="ISO 3166 code of the country that issued the number.")
@waiting("anchored")
@session_options
def attest(session: Session, wallet: str, number: str, country: str, wait: str, timeout: int) -> None:
    """Attest WALLET, as the institution of this home, after checking the person's identity."""
    session.show(session.client.kyc_attest(wallet, number, country, wait=wait, timeout=timeout))
