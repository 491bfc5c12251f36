"""The seal header: layout, hash, signature, and each rule that ties it to the chain."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.rules.constants import MAX_CLOCK_LEAD_MS, SEAL_BYTES, SEAL_PREFIX_BYTES
from consensus.rules.errors import (
    BadSignature,
    FutureTime,
    InsufficientWork,
    MalformedMessage,
    MinerNotActive,
    NonceOutsideSlice,
    SealMismatch,
    TimestampNotAfterParent,
)
from consensus.rules.miners import Parameters
from consensus.rules.seal import SealContext, SealHeader, check_not_future, check_seal, prev_randao, seal_digest
from consensus.rules.signatures import check_signer
from tests.unit.consensus.support import CHAIN_ID, GENESIS_TIME, MINERS, data, mine, sign, sign_seal, vectors

hash32 = st.binary(min_size=32, max_size=32)
headers = st.builds(
    SealHeader,
    chain_id=st.integers(0, 2**64 - 1),
    height=st.integers(0, 2**64 - 1),
    parent_seal=hash32,
    payload_hash=hash32,
    time_ms=st.integers(0, 2**64 - 1),
    s=st.integers(0, 2**16 - 1),
    r=st.integers(0, 255),
    d=st.integers(0, 255),
    miner_index=st.integers(0, 2**16 - 1),
    miner_id=hash32,
    attempt=st.integers(0, 2**32 - 1),
    checkpoint=hash32,
    nonce=st.integers(0, 2**64 - 1),
)


def header_of(vector):
    names = {"chainId": "chain_id", "parentSeal": "parent_seal", "payloadHash": "payload_hash", "timeMs": "time_ms"}
    names |= {"minerIndex": "miner_index", "minerId": "miner_id"}
    values = vector["fields"].items()
    return SealHeader(**{names.get(name, name): data(v) if isinstance(v, str) else v for name, v in values})


@pytest.mark.parametrize("vector", vectors("seals.json")["valid"], ids=lambda vector: vector["description"])
def test_vectors(vector):
    header = header_of(vector)
    assert header.encode() == data(vector["header"])
    assert SealHeader.decode(data(vector["header"])) == header
    assert header.seal_hash == data(vector["sealHash"])
    assert seal_digest(header.chain_id, header.seal_hash, vector["searchMs"]) == data(vector["digest"])
    check_signer(data(vector["digest"]), data(vector["signature"]), vector["signer"])
    assert prev_randao(header.parent_seal, header.miner_id, header.attempt) == data(vector["prevRandao"])


@pytest.mark.parametrize("vector", vectors("seals.json")["malformed"], ids=lambda vector: vector["description"])
def test_malformed_headers_are_refused(vector):
    with pytest.raises(MalformedMessage):
        SealHeader.decode(data(vector["header"]))


@given(headers)
def test_round_trip(header):
    encoded = header.encode()
    assert len(encoded) == SEAL_BYTES
    assert SealHeader.decode(encoded) == header
    assert encoded == header.prefix + header.nonce.to_bytes(8, "big")
    assert len(header.prefix) == SEAL_PREFIX_BYTES


@given(header=headers, data=st.data())
def test_every_field_is_under_the_hash(header, data):
    name = data.draw(st.sampled_from([field.name for field in fields(SealHeader)]))
    changed = replace(header, **{name: getattr(data.draw(headers), name)})
    assert (changed == header) == (changed.seal_hash == header.seal_hash)


@pytest.mark.parametrize(("field", "value"), [("s", 2**16), ("nonce", -1), ("time_ms", 2**64), ("miner_id", b"short")])
def test_a_value_that_does_not_fit_is_refused(field, value):
    with pytest.raises(MalformedMessage):
        replace(VALID, **{field: value}).encode()


PARENT_SEAL = b"\x0a" * 32
CONTEXT = SealContext(CHAIN_ID, PARENT_SEAL, 6, GENESIS_TIME + 10, Parameters(5, 14, 8), MINERS)
VALID = mine(
    SealHeader(
        chain_id=CHAIN_ID, height=7, parent_seal=PARENT_SEAL, payload_hash=b"\x0b" * 32,
        time_ms=(GENESIS_TIME + 12) * 1000 + 345, s=5, r=14, d=8, miner_index=3, miner_id=MINERS[2].id, attempt=0,
        checkpoint=b"\x0c" * 32, nonce=0,
    )
)  # fmt: skip


def judge(header, search_ms=0, signature=None):
    return check_seal(header, search_ms, signature or sign_seal(header, search_ms), CONTEXT)


def test_a_valid_seal_names_its_miner():
    assert judge(VALID, search_ms=77) == MINERS[2]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chain_id", CHAIN_ID + 1), ("height", 8), ("height", 6), ("parent_seal", b"\x0d" * 32), ("s", 4), ("r", 15),
        ("d", 7), ("d", 9),
    ],
)  # fmt: skip
def test_a_header_that_contradicts_the_chain_is_refused(field, value):
    with pytest.raises(SealMismatch):
        judge(replace(VALID, **{field: value}))


def test_a_timestamp_must_be_a_whole_second_after_the_parents():
    parent_ms = CONTEXT.parent_timestamp * 1000
    with pytest.raises(TimestampNotAfterParent):
        judge(mine(replace(VALID, time_ms=parent_ms + 999)))
    judge(mine(replace(VALID, time_ms=parent_ms + 1000)))


def test_a_miner_of_another_rank_or_unknown_is_refused():
    for changed in ({"miner_index": 2}, {"miner_index": 0}, {"miner_index": 6}, {"miner_id": b"\x63" * 32}):
        with pytest.raises(MinerNotActive):
            judge(replace(VALID, **changed), signature=bytes(65))


def test_a_nonce_of_another_miners_slice_is_refused_although_it_proves_work():
    as_other = mine(replace(VALID, miner_index=4, miner_id=MINERS[3].id))
    stolen = replace(as_other, miner_index=3, miner_id=MINERS[2].id)
    with pytest.raises(NonceOutsideSlice) as refused:
        judge(stolen)
    assert (refused.value.start, refused.value.stop) == (2 * (2**14 // 5), 3 * (2**14 // 5))


def test_work_below_the_required_d_is_refused():
    header = VALID
    while header.seal_hash[0] == 0:
        header = replace(header, nonce=header.nonce + 1)
    with pytest.raises(InsufficientWork):
        judge(header)


def test_a_seal_signed_by_another_miner_is_refused():
    forged = sign("miner 1", seal_digest(CHAIN_ID, VALID.seal_hash, 0))
    with pytest.raises(BadSignature) as refused:
        judge(VALID, signature=forged)
    assert refused.value.expected == MINERS[2].key


def test_the_search_time_is_under_the_signature():
    with pytest.raises(BadSignature):
        judge(VALID, search_ms=5, signature=sign_seal(VALID, 4))


@pytest.mark.parametrize("search_ms", [-1, 2**32])
def test_a_search_time_that_does_not_fit_is_refused(search_ms):
    with pytest.raises(MalformedMessage):
        check_seal(VALID, search_ms, bytes(65), CONTEXT)


def test_the_signature_is_outside_the_seal_hash_and_has_one_encoding():
    signature = sign_seal(VALID)
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high_s = order - int.from_bytes(signature[32:64], "big")
    twin = signature[:32] + high_s.to_bytes(32, "big") + bytes([55 - signature[64]])
    for altered in (twin, signature[:64] + bytes([signature[64] - 27]), signature + b"\0", bytes(65), b""):
        with pytest.raises(BadSignature):
            check_seal(VALID, 0, altered, CONTEXT)


def test_time_may_lead_the_clock_by_two_seconds_and_no_more():
    check_not_future(VALID, VALID.time_ms - MAX_CLOCK_LEAD_MS)
    with pytest.raises(FutureTime):
        check_not_future(VALID, VALID.time_ms - MAX_CLOCK_LEAD_MS - 1)
