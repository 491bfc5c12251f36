"""Where the demo's browser vault lives: its build, and the port that is kept for as long as the data is."""

import json
import socket
from pathlib import Path

from medixain.demo.errors import PortInUse
from medixain.demo.layout import Layout
from medixain.env import Environment
from medixain.vault.bundle import INDEX
from medixain.vault.errors import VaultNotBuilt
from records.container import atomic_file

BUILD = Path(__file__).resolve().parents[2] / "keymgmt" / "vault" / "dist"


def bundle_folder() -> Path:
    """The build that is served: the repository's, or the one that ``MEDIXAIN_VAULT_BUNDLE`` names."""
    return Environment().path("VAULT_BUNDLE", BUILD)


def require_built() -> None:
    """Raise :class:`VaultNotBuilt` before anything is started for nothing."""
    if not (bundle_folder() / INDEX).is_file():
        raise VaultNotBuilt(str(bundle_folder()))


def vault_port(layout: Layout, *, beside: int) -> int:
    """The vault's port: the next one after the platform's if it is free at the first start, and that one ever after.

    A browser keeps keys by origin, port included: at another port the same browser would hold no wallet. Raises
    :class:`PortInUse` when something else has taken the port in the meantime.
    """
    file = layout.vault / "port.json"
    if file.exists():
        port = int(json.loads(file.read_text(encoding="utf-8")))
        if not is_free(port):
            raise PortInUse(port)
        return port
    port = beside + 1 if beside < 65535 and is_free(beside + 1) else free_port()
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(file) as sink:
        sink.write(json.dumps(port).encode("ascii"))
    return port


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
