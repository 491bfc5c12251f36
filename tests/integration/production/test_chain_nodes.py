"""Consensus clients as programs, each with a file and a signer of its own.

Two over the embedded EVM make one chain together; one works over the geth that the compose file's own line starts.
"""

import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from consensus.rules.genesis import GenesisConfig
from consensus.rules.miners import Miner
from contracts.bindings.addresses import predict_addresses
from keymgmt.signer.config import SignerConfig
from keymgmt.signer.home import Role, SignerHome
from keymgmt.signer.runner import SignerServer
from medixain.core import canonical
from medixain.programs.institution_services import GETH as GETH_FOLDER
from medixain.programs.institution_services import geth_script
from tests.unit.consensus.support import CHAIN_ID, DEPLOYER, genesis, raw_transaction

DEADLINE_S = 120
PASSPHRASE = "correct horse battery staple of a test"
VAULT = "https://vault.example.org"
PARTNERS = ((1, 2, 3), (4, 5))
"""Whose keys each signer holds. No side has more than two thirds of the votes: finality needs both."""

CREATION = "0x" + raw_transaction("deployer", data=bytes.fromhex("60006000f3"), to="").hex()
"""What the genesis deployer alone may send: a contract without code."""
GETH = Path(__file__).resolve().parents[3] / ".nodes" / "geth"


class Institution:
    """A signer in this process, and a consensus client as a program beside it."""

    def __init__(self, folder: Path, partners: tuple[int, ...]) -> None:
        self.folder, self.partners = folder, partners
        self.home = SignerHome.open(folder / "signer", PASSPHRASE)
        self.miners = {n: self.home.create(f"miner-{n}", Role.CONSENSUS).address for n in partners}
        self.voters = {n: self.home.create(f"voter-{n}", Role.CONSENSUS).address for n in partners}
        self.address = self.voters[partners[0]]
        self.gossip_port = free_port()
        self.signer = SignerServer(self.home, SignerConfig(CHAIN_ID, predict_addresses(DEPLOYER)))
        self.signer_url = self.signer.start()
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def configure(self, config: GenesisConfig, execution: dict[str, str], *peers: "Institution") -> None:
        (self.folder / "genesis.json").write_bytes(canonical.encode(config.to_json()))
        document = {
            "genesis": "genesis.json",
            "data": "chain",
            "execution": execution,
            "signer": {"url": self.signer_url, "token_file": "signer/token"},
            "gossip": {
                "address": self.address, "host": "127.0.0.1", "port": self.gossip_port,
                "peers": {peer.address: f"http://127.0.0.1:{peer.gossip_port}" for peer in peers},
            },
            "rpc": {"host": "127.0.0.1", "port": 0, "names": ["127.0.0.1"], "origins": [VAULT]},
        }  # fmt: skip
        (self.folder / "chain.json").write_text(json.dumps(document), encoding="utf-8")

    def command(self, *arguments: str) -> list[str]:
        return [
            sys.executable,
            "-m",
            "medixain.programs.chain_node",
            "--config",
            str(self.folder / "chain.json"),
            *arguments,
        ]

    def start(self) -> None:
        self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=(self.folder / "log").open("ab"))
        output = self.process.stdout
        assert output is not None
        line = output.readline() if select.select([output], [], [], DEADLINE_S)[0] else b""
        assert line.startswith(b"ready "), (self.folder / "log").read_text()
        self.url = line.split()[1].decode()

    def stop(self) -> int | None:
        if self.process is None:
            return None
        self.process.terminate()
        code = self.process.wait(60)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
        return code

    def ask(self, method: str, *params: object) -> Any:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        answered = httpx.post(self.url, json=request, headers={"Origin": VAULT}, trust_env=False, timeout=30)
        assert answered.headers["Access-Control-Allow-Origin"] == VAULT
        answer = answered.json()
        assert "error" not in answer, answer
        return answer["result"]

    def final(self) -> int:
        return int(self.ask("eth_getBlockByNumber", "finalized", False)["number"], 16)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.2)


