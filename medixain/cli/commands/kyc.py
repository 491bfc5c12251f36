"""`medixain kyc`: an institution attests that a wallet belongs to one real person."""

from pathlib import Path

import click

from medixain.cli.options import ADDRESS, EXISTING_FILE, session_options, waiting
from medixain.cli.private import private_text
from medixain.cli.session import Session
from medixain.core.errors import InvalidInput


@click.group()
def kyc() -> None:
    """Attest a person's wallet: one wallet per person."""


@kyc.command()
@click.argument("wallet", type=ADDRESS)
@click.option(
    "--number",
    help="National number as on the document shown (for GB the NHS number), or - to read it from standard input; "
    "without it, it is asked for. It never leaves this command in clear.",
)
@click.option("--number-file", type=EXISTING_FILE, help="File whose first line is the number.")
@click.option("--country", default="GB", show_default=True, help="ISO 3166 code of the country that issued the number.")
@waiting("anchored")
@session_options
def attest(
    session: Session,
    wallet: str,
    number: str | None,
    number_file: Path | None,
    country: str,
    wait: str,
    timeout: int,
) -> None:
    """Attest WALLET, as the institution of this home, after checking the person's identity.

    Whoever uses this machine can read a command's words while it runs: leave --number out, or give --number-file.
    """
    if number is not None and number_file is not None:
        raise InvalidInput("Give the number by --number or by --number-file, not both.", field="number")
    if number is None or number == "-":
        number = private_text("National number", number_file)
    session.show(session.client.kyc_attest(wallet, number, country, wait=wait, timeout=timeout))
