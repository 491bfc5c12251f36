"""``python -m keymgmt.signer --home DIR``: a signer as a program of its own."""

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from keymgmt.signer.config import SignerConfig
from keymgmt.signer.errors import HomeUnusable
from keymgmt.signer.home import Role, SignerHome, read_passphrase
from keymgmt.signer.runner import SignerServer, watch_parent
from medixain.core.errors import MedixainError


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        home = SignerHome.open(options.home, read_passphrase(options.passphrase_file or options.home / "passphrase"))
        _create(home, options.create)
        if options.deal is not None:
            institutions = [name for name, ring in home.keyrings().items() if ring.role is Role.INSTITUTION]
            home.deal_nullifier_key(institutions, options.deal)
        config = SignerConfig.load(options.config or options.home / "config.json")
        server = SignerServer(home, config, host=options.host, port=options.port)
    except MedixainError as error:
        sys.stderr.write(error.message + "\n")
        return error.exit_code
    except OSError as error:
        sys.stderr.write(f"The signer cannot listen at port {options.port} ({error.strerror}); choose another one.\n")
        return 1
    return _serve(server, with_parent=options.with_parent)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m keymgmt.signer", description="Holds keys and signs with them.")
    parser.add_argument("--home", type=Path, required=True, help="the signer's folder; made on first use")
    parser.add_argument("--host", default="127.0.0.1", help="another address belongs on a network of its clients alone")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--config", type=Path, help="default: config.json in the folder")
    parser.add_argument("--passphrase-file", type=Path, help="mode 0600; default: passphrase in the folder")
    parser.add_argument("--create", action="append", default=[], metavar="NAME=ROLE", help="make a keyring if missing")
    parser.add_argument("--deal", type=int, metavar="THRESHOLD", help="share a nullifier key among the institutions")
    parser.add_argument("--with-parent", action="store_true", help="end when the process that started this one ends")
    return parser


def _create(home: SignerHome, wanted: list[str]) -> None:
    roles = {role.value: role for role in Role}
    for item in wanted:
        name, _, role = item.partition("=")
        if role not in roles:
            raise HomeUnusable(f"Write --create NAME=ROLE with a role of {', '.join(roles)}, not {item!r}.")
        home.create(name, roles[role])


def _serve(server: SignerServer, *, with_parent: bool) -> int:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if with_parent:
        # Sessions are fsynced with every change, so ending at once loses nothing.
        watch_parent(lambda: os._exit(0))
    sys.stdout.write(f"ready {server.start()}\n")
    sys.stdout.flush()
    try:
        server.wait()
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
