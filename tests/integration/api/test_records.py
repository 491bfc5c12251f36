"""Records: refused unless every signature and hash fits, rotated by the owner, erased for good."""

import base64
import copy
from pathlib import Path

import pytest
from django.test import Client
from eth_hash.auto import keccak

from contracts.bindings import messages as m
from keymgmt.keys.messages import DeletionReceipt as ReceiptMessage
from keymgmt.keys.signing import SigningKey
from medixain.chainindex.models import TransactionState
from medixain.core.eip712 import verify
from medixain.core.typed_json import message_to_json
from records.anchors.models import DeletionReceipt, Envelope, Record, Upload
from records.anchors.store import record_store
from records.anchors.tasks import housekeeping
from records.anchors.uploads import store_reconcile, uploads_collect
from records.container import cid_from_text, hash_of
from tests.conformance.contracts.consortium import RELAY
from tests.integration.api.conftest import Settle
from tests.integration.api.people import (
    DOMAIN,
    Device,
    MadeRecord,
    Patient,
    b64,
    envelope_body,
    hexed,
    make_record,
    sealed_box,
    terms,
)


@pytest.fixture
def made(patient: Patient) -> MadeRecord:
    """A record of the patient's own, uploaded and not yet sent."""
    record = make_record(patient, patient.keys.slot("profile"))
    assert patient.device.upload(record.content).status_code == 201
    return record


@pytest.fixture
def sent(patient: Patient, made: MadeRecord) -> MadeRecord:
    assert patient.device.post("/records", made.body).status_code == 201
    return made


def test_a_record_whose_parts_do_not_belong_together_is_refused(patient: Patient, made: MadeRecord) -> None:
    other = make_record(patient, patient.keys.slot("profile"))
    stranger = make_record(patient, SigningKey.random())
    changes = [
        {"header": other.body["header"]},
        {"cid": other.cid},
        {"size": made.body["size"] + 1},
        {"kc": other.body["kc"]},
        {"envelope": other.body["envelope"]},
        {"envelope": made.body["envelope"] | {"epoch": 7}},
        {"statement_signature": other.body["statement_signature"]},
        {"anchor": other.body["anchor"]},
        {"kc": b64(b"not a sealed box" * 12)},
        {"header": "0x" + "00" * 177},
    ]
    for change in changes:
        answer = patient.device.post("/records", copy.deepcopy(made.body) | change)
        assert answer.status_code == 400, (change, answer.content)
    assert patient.device.upload(stranger.content).status_code == 201
    refused = patient.device.post("/records", stranger.body)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-an-author")
    assert not Record.objects.exists()
    assert patient.device.post("/records", made.body).status_code == 201


def test_a_record_without_its_bytes_is_refused(patient: Patient) -> None:
    absent = make_record(patient, patient.keys.slot("profile"))
    answer = patient.device.post("/records", absent.body)
    assert (answer.status_code, answer.json()["fields"].keys()) == (400, {"cid"})


def test_a_rotation_replaces_the_envelope_and_keeps_no_other(patient: Patient, sent: MadeRecord) -> None:
    section = patient.keys.section_tag("profile", "allergies")
    owner, path = patient.keys.slot("profile"), f"/records/{hexed(sent.record_id)}/envelope"
    rotated = envelope_body(sent.record_id, patient.slot, section, 1, sealed_box(), owner)
    for _ in range(2):
        answer = patient.device.put(path, rotated)
        assert (answer.status_code, answer.json()["envelope"]) == (200, rotated)
    assert Envelope.objects.count() == 1
    back = envelope_body(sent.record_id, patient.slot, section, 0, sealed_box(), owner)
    assert patient.device.put(path, back).status_code == 409
    forged = envelope_body(sent.record_id, patient.slot, section, 2, sealed_box(), SigningKey.random())
    assert patient.device.put(path, forged).json()["code"] == "bad-signature"
    assert Device(SigningKey.random()).put(path, rotated).status_code == 403


def removal(patient: Patient, record: bytes) -> object:
    message = m.Removal(slot=patient.slot, record=record, **terms())
    signature = patient.keys.slot("profile").sign(patient.contracts.record_registry.domain, message)
    return {"message": message_to_json(message), "signature": hexed(signature)}


