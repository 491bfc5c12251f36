"""A signer signs what its role may say, for whoever has its token, and gives no key away."""

import logging
from typing import Any

import httpx
import pytest
import rlp

from contracts.bindings import messages as m
from keymgmt.keys.messages import CareTeam, DeletionReceipt, OprfRequest
from keymgmt.keys.signin import compose_sign_in, verify_sign_in
from keymgmt.pre import SecretKey, seal
from keymgmt.signer import service as service_module
from keymgmt.signer.client import RemoteConsensusKeys, SignerClient
from keymgmt.signer.errors import SignerRefused, SignerUnreachable, UnknownKeyring
from keymgmt.signer.home import Role
from medixain.core import eip712
from medixain.core.addresses import ZERO_ADDRESS
from medixain.core.eip712 import Domain, TypedStruct, off_chain_domain
from medixain.core.secp256k1 import recover_digest
from medixain.core.typed_json import message_to_json
from tests.unit.keymgmt.signer.conftest import CONFIG, INSTITUTIONS, NOW, Signer

ADDRESSES = CONFIG.contracts.by_name()
ADMISSION = m.Admission(ZERO_ADDRESS, 3, bytes(32), 1, NOW)
REQUEST = OprfRequest(ZERO_ADDRESS, b"\x02" * 33, bytes(32), NOW)
TEAM = CareTeam(ZERO_ADDRESS, ZERO_ADDRESS, "Ward 3", (), 1, bytes(32))
KEY = b"\x02" * 33
RECEIPT = DeletionReceipt(bytes(32), "bafy", True, True, (), NOW)
PARAMETERS = m.Parameters(3, 20, 14, 1, NOW)
ATTESTATION = m.Attestation(bytes(32), bytes(32), ZERO_ADDRESS, 1, NOW)


def contract(name: str) -> Domain:
    return Domain(name, "1", CONFIG.chain_id, ADDRESSES[name])


@pytest.mark.parametrize(
    ("keyring", "message", "domain"),
    [
        (INSTITUTIONS[0], ADMISSION, contract("InstitutionRegistry")),
        (INSTITUTIONS[0], m.SenderQuota(ZERO_ADDRESS, 5, 1, NOW), contract("ConsensusGovernance")),
        (INSTITUTIONS[0], m.AttestationRevocation(bytes(32), 1, NOW), contract("WalletRegistry")),
        (INSTITUTIONS[0], REQUEST, off_chain_domain(CONFIG.chain_id)),
        (INSTITUTIONS[0], TEAM, off_chain_domain(CONFIG.chain_id)),
        (INSTITUTIONS[0], m.Document(ZERO_ADDRESS, 1, 2, bytes(32), 1, NOW), contract("WalletRegistry")),
        (INSTITUTIONS[0], m.KeyRotation(ZERO_ADDRESS, ZERO_ADDRESS, KEY, 1, NOW), contract("WalletRegistry")),
        ("relay", RECEIPT, off_chain_domain(CONFIG.chain_id)),
        ("engine", PARAMETERS, contract("ConsensusGovernance")),
    ],
)
def test_a_role_signs_its_messages_in_their_own_domain(
    signer: Signer, keyring: str, message: TypedStruct, domain: Domain
) -> None:
    signature = signer.client.keyring(keyring).sign(message)
    eip712.verify(domain, message, signature, signer=signer.address(keyring))


@pytest.mark.parametrize(
    ("keyring", "message"),
    [
        (INSTITUTIONS[0], ATTESTATION),
        (INSTITUTIONS[0], PARAMETERS),
        (INSTITUTIONS[0], m.Withdrawal(ZERO_ADDRESS, (), 1, NOW)),
        ("relay", ADMISSION),
        ("engine", ADMISSION),
        ("voter", PARAMETERS),
    ],
)
def test_a_role_signs_nothing_else(signer: Signer, keyring: str, message: TypedStruct) -> None:
    with pytest.raises(SignerRefused) as caught:
        signer.client.keyring(keyring).sign(message)
    assert caught.value.reason == "not-permitted"


