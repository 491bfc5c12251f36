"""The re-encryption nodes: threads of one program; ``MEDIXAIN_NODES`` picks some of the five (``0,1,2,3,4``).

Takes ``MEDIXAIN_RPC_URL``, ``MEDIXAIN_PLATFORM_URL`` and ``MEDIXAIN_NODE_PORTS`` (one for each node, in order).
"""

import logging
from collections.abc import Sequence

from keymgmt.node.server.config import NodeConfig
from keymgmt.node.server.context import NodeKeys
from keymgmt.node.server.runner import NodeServer
from keymgmt.pre import SecretKey
from medixain.demo.founding import Founding
from medixain.demo.layout import Layout
from medixain.demo.programs.child import announce, arguments, wait_for_the_end
from medixain.env import Environment


def node_config(layout: Layout, founding: Founding, index: int, environment: Environment) -> NodeConfig:
    """What node number ``index`` runs with."""
    folder = layout.node(index)
    secret, exchange = (bytes.fromhex((folder / f"{name}.key").read_text("ascii")) for name in ("node", "exchange"))
    return NodeConfig(
        keys=NodeKeys(secret, SecretKey(exchange)),
        database=folder / "node.sqlite3",
        chain_id=founding.chain_id,
        rpc_url=environment.text("RPC_URL"),
        contracts=founding.addresses.by_name(),
        platform_url=environment.text("PLATFORM_URL"),
        port=int(environment.words("NODE_PORTS")[index]),
        tick=0.5,
    )


def start_nodes(layout: Layout, indices: Sequence[int]) -> list[NodeServer]:
    """Start these nodes, each on its own database."""
    founding, environment = Founding.load(layout), Environment()
    servers = [NodeServer(node_config(layout, founding, index, environment)) for index in indices]
    for server in servers:
        server.start()
    return servers


def main() -> None:
    """Serve until asked to stop."""
    layout, _ = arguments("The re-encryption nodes of the demo.")
    logging.getLogger("web3").setLevel(logging.WARNING)
    chosen = [int(word) for word in Environment().words("NODES", "0,1,2,3,4")]
    servers = start_nodes(layout, chosen)
    announce(*(server.url for server in servers))
    wait_for_the_end()
    for server in servers:
        server.stop()


if __name__ == "__main__":
    main()
