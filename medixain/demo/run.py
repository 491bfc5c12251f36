"""Start the demo: found the consortium when there is none, start the programs in order, invite the people, wait."""

import json
import os
import secrets
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from medixain.demo.founding import Founding, found, open_signers, write_signer_config
from medixain.demo.layout import Layout, owned
from medixain.demo.people import settle_partners, settle_people, write_log_ins
from medixain.demo.ports import claim, free_ports
from medixain.demo.supervisor import Supervisor
from medixain.demo.vault import require_built, vault_port
from records.container import atomic_file

CHECK_SECONDS = 0.5


def run_demo(*, port: int, data: Path, people: bool) -> None:
    """Run the platform in the foreground on ``port`` (0: a free one) until Ctrl-C; prints ``ready URL`` when it is up.

    Raises :class:`DataInUse`, :class:`PortInUse`, :class:`ProgramFailed`, :class:`VaultNotBuilt`.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    require_built()
    layout = Layout(data)
    with owned(layout), Supervisor(layout) as supervisor:
        port = claim(port)
        server = f"http://localhost:{port}"
        vault = f"http://localhost:{vault_port(layout, beside=port)}"
        founding = found(layout, now=int(time.time()))
        signer = start_programs(layout, supervisor, founding, server, vault)
        log_ins = settle_partners(layout, founding, server, signer)
        # Not earlier: the vault's configuration names the institutions, which have just given their names.
        start_vault(layout, supervisor, server=server, vault=vault, signer=signer)
        if people:
            settle_people(layout, log_ins)
        log_ins.vault = vault
        write_log_ins(layout, log_ins)
        sys.stdout.write(log_ins.text())
        sys.stdout.write(f"ready {server}\n")
        sys.stdout.flush()
        try:
            while True:
                supervisor.check()
                time.sleep(CHECK_SECONDS)
        except KeyboardInterrupt:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            sys.stdout.write("stopping; the data stays in " + os.fspath(layout.data) + "\n")


def start_programs(layout: Layout, supervisor: Supervisor, founding: Founding, server: str, vault: str) -> str:
    """Signer, chain, platform, nodes; each learns the addresses of those before it. Returns the signer's address."""
    promised = [int(address.rsplit(":", 1)[1]) for address in (server, vault)]
    rpc_port, *node_ports = free_ports(1 + len(founding.partners), apart_from=promised)
    rpc = f"http://127.0.0.1:{rpc_port}"
    config = write_signer_config(layout, founding, rpc)
    open_signers(layout)
    [signer] = supervisor.start(
        "signer", "keymgmt.signer", "--home", str(layout.signers), "--config", str(config), "--with-parent"
    )
    data = ("--data", str(layout.data))
    supervisor.start(
        "chain", "medixain.demo.programs.chain", *data, "--port", str(rpc_port),
        environment={"SIGNER_URL": signer, "VAULT_URL": vault},
    )  # fmt: skip
    nodes = [f"http://127.0.0.1:{port}" for port in node_ports]
    supervisor.start(
        "web", "medixain.demo.programs.web", *data, "--port", server.rsplit(":", 1)[1],
        environment=platform_environment(
            layout, founding, server=server, vault=vault, rpc=rpc, signer=signer, nodes=nodes
        ),
    )  # fmt: skip
    node_settings = {
        "RPC_URL": rpc, "PLATFORM_URL": server, "VAULT_URL": vault, "NODE_PORTS": ",".join(map(str, node_ports)),
    }  # fmt: skip
    supervisor.start("nodes", "medixain.demo.programs.nodes", *data, environment=node_settings)
    return signer


def start_vault(layout: Layout, supervisor: Supervisor, *, server: str, vault: str, signer: str) -> None:
    """The browser vault on its own origin."""
    supervisor.start(
        "vault", "medixain.demo.programs.vault", "--data", str(layout.data), "--port", vault.rsplit(":", 1)[1],
        environment={"SIGNER_URL": signer, "PLATFORM_URL": server},
    )  # fmt: skip


def platform_environment(
    layout: Layout, founding: Founding, *, server: str, vault: str, rpc: str, signer: str, nodes: list[str]
) -> dict[str, str]:
    """The platform's settings, by the variables that production uses."""
    (layout.web / "static").mkdir(parents=True, exist_ok=True)
    secret = layout.web / "secret-key"
    if not secret.exists():
        with atomic_file(secret) as sink:
            sink.write(secrets.token_urlsafe(64).encode("ascii"))
    token = layout.signers / "token"
    return {
        "PROFILE": "demo",
        "DATA_DIR": str(layout.web),
        "SECRET_KEY_FILE": str(secret),
        "CHAIN_RPC_URL": rpc,
        "CHAIN_MANIFEST": str(layout.manifest),
        "RELAY_ADDRESS": founding.relay,
        "RELAY_SIGNER": json.dumps(
            {
                "BACKEND": "medixain.chainindex.signer.ProcessSigner",
                "OPTIONS": {"url": signer, "token_file": str(token), "keyring": "relay"},
            }
        ),
        "REENCRYPTION_NODES": json.dumps(
            [
                {"address": partner.node, "url": url, "name": partner.name}
                for partner, url in zip(founding.partners, nodes, strict=True)
            ]
        ),
        "KYC_SERVICES": json.dumps(
            [{"institution": p.institution, "url": f"{signer}/v1/{p.key}"} for p in founding.partners]
        ),
        "SIGN_IN_DOMAIN": server.removeprefix("http://"),
        "SIGN_IN_URI": server,
        "VAULT_URL": vault,
    }


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
