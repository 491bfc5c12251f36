"""What a private geth is started with: one list of flags and files for the process runner and for containers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from consensus.execution.genesis import Genesis, geth_genesis
from consensus.execution.geth.auth import load_or_create_secret

ENGINE_PORT = 8551
HTTP_PORT = 8545
BATCH_LIMIT = 5_000

CONFIG = '[Node.P2P]\nListenAddr = ""\nNoDiscovery = true\nMaxPeers = 0\n'
"""``--maxpeers 0`` alone still listens on *:30303; only a configuration file can take the listener away."""


@dataclass(frozen=True, slots=True)
class GethFolder:
    """The files of one geth below ``path``."""

    path: Path

    @property
    def data(self) -> Path:
        """geth's own databases."""
        return self.path / "data"

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.path / "geth.toml"

    @property
    def genesis(self) -> Path:
        """geth's form of the genesis configuration."""
        return self.path / "genesis.json"

    @property
    def secret(self) -> Path:
        """The Engine API's JWT secret."""
        return self.path / "jwt.hex"

    @property
    def ipc(self) -> Path:
        """The socket on which the pool and the miner answer."""
        return self.path / "geth.ipc"

    @property
    def payloads(self) -> Path:
        """The durable payload log, which geth itself does not know."""
        return self.path / "payloads.sqlite"


def prepare(folder: GethFolder, genesis: Genesis) -> None:
    """Writes what geth reads at its start; an existing JWT secret is kept."""
    load_or_create_secret(folder.secret)
    folder.genesis.write_text(json.dumps(geth_genesis(genesis)), encoding="utf-8")
    folder.config.write_text(CONFIG, encoding="utf-8")


def init_arguments(folder: GethFolder) -> list[str]:
    """Arguments that give the data folder its genesis; on a folder that has it they change nothing."""
    return ["init", "--datadir", str(folder.data), "--state.scheme", "hash", str(folder.genesis)]


def flags(
    folder: GethFolder,
    *,
    chain_id: int | str,
    gas_limit: int | str,
    engine_port: int = ENGINE_PORT,
    http_port: int = HTTP_PORT,
    address: str = "127.0.0.1",
    name: str = "localhost",
) -> list[str]:
    """Arguments of a run. ``address`` is where it listens; callers may use ``name`` for it besides IP addresses.

    ``chain_id`` and ``gas_limit`` are those of the genesis, or placeholders that a container engine fills in.
    """
    return [
        "--config", str(folder.config),
        "--datadir", str(folder.data),
        "--networkid", str(chain_id),
        "--syncmode", "full",
        "--state.scheme", "hash",
        "--gcmode", "archive",
        "--nodiscover",
        "--maxpeers", "0",
        "--nat", "none",
        "--discovery.dns=",
        "--ipcpath", str(folder.ipc),
        "--authrpc.addr", address,
        "--authrpc.port", str(engine_port),
        "--authrpc.vhosts", name,
        "--authrpc.jwtsecret", str(folder.secret),
        "--http",
        "--http.addr", address,
        "--http.port", str(http_port),
        "--http.vhosts", name,
        "--http.api", "eth,net,web3",
        "--rpc.batch-request-limit", str(BATCH_LIMIT),
        "--txpool.pricelimit", "0",
        "--txpool.nolocals",
        "--miner.gaslimit", str(gas_limit),
        "--miner.gasprice", "0",
    ]  # fmt: skip
