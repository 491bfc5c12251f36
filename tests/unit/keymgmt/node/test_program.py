"""Configuration, the program, its logs, and how it talks to the platform."""

import base64
import io
import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from keymgmt.node import __main__ as program
from keymgmt.node import errors
from keymgmt.node.messages import verify_node_proof
from keymgmt.node.server import platform as platform_module
from keymgmt.node.server.config import BadConfiguration, NodeConfig
from keymgmt.node.server.logs import JsonFormatter, log_to
from keymgmt.node.server.platform import PlatformClient
from keymgmt.node.server.runner import NodeServer, system_clock
from tests.unit.keymgmt.node.world import CHAIN_ID, START, NodeChain, World

NAMES = ["InstitutionRegistry", "WalletRegistry", "RecordRegistry", "AccessGrants", "AccessLog", "ConsensusGovernance"]
SECRET = "42" * 32


def write_config(folder: Path, **changes: Any) -> Path:
    for name in ("node.key", "exchange.key"):
        (folder / name).write_text(SECRET + "\n")
        (folder / name).chmod(0o600)
    document: dict[str, Any] = {
        "node_key_file": "node.key",
        "exchange_key_file": "exchange.key",
        "database": "node.sqlite",
        "chain_id": CHAIN_ID,
        "rpc_url": "http://127.0.0.1:1",
        "contracts": {name: "0x" + f"{index:02x}" * 20 for index, name in enumerate(NAMES, 1)},
        **changes,
    }
    path = folder / "node.json"
    path.write_text(json.dumps({key: value for key, value in document.items() if value is not None}))
    return path


# ---- configuration -------------------------------------------------------------------------------------------------


def test_a_configuration_is_read_with_paths_beside_the_file(tmp_path: Path) -> None:
    path = write_config(tmp_path, platform_url="http://p", host="::1", port=7, origins=["https://v"], tls_key="k")
    config = NodeConfig.load(path, accept_log_loss=True)
    assert (config.database, config.tls_key) == (tmp_path / "node.sqlite", tmp_path / "k")
    assert (config.host, config.port, config.origins, config.accept_log_loss) == ("::1", 7, ("https://v",), True)
    assert SECRET not in repr(config)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("database", None),
        ("database", ""),
        ("rpc_url", 5),
        ("chain_id", "1"),
        ("chain_id", True),
        ("chain_id", 0),
        ("port", 65536),
        ("contracts", []),
        ("contracts", {"AccessLog": "0x1"}),
        ("contracts", {"AccessLog": 5}),
        ("origins", "https://v"),
        ("origins", [5]),
        ("node_key_file", "missing.key"),
        ("surprise", 1),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, field: str, value: Any) -> None:
    with pytest.raises(BadConfiguration) as caught:
        NodeConfig.load(write_config(tmp_path, **{field: value}))
    assert caught.value.field == field


@pytest.mark.parametrize("name", ["node", "exchange"])
@pytest.mark.parametrize("content", ["00" * 32, "xx", "ab"])
def test_a_file_without_a_key_is_named_and_not_shown(tmp_path: Path, name: str, content: str) -> None:
    path = write_config(tmp_path)
    (tmp_path / f"{name}.key").write_text(content)
    with pytest.raises(BadConfiguration) as caught:
        NodeConfig.load(path)
    assert caught.value.field == f"{name}_key_file"
    assert content not in caught.value.message


def test_a_key_others_may_read_is_refused(tmp_path: Path) -> None:
    path = write_config(tmp_path)
    (tmp_path / "node.key").chmod(0o640)
    with pytest.raises(BadConfiguration, match="0600"):
        NodeConfig.load(path)


@pytest.mark.parametrize("content", [b"[]", b"{", b"\xff"])
def test_a_configuration_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "node.json"
    with pytest.raises(BadConfiguration):
        NodeConfig.load(path)
    path.write_bytes(content)
    with pytest.raises(BadConfiguration):
        NodeConfig.load(path)


# ---- program and server --------------------------------------------------------------------------------------------


def test_the_program_starts_says_where_and_ends_on_sigterm(tmp_path: Path) -> None:
    path = write_config(tmp_path, platform_url="http://127.0.0.1:1")
    command = [sys.executable, "-m", "keymgmt.node", "--config", str(path)]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready.startswith("ready http://127.0.0.1:")
        url = ready.split()[1]
        assert httpx.get(f"{url}/v1/health").json()["ok"] is False  # no chain at its address
        process.send_signal(signal.SIGTERM)
        _, logged = process.communicate(timeout=20)
    assert process.returncode == 0
    events = [json.loads(line)["event"] for line in logged.splitlines()]
    assert "node.duty_failed" in events
    assert SECRET not in logged


def test_the_program_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    try:
        assert program.main(["--config", str(tmp_path / "none.json")]) == 2
        path = write_config(tmp_path, platform_url="http://p", host="203.0.113.1")
        assert program.main(["--config", str(path)]) == 1
    finally:
        root.handlers[:], root.level = kept, level
    assert "cannot listen" in capsys.readouterr().err


def test_a_node_needs_somewhere_to_get_records(tmp_path: Path) -> None:
    config = NodeConfig.load(write_config(tmp_path))
    with pytest.raises(ValueError, match="platform_url"):
        NodeServer(config).start()


