"""Nobody acts without the key of the address and the key of the device; a nonce counts once."""

import hashlib
import time

import pytest
from django.test import Client

from contracts.bindings import messages as m
from contracts.bindings.contracts import Contracts
from keymgmt.keys.signin import EMPTY_BODY, compose_sign_in, device_proof
from keymgmt.keys.signing import SigningKey
from keymgmt.node.messages import node_proof
from tests.conformance.contracts.consortium import NODE_NAMES, address_of, key_of
from tests.integration.api.chain import TestChain
from tests.integration.api.conftest import Settle
from tests.integration.api.people import Device, Patient, b64, hexed, signed, terms

JSON = "application/json"


def challenge(client: Client, address: str) -> dict[str, object]:
    answer: dict[str, object] = client.post("/api/v1/auth/challenges", {"address": address}, content_type=JSON).json()
    return answer


def attempt(client: Client, key: SigningKey, address: str, session_device: str, **changes: object) -> int:
    asked = challenge(client, address)
    values = {"domain": asked["domain"], "uri": asked["uri"], "chain_id": asked["chain_id"], "nonce": asked["nonce"],
              "now": int(time.time()), "device": session_device, "address": address} | changes  # fmt: skip
    text = compose_sign_in(**values)  # type: ignore[arg-type]
    body = {"message": text, "signature": hexed(key.sign_text(text)), "device": session_device}
    return client.post("/api/v1/auth/sessions", body, content_type=JSON).status_code


def test_only_the_right_text_signed_by_the_right_key_opens_a_session(client: Client, chain: TestChain) -> None:
    key, device, other = SigningKey.random(), SigningKey.random().address, SigningKey.random()
    assert attempt(client, key, key.address, device) == 201
    assert attempt(client, other, key.address, device) == 401
    assert attempt(client, key, key.address, device, domain="evil.example") == 401
    assert attempt(client, key, key.address, device, uri="http://evil.example") == 401
    assert attempt(client, key, key.address, device, chain_id=1) == 401
    assert attempt(client, key, key.address, device, nonce="0" * 32) == 401
    assert attempt(client, key, key.address, device, now=int(time.time()) - 3600) == 401
    assert attempt(client, key, key.address, device, device=other.address) == 401


def test_a_nonce_counts_once_even_for_a_failed_try(client: Client, chain: TestChain) -> None:
    key, device = SigningKey.random(), SigningKey.random().address
    asked = challenge(client, key.address)
    text = compose_sign_in(
        domain=str(asked["domain"]), address=key.address, device=device, uri=str(asked["uri"]),
        chain_id=int(str(asked["chain_id"])), nonce=str(asked["nonce"]), now=int(time.time()),
    )  # fmt: skip
    wrong = {"message": text, "signature": hexed(SigningKey.random().sign_text(text)), "device": device}
    right = wrong | {"signature": hexed(key.sign_text(text))}
    assert client.post("/api/v1/auth/sessions", wrong, content_type=JSON).status_code == 401
    assert client.post("/api/v1/auth/sessions", right, content_type=JSON).status_code == 401


def test_a_token_without_its_device_is_worth_nothing(chain: TestChain, client: Client) -> None:
    person = Device(SigningKey.random())
    assert person.get("/messages").status_code == 200
    path, empty = "/api/v1/messages", hashlib.sha256(b"").hexdigest()
    bearer = {"Authorization": person.headers("GET", path, empty)["Authorization"]}
    now = int(time.time())
    proofs = [
        None,
        "garbage",
        device_proof(SigningKey.random(), method="GET", path=path, body_sha256=empty, now=now),
        device_proof(person.device, method="DELETE", path=path, body_sha256=empty, now=now),
        device_proof(person.device, method="GET", path=path + "?after=1", body_sha256=empty, now=now),
        device_proof(person.device, method="GET", path=path, body_sha256=empty, now=now - 120),
    ]
    for proof in proofs:
        headers = bearer | ({"Device-Proof": proof} if proof else {})
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
        assert answer["WWW-Authenticate"].startswith("Bearer")
    assert person.delete("/auth/sessions/current").status_code == 204
    assert person.get("/messages").status_code == 401


