"""Institutions apply and are voted in, professionals are registered, and everybody can read what the chain says."""

import time
from typing import Any

from django.test import Client

from contracts.bindings import messages as m
from contracts.bindings.contracts import Contracts
from keymgmt.keys.messages import ProfessionalName
from keymgmt.keys.signing import SigningKey
from medixain.chainindex.loop import chain_pass_once
from medixain.core.eip712 import off_chain_domain
from medixain.core.typed_json import message_to_json
from tests.conformance.contracts.consortium import (
    INSTITUTION_NAMES,
    INSTITUTIONS,
    NODE_NAMES,
    RELAY,
    address_of,
    key_of,
)
from tests.integration.api.chain import TestChain
from tests.integration.api.conftest import Settle
from tests.integration.api.people import Device, Patient, b64, hexed, terms

JSON = "application/json"


def vote(client: Client, contracts: Contracts, message: m.Admission, key: SigningKey) -> Any:
    signature = hexed(key.sign(contracts.institution_registry.domain, message))
    body = {"function": "admit", "message": message_to_json(message), "signature": signature}
    return client.post(f"/api/v1/institutions/{message.institution}/votes", body, content_type=JSON)


def test_everybody_can_read_chain_nodes_and_institutions(client: Client, chain: TestChain) -> None:
    meta = client.get("/api/v1/meta").json()
    assert {row["id"] for row in meta["institutions"]} >= set(INSTITUTIONS)
    assert meta["contracts"].keys() >= {"InstitutionRegistry", "AccessGrants"}
    assert (meta["node_set"]["version"], meta["node_set"]["threshold"]) == (1, 3)
    assert [node["address"] for node in meta["node_set"]["nodes"]] == [address_of(name) for name in NODE_NAMES]
    assert meta["relay"] == RELAY.address
    status = client.get("/api/v1/chain/status").json()
    assert status["head"]["number"] == status["indexed"] == chain.height
    assert status["parameters"] == {"s": 5, "r": 32, "d": 8}


def test_an_institution_is_admitted_when_more_than_half_signed(
    contracts: Contracts, client: Client, settle: Settle
) -> None:
    newcomer = SigningKey.random()
    entry = {
        "institution": newcomer.address,
        "name": "Lindenhof",
        "roles": 2,
        "exchange_key": hexed(newcomer.public_key),
    }
    applied = client.post("/api/v1/institutions", entry, content_type=JSON)
    assert (applied.status_code, applied.json()["active"], applied.json()["roles"]) == (201, False, 2)
    hijack = client.post("/api/v1/institutions", entry | {"name": "Evil"}, content_type=JSON)
    assert hijack.status_code == 409
    message = m.Admission(institution=newcomer.address, roles=2, profile=bytes(32), **terms())
    assert vote(client, contracts, message, SigningKey.random()).json()["code"] == "not-permitted"
    tallies = [vote(client, contracts, message, SigningKey(key_of(name))).json() for name in INSTITUTION_NAMES[:3]]
    assert [(tally["votes"], tally["transaction"] is None) for tally in tallies] == [(1, True), (2, True), (3, False)]
    assert {tally["needed"] for tally in tallies} == {3}
    settle()
    found = Device(newcomer).get(f"/institutions/{newcomer.address}").json()
    assert (found["active"], found["name"], found["roles"]) == (True, "Lindenhof", 2)
    assert Device(newcomer).sign_in().json()["standing"] == "institution"
    # From now on nobody but the institution itself may put another exchange key there.
    changed = entry | {"exchange_key": hexed(SigningKey.random().public_key)}
    assert client.post("/api/v1/institutions", changed, content_type=JSON).status_code == 403
    assert Device(newcomer).post("/institutions", changed).status_code == 201


def registration(institution: str, holder: SigningKey, level: int = 3) -> m.Registration:
    return m.Registration(
        wallet=holder.address, signing_key=holder.address, umbral_key=holder.public_key, institution=institution,
        level=level, valid_until=int(time.time()) + 86400, **terms(),
    )  # fmt: skip


def register(contracts: Contracts, message: m.Registration, holder: SigningKey, desk: SigningKey) -> Any:
    domain = contracts.institution_registry.domain
    signatures = [hexed(holder.sign(domain, message)), hexed(desk.sign(domain, message))]
    name = named(contracts, desk, message.wallet, message.institution, "Dr Ines Halloran")
    return {"message": message_to_json(message), "signatures": signatures, **name}


def named(contracts: Contracts, desk: SigningKey, wallet: str, institution: str, name: str) -> dict[str, Any]:
    message = ProfessionalName(wallet, institution, name, int(time.time()))
    domain = off_chain_domain(contracts.institution_registry.domain.chain_id)
    return {"name": name, "name_time": message.time, "name_signature": hexed(desk.sign(domain, message))}