def founded(*institutions: Institution) -> GenesisConfig:
    """The genesis of a network of these institutions' keys."""
    keys: dict[int, str] = {}
    voters: dict[int, str] = {}
    for institution in institutions:
        keys |= institution.miners
        voters |= institution.voters
    template = genesis(d=10)
    return replace(
        template,
        time=int(time.time()) - 60,
        miners=tuple(Miner(m.id, keys[n], m.institution) for n, m in enumerate(template.miners, 1)),
        voters=tuple(voters[n] for n in sorted(voters)),
    )


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Institution]]:
    made: list[Institution] = []

    def institution(*partners: int) -> Institution:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Institution(folder, partners))
        return made[-1]

    yield institution
    for institution_made in made:
        institution_made.stop()
        institution_made.signer.stop()


@pytest.fixture
def institutions(make: Callable[..., Institution]) -> list[Institution]:
    first, second = (make(*partners) for partners in PARTNERS)
    config = founded(first, second)
    first.configure(config, {"kind": "embedded"}, second)
    second.configure(config, {"kind": "embedded"}, first)
    return [first, second]


def test_two_programs_finalise_one_chain_and_end_cleanly(institutions: list[Institution]) -> None:
    first, second = institutions
    for institution in institutions:
        institution.start()
    sent = first.ask("eth_sendRawTransaction", CREATION)
    wait(lambda: first.final() >= 1 and second.final() >= 1)
    receipts = [institution.ask("eth_getTransactionReceipt", sent) for institution in institutions]
    assert receipts[0] is not None
    assert receipts[0]["blockHash"] == receipts[1]["blockHash"]

    assert second.stop() == 0
    final = first.final()
    second.start()
    wait(lambda: second.final() >= final)
    assert [institution.stop() for institution in institutions] == [0, 0]


def test_a_configuration_that_cannot_be_used_is_one_sentence(institutions: list[Institution]) -> None:
    first, _ = institutions
    file = first.folder / "chain.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    document["gosip"] = {}
    file.write_text(json.dumps(document), encoding="utf-8")
    ended = subprocess.run(first.command(), capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert ended.returncode == 2
    assert ended.stderr == "the consensus client's configuration: file.gosip is no setting; see docs/operations.md\n"


@pytest.mark.geth
@pytest.mark.skipif(not GETH.exists(), reason="geth is not built; run make nodes")
def test_a_program_finalises_over_the_geth_of_the_compose_file(make: Callable[..., Institution]) -> None:
    institution = make(1, 2, 3, 4, 5)
    config = founded(institution)
    engine, http = free_port(), free_port()
    folder = institution.folder / "geth"
    addresses = {"engine_url": f"http://127.0.0.1:{engine}", "http_url": f"http://127.0.0.1:{http}"}
    institution.configure(config, {"kind": "geth", "folder": "geth", **addresses})
    subprocess.run(institution.command("--prepare"), check=True, timeout=DEADLINE_S)
    with geth(folder, config, {"8551": engine, "8545": http}):
        institution.start()
        sent = institution.ask("eth_sendRawTransaction", CREATION)
        wait(lambda: institution.final() >= 1)
        assert institution.ask("eth_getTransactionReceipt", sent)["status"] == "0x1"
        assert institution.stop() == 0


@contextmanager
def geth(folder: Path, config: GenesisConfig, ports: dict[str, int]) -> Iterator[None]:
    """The geth that the compose file's line starts, with this machine's paths and ports."""
    line = geth_script(1).replace(str(GETH_FOLDER.path), str(folder)).replace("0.0.0.0", "127.0.0.1")
    line = line.replace("${CHAIN_ID:?chainId of the genesis file}", str(config.chain_id))
    line = line.replace("${GAS_LIMIT:?gasLimit of the genesis file}", str(config.gas_limit))
    for usual, free in ports.items():
        line = line.replace(usual, str(free))
    environment = {"PATH": f"{GETH.parent}:{os.defpath}", "HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(["/bin/sh", "-ec", line], env=environment, stdout=log, stderr=log)
    try:
        wait(lambda: reachable(ports["8551"]) or process.poll() is not None)
        assert process.poll() is None, (folder / "log").read_text()
        yield
    finally:
        process.terminate()
        process.wait(60)


def reachable(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
