"""How a kubo of this project is configured: private, silent, and asking nobody but its swarm.

kubo's defaults reach out to a public network in a dozen ways; each line takes one of them away. Sources: kubo 0.39,
docs/config.md and docs/experimental-features.md (private networks).
"""

import json
from typing import Any, Final

ENVIRONMENT: Final = {"IPFS_TELEMETRY": "off"}
"""Telemetry is on by default even in a private swarm; this and the plugin's own setting are both needed."""

SWARM_ENVIRONMENT: Final = ENVIRONMENT | {"LIBP2P_FORCE_PNET": "1"}
"""For a kubo with peers: without its swarm key it shall not start at all."""

SETTINGS: Final[tuple[tuple[str, Any], ...]] = (
    ("Bootstrap", []),
    ("Addresses.Gateway", []),
    ("Routing.Type", "none"),
    ("Routing.DelegatedRouters", []),
    ("Ipns.DelegatedPublishers", []),
    ("DNS.Resolvers", {}),
    ("AutoConf.Enabled", False),
    ("AutoTLS.Enabled", False),
    ("Provide.Enabled", False),
    ("Discovery.MDNS.Enabled", False),
    ("Plugins.Plugins.telemetry.Config", {"Mode": "off"}),
)
"""Setting and JSON value, for every kubo."""

SWARM_SETTINGS: Final[tuple[tuple[str, Any], ...]] = (
    *SETTINGS,
    *((f"Swarm.Transports.Network.{name}", False) for name in ("QUIC", "WebTransport", "WebRTCDirect", "Websocket")),
    ("Swarm.Transports.Network.Relay", False),
    ("Swarm.DisableNatPortMap", True),
    ("Swarm.AddrFilters", []),
    ("Addresses.Swarm", ["/ip4/0.0.0.0/tcp/4001"]),
    ("Addresses.API", "/ip4/0.0.0.0/tcp/5001"),
)
"""The same for a member of a private swarm: TCP alone carries the swarm key. Its RPC belongs on a closed network."""


def configure(settings: tuple[tuple[str, Any], ...]) -> list[list[str]]:
    """Return the arguments of each ``ipfs config`` that makes ``settings``."""
    return [["config", "--json", name, json.dumps(value, separators=(",", ":"))] for name, value in settings]
