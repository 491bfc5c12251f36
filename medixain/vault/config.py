"""``/config.json``: the pins of one deployment (docs/spec/vault.md), derived from what the platform says of itself."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from medixain.core import canonical
from medixain.core.addresses import to_address
from medixain.core.errors import MedixainError
from medixain.vault.errors import BadConfig

LANGUAGES: Final = ("en", "de")
_PLACE: Final = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]+)?")
"""Host and port. Anything else could end the directive of the content policy that the origin is written into."""
_NODE_FIELDS: Final = ("address", "institution", "key", "name", "url")


def config_of(meta: Mapping[str, Any], *, platform: str, languages: Sequence[str] = LANGUAGES) -> dict[str, Any]:
    """Return the configuration of the vault beside ``platform`` (an origin), from the answer of its ``/meta``.

    Raises :class:`BadConfig` when the answer lacks something.
    """
    try:
        node_set = meta["node_set"]
        return {
            "v": 1,
            "platform": origin_of(platform),
            "chain_id": int(meta["chain_id"]),
            "contracts": {str(name): to_address(address) for name, address in meta["contracts"].items()},
            "node_set": {
                "version": int(node_set["version"]),
                "threshold": int(node_set["threshold"]),
                "nodes": [{name: str(node[name]) for name in _NODE_FIELDS} for node in node_set["nodes"]],
            },
            "relay": to_address(meta["relay"]),
            "rpc_url": _address(str(meta["rpc_url"])),
            "institutions": {to_address(row["id"]): str(row["name"]) for row in meta["institutions"] if row["active"]},
            "languages": list(languages),
        }
    except (KeyError, TypeError, ValueError, AttributeError, MedixainError) as error:
        raise BadConfig(f"the platform's /meta is incomplete ({error})") from error


def encode_config(config: Mapping[str, Any]) -> bytes:
    """The bytes of ``/config.json``."""
    return canonical.encode(dict(config))


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address; raises :class:`BadConfig` when it is no http(s) address."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not _PLACE.fullmatch(parts.netloc):
        raise BadConfig(f"{url!r} is no http or https address")
    return f"{parts.scheme}://{parts.netloc}"


def asked_origins(config: Mapping[str, Any]) -> list[str]:
    """Origins that the vault's pages connect to besides the platform's: the nodes' and the JSON-RPC door's."""
    return [origin_of(url) for url in (*(node["url"] for node in config["node_set"]["nodes"]), config["rpc_url"])]


def _address(url: str) -> str:
    """The address itself, which has an origin: the content policy names that."""
    origin_of(url)
    return url