def test_a_deletion_erases_and_says_what_it_cannot_reach(patient: Patient, sent: MadeRecord, settle: Settle) -> None:
    path, store = f"/records/{hexed(sent.record_id)}", record_store()
    stranger = Device(SigningKey.random()).delete(path, removal(patient, sent.record_id))
    assert stranger.status_code == 403
    answer = patient.device.delete(path, removal(patient, sent.record_id))
    assert answer.status_code == 202, answer.content
    receipt = answer.json()
    assert (receipt["record"], receipt["cid"]) == (hexed(sent.record_id), sent.cid)
    assert receipt["envelope_deleted"]
    assert receipt["store_deleted"]
    message = ReceiptMessage(
        record=sent.record_id, cid=sent.cid, envelope_deleted=True, store_deleted=True,
        copies=tuple(receipt["copies"]), time=receipt["at"],
    )  # fmt: skip
    verify(DOMAIN, message, bytes.fromhex(receipt["signature"][2:]), signer=RELAY.address)
    assert not store.has(sent.cid)
    row = Record.objects.get(id=sent.record_id)
    assert (row.kc, row.provenance, Envelope.objects.count()) == (None, None, 0)
    assert patient.device.get(path).status_code == 404
    assert patient.device.post("/records", sent.body).json()["code"] == "conflict"
    again = patient.device.delete(path, removal(patient, sent.record_id)).json()
    assert again["signature"] == receipt["signature"]
    settle()
    history = patient.device.get(f"/slots/{patient.slot}/history").json()["records"]
    assert [item["kind"] for item in history] == ["anchor", "remove"]


def test_a_removal_names_the_record_it_is_sent_for(patient: Patient, sent: MadeRecord) -> None:
    other = make_record(patient, patient.keys.slot("profile"))
    patient.device.upload(other.content)
    assert patient.device.post("/records", other.body).status_code == 201
    refused = patient.device.delete(f"/records/{hexed(sent.record_id)}", removal(patient, other.record_id))
    assert (refused.status_code, refused.json()["fields"].keys()) == (400, {"message"})
    assert Record.objects.filter(removed=None).count() == 2


def test_deleting_one_of_two_records_of_the_same_bytes_leaves_the_other_whole(
    patient: Patient, sent: MadeRecord
) -> None:
    twin = Record.objects.get(id=sent.record_id)
    twin.pk, twin.id = None, bytes(32)
    twin.save(force_insert=True)
    receipt = patient.device.delete(f"/records/{hexed(sent.record_id)}", removal(patient, sent.record_id)).json()
    assert (receipt["envelope_deleted"], receipt["store_deleted"]) == (True, False)
    assert record_store().has(sent.cid)


def test_the_same_record_again_is_the_same_and_with_another_content_refused(patient: Patient, sent: MadeRecord) -> None:
    again = patient.device.post("/records", sent.body)
    assert (again.status_code, again.json()["id"]) == (201, hexed(sent.record_id))
    changed = patient.device.post("/records", sent.body | {"size": sent.body["size"] + 1})
    assert (changed.status_code, changed.json()["code"]) == (409, "conflict")
    assert Record.objects.count() == 1


def test_a_record_whose_anchor_failed_may_be_sent_anew(patient: Patient, sent: MadeRecord) -> None:
    failed = Record.objects.get(id=sent.record_id).transaction
    failed.state = TransactionState.FAILED
    failed.save()
    anchor = m.Anchor(
        record=sent.record_id, slot=patient.slot, originator=patient.slot, ipfs=cid_from_text(sent.cid),
        kc_hash=hash_of(base64.b64decode(sent.body["kc"])), **terms(),
    )  # fmt: skip
    signature = patient.keys.slot("profile").sign(patient.contracts.record_registry.domain, anchor)
    body = sent.body | {"anchor": {"message": message_to_json(anchor), "signature": hexed(signature)}}
    assert patient.device.post("/records", body).status_code == 201
    [record] = Record.objects.all()
    assert record.transaction != failed
    assert record.transaction.state == TransactionState.RECEIVED


def test_a_list_without_a_slot_or_with_another_s_is_refused(patient: Patient) -> None:
    assert patient.device.get("/records").json()["fields"].keys() == {"slot"}
    refused = patient.device.get(f"/records?slot={SigningKey.random().address}")
    assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted")


@pytest.mark.parametrize("opening", ["", "not base64", b64(b"{"), b64(b"x" * 100_000)])
def test_a_grant_that_is_not_opened_properly_is_refused(patient: Patient, opening: str) -> None:
    refused = patient.device.get(f"/records?grant={'00' * 32}", headers={"Grant-Opening": opening})
    assert (refused.status_code, refused.json()["fields"].keys()) == (400, {"Grant-Opening"})


@pytest.mark.parametrize("text", ["xyz", "00" * 31])
def test_an_id_that_is_none_is_refused(patient: Patient, text: str) -> None:
    refused = patient.device.get(f"/records/{text}")
    assert (refused.status_code, refused.json()["fields"].keys()) == (400, {"id"})


