"""`medixain verify`: check a file, an export, a wallet, or the browser vault against signatures and the chain."""

from pathlib import Path

import click

from medixain.cli.exit_codes import INTEGRITY
from medixain.cli.options import session_options
from medixain.cli.session import Session
from medixain.core.addresses import to_address
from medixain.core.errors import InvalidInput
from medixain.sdk.exported import is_archive, verify_archive
from medixain.sdk.results import Check

BUNDLE = "bundle"


@click.command()
@click.argument("what", metavar="FILE|WALLET|bundle")
@click.argument("url", metavar="[URL]", required=False)
@click.option(
    "--build",
    type=click.Path(file_okay=False, path_type=Path),
    help="With bundle: a folder built from the sources to compare (default keymgmt/vault/dist of this checkout).",
)
@click.option("--offline", is_flag=True, help="With an export: ask nobody, check only what is inside.")
@session_options
def verify(session: Session, what: str, url: str | None, build: Path | None, offline: bool) -> int:
    """Check a FILE, a WALLET or the browser vault against signatures and the chain.

    A file: is it, byte for byte, an anchored record of yours or one shared with you? (A file named "bundle": ./bundle)
    An export (the zip that the vault makes of everything): is every record in it what its author signed and the nodes
    attested? Needs no wallet and no network; with a platform that answers, the chain is asked too.
    A wallet: does it exist, and who attested it?
    bundle: does the vault at URL (default: the platform's) serve exactly what two active institutions signed?
    """
    if what != BUNDLE and (url is not None or build is not None):
        raise InvalidInput("URL and --build belong to `medixain verify bundle`.", field="url")
    export = what != BUNDLE and Path(what).is_file() and is_archive(Path(what))
    if offline and not export:
        raise InvalidInput("--offline belongs to an export: give the zip that the vault made.", field="offline")
    if what == BUNDLE:
        checks = _bundle(session, url, build)
    elif export:
        checks = verify_archive(Path(what), server=None if offline else session.server, rpc_url=session.rpc_url)
    elif Path(what).is_file():
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
    return INTEGRITY if any(check.ok is False for check in checks) else 0


def _bundle(session: Session, url: str | None, build: Path | None) -> list[Check]:
    # Loaded here: the other kinds of check need neither the vault nor the chain's libraries.
    from medixain.vault.consortium import consortium_of, local_build  # noqa: PLC0415
    from medixain.vault.verifying import verify_bundle  # noqa: PLC0415

    consortium = consortium_of(session.server, rpc_url=session.rpc_url)
    vault = url or consortium.meta.get("vault")
    if not vault:
        raise InvalidInput(f"{session.server} names no browser vault: give its address.", field="url")
    return verify_bundle(vault, consortium, platform=session.server, build=build or local_build())
