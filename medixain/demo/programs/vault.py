"""The browser vault of the demo: the built bundle on an origin of its own, signed by two of the partners.

Takes ``MEDIXAIN_SIGNER_URL`` and ``MEDIXAIN_PLATFORM_URL``; ``MEDIXAIN_VAULT_BUNDLE`` names another build than the
repository's. A build that changes while the demo runs is signed and served within seconds.
"""

import socket
import threading

from waitress.server import create_server

from keymgmt.signer.client import SignerClient
from medixain.demo.consortium import PARTNERS
from medixain.demo.layout import Layout
from medixain.demo.programs.child import arguments, serve_until_the_end
from medixain.demo.vault import bundle_folder
from medixain.env import Environment
from medixain.vault.app import create_app
from medixain.vault.manifest import SIGNATURES_NEEDED
from medixain.vault.publishing import SelfSigned

RENEW_SECONDS = 3.0
THREADS = 4


def vault_of(layout: Layout) -> SelfSigned:
    """The vault of this data folder; the first partners of the list sign."""
    environment = Environment()
    rings = SignerClient.of_home(environment.text("SIGNER_URL"), layout.signers).keyrings()
    desks = [rings[partner.key] for partner in PARTNERS[:SIGNATURES_NEEDED]]
    return SelfSigned(bundle_folder(), layout.vault, environment.text("PLATFORM_URL"), desks)


def main() -> None:
    """Serve until asked to stop."""
    layout, port = arguments("The browser vault of the demo.")
    vault = vault_of(layout)
    vault.renew()
    listening = socket.create_server(("127.0.0.1", port))
    server = create_server(create_app(vault.site), sockets=[listening], threads=THREADS, ident=None)
    threading.Thread(target=server.run, name="waitress", daemon=True).start()
    threading.Thread(target=vault.follow, kwargs={"every": RENEW_SECONDS}, name="vault-renewal", daemon=True).start()
    serve_until_the_end(f"http://localhost:{listening.getsockname()[1]}")
    vault.stop()
    server.close()


if __name__ == "__main__":
    main()
