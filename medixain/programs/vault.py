"""``python -m medixain.programs.vault``: the browser vault's origin in production.

It serves a build that institutions have signed (``medixain.programs.vault_signing``) and starts with no other.
"""

import argparse
import socket
import threading
from pathlib import Path

from waitress.server import create_server

from medixain.programs.lifetime import announce, end_event, log_to_stderr
from medixain.vault.app import create_app
from medixain.vault.publishing import read_site

THREADS = 8


def main(arguments: list[str] | None = None) -> None:
    """Serve until asked to stop."""
    parser = argparse.ArgumentParser(prog="python -m medixain.programs.vault", description="The browser vault.")
    parser.add_argument("--bundle", type=Path, required=True, help="the build: keymgmt/vault/dist")
    parser.add_argument("--data", type=Path, required=True, help="folder of config.json and the signed manifest.json")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8300)
    options = parser.parse_args(arguments)
    log_to_stderr()
    site = read_site(options.bundle, options.data)
    ended = end_event()
    listening = socket.create_server((options.host, options.port))
    server = create_server(create_app(lambda: site), sockets=[listening], threads=THREADS, ident=None)
    threading.Thread(target=server.run, name="waitress", daemon=True).start()
    announce(f"http://{options.host}:{listening.getsockname()[1]}")
    ended.wait()
    server.close()


if __name__ == "__main__":
    main()
