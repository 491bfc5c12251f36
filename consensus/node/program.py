"""One institution's consensus client put together from its configuration: execution, gossip, duties, JSON-RPC door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from consensus.execution.embedded import EmbeddedExecution, Genesis
from consensus.execution.geth import GethExecution
from consensus.execution.geth.auth import load_or_create_secret
from consensus.execution.geth.setup import GethFolder, prepare
from consensus.execution.rpc import Backend, EthereumMethods, GethForward, Ingress, RpcServer, SenderCheck
from consensus.node.client import ClientConfig, ConsensusClient
from consensus.node.clock import SystemClock
from consensus.node.config import BadConfiguration, GethSettings, NodeConfig
from consensus.node.gossip.http import HttpGossip
from consensus.node.governance import ContractGovernance
from consensus.node.signer import SealSigner
from consensus.rules.genesis import GenesisConfig

EXECUTION_FILE: Final = "execution.sqlite3"


def prepare_geth(config: NodeConfig) -> None:
    """Writes what geth reads at its first start. Raises :class:`BadConfiguration` for the embedded EVM."""
    if config.geth is None:
        raise BadConfiguration("execution.kind", "is embedded, which needs no preparation")
    config.geth.folder.mkdir(parents=True, exist_ok=True)
    prepare(GethFolder(config.geth.folder), _block_zero(_genesis(config)))


@dataclass(frozen=True, slots=True)
class _Chain:
    """An execution client and what reads the chain through it."""

    execution: EmbeddedExecution | GethExecution
    governance: ContractGovernance
    methods: Backend
    check: SenderCheck


class ChainNode:
    """A consensus client with its execution client and its door. ``keys`` signs for its miners, voters and gossip."""

    def __init__(self, config: NodeConfig, keys: SealSigner) -> None:
        """Opens databases and binds the door; nothing is served yet.

        Raises :class:`BadConfiguration`, the errors of the execution clients, and :class:`OSError` for a taken port.
        """
        gossip, rpc, clock = config.gossip, config.rpc, SystemClock()
        if gossip.address not in keys.addresses():
            raise BadConfiguration("gossip.address", "is no key of this signer")
        genesis = _genesis(config)
        config.data.mkdir(parents=True, exist_ok=True)
        chain = _embedded(config, genesis) if config.geth is None else _over_geth(config.geth, genesis)
        self._execution = chain.execution
        self.client = ConsensusClient(
            ClientConfig(genesis, config.data),
            chain.execution,
            keys,
            HttpGossip(genesis, gossip.address, keys, (gossip.host, gossip.port), gossip.peers, clock),
            clock,
            chain.governance,
        )
        ingress = Ingress(chain.methods, genesis.chain_id, chain.check)
        self._door = RpcServer(
            ingress, host=rpc.host, port=rpc.port, allowed_hosts=rpc.names, allowed_origins=rpc.origins
        )

    def start(self) -> str:
        """Catches up with the own log, then validates, votes, mines and serves; the door's URL."""
        self.client.start()
        return self._door.start().url

    def stop(self) -> None:
        """Shuts the door, ends all threads and closes the databases."""
        self._door.stop()
        self.client.stop()
        self._execution.close()


def _embedded(config: NodeConfig, genesis: GenesisConfig) -> _Chain:
    # Governance reads through this very client, so the quota can only be asked for later.
    execution = EmbeddedExecution(
        config.data / EXECUTION_FILE,
        _block_zero(genesis),
        sender_quota=lambda sender, at: governance.sender_quota(sender, at),
    )
    governance = ContractGovernance(genesis, execution)
    check = SenderCheck(governance, lambda: execution.head().hash)
    return _Chain(execution, governance, EthereumMethods(execution), check)


def _over_geth(geth: GethSettings, genesis: GenesisConfig) -> _Chain:
    files = GethFolder(geth.folder)
    execution = GethExecution(
        engine_url=geth.engine_url,
        secret=load_or_create_secret(files.secret),
        ipc_path=files.ipc,
        log_path=files.payloads,
        genesis=_block_zero(genesis),
    )
    governance = ContractGovernance(genesis, execution)
    check = SenderCheck(governance, lambda: execution.head().hash, execution.pending_gas)
    return _Chain(execution, governance, GethForward(geth.http_url), check)


def _block_zero(genesis: GenesisConfig) -> Genesis:
    return Genesis(genesis.chain_id, genesis.time, genesis.gas_limit)


def _genesis(config: NodeConfig) -> GenesisConfig:
    try:
        return GenesisConfig.load(config.genesis)
    except OSError as error:
        raise BadConfiguration("genesis", f"names a file that cannot be read ({error.strerror})") from error
