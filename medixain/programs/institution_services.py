"""One institution's part of the table: execution client, consensus client, signer, re-encryption node."""

import shlex
from pathlib import Path
from typing import Final

from consensus.execution.geth.setup import GethFolder, flags, init_arguments
from medixain.programs.services import (
    CONFIGURATION,
    DONE,
    HEALTHY,
    OWN_IMAGE,
    SIGNER_PORT,
    STATE,
    Service,
    listens,
    signer_command,
)

INSTITUTIONS: Final = 5
RPC_PORT: Final = 8545
GOSSIP_PORT: Final = 9650
NODE_PORT: Final = 8200
GETH: Final = GethFolder(Path(STATE) / "geth")


def geth_script(number: int) -> str:
    """Return the shell line that initialises geth on first use and becomes geth."""
    run = flags(
        GETH,
        chain_id="${CHAIN_ID:?chainId of the genesis file}",
        gas_limit="${GAS_LIMIT:?gasLimit of the genesis file}",
        address="0.0.0.0",
        name=f"geth-{number}",
    )
    return f"{shlex.join(['geth', *init_arguments(GETH)])}; exec {shlex.join(['geth', *run])}"


def institution_services(number: int) -> list[Service]:
    """Return the services of institution ``number``, 1 to :data:`INSTITUTIONS`."""
    return [*_execution(number), _signer(number), _chain(number), _node(number)]


def _execution(number: int) -> list[Service]:
    prepare = Service(
        name=f"prepare-{number}",
        image=OWN_IMAGE,
        command=(
            "python",
            "-m",
            "medixain.programs.chain_node",
            "--config",
            f"{CONFIGURATION}/chain.json",
            "--prepare",
        ),
        networks=(f"institution-{number}",),
        volumes=(f"geth-{number}:{GETH.path}", *_configuration(number)),
        once=True,
    )
    geth = Service(
        name=f"geth-{number}",
        image="ethereum/client-go:v1.17.0",
        command=(geth_script(number),),
        script=True,
        networks=(f"institution-{number}",),
        volumes=(f"geth-{number}:{GETH.path}",),
        healthy=("geth", "attach", "--exec", "eth.blockNumber", str(GETH.ipc)),
        after={prepare.name: DONE},
    )
    return [prepare, geth]


def _signer(number: int) -> Service:
    return Service(
        name=f"signer-{number}",
        image=OWN_IMAGE,
        command=signer_command("signer-passphrase"),
        networks=(f"institution-{number}", "edge"),
        volumes=(
            f"./deploy/institution-{number}/signer:{STATE}",
            f"./deploy/institution-{number}/signer-passphrase:/run/secrets/signer-passphrase:ro",
        ),
        healthy=listens(SIGNER_PORT),
        published=(f"127.0.0.1:{SIGNER_PORT + number}:{SIGNER_PORT}",),
    )


def _chain(number: int) -> Service:
    return Service(
        name=f"chain-{number}",
        image=OWN_IMAGE,
        command=("python", "-m", "medixain.programs.chain_node", "--config", f"{CONFIGURATION}/chain.json"),
        networks=(f"institution-{number}", "consortium", "edge"),
        volumes=(
            f"geth-{number}:{GETH.path}",
            f"chain-{number}:{STATE}/consensus",
            *_configuration(number),
            f"./deploy/institution-{number}/signer/token:/run/secrets/signer-token:ro",
        ),
        healthy=listens(RPC_PORT),
        after={f"geth-{number}": HEALTHY, f"signer-{number}": HEALTHY},
        published=(f"127.0.0.1:{RPC_PORT + number - 1}:{RPC_PORT}",),
    )


def _node(number: int) -> Service:
    return Service(
        name=f"node-{number}",
        image=OWN_IMAGE,
        command=("python", "-m", "keymgmt.node", "--config", f"{CONFIGURATION}/node.json"),
        networks=(f"institution-{number}", "edge"),
        volumes=(f"node-{number}:{STATE}", f"./deploy/institution-{number}/node:{CONFIGURATION}:ro"),
        healthy=listens(NODE_PORT),
        after={f"chain-{number}": HEALTHY},
        published=(f"127.0.0.1:{NODE_PORT + number}:{NODE_PORT}",),
    )


def _configuration(number: int) -> tuple[str, ...]:
    folder = f"./deploy/institution-{number}"
    return (
        f"./deploy/genesis.json:{CONFIGURATION}/genesis.json:ro",
        f"{folder}/chain.json:{CONFIGURATION}/chain.json:ro",
    )