@pytest.mark.parametrize(("age", "status"), [(600, 201), (3700, 401), (-120, 401)])
def test_an_upload_may_take_its_time_to_arrive(patient: Patient, client: Client, age: int, status: int) -> None:
    assert patient.device.get("/messages").status_code == 200
    path, then = "/api/v1/uploads", int(time.time()) - age
    headers = patient.device.headers("POST", path, EMPTY_BODY)
    headers["Device-Proof"] = device_proof(
        patient.device.device, method="POST", path=path, body_sha256=EMPTY_BODY, now=then
    )
    answer = client.post(path, b"x" * 200, content_type="application/octet-stream", headers=headers)
    assert answer.status_code == status


def test_after_a_rotation_only_the_new_key_signs_in(
    patient: Patient, contracts: Contracts, client: Client, settle: Settle
) -> None:
    fresh = SigningKey.random()
    rotation = m.KeyRotation(slot=patient.account, new_key=fresh.address, new_pre_key=fresh.public_key, **terms())
    old = patient.keys.slot("account")
    body = signed(contracts, "WalletRegistry", "rotateKey", rotation, old)
    assert client.post("/api/v1/transactions", body, content_type=JSON).status_code == 202
    settle()
    assert Device(old, patient.account).sign_in().status_code == 401
    assert Device(fresh, patient.account).sign_in().json()["standing"] == "account"


def test_a_stranger_reads_its_inbox_and_writes_nothing(chain: TestChain) -> None:
    stranger = Device(SigningKey.random())
    assert stranger.get("/messages").json() == {"messages": [], "next": None}
    sent = {"to": stranger.address, "kind": "notice", "blob": b64(b"x" * 200)}
    for answer in (stranger.upload(b"x"), stranger.post("/messages", sent)):
        assert (answer.status_code, answer.json()["code"]) == (403, "not-a-member")


def test_a_slot_cannot_be_claimed_without_its_own_signature(
    contracts: Contracts, client: Client, settle: Settle
) -> None:
    victim, thief = Patient(contracts), Patient(contracts)
    body = thief.account_body()
    body["slots"].append({"slot": victim.slot})
    answer = client.post("/api/v1/accounts", body, content_type=JSON)
    assert (answer.status_code, "transactions" in answer.json()["fields"]) == (400, True)
    # A copied opening, seen on the chain or on its way, claims nothing either.
    seen = victim.account_body()
    assert client.post("/api/v1/accounts", seen, content_type=JSON).status_code == 201
    body["transactions"].append(seen["transactions"][1])
    assert client.post("/api/v1/accounts", body, content_type=JSON).json()["code"] == "conflict"


@pytest.mark.parametrize("name", [NODE_NAMES[0], "no node"])
def test_only_nodes_take_deposits_and_only_their_own(patient: Patient, client: Client, name: str) -> None:
    node = address_of(NODE_NAMES[0])
    left = patient.device.post("/node-deposits", {"node": node, "blob": b64(b"sealed kfrags" * 20)})
    assert left.status_code == 201, left.content
    path = f"/api/v1/node-deposits?node={node}"
    proof = node_proof(key_of(name), "GET", path, b"", int(time.time()))
    answer = client.get(path, headers={"Node-Proof": proof})
    if name == "no node":
        assert answer.status_code == 401
        return
    assert [row["id"] for row in answer.json()["deposits"]] == [left.json()["id"]]
    other = f"/api/v1/node-deposits?node={address_of(NODE_NAMES[1])}"
    crossed = node_proof(key_of(name), "GET", other, b"", int(time.time()))
    assert client.get(other, headers={"Node-Proof": crossed}).status_code == 403
    gone = f"/api/v1/node-deposits/{left.json()['id']}"
    for _ in range(2):
        proof = node_proof(key_of(name), "DELETE", gone, b"", int(time.time()))
        assert client.delete(gone, headers={"Node-Proof": proof}).status_code == 204
    assert patient.device.get("/node-deposits?node=" + node).status_code == 401
