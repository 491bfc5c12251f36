"""`medixain verify`: check a file or a wallet against signatures and the chain."""

from pathlib import Path

import click

from medixain.cli.exit_codes import INTEGRITY
from medixain.cli.options import session_options
from medixain.cli.session import Session
from medixain.core.addresses import to_address
from medixain.core.errors import InvalidInput


@click.command()
@click.argument("what", metavar="FILE|WALLET")
@session_options
def verify(session: Session, what: str) -> int:
    """Check a FILE or a WALLET against signatures and the chain.

    A file: is it, byte for byte, an anchored record of yours or one shared with you?
    A wallet: does it exist, and who attested it?
    """
    if Path(what).is_file():
        checks = session.client.verify_file(Path(what))
    else:
        try:
            address = to_address(what)
        except InvalidInput as error:
            raise InvalidInput(
                f"{what!r} is neither a file here nor a wallet id: give one of the two.", field="what"
            ) from error
        checks = session.client.verify_wallet(address)
    session.show(checks, columns=["check", "ok", "detail"])
    return 0 if all(check.ok for check in checks) else INTEGRITY
