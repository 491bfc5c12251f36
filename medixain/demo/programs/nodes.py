"""The five re-encryption nodes: threads of one program, each with its own keys and database.

Takes ``MEDIXAIN_RPC_URL``, ``MEDIXAIN_PLATFORM_URL``, ``MEDIXAIN_VAULT_URL`` (whose scripts may ask the nodes) and
``MEDIXAIN_NODE_PORTS`` (one for each node, in order).
"""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from keymgmt.node.server.config import NodeConfig
from keymgmt.node.server.context import NodeKeys
from keymgmt.node.server.runner import NodeServer
from keymgmt.pre import SecretKey
from medixain.demo.founding import Founding
from medixain.demo.layout import Layout
from medixain.demo.programs.child import arguments, serve_until_the_end
from medixain.demo.switches import node_is_stopped
from medixain.env import Environment

SWITCH_SECONDS = 0.5


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
        origins=(environment.text("VAULT_URL"),),
    )


class SwitchedNodes:
    """The nodes of this program; those that somebody has stopped (``medixain.demo.switches``) do not run."""

    def __init__(self, layout: Layout) -> None:
        founding, environment = Founding.load(layout), Environment()
        self._layout = layout
        self._servers = [
            NodeServer(node_config(layout, founding, index, environment)) for index in range(len(founding.partners))
        ]
        self._running: set[int] = set()
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._follow_switches, name="node-switches", daemon=True)

    def start(self) -> None:
        """Start the nodes that are switched on, and follow the switches from now on."""
        self._switch()
        self._watch.start()

    def stop(self) -> None:
        """Stop all at once: each finishes the requests under way."""
        self._ended.set()
        self._watch.join()
        with ThreadPoolExecutor(len(self._servers)) as stoppers:
            list(stoppers.map(lambda index: self._servers[index].stop(), self._running))

    def _follow_switches(self) -> None:
        while not self._ended.wait(SWITCH_SECONDS):
            self._switch()

    def _switch(self) -> None:
        for index, server in enumerate(self._servers):
            stopped = node_is_stopped(self._layout, index)
            if stopped and index in self._running:
                server.stop()
                self._running.remove(index)
            elif not stopped and index not in self._running:
                server.start()
                self._running.add(index)


def main() -> None:
    """Serve until asked to stop."""
    layout, _ = arguments("The re-encryption nodes of the demo.")
    logging.getLogger("web3").setLevel(logging.WARNING)
    nodes = SwitchedNodes(layout)
    nodes.start()
    serve_until_the_end()
    nodes.stop()


if __name__ == "__main__":
    main()
