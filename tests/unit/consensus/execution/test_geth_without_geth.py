"""The parts of the geth client that need no geth: tokens, wire structures, verdicts, the durable log."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from consensus.execution.base import (
    ZERO_HASH,
    DatabaseDamaged,
    ExecutionUnavailable,
    ForeignDatabase,
    Payload,
    PayloadAttributes,
    Status,
)
from consensus.execution.embedded.blocks import genesis_block, payload_of
from consensus.execution.genesis import geth_genesis, identity
from consensus.execution.geth.auth import load_or_create_secret, token
from consensus.execution.geth.payload_log import PayloadLog
from consensus.execution.geth.payload_status import payload_status
from consensus.execution.geth.transport import EngineTransport, GethRefused, IpcTransport
from consensus.execution.geth.wire import (
    PayloadStatusV1,
    new_payload_params,
    payload_attributes,
    payload_from_envelope,
    read_forkchoice_result,
    read_status,
)
from consensus.execution.rpc import GethForward, RpcError
from tests.conformance.execution.execution_contract import rehashed
from tests.conformance.execution.probe import GENESIS

GENESIS_PAYLOAD = payload_of(genesis_block(GENESIS)[0], ())
IDENTITY = identity(GENESIS_PAYLOAD.hash, GENESIS.chain_id)


def child(parent: Payload, **changes: object) -> Payload:
    fields = {"parent": parent.hash, "number": parent.number + 1, "timestamp": parent.timestamp + 1, **changes}
    return rehashed(parent, **fields)


def test_a_token_is_a_signed_iat() -> None:
    secret = bytes(range(32))
    header, body, signature = token(secret, 1_700_000_000).split(".")

    def opened(part: str) -> bytes:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))

    assert json.loads(opened(header)) == {"alg": "HS256", "typ": "JWT"}
    assert json.loads(opened(body)) == {"iat": 1_700_000_000}
    assert opened(signature) == hmac.new(secret, f"{header}.{body}".encode(), hashlib.sha256).digest()


def test_the_secret_file_is_made_once_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "jwt.hex"
    secret = load_or_create_secret(path)
    assert len(secret) == 32
    assert load_or_create_secret(path) == secret
    assert path.stat().st_mode & 0o777 == 0o600
    for junk in ("", "0x12", "zz" * 32):
        path.write_text(junk)
        with pytest.raises(ExecutionUnavailable):
            load_or_create_secret(path)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("VALID", Status.VALID),
        ("INVALID", Status.INVALID),
        ("INVALID_BLOCK_HASH", Status.INVALID),
        ("SYNCING", Status.SYNCING),
        ("ACCEPTED", Status.SYNCING),
    ],
)
def test_every_verdict_has_a_meaning(answer: str, status: Status) -> None:
    verdict = payload_status(PayloadStatusV1(answer, None))
    assert verdict.status is status
    assert (verdict.reason is not None) == (status is Status.INVALID)


def test_an_unknown_verdict_is_not_guessed() -> None:
    with pytest.raises(ExecutionUnavailable):
        payload_status(PayloadStatusV1("PROBABLY", None))
    for junk in (None, [], {}, {"status": 1}):
        with pytest.raises(ExecutionUnavailable):
            read_status(junk)
    with pytest.raises(ExecutionUnavailable):
        read_forkchoice_result({"payloadId": "0x01"})


def test_the_engines_payload_comes_back_with_its_root() -> None:
    payload = child(GENESIS_PAYLOAD, parent_beacon_block_root=b"\x05" * 32)
    body, blob_hashes, root = new_payload_params(payload)
    assert (blob_hashes, root) == ([], "0x" + "05" * 32)
    assert "parentBeaconBlockRoot" not in body
    assert payload_from_envelope({"executionPayload": body, "blockValue": "0x0"}, b"\x05" * 32) == payload
    for junk in (None, {}, {"executionPayload": None}, {"executionPayload": {**body, "withdrawals": [{}]}}):
        with pytest.raises(ExecutionUnavailable):
            payload_from_envelope(junk, b"\x05" * 32)


def test_attributes_never_carry_withdrawals() -> None:
    sent = payload_attributes(PayloadAttributes(5, b"\x01" * 32, b"\x02" * 32))
    assert sent["withdrawals"] == []
    assert sent["timestamp"] == "0x5"
    assert sent["parentBeaconBlockRoot"] == "0x" + "02" * 32


def test_geths_genesis_has_no_money_and_no_later_fork() -> None:
    genesis = geth_genesis(GENESIS)
    assert genesis["baseFeePerGas"] == "0x0"
    assert [account["balance"] for account in genesis["alloc"].values()] == ["0x0"]
    assert not {"pragueTime", "osakaTime"} & set(genesis["config"])


def test_the_log_keeps_payloads_and_marks(tmp_path: Path) -> None:
    path = tmp_path / "payloads.sqlite"
    log = PayloadLog(path, GENESIS_PAYLOAD, IDENTITY)
    assert log.marks() == (GENESIS_PAYLOAD.hash, ZERO_HASH, ZERO_HASH)
    first = child(GENESIS_PAYLOAD)
    second = child(first)
    side = child(GENESIS_PAYLOAD, prev_randao=b"\x01" * 32)
    for payload in (second, first, side, first):
        log.add(payload)
    log.set_marks(second.hash, first.hash, GENESIS_PAYLOAD.hash)
    log.close()
    log = PayloadLog(path, GENESIS_PAYLOAD, IDENTITY)
    assert log.marks() == (second.hash, first.hash, GENESIS_PAYLOAD.hash)
    assert [log.get(p.hash) for p in (GENESIS_PAYLOAD, first, second, side)] == [GENESIS_PAYLOAD, first, second, side]
    assert log.get(b"\xaa" * 32) is None
    assert [payload.number for payload in log.since(1)] == [1, 1, 2]
    assert list(log.since(2)) == [second]
    log.close()


def test_a_foreign_or_damaged_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "payloads.sqlite"
    PayloadLog(path, GENESIS_PAYLOAD, IDENTITY).close()
    with pytest.raises(ForeignDatabase):
        PayloadLog(path, GENESIS_PAYLOAD, identity(GENESIS_PAYLOAD.hash, 1))
    log = PayloadLog(path, GENESIS_PAYLOAD, IDENTITY)
    first = child(GENESIS_PAYLOAD)
    log.add(first)
    log._connection.execute("UPDATE payload SET body = '{}'")
    with pytest.raises(DatabaseDamaged):
        log.get(first.hash)
    log.close()
    path.write_bytes(os.urandom(8192))
    with pytest.raises(DatabaseDamaged):
        PayloadLog(path, GENESIS_PAYLOAD, IDENTITY)


class FakeGeth(BaseHTTPRequestHandler):
    """Answers each method with what the test put there; remembers the tokens it saw."""

    answers: dict[str, Any] = {}  # noqa: RUF012
    tokens: list[str] = []  # noqa: RUF012

    def do_POST(self) -> None:
        self.tokens.append(self.headers.get("Authorization", ""))
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.answers.get(request["method"], {"error": {"code": -32601, "message": "no such method"}})
        body = answer if isinstance(answer, bytes) else json.dumps({"id": request["id"], **answer}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def fake() -> Iterator[str]:
    FakeGeth.answers, FakeGeth.tokens = {}, []
    server = HTTPServer(("127.0.0.1", 0), FakeGeth)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_engine_gets_a_token_with_every_request(fake: str) -> None:
    FakeGeth.answers = {"eth_chainId": {"result": "0x1"}, "engine_x": {"error": {"code": -38002, "message": "no"}}}
    transport = EngineTransport(fake, b"\x01" * 32)
    assert transport.call("eth_chainId") == "0x1"
    with pytest.raises(GethRefused) as caught:
        transport.call("engine_x")
    assert caught.value.code == -38002
    FakeGeth.answers = {"eth_chainId": b"<html>"}
    with pytest.raises(ExecutionUnavailable):
        transport.call("eth_chainId")
    assert len(FakeGeth.tokens) == 3
    assert all(sent.startswith("Bearer ") for sent in FakeGeth.tokens)
    transport.close()


def test_a_dead_geth_is_unavailable(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    transport = EngineTransport(f"http://127.0.0.1:{port}", b"\x01" * 32)
    with pytest.raises(ExecutionUnavailable):
        transport.call("eth_chainId")
    transport.close()
    with pytest.raises(ExecutionUnavailable):
        IpcTransport(tmp_path / "no.ipc").call("txpool_status")


def test_the_forwarding_door_passes_results_and_errors_on(fake: str) -> None:
    FakeGeth.answers = {
        "eth_blockNumber": {"result": "0x7"},
        "eth_call": {"error": {"code": 3, "message": "execution reverted", "data": "0x1234"}},
        "eth_sendRawTransaction": {"error": {"code": -32000, "message": "already known"}},
    }
    door = GethForward(fake)
    assert door.handle("eth_blockNumber", []) == "0x7"
    with pytest.raises(RpcError) as caught:
        door.handle("eth_call", [{}, "latest"])
    assert (caught.value.code, caught.value.data) == (3, "0x1234")
    known = door.handle("eth_sendRawTransaction", ["0x02"])
    assert known == "0xf2ee15ea639b73fa3db9b34a245bdfa015c260c598b211bf05a1ecc4b3e3b4f2"
    for hidden in ("admin_nodeInfo", "engine_newPayloadV3", "eth_sign", "txpool_content", "personal_unlockAccount"):
        with pytest.raises(RpcError, match="does not exist"):
            door.handle(hidden, [])
    door.close()
