"""Ciphertext on its way in: bounded, whole or refused, and gone again when no record comes to name it."""

import io

import pytest
from django.conf import LazySettings

from keymgmt.keys.signing import SigningKey
from medixain.api.caller import Caller
from medixain.api.errors import TooLarge
from medixain.core.errors import InvalidInput
from records.anchors import uploads
from records.anchors.models import Record, Upload
from records.anchors.store import record_store
from records.anchors.uploads import store_reconcile, upload_create, uploads_collect
from tests.integration.api.people import Device, Patient, make_record

CONTENT = b"ciphertext on its way " * 100


@pytest.fixture
def caller(patient: Patient) -> Caller:
    return Caller(patient.device.address)


def cid_of(content: bytes) -> str:
    """Where the store keeps ``content``; nothing pins it."""
    return record_store().put(io.BytesIO(content), pin=False)


def test_the_same_upload_twice_is_one(patient: Patient) -> None:
    first, second = patient.device.upload(CONTENT), patient.device.upload(CONTENT)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Upload.objects.count() == 1


def test_more_than_the_platform_takes_is_refused_before_a_byte_is_read(
    patient: Patient, settings: LazySettings
) -> None:
    settings.UPLOAD_MAX_BYTES = len(CONTENT) - 1
    refused = patient.device.upload(CONTENT)
    assert (refused.status_code, refused.json()["code"]) == (413, "too-large")
    assert not Upload.objects.exists()


def test_a_stream_that_says_no_length_is_stopped_at_the_limit(caller: Caller, settings: LazySettings) -> None:
    settings.UPLOAD_MAX_BYTES = len(CONTENT) - 1
    with pytest.raises(TooLarge):
        upload_create(caller=caller, body=io.BytesIO(CONTENT), announced=None)
    assert not Upload.objects.exists()


def test_an_upload_that_was_cut_short_is_refused_and_leaves_nothing(caller: Caller) -> None:
    with pytest.raises(InvalidInput, match="cut short after 2200 of 2201 bytes"):
        upload_create(caller=caller, body=io.BytesIO(CONTENT), announced=len(CONTENT) + 1)
    assert not Upload.objects.exists()
    assert store_reconcile() == 0


def test_a_cut_upload_does_not_take_the_same_bytes_of_another_with_it(patient: Patient, caller: Caller) -> None:
    cid = patient.device.upload(CONTENT).json()["cid"]
    with pytest.raises(InvalidInput):
        upload_create(caller=caller, body=io.BytesIO(CONTENT), announced=len(CONTENT) + 1)
    assert record_store().has(cid)


def test_uploads_without_records_are_limited_in_number(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_OPEN_UPLOADS", 1)
    assert patient.device.upload(CONTENT).status_code == 201
    refused = patient.device.upload(CONTENT + b"more")
    assert (refused.status_code, refused.json()["detail"]) == (
        400,
        "Too many uploads wait for their records; send the records first.",
    )
    assert Device(SigningKey.random()).upload(CONTENT).status_code == 403


def test_collecting_an_upload_keeps_what_a_record_has_in_common_with_it(
    patient: Patient, settings: LazySettings
) -> None:
    record = make_record(patient, patient.keys.slot("profile"))
    patient.device.upload(record.content)
    assert patient.device.post("/records", record.body).status_code == 201
    patient.device.upload(record.content)
    settings.UPLOAD_KEEP_SECONDS = 0
    assert uploads_collect() == 1
    assert record_store().has(record.cid)


def test_start_up_goes_on_beside_content_that_is_lost(patient: Patient) -> None:
    lost = patient.device.upload(CONTENT).json()["cid"]
    record_store().delete(lost)
    orphan = cid_of(b"an upload whose row was never written")
    assert store_reconcile() == 1
    assert not record_store().has(orphan)
    assert not Record.objects.exists()
