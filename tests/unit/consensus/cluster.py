"""Several consensus clients, each with its own execution engine and data folder, talking over real HTTP."""

import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx

from consensus.execution.embedded import EmbeddedExecution
from consensus.node.client import ClientConfig, ConsensusClient
from consensus.node.gossip.http import HttpGossip
from consensus.rules.genesis import GenesisConfig
from tests.unit.consensus.nodes import embedded
from tests.unit.consensus.support import GENESIS_TIME, VOTERS, genesis, partner_signer, raw_transaction

SPEED = 4
"""How much faster than the wall the cluster's clock runs, so that seconds between blocks cost a test little."""

DEADLINE_S = 120


class FastClock:
    """One clock for all nodes of a cluster."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def now_ms(self) -> int:
        return (GENESIS_TIME + 100) * 1000 + int((time.monotonic() - self._started) * 1000 * SPEED)


class CuttableTransport(httpx.HTTPTransport):
    """A network link set that a test can cut by port."""

    def __init__(self) -> None:
        super().__init__()
        self.cut: frozenset[int] = frozenset()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.port in self.cut:
            raise httpx.ConnectError("the test has cut this link", request=request)
        return super().handle_request(request)


@dataclass
class Node:
    """One partner's program."""

    number: int
    folder: Path
    port: int
    ports: dict[int, int]
    clock: FastClock
    config: GenesisConfig

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        signer = partner_signer(self.number)
        self.execution: EmbeddedExecution = embedded(self.folder / "chain.sqlite3", self.config)
        self.transport = CuttableTransport()
        peers = {VOTERS[n - 1]: f"http://127.0.0.1:{port}" for n, port in self.ports.items() if n != self.number}
        self.gossip = HttpGossip(
            self.config, VOTERS[self.number - 1], signer, ("127.0.0.1", self.port), peers, self.clock, self.transport
        )
        settings = ClientConfig(self.config, self.folder, vote_delay_ms=250 * SPEED)
        self.client = ConsensusClient(settings, self.execution, signer, self.gossip, self.clock)
        self.client.start()

    def stop(self) -> None:
        self.client.stop()
        self.execution.close()

    def submit(self, nonce: int) -> None:
        self.execution.submit(raw_transaction("deployer", to=self.config.contracts[0], nonce=nonce))

    @property
    def head(self) -> int:
        return self.client.chain.head.height

    @property
    def final(self) -> int:
        return self.client.chain.final.height


class Cluster:
    """Nodes of partners 1 to ``size``, all running."""

    def __init__(self, folder: Path, size: int = 5) -> None:
        ports = {number: free_port() for number in range(1, size + 1)}
        clock, config = FastClock(), genesis(d=12)
        self.nodes = {
            number: Node(number, folder / str(number), port, ports, clock, config) for number, port in ports.items()
        }
        self.running: set[int] = set()
        self.start(*ports)

    def start(self, *numbers: int) -> None:
        for number in numbers:
            self.nodes[number].start()
            self.running.add(number)

    def stop(self, *numbers: int) -> None:
        for number in numbers:
            self.running.discard(number)
            self.nodes[number].stop()

    def close(self) -> None:
        self.stop(*self.running)

    def partition(self, *sides: Iterable[int]) -> None:
        """Cuts every link between different sides; no sides heal all."""
        for side in map(frozenset, sides or [self.nodes]):
            cut = frozenset(node.port for number, node in self.nodes.items() if number not in side)
            for number in side & self.running:
                self.nodes[number].transport.cut = cut

    def all(self, condition: Callable[[Node], bool]) -> bool:
        return all(condition(self.nodes[number]) for number in self.running)

    def agree(self) -> bool:
        """Whether all running nodes have one head and one final block."""
        chains = [self.nodes[number].client.chain for number in self.running]
        return len({(chain.head.seal, chain.final.seal) for chain in chains}) == 1


def wait(condition: Callable[[], bool]) -> None:
    """Waits until a condition holds; fails after the deadline."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("the condition did not come true in time")
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