def test_a_deletion_cut_short_by_a_crash_is_finished(
    patient: Patient, sent: MadeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("records.anchors.apis.deletion_complete", _crash)
        with pytest.raises(SystemExit):
            patient.device.delete(f"/records/{hexed(sent.record_id)}", removal(patient, sent.record_id))
    assert record_store().has(sent.cid)
    assert not Envelope.objects.exists()
    housekeeping()
    assert not record_store().has(sent.cid)
    assert DeletionReceipt.objects.count() == 1


def _crash(*_: object) -> None:
    raise SystemExit


def test_uploads_that_nobody_names_are_collected_and_records_are_not(
    patient: Patient, sent: MadeRecord, settings: object
) -> None:
    loose = patient.device.upload(b"loose end" * 1000).json()["cid"]
    assert uploads_collect() == 0
    settings.UPLOAD_KEEP_SECONDS = 0  # type: ignore[attr-defined]
    assert uploads_collect() == 1
    assert not record_store().has(loose)
    assert record_store().has(sent.cid)
    assert not Upload.objects.exists()


def test_start_up_drops_what_a_crash_left_and_keeps_what_rows_name(
    patient: Patient, sent: MadeRecord, tmp_path: Path
) -> None:
    left = tmp_path / "left"
    left.write_bytes(b"an upload whose row was never written")
    with left.open("rb") as source:
        orphan = record_store().put(source, pin=False)
    store_reconcile()
    assert not record_store().has(orphan)
    assert record_store().has(sent.cid)


@pytest.mark.parametrize(
    ("header", "status", "first", "last"),
    [
        ("bytes=0-0", 206, 0, 1),
        ("bytes=10-19", 206, 10, 20),
        ("bytes=-5", 206, -5, None),
        ("bytes=700-", 206, 700, None),
        ("bytes=5-99999999", 206, 5, None),
        ("bytes=99999999-", 416, 0, 0),
        ("bytes=9-3", 416, 0, 0),
        ("bytes=0-1,4-5", 200, 0, None),
        ("pages=1-2", 200, 0, None),
    ],
)
def test_ranges(patient: Patient, sent: MadeRecord, header: str, status: int, first: int, last: int | None) -> None:
    answer = patient.device.get(f"/records/{hexed(sent.record_id)}/content", headers={"Range": header})
    assert answer.status_code == status
    if status != 416:
        assert b"".join(answer.streaming_content) == sent.content[first:last]
        assert int(answer["Content-Length"]) == len(sent.content[first:last])


def test_lists_page_by_cursor(patient: Patient) -> None:
    ids = []
    for _ in range(3):
        made = make_record(patient, patient.keys.slot("profile"))
        patient.device.upload(made.content)
        patient.device.post("/records", made.body)
        ids.append(hexed(made.record_id))
    first = patient.device.get(f"/records?slot={patient.slot}&limit=2").json()
    rest = patient.device.get(f"/records?slot={patient.slot}&limit=2&after={first['next']}").json()
    assert [record["id"] for record in first["records"] + rest["records"]] == ids
    assert rest["next"] is None


def test_a_document_is_stored_with_its_hash_on_the_chain(patient: Patient, client: Client, settle: Settle) -> None:
    blob = b'{"v":1}'
    message = m.Document(slot=patient.slot, kind=1, version=1, hash=keccak(blob), **terms())
    signature = hexed(patient.keys.slot("profile").sign(patient.contracts.wallet_registry.domain, message))
    body = {
        "version": 1,
        "blob": b64(blob),
        "transaction": {"message": message_to_json(message), "signatures": [signature]},
    }
    path = f"/api/v1/slots/{patient.slot}/documents/1"
    assert client.put(path, body, content_type="application/json").status_code == 202
    assert client.put(path, body | {"blob": b64(b"other")}, content_type="application/json").status_code == 400
    settle()
    found = patient.device.get(f"/slots/{patient.slot}/documents/1").json()
    assert (found["blob"], found["version"], found["transaction"]["state"]) == (b64(blob), 1, "final")
    stale = m.Document(slot=patient.slot, kind=1, version=1, hash=keccak(b"x"), **terms())
    signature = hexed(patient.keys.slot("profile").sign(patient.contracts.wallet_registry.domain, stale))
    late = {
        "version": 1,
        "blob": b64(b"x"),
        "transaction": {"message": message_to_json(stale), "signatures": [signature]},
    }
    assert client.put(path, late, content_type="application/json").json()["code"] == "stale-version"
