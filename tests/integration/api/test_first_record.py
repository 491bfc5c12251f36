"""A patient opens an account, lets a clinician append, and the record travels to the chain and back."""

import json
import time

from django.test import Client
from eth_hash.auto import keccak

from contracts.bindings import messages as m
from contracts.bindings.contracts import Contracts
from keymgmt.keys.signing import SigningKey
from medixain.audit.services import audit_verify
from medixain.chainindex.loop import chain_pass_once
from medixain.core.eip712 import hash_struct
from medixain.core.typed_json import message_to_json
from tests.integration.api.chain import TestChain
from tests.integration.api.conftest import Settle
from tests.integration.api.people import Device, Patient, b64, hexed, make_record, signed, terms


def test_an_account_opens_once_and_its_slots_reach_the_chain(
    contracts: Contracts, client: Client, settle: Settle
) -> None:
    patient = Patient(contracts)
    body = patient.account_body()
    first = client.post("/api/v1/accounts", body, content_type="application/json")
    assert first.status_code == 201, first.content
    assert [row["state"] for row in first.json()["transactions"]] == ["received", "received"]
    again = client.post("/api/v1/accounts", body, content_type="application/json").json()
    assert [row["id"] for row in again["transactions"]] == [row["id"] for row in first.json()["transactions"]]
    settle()
    for row in first.json()["transactions"]:
        found = client.get(f"/api/v1/transactions/{row['id']}").json()
        assert (found["state"], found["error"]) == ("final", None)
        assert found["block"] is not None
    assert contracts.wallet_registry.key_of(patient.slot) == patient.slot
    card = client.get(f"/api/v1/directory/{body['card']['lookup']}").json()
    assert (card["account"], card["version"]) == (patient.account, 1)
    audit_verify()


def test_a_record_is_received_anchored_and_final(
    patient: Patient, client: Client, chain: TestChain, settle: Settle
) -> None:
    author = SigningKey.random()
    right = client.post("/api/v1/transactions", patient.author_right(author.address), content_type="application/json")
    assert right.status_code == 202, right.content
    settle()
    clinician = Device(author)
    made = make_record(patient, author)
    uploaded = clinician.upload(made.content)
    assert uploaded.status_code == 201, uploaded.content
    assert uploaded.json() == {"cid": made.cid, "size": len(made.content)}
    created = clinician.post("/records", made.body)
    assert created.status_code == 201, created.content
    assert created.json()["state"] == "received"
    assert clinician.post("/records", made.body).json()["id"] == created.json()["id"]

    chain_pass_once()
    chain.mine()
    chain_pass_once()
    listed = patient.device.get(f"/records?slot={patient.slot}")
    assert listed.status_code == 200, listed.content
    assert [record["state"] for record in listed.json()["records"]] == ["anchored"]
    chain.finalise()
    chain_pass_once()
    record = patient.device.get(f"/records/{hexed(made.record_id)}").json()
    assert (record["state"], record["kc"], record["envelope"]) == ("final", made.body["kc"], made.body["envelope"])

    content = patient.device.get(f"/records/{hexed(made.record_id)}/content")
    assert b"".join(content.streaming_content) == made.content
    part = patient.device.get(f"/records/{hexed(made.record_id)}/content", headers={"Range": "bytes=0-176"})
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == made.content[:177]
    history = patient.device.get(f"/slots/{patient.slot}/history").json()
    assert [(item["kind"], item["record"], item["seq"]) for item in history["records"]] == [
        ("anchor", hexed(made.record_id), 1)
    ]
    assert history["authors"][0]["author"] == author.address
    audit_verify()


def test_a_grantee_takes_ciphertext_with_the_opening_and_nobody_without(
    patient: Patient, client: Client, settle: Settle
) -> None:
    owner = patient.keys.slot("profile")
    made, other = make_record(patient, owner), make_record(patient, owner)
    for item in (made, other):
        assert patient.device.upload(item.content).status_code == 201
        assert patient.device.post("/records", item.body).status_code == 201
    reader = Device(SigningKey.random())
    opening = m.GrantOpening(
        slot=patient.slot, grantee=reader.address, grantee_key=reader.key.public_key, kind=1,
        records=(made.record_id,), sections=(), purpose="care", expiry=int(time.time()) + 3600, node_set=1,
        salt=keccak(b"salt"),
    )  # fmt: skip
    granted = client.post("/api/v1/transactions", patient.grant(opening), content_type="application/json")
    assert granted.status_code == 202, granted.content
    settle()
    shown = {"Grant-Opening": b64(_json(opening))}
    grant = hexed(hash_struct(opening))
    listed = reader.get(f"/records?grant={grant}", headers=shown)
    assert listed.status_code == 200, listed.content
    assert [record["id"] for record in listed.json()["records"]] == [hexed(made.record_id)]
    content = reader.get(f"/records/{hexed(made.record_id)}/content?grant={grant}", headers=shown)
    assert b"".join(content.streaming_content) == made.content
    refused = [
        reader.get(f"/records/{hexed(other.record_id)}/content?grant={grant}", headers=shown),
        reader.get(f"/records/{hexed(bytes(32))}/content?grant={grant}", headers=shown),
        reader.get(f"/records/{hexed(made.record_id)}/content"),
        Device(SigningKey.random()).get(f"/records/{hexed(made.record_id)}/content?grant={grant}", headers=shown),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(403, "no-grant")}
    assert reader.get(f"/records?slot={patient.slot}").status_code == 403

    withdrawal = m.Withdrawal(slot=patient.slot, grant_ids=(hash_struct(opening),), **terms())
    body = signed(patient.contracts, "AccessGrants", "withdraw", withdrawal, owner)
    assert client.post("/api/v1/transactions", body, content_type="application/json").status_code == 202
    settle()
    assert reader.get(f"/records?grant={grant}", headers=shown).json()["code"] == "no-grant"


def _json(opening: m.GrantOpening) -> bytes:

    return json.dumps(message_to_json(opening), sort_keys=True, separators=(",", ":")).encode()