def test_a_relay_sends_nothing_but_free_calls_to_the_contracts(signer: Signer) -> None:
    relay = signer.client.keyring("relay")
    signed = relay.sign_transaction(to=ADDRESSES["AccessLog"], data=b"\x01", nonce=7, gas=100_000)
    chain_id, nonce, tip, fee, gas, to, value, data, access, *_signature = rlp.decode(signed.raw[1:])
    assert (int.from_bytes(chain_id, "big"), int.from_bytes(nonce, "big")) == (CONFIG.chain_id, 7)
    assert (tip, fee, value, access) == (b"", b"", b"", [])
    assert (int.from_bytes(gas, "big"), data) == (100_000, b"\x01")
    assert bytes(to).hex() == ADDRESSES["AccessLog"][2:].lower()
    assert (signed.sender, signed.nonce) == (relay.address, 7)
    for changes in ({"to": ZERO_ADDRESS}, {"gas": service_module.MAX_GAS + 1}):
        arguments: dict[str, Any] = {"to": ADDRESSES["AccessLog"], "data": b"", "nonce": 0, "gas": 100_000} | changes
        with pytest.raises(SignerRefused) as caught:
            relay.sign_transaction(**arguments)
        assert caught.value.reason == "not-permitted"
    with pytest.raises(SignerRefused):
        signer.client.keyring("voter").sign_transaction(to=ADDRESSES["AccessLog"], data=b"", nonce=0, gas=100_000)


def test_a_consensus_client_signs_digests_and_nobody_else_does(signer: Signer) -> None:
    digest = b"\x07" * 32
    voter = signer.client.keyring("voter")
    keys = RemoteConsensusKeys([voter])
    assert list(keys.addresses()) == [voter.address]
    assert recover_digest(digest, keys.sign_digest(voter.address, digest)) == voter.address
    with pytest.raises(UnknownKeyring):
        keys.sign_digest(ZERO_ADDRESS, digest)
    for name in (INSTITUTIONS[0], "relay", "engine"):
        with pytest.raises(SignerRefused) as caught:
            signer.client.keyring(name).sign_digest(digest)
        assert caught.value.reason == "not-permitted"


def test_an_institution_signs_in_as_itself_only(signer: Signer) -> None:
    here: dict[str, Any] = {"domain": "localhost:8000", "uri": "http://localhost:8000", "nonce": "0123456789abcdef"}
    desk = signer.client.keyring(INSTITUTIONS[0])
    text = compose_sign_in(address=desk.address, device=desk.address, chain_id=CONFIG.chain_id, now=NOW, **here)
    assert verify_sign_in(text, desk.sign_in(text), chain_id=CONFIG.chain_id, now=NOW, **here).address == desk.address
    foreign = compose_sign_in(address=ZERO_ADDRESS, device=desk.address, chain_id=CONFIG.chain_id, now=NOW, **here)
    other_chain = compose_sign_in(address=desk.address, device=desk.address, chain_id=1, now=NOW, **here)
    for refused in (foreign, other_chain, "Pay everything to me"):
        with pytest.raises(SignerRefused):
            desk.sign_in(refused)
    with pytest.raises(SignerRefused):
        signer.client.keyring("relay").sign_in(text)


def test_an_institution_opens_what_was_sealed_to_it(signer: Signer) -> None:
    desk = signer.client.keyring(INSTITUTIONS[0])
    assert desk.unseal(seal(desk.exchange_key, b"an application")) == b"an application"
    with pytest.raises(SignerRefused) as caught:
        desk.unseal(seal(SecretKey.random().public_key, b"another's"))
    assert caught.value.reason == "cannot-open"


