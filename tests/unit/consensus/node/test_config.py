"""A consensus client's file is read whole or refused with the place that is wrong."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from consensus.execution.geth.setup import GethFolder
from consensus.node.config import BadConfiguration, NodeConfig
from consensus.node.program import ChainNode, prepare_geth
from tests.unit.consensus.support import MINERS, VOTERS, genesis, partner_signer

ROOT = Path(__file__).resolve().parents[4]
GETH = {"kind": "geth", "engine_url": "http://geth:8551", "http_url": "http://geth:8545", "folder": "geth"}


def document() -> dict[str, Any]:
    return {
        "genesis": "genesis.json",
        "data": "/var/chain",
        "execution": dict(GETH),
        "signer": {"url": "http://signer:8100", "token_file": "token"},
        "gossip": {"address": VOTERS[0], "host": "0.0.0.0", "port": 9650, "peers": {VOTERS[1]: "http://other:9650"}},
        "rpc": {"host": "0.0.0.0", "port": 8545, "names": ["chain-1"], "origins": ["https://vault.example"]},
    }


def write(folder: Path, value: object) -> Path:
    path = folder / "chain.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_relative_paths_start_at_the_file(tmp_path: Path) -> None:
    config = NodeConfig.load(write(tmp_path, document()))
    assert (config.genesis, config.data) == (tmp_path / "genesis.json", Path("/var/chain"))
    assert config.geth is not None
    assert config.geth.folder == tmp_path / "geth"
    assert config.signer.token_file == tmp_path / "token"
    assert config.gossip.peers == {VOTERS[1]: "http://other:9650"}
    assert (config.rpc.names, config.rpc.origins) == (("chain-1",), ("https://vault.example",))


def test_the_operators_manual_shows_a_file_that_can_be_used(tmp_path: Path) -> None:
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    [shown] = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", manual, re.DOTALL) if '"rpc"' in block]
    # Keys are placeholders in the manual.
    shown["gossip"] |= {"address": VOTERS[0], "peers": {VOTERS[1]: "http://chain-2:9650"}}
    assert NodeConfig.load(write(tmp_path, shown)).rpc.origins == ("https://vault.example.org",)


def test_the_embedded_evm_needs_nothing_else(tmp_path: Path) -> None:
    config = NodeConfig.load(write(tmp_path, document() | {"execution": {"kind": "embedded"}}))
    assert config.geth is None
    with pytest.raises(BadConfiguration, match=r"execution\.kind"):
        prepare_geth(config)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"gosip": {}}, "file.gosip"),
        ({"genesis": ""}, "file.genesis"),
        ({"data": None}, "file.data"),
        ({"execution": None}, "execution"),
        ({"execution": {"kind": "besu"}}, "execution.kind"),
        ({"execution": {"kind": "embedded", "folder": "geth"}}, "execution.folder"),
        ({"execution": {**GETH, "engine_url": 8551}}, "execution.engine_url"),
        ({"signer": {"url": "http://signer"}}, "signer.token_file"),
        ({"gossip": {"address": VOTERS[0].lower(), "host": "h", "port": 1, "peers": {}}}, "gossip"),
        ({"gossip": {"address": VOTERS[0], "host": "h", "port": 1, "peers": {"0x": "u"}}}, "gossip"),
        ({"gossip": {"address": VOTERS[0], "host": "h", "port": 1, "peers": {VOTERS[1]: 1}}}, f"peers.{VOTERS[1]}"),
        ({"gossip": {"address": VOTERS[0], "host": "h", "port": 65536, "peers": {}}}, "gossip.port"),
        ({"rpc": {"host": "h", "port": True, "names": []}}, "rpc.port"),
        ({"rpc": {"host": "h", "port": 1, "names": "all"}}, "rpc.names"),
        ({"rpc": {"host": "h", "port": 1, "names": [1]}}, "rpc.names"),
        ({"rpc": {"host": "h", "port": 1, "names": []}}, "rpc.origins"),
        *(
            ({"rpc": {"host": "h", "port": 1, "names": [], "origins": [origin]}}, "rpc.origins")
            for origin in ("*", "null", "vault.example", "https://vault.example/", "https://*.example", "HTTPS://v", 1)
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, change: dict[str, Any], place: str) -> None:
    with pytest.raises(BadConfiguration) as refused:
        NodeConfig.load(write(tmp_path, document() | change))
    assert refused.value.field == place


@pytest.mark.parametrize("content", [None, b"", b"\xff", b"[1]", b"null"])
def test_a_file_that_is_no_configuration_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "chain.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadConfiguration):
        NodeConfig.load(path)


def test_preparing_geth_keeps_its_secret(tmp_path: Path) -> None:
    config = NodeConfig.load(write(tmp_path, document()))
    with pytest.raises(BadConfiguration, match="genesis"):
        prepare_geth(config)
    (tmp_path / "genesis.json").write_bytes(genesis().canonical())
    prepare_geth(config)
    files = GethFolder(tmp_path / "geth")
    secret = files.secret.read_text(encoding="ascii")
    prepare_geth(config)
    assert files.secret.read_text(encoding="ascii") == secret
    assert files.secret.stat().st_mode & 0o077 == 0
    assert json.loads(files.genesis.read_text(encoding="utf-8"))["config"]["chainId"] == genesis().chain_id


def test_a_node_speaks_with_a_key_of_its_signer_only(tmp_path: Path) -> None:
    config = NodeConfig.load(write(tmp_path, document() | {"execution": {"kind": "embedded"}}))
    assert MINERS[1].key != config.gossip.address
    with pytest.raises(BadConfiguration, match=r"gossip\.address"):
        ChainNode(config, partner_signer(2))
