"""Signing in to the wrong server, a platform that changed its chain or nodes, junk where JSON should be."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.signin import parse_sign_in, verify_device_proof, verify_sign_in
from keymgmt.keys.signing import SigningKey
from keymgmt.pre import SecretKey
from medixain.sdk.context import Context, Meta
from medixain.sdk.errors import BadServerAnswer, Integrity, ServerRefused, ServerUnreachable
from medixain.sdk.home import Home
from medixain.sdk.transport import Api, Identity

KEYS = WalletKeys(bytes(range(32)))
DEVICE = SigningKey.random()
SERVER = "http://localhost:8000"
CHALLENGE = {"nonce": "0123456789abcdef", "domain": "localhost:8000", "uri": SERVER, "chain_id": 5, "expires": 0}
ME = Identity(KEYS.slot("account"), KEYS.slot_id("account"))


def api(handler: Any) -> Api:
    return Api(SERVER, lambda: DEVICE, httpx.MockTransport(handler))


def server(challenge: dict[str, Any], seen: list[httpx.Request]) -> Any:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.path.endswith("/challenges"):
            return httpx.Response(201, json=challenge)
        if request.url.path.endswith("/sessions"):
            return httpx.Response(201, json={"token": "secret-token", "expires": 1, "account": ME.address})
        return httpx.Response(200, json={"ok": True})

    return answer


def test_a_session_is_signed_for_this_server_and_device_and_each_request_proven() -> None:
    seen: list[httpx.Request] = []
    assert api(server(CHALLENGE, seen)).get("/messages", by=ME, limit=5) == {"ok": True}
    sent = json.loads(seen[1].content)
    signed = verify_sign_in(
        sent["message"], bytes.fromhex(sent["signature"][2:]), domain="localhost:8000", uri=SERVER, chain_id=5,
        nonce=CHALLENGE["nonce"], now=_issued(sent["message"]),
    )  # fmt: skip
    assert signed.device == DEVICE.address
    proof = seen[2].headers["Device-Proof"]
    verify_device_proof(
        proof, device=DEVICE.address, method="GET", path="/api/v1/messages?limit=5",
        body_sha256="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", now=int(proof.split(".")[0]),
    )  # fmt: skip
    assert seen[2].headers["Authorization"] == "Bearer secret-token"


def _issued(text: str) -> int:
    return parse_sign_in(text).issued_at


@pytest.mark.parametrize(
    "lie", [{"domain": "bank.example"}, {"uri": "https://bank.example"}, {"domain": "localhost:8001"}]
)
def test_nothing_is_signed_for_another_server(lie: dict[str, str]) -> None:
    seen: list[httpx.Request] = []
    with pytest.raises(Integrity):
        api(server(CHALLENGE | lie, seen)).get("/messages", by=ME)
    assert len(seen) == 1


def test_a_problem_is_a_typed_error_with_the_platforms_code() -> None:
    problem = {"code": "nonce-used", "detail": "Sign again.", "fields": {"nonce": ["used"]}}
    with pytest.raises(ServerRefused) as refusal:
        api(lambda _: httpx.Response(409, json=problem)).get("/x")
    error = refusal.value
    assert (error.code, error.status, error.message, error.exit_code) == ("nonce-used", 409, "Sign again.", 7)


@pytest.mark.parametrize(
    ("status", "exit_code"), [(400, 2), (401, 3), (403, 3), (404, 4), (409, 7), (429, 5), (500, 5)]
)
def test_any_refusal_has_an_exit_code(status: int, exit_code: int) -> None:
    with pytest.raises(ServerRefused) as refusal:
        api(lambda _: httpx.Response(status, text="<html>")).get("/x")
    assert refusal.value.exit_code == exit_code


def test_junk_is_one_typed_error() -> None:
    with pytest.raises(BadServerAnswer):
        api(lambda _: httpx.Response(200, text="<html>")).get("/x")


def test_a_server_that_is_not_there_is_said_so() -> None:
    def down(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(ServerUnreachable):
        api(down).get("/x")


NAMES = ("InstitutionRegistry", "WalletRegistry", "RecordRegistry", "AccessGrants", "AccessLog", "ConsensusGovernance")
NODE_KEY = "0x" + bytes(SecretKey.random().public_key).hex()


def meta(**changes: Any) -> dict[str, Any]:
    node = {
        "address": "0x" + "11" * 20,
        "key": NODE_KEY,
        "institution": "0x" + "22" * 20,
        "url": "http://n",
        "name": "N",
    }
    return {
        "chain_id": 5, "contracts": {name: "0x" + f"{index:040x}" for index, name in enumerate(NAMES, 1)},
        "node_set": {"version": 1, "threshold": 1, "nodes": [node]}, "rpc_url": "http://r", "institutions": [],
        "kyc": [], "version": "1",
    } | changes  # fmt: skip


def context(tmp_path: Path, now: dict[str, Any]) -> Context:
    home = Home(tmp_path)
    home.create(KEYS, password=None, version=1, config={"v": 1, "pins": Meta.parse(meta()).pins()})
    return Context(home, SERVER, password=None, transport=httpx.MockTransport(lambda _: httpx.Response(200, json=now)))


def test_the_pinned_platform_is_accepted_wherever_its_nodes_listen(tmp_path: Path) -> None:
    moved = meta()
    moved["node_set"]["nodes"][0]["url"] = "http://elsewhere"
    assert context(tmp_path, moved).meta.chain_id == 5


@pytest.mark.parametrize(
    "change",
    [
        {"chain_id": 6},
        {"contracts": meta()["contracts"] | {"WalletRegistry": "0x" + "99" * 20}},
        {"node_set": meta()["node_set"] | {"threshold": 2}},
        {
            "node_set": {
                "version": 1,
                "threshold": 1,
                "nodes": [meta()["node_set"]["nodes"][0] | {"address": "0x" + "33" * 20}],
            }
        },
    ],
)
def test_another_chain_contract_or_node_key_than_pinned_is_caught(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(Integrity):
        _ = context(tmp_path, meta(**change)).meta


@pytest.mark.parametrize("answer", [[], {}, meta(chain_id="x"), meta(node_set={}), meta(contracts={"A": "0x1"})])
def test_a_malformed_description_is_one_typed_error(answer: Any) -> None:
    with pytest.raises(BadServerAnswer):
        Meta.parse(answer)


RELAY, OTHER_RELAY = "0x" + "44" * 20, "0x" + "55" * 20


def test_the_relay_whose_receipts_count_is_the_one_pinned_first(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.create(KEYS, password=None, version=1, config={"v": 1, "pins": Meta.parse(meta(relay=RELAY)).pins()})

    def asked(now: dict[str, Any]) -> Context:
        answer = httpx.MockTransport(lambda _: httpx.Response(200, json=now))
        return Context(home, SERVER, password=None, transport=answer)

    for named in (RELAY, OTHER_RELAY, None):
        assert asked(meta(relay=named)).relay == RELAY
    # Chain, contracts and nodes are as pinned: everything but the receipts of another relay goes on.
    assert asked(meta(relay=OTHER_RELAY)).meta.chain_id == 5


def test_a_home_without_a_pinned_relay_pins_the_first_it_is_named(tmp_path: Path) -> None:
    for named, known in ((None, None), (RELAY, RELAY), (OTHER_RELAY, RELAY)):
        if named is None:
            assert context(tmp_path, meta(relay=None)).relay is None
            continue
        answer = httpx.MockTransport(lambda _, named=named: httpx.Response(200, json=meta(relay=named)))
        assert Context(Home(tmp_path), SERVER, password=None, transport=answer).relay == known
