"""What a check of the vault is held against: the platform's description, the chain's institutions, the sources."""

from pathlib import Path
from typing import Final

from web3.exceptions import Web3Exception

from contracts.bindings.addresses import ContractAddresses
from contracts.bindings.caller import Web3Caller
from contracts.bindings.contracts import Contracts
from contracts.bindings.transport import http_web3
from medixain.core.addresses import to_address
from medixain.core.errors import MedixainError
from medixain.vault.bundle import INDEX
from medixain.vault.errors import BadConfig, VaultUnreachable
from medixain.vault.publishing import fetch_meta
from medixain.vault.verifying import Consortium

TIMEOUT_SECONDS: Final = 15
DIST: Final = Path(__file__).resolve().parents[2] / "keymgmt" / "vault" / "dist"


def consortium_of(platform: str, *, rpc_url: str | None = None) -> Consortium:
    """Return the platform's ``/meta`` and the ids of the institutions that the chain holds for active.

    An id counts while the institution signs with the key it was founded with: after a replacement its signatures are
    another address's, and other institutions sign. ``rpc_url`` is a chain node of one's own; the platform's otherwise.
    Raises :class:`VaultUnreachable` and :class:`BadConfig`.
    """
    meta = fetch_meta(platform)
    url = rpc_url or str(meta.get("rpc_url"))
    try:
        web3 = http_web3(url, timeout=TIMEOUT_SECONDS)
        addresses = ContractAddresses.from_names({name: str(value) for name, value in meta["contracts"].items()})
        registry = Contracts(Web3Caller(web3), addresses, int(meta["chain_id"])).institution_registry
        rows = [to_address(row["id"]) for row in meta["institutions"]]
        active = {row for row in rows if registry.is_active_institution(row) and registry.institution_key(row) == row}
    except (OSError, Web3Exception) as error:
        raise VaultUnreachable(url, type(error).__name__) from error
    except (KeyError, TypeError, ValueError, AttributeError, MedixainError) as error:
        raise BadConfig(f"the platform's /meta does not describe a chain that answers ({error})") from error
    return Consortium(meta, active)


def local_build() -> Path | None:
    """The build of this checkout's sources, when somebody has made it."""
    return DIST if (DIST / INDEX).is_file() else None