def test_an_institution_registers_a_professional_who_then_receives_messages(
    contracts: Contracts, patient: Patient, settle: Settle
) -> None:
    desk, holder = SigningKey(key_of(INSTITUTION_NAMES[0])), SigningKey.random()
    body = register(contracts, registration(desk.address, holder), holder, desk)
    other = Device(SigningKey(key_of(INSTITUTION_NAMES[1])))
    assert other.post("/professionals", body).status_code == 403
    answer = Device(desk).post("/professionals", body)
    assert answer.status_code == 202, answer.content
    sealed = {"to": holder.address, "kind": "introduction", "blob": b64(b"sealed" * 50)}
    assert patient.device.post("/messages", sealed).status_code == 404
    settle()
    row = patient.device.get(f"/professionals/{holder.address}").json()
    assert (row["name"], row["authorised"], row["level"]) == ("Dr Ines Halloran", True, 3)
    sent = patient.device.post("/messages", sealed)
    assert sent.status_code == 201, sent.content
    inbox = Device(holder)
    [message] = inbox.get("/messages").json()["messages"]
    assert (message["from"], message["to"], message["blob"]) == (patient.account, holder.address, sealed["blob"])
    assert patient.device.delete(f"/messages/{message['id']}").status_code == 404
    assert inbox.delete(f"/messages/{message['id']}").status_code == 204
    assert inbox.get("/messages").json()["messages"] == []


def test_a_professional_sees_the_colleagues_of_the_own_institution_and_a_patient_nobody(
    contracts: Contracts, patient: Patient, settle: Settle
) -> None:
    desk, other = (SigningKey(key_of(name)) for name in INSTITUTION_NAMES[:2])
    staff, stranger = [SigningKey.random() for _ in range(2)], SigningKey.random()
    for holder, institution in ((staff[0], desk), (staff[1], desk), (stranger, other)):
        body = register(contracts, registration(institution.address, holder), holder, institution)
        assert Device(institution).post("/professionals", body).status_code == 202
    settle()
    for caller in (desk, staff[0]):
        found = {row["wallet"] for row in Device(caller).get("/professionals").json()["professionals"]}
        assert found >= {holder.address for holder in staff}
        assert stranger.address not in found
    assert patient.device.get("/professionals").json() == {"professionals": []}


def test_a_name_is_kept_with_its_institutions_signature_and_not_without(
    contracts: Contracts, patient: Patient, settle: Settle
) -> None:
    desk, holder = SigningKey(key_of(INSTITUTION_NAMES[0])), SigningKey.random()
    body = register(contracts, registration(desk.address, holder), holder, desk)
    forged = Device(desk).post("/professionals", {**body, "name": "Dr Evil"})
    assert (forged.status_code, forged.json()["code"]) == (400, "bad-signature")
    assert Device(desk).post("/professionals", body).status_code == 202
    settle()
    path = f"/professionals/{holder.address}"
    row = patient.device.get(path).json()
    assert {name: row[name] for name in ("name", "name_time", "name_signature")} == {
        name: body[name] for name in ("name", "name_time", "name_signature")
    }
    corrected = named(contracts, desk, holder.address, desk.address, " Dr Inês Halloran")
    renamed = Device(desk).put(f"{path}/name", corrected)
    assert (renamed.status_code, renamed.json()["name"]) == (200, " Dr Inês Halloran")
    other = SigningKey(key_of(INSTITUTION_NAMES[1]))
    foreign = named(contracts, other, holder.address, other.address, "Dr Evil")
    assert Device(other).put(f"{path}/name", foreign).json()["code"] == "not-permitted"
    assert Device(desk).put(f"{path}/name", foreign).json()["code"] == "bad-signature"
    assert patient.device.get(path).json()["name_signature"] == corrected["name_signature"]


def test_a_level_above_the_institutions_ceiling_is_refused(contracts: Contracts, chain: TestChain) -> None:
    pharma, holder = SigningKey(key_of(INSTITUTION_NAMES[3])), SigningKey.random()
    body = register(contracts, registration(pharma.address, holder, level=4), holder, pharma)
    answer = Device(pharma).post("/professionals", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "level-above-ceiling")


def test_a_registration_that_a_reorganisation_takes_back_is_taken_back_here(
    contracts: Contracts, patient: Patient, chain: TestChain
) -> None:
    desk, holder = SigningKey(key_of(INSTITUTION_NAMES[0])), SigningKey.random()
    body = register(contracts, registration(desk.address, holder), holder, desk)
    assert Device(desk).post("/professionals", body).status_code == 202
    chain_pass_once()
    chain.mine(2)
    chain_pass_once()
    assert patient.device.get(f"/professionals/{holder.address}").status_code == 200
    chain.drop_blocks(2)
    chain_pass_once()
    assert patient.device.get(f"/professionals/{holder.address}").status_code == 404


def test_the_openapi_document_describes_every_endpoint(client: Client, db: None) -> None:
    answer = client.get("/api/v1/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    schema = answer.json()
    assert schema["openapi"].startswith("3.1")
    assert {"/api/v1/records", "/api/v1/transactions", "/api/v1/records/{record_id}/content"} <= schema["paths"].keys()
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description") or operation.get("summary"), (path, method)