def test_upkeep_goes_on_after_a_fault_and_shows_it(tmp_path: Path) -> None:
    world = World()
    config = NodeConfig(world.node_keys[0], tmp_path / "n.sqlite", CHAIN_ID, "http://unused", {}, tick=0.01)

    class Broken(NodeChain):
        def log_root_count(self, _node: str, _at: bytes) -> int:
            raise ZeroDivisionError

    server = NodeServer(
        config,
        chain=Broken(world.chain, config.keys.address),  # type: ignore[arg-type]
        records=world.platform,
        clock=world.clock,
    )
    url = server.start()
    try:
        while "upkeep" not in httpx.get(f"{url}/v1/health").json()["alarms"]:
            pass
    finally:
        server.stop()
    assert abs(system_clock() - START) < 10**10


def test_logs_are_json_lines_without_the_exceptions_words() -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    try:
        log_to(stream)
        try:
            raise ValueError("planted-secret")
        except ValueError:
            logging.getLogger("medixain.node").exception("node.test", extra={"code": "x"})
        logging.getLogger("httpx").info("GET /records/…")
    finally:
        root.handlers[:], root.level = kept, level
    (line,) = stream.getvalue().splitlines()
    document = json.loads(line)
    assert (document["event"], document["level"], document["code"]) == ("node.test", "error", "x")
    assert document["exception"] == "ValueError"
    assert "planted-secret" not in line
    assert JsonFormatter().format(logging.makeLogRecord({"msg": "m"}))


# ---- the platform --------------------------------------------------------------------------------------------------

HEADER, KC, BLOB = b"h" * 177, b"k" * 200, b"e" * 150
RECORD = {
    "header": "0x" + HEADER.hex(),
    "kc": base64.b64encode(KC).decode(),
    "envelope": {
        "section": "0x" + "05" * 16,
        "epoch": 3,
        "blob": base64.b64encode(BLOB).decode(),
        "signature": "0x" + "07" * 65,
    },
}


def platform(answer: Any, status: int = 200, seen: list[httpx.Request] | None = None) -> PlatformClient:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return httpx.Response(status, content=content)

    http = httpx.Client(transport=httpx.MockTransport(handle))
    return PlatformClient("http://platform/", keys=World().node_keys[0], clock=lambda: START, http=http)


def test_records_are_fetched_in_the_nodes_name() -> None:
    seen: list[httpx.Request] = []
    client = platform(RECORD, seen=seen)
    material = client.fetch(b"\x01" * 32)
    assert (material.header, material.kc) == (HEADER, KC)
    assert material.envelope is not None
    assert (material.envelope.epoch, material.envelope.blob) == (3, BLOB)
    (request,) = seen
    assert request.url.path == "/api/v1/records/0x" + "01" * 32
    node = verify_node_proof(request.headers["Node-Proof"], "GET", request.url.path, b"", now=START)
    assert node == client._keys.address
    assert platform({**RECORD, "envelope": None}).fetch(bytes(32)).envelope is None
    client.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"junk",
        b"[" * 100_000,
        [],
        {},
        {**RECORD, "kc": 5},
        {**RECORD, "kc": "not base64!"},
        {**RECORD, "header": "0xzz"},
        {**RECORD, "envelope": 5},
        {**RECORD, "envelope": {**RECORD["envelope"], "epoch": -1}},  # type: ignore[dict-item]
        {**RECORD, "envelope": {**RECORD["envelope"], "epoch": True}},  # type: ignore[dict-item]
        {**RECORD, "envelope": {**RECORD["envelope"], "section": "0x00"}},  # type: ignore[dict-item]
        {**RECORD, "envelope": {**RECORD["envelope"], "signature": None}},  # type: ignore[dict-item]
    ],
)
def test_nonsense_from_the_platform_is_not_believed(answer: Any) -> None:
    with pytest.raises(errors.BadCapsule):
        platform(answer).fetch(bytes(32))


def test_a_platform_that_fails_or_floods_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.RecordUnavailable):
        platform({}, status=404).fetch(bytes(32))
    nowhere = PlatformClient("http://127.0.0.1:1", keys=World().node_keys[0], clock=lambda: START)
    with pytest.raises(errors.RecordUnavailable):
        nowhere.fetch(bytes(32))
    monkeypatch.setattr(platform_module, "MAX_ANSWER", 10)
    with pytest.raises(errors.BadCapsule):
        platform(RECORD).fetch(bytes(32))


def test_waiting_deposits_are_listed_and_removed() -> None:
    seen: list[httpx.Request] = []
    client = platform({"deposits": [{"id": 7, "blob": base64.b64encode(BLOB).decode()}], "next": None}, seen=seen)
    (deposit,) = client.waiting()
    assert (deposit.id, deposit.blob) == ("7", BLOB)
    client.remove(deposit.id)
    assert [(request.method, request.url.path) for request in seen] == [
        ("GET", "/api/v1/node-deposits"),
        ("DELETE", "/api/v1/node-deposits/7"),
    ]


@pytest.mark.parametrize("identifier", ["../records/1", "", "a/b", None, "ä"])
def test_an_id_that_is_a_path_is_refused(identifier: Any) -> None:
    with pytest.raises(errors.BadCapsule):
        platform({"deposits": [{"id": identifier, "blob": ""}]}).waiting()