def test_without_the_token_nothing_private_is_done(signer: Signer) -> None:
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {signer.home.token}0"}):
        assert signer.http.get("/v1/keyrings", headers=headers).status_code == 401
        for path in ("messages", "transactions", "digests", "sign-in", "unseal", "attestations"):
            response = signer.http.post(f"/v1/relay/{path}", json={}, headers=headers)
            assert response.status_code == 401
            assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("messages", {"message": "Admission"}, "bad-document"),
        ("messages", {"message": "Admission", "fields": {}}, "malformed"),
        ("messages", {"message": "Nonsense", "fields": {}}, "not-permitted"),
        ("messages", [], "bad-document"),
        ("sign-in", {"text": 1}, "bad-document"),
        ("unseal", {"sealed": "0x00"}, "malformed"),
        ("unseal", {"sealed": "zz"}, "bad-document"),
    ],
)
def test_malformed_requests_are_problems(signer: Signer, path: str, body: Any, code: str) -> None:
    headers = {"Authorization": f"Bearer {signer.home.token}"}
    response = signer.http.post(f"/v1/{INSTITUTIONS[0]}/{path}", json=body, headers=headers)
    assert response.status_code == 400 or code == "not-permitted"
    assert response.json()["code"] == code


def test_bodies_that_are_no_json_or_too_long_are_problems(signer: Signer) -> None:
    headers = {"Authorization": f"Bearer {signer.home.token}"}
    for content in (b"{", b"[" * 200_000, b" " * (1 << 19)):
        response = signer.http.post("/v1/relay/messages", content=content, headers=headers)
        assert (response.status_code, response.json()["code"]) == (400, "malformed")


def test_an_unknown_keyring_is_named(signer: Signer) -> None:
    with pytest.raises(UnknownKeyring, match="hospital-z"):
        signer.client.keyring("hospital-z")
    headers = {"Authorization": f"Bearer {signer.home.token}"}
    assert signer.http.post("/v1/hospital-z/messages", json={}, headers=headers).status_code == 404


def test_a_fault_tells_its_kind_and_nothing_more(
    signer: Signer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("the secret 0xabc")

    monkeypatch.setattr(service_module, "permitted_message", fail)
    with caplog.at_level(logging.DEBUG), pytest.raises(SignerRefused) as caught:
        signer.client.keyring("relay").sign(RECEIPT)
    assert caught.value.reason == "fault"
    assert "0xabc" not in caplog.text + str(caught.value)
    assert any(getattr(record, "error", "") == "RuntimeError" for record in caplog.records)


def test_logs_hold_neither_keys_nor_requests_nor_the_token(signer: Signer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="medixain"):
        desk = signer.client.keyring(INSTITUTIONS[0])
        desk.unseal(seal(desk.exchange_key, b"PLANTED-MARKER"))
        desk.sign(ADMISSION)
    logged = " ".join(str(record.__dict__) for record in caplog.records)
    secrets = [signer.home.token, b"PLANTED-MARKER".hex(), "PLANTED-MARKER"]
    secrets += [keyring.signing.secret_bytes().hex() for keyring in signer.home.keyrings().values()]
    assert "signer.served" in logged
    assert not [secret for secret in secrets if secret in logged]


def test_keyrings_are_listed_without_secrets(signer: Signer) -> None:
    keyrings = signer.client.keyrings()
    assert {name: ring.role for name, ring in keyrings.items()} == {
        **dict.fromkeys(INSTITUTIONS, Role.INSTITUTION),
        "relay": Role.RELAY,
        "voter": Role.CONSENSUS,
        "engine": Role.ENGINE,
    }
    assert [keyrings[name].evaluator for name in INSTITUTIONS] == [1, 2, 3, 4, 5]
    listed = signer.http.get("/v1/keyrings", headers={"Authorization": f"Bearer {signer.home.token}"}).text
    for keyring in signer.home.keyrings().values():
        assert keyring.signing.secret_bytes().hex() not in listed
        assert keyring.exchange.secret_bytes().hex() not in listed


@pytest.mark.parametrize("answer", [httpx.Response(200, content=b"<html>"), httpx.Response(200, json=[1])])
def test_something_that_is_no_signer_is_called_unreachable(answer: httpx.Response) -> None:
    client = SignerClient("http://signer.invalid", "token", transport=httpx.MockTransport(lambda _request: answer))
    with pytest.raises(SignerUnreachable):
        client.keyrings()
    client.close()


def test_messages_travel_as_the_nodes_write_them() -> None:
    assert message_to_json(ADMISSION)["nonce"] == "1"
