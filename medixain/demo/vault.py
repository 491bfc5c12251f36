"""Where the demo's browser vault lives: its build, and the port that is kept for as long as the data is."""

import json
from pathlib import Path

from medixain.demo.layout import Layout
from medixain.demo.ports import claim, free_ports, is_free
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
        return claim(int(json.loads(file.read_text(encoding="utf-8"))))
    port = beside + 1 if beside < 65535 and is_free(beside + 1) else free_ports(1)[0]
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(file) as sink:
        sink.write(json.dumps(port).encode("ascii"))
    return port
