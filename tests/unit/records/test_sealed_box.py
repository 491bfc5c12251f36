"""Kc, envelope, provenance: open with the right key, give nothing to any other."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keymgmt.pre import MalformedEncoding, Sealed, SecretKey, VerifiedCFrag, make_kfrags, reencrypt, seal
from medixain.core.addresses import to_address
from medixain.core.errors import InvalidInput
from records.container import (
    Provenance,
    SealedBoxUnopenable,
    WrongRecordKey,
    hash_of,
    open_envelope,
    open_key,
    open_provenance,
    open_reencrypted_envelope,
    open_reencrypted_key,
    seal_envelope,
    seal_key,
    seal_provenance,
)
from records.container.primitives import Aes256Gcm, derive
from tests.unit.records.test_header import vector_header

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/container/container.json").read_text("utf-8"))
KEY = bytes.fromhex(VECTORS["key"])
RECORD = SecretKey(bytes.fromhex(VECTORS["record_secret"]))
SECTION = SecretKey(bytes.fromhex(VECTORS["section_secret"]))
RECORD_PUBLIC = RECORD.public_key
SECTION_PUBLIC = SECTION.public_key
OTHER = SecretKey.random()
SEALED_KEY = bytes.fromhex(VECTORS["sealed_key"])
ENVELOPE = bytes.fromhex(VECTORS["envelope"])


def fragments(delegating: SecretKey, receiving: SecretKey, box: bytes, count: int = 3) -> list[VerifiedCFrag]:
    kfrags = make_kfrags(delegating, receiving.public_key, SecretKey.random(), threshold=3, shares=5)
    return [reencrypt(Sealed.parse(box).capsule, kfrag) for kfrag in kfrags[:count]]


def test_vectors_open() -> None:
    assert open_key(SEALED_KEY, RECORD) == KEY
    opened = open_envelope(ENVELOPE, SECTION, record_public_key=RECORD_PUBLIC)
    assert opened.secret_bytes() == RECORD.secret_bytes()
    v = VECTORS["provenance"]
    provenance = open_provenance(bytes.fromhex(v["sealed"]), header=vector_header(), key=KEY)
    assert provenance == Provenance(v["professional"], v["institution"], bytes.fromhex(v["signature"]))


def test_only_the_right_key_opens() -> None:
    with pytest.raises(SealedBoxUnopenable):
        open_key(SEALED_KEY, OTHER)
    with pytest.raises(SealedBoxUnopenable):
        open_envelope(ENVELOPE, OTHER, record_public_key=RECORD_PUBLIC)


def test_an_envelope_with_another_records_key_is_refused() -> None:
    """The author could wrap any scalar; the owner must notice before relying on it."""
    wrong = seal_envelope(SECTION_PUBLIC, OTHER)
    with pytest.raises(SealedBoxUnopenable):
        open_envelope(wrong, SECTION, record_public_key=RECORD_PUBLIC)


def test_contents_of_the_wrong_kind_are_refused() -> None:
    envelope_as_key = seal_envelope(RECORD_PUBLIC, OTHER)
    with pytest.raises(SealedBoxUnopenable):
        open_key(envelope_as_key, RECORD)
    key_as_envelope = seal_key(SECTION_PUBLIC, KEY)
    with pytest.raises(SealedBoxUnopenable):
        open_envelope(key_as_envelope, SECTION, record_public_key=RECORD_PUBLIC)


def test_a_grantee_opens_with_threshold_fragments_and_not_below() -> None:
    receiving = SecretKey.random()
    enough = fragments(RECORD, receiving, SEALED_KEY)
    key = open_reencrypted_key(SEALED_KEY, receiving_key=receiving, record_public_key=RECORD_PUBLIC, fragments=enough)
    assert key == KEY
    with pytest.raises(SealedBoxUnopenable):
        open_reencrypted_key(SEALED_KEY, receiving_key=receiving, record_public_key=RECORD_PUBLIC, fragments=enough[:2])
    opened = open_reencrypted_envelope(
        ENVELOPE,
        receiving_key=receiving,
        section_public_key=SECTION_PUBLIC,
        record_public_key=RECORD_PUBLIC,
        fragments=fragments(SECTION, receiving, ENVELOPE),
    )
    assert opened.secret_bytes() == RECORD.secret_bytes()


def test_nobody_else_opens_with_a_grantees_fragments() -> None:
    receiving = SecretKey.random()
    with pytest.raises(SealedBoxUnopenable):
        open_reencrypted_key(
            SEALED_KEY,
            receiving_key=OTHER,
            record_public_key=RECORD_PUBLIC,
            fragments=fragments(RECORD, receiving, SEALED_KEY),
        )


@given(st.integers(0, len(SEALED_KEY) - 1), st.integers(1, 255))
@settings(max_examples=100, deadline=None)
def test_no_byte_of_a_sealed_key_can_be_changed(place: int, difference: int) -> None:
    data = bytearray(SEALED_KEY)
    data[place] ^= difference
    with pytest.raises((MalformedEncoding, SealedBoxUnopenable)):
        open_key(bytes(data), RECORD)


def test_a_key_of_another_version_is_refused() -> None:
    with pytest.raises(SealedBoxUnopenable):
        open_key(bytes(seal(RECORD_PUBLIC, KEY + b"\x02")), RECORD)


def test_an_envelope_that_holds_no_scalar_is_refused() -> None:
    with pytest.raises(SealedBoxUnopenable):
        open_envelope(bytes(seal(SECTION_PUBLIC, bytes(32))), SECTION, record_public_key=RECORD_PUBLIC)


def test_an_envelope_does_not_open_below_the_threshold() -> None:
    receiving = SecretKey.random()
    with pytest.raises(SealedBoxUnopenable):
        open_reencrypted_envelope(
            ENVELOPE,
            receiving_key=receiving,
            section_public_key=SECTION_PUBLIC,
            record_public_key=RECORD_PUBLIC,
            fragments=fragments(SECTION, receiving, ENVELOPE, 2),
        )


@given(st.binary(min_size=32, max_size=32))
@settings(max_examples=20, deadline=None)
def test_keys_round_trip(key: bytes) -> None:
    box = seal_key(RECORD_PUBLIC, key)
    assert open_key(box, RECORD) == key
    assert len(hash_of(box)) == 32


def test_wrong_inputs_are_refused() -> None:
    with pytest.raises(InvalidInput):
        seal_key(RECORD_PUBLIC, KEY[:31])


def test_provenance_is_bound_to_its_record_and_key() -> None:
    provenance = Provenance(to_address(b"\x01" * 20), to_address(b"\x02" * 20), bytes(65))
    header = vector_header()
    sealed = seal_provenance(provenance, header=header, key=KEY)
    assert open_provenance(sealed, header=header, key=KEY) == provenance
    with pytest.raises(WrongRecordKey):
        open_provenance(sealed, header=header, key=bytes(32))
    other = Aes256Gcm(derive(KEY, "provenance")).seal(bytes(12), b"{}", header.encode())
    for damaged in (
        bytes(12) + other,
        b"",
        sealed[:5],
        sealed[:-1],
        sealed + b"\x00",
        sealed[:-1] + bytes([sealed[-1] ^ 1]),
    ):
        with pytest.raises(SealedBoxUnopenable):
            open_provenance(damaged, header=header, key=KEY)
