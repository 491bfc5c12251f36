"""The chain: embedded EVM, one consensus client with five partners' miners and voters, the JSON-RPC door.

Takes ``MEDIXAIN_SIGNER_URL`` and ``MEDIXAIN_VAULT_URL`` (whose scripts may ask the door). The first start deploys the
contracts; when that is final the deployer's key is deleted, and the consortium's votes are the only way to a new one.
"""

import logging
import time

from consensus.execution.embedded import EmbeddedExecution, Genesis
from consensus.execution.rpc import EthereumMethods, Ingress, RpcServer, SenderCheck
from consensus.node.client import ClientConfig, ConsensusClient
from consensus.node.clock import SystemClock
from consensus.node.gossip.base import NoGossip
from consensus.node.governance import ContractGovernance
from consensus.rules.genesis import GenesisConfig
from contracts.bindings.sending import LocalKey, Sender
from contracts.bindings.transport import http_web3
from contracts.deploy.deployment import deploy
from contracts.deploy.manifest import read_manifest, write_manifest
from keymgmt.signer.client import RemoteConsensusKeys, SignerClient
from keymgmt.signer.home import Role
from medixain.demo.founding import Founding, deployer_key, forget_deployer_key
from medixain.demo.layout import Layout
from medixain.demo.programs.child import arguments, serve_until_the_end
from medixain.demo.switches import SwitchedKeys
from medixain.env import Environment

logger = logging.getLogger("medixain.demo.chain")

DEPLOYMENT_TIMEOUT = 100.0
RPC_TIMEOUT = 30.0


def consensus_keys(layout: Layout) -> RemoteConsensusKeys:
    """The miners' and voters' keyrings of the signer."""
    signer = SignerClient.of_home(Environment().text("SIGNER_URL"), layout.signers)
    return RemoteConsensusKeys([ring for ring in signer.keyrings().values() if ring.role is Role.CONSENSUS])


def start_chain(layout: Layout, founding: Founding, port: int) -> tuple[EmbeddedExecution, ConsensusClient, RpcServer]:
    """Open the databases, start to mine and vote, open the door."""
    genesis = GenesisConfig.load(layout.genesis)
    layout.chain.mkdir(parents=True, exist_ok=True)
    start = Genesis(genesis.chain_id, genesis.time, genesis.gas_limit)
    execution = EmbeddedExecution(
        layout.chain / "execution.sqlite3", start, sender_quota=lambda sender, at: governance.sender_quota(sender, at)
    )
    governance = ContractGovernance(genesis, execution)
    keys = SwitchedKeys(consensus_keys(layout), layout, founding)
    client = ConsensusClient(
        ClientConfig(genesis, layout.chain / "consensus"), execution, keys, NoGossip(), SystemClock(), governance,
    )  # fmt: skip
    client.start()
    check = SenderCheck(governance, lambda: execution.head().hash)
    ingress = Ingress(EthereumMethods(execution), genesis.chain_id, check)
    rpc = RpcServer(ingress, port=port, allowed_origins=(Environment().text("VAULT_URL"),)).start()
    return execution, client, rpc


def deploy_contracts(layout: Layout, founding: Founding, key: LocalKey, rpc_url: str) -> None:
    """Deploy or finish deploying, wait until that is final, record it, delete the deployer's key."""
    web3 = http_web3(rpc_url, timeout=RPC_TIMEOUT)
    manifest = deploy(
        web3,
        Sender(key, founding.chain_id),
        founding.deployment(),
        recorded=read_manifest(layout.manifest),
        timeout=DEPLOYMENT_TIMEOUT,
    )
    write_manifest(layout.manifest, manifest)
    last = max(entry.block for entry in manifest.contracts.values())
    deadline = time.monotonic() + DEPLOYMENT_TIMEOUT
    while web3.eth.get_block("finalized")["number"] < last and time.monotonic() < deadline:
        time.sleep(0.2)
    if web3.eth.get_block("finalized")["number"] >= last:
        forget_deployer_key(layout)


def main() -> None:
    """Start, deploy when that is not done yet, serve until asked to stop."""
    layout, port = arguments("The chain of the demo.")
    logging.getLogger("eth").setLevel(logging.WARNING)
    founding = Founding.load(layout)
    execution, client, rpc = start_chain(layout, founding, port)
    key = deployer_key(layout)
    if key is not None:
        deploy_contracts(layout, founding, key, rpc.url)
    serve_until_the_end(rpc.url)
    rpc.stop()
    client.stop()
    execution.close()


if __name__ == "__main__":
    main()
