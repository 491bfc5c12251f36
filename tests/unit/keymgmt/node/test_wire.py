"""Messages as JSON: one spelling, nothing extra, every kind of junk refused with one typed error."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.bindings.messages import Withdrawal
from keymgmt.node import errors, messages
from keymgmt.node.messages import (
    AccessRequest,
    DepositContent,
    Envelope,
    Fragment,
    GrantOpening,
    KeyDeposit,
    LogEntry,
    LogRequest,
    ProfessionalRequest,
    ProfessionalStatement,
    SectionEpoch,
    StateRequest,
    StateStatement,
    capsule_and_ciphertext,
    node_proof,
    verify_node_proof,
)
from keymgmt.node.server.limits import MAX_KEYS, Buckets, Rate
from keymgmt.node.server.requests import parse_signed
from keymgmt.node.wire import canonical_json, from_json, parse_hex, parse_json
from medixain.core.addresses import address_of_secret_key, to_address
from medixain.core.eip712 import AtomicType, TypedStruct, encode_type, struct_fields
from medixain.core.errors import InvalidInput
from medixain.core.secp256k1 import SignatureError
from medixain.core.typed_json import MAX_HEX_BYTES, message_to_json

STRUCTS = [
    AccessRequest, Envelope, Fragment, GrantOpening, KeyDeposit, LogEntry, LogRequest, ProfessionalRequest,
    ProfessionalStatement, StateRequest, StateStatement, Withdrawal,
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEY = b"\x42" * 32
NODE = address_of_secret_key(KEY)


def values(item: AtomicType | type[TypedStruct]) -> st.SearchStrategy[Any]:
    if not isinstance(item, AtomicType):
        return instances(item)
    if item.name == "address":
        return st.binary(min_size=20, max_size=20).map(to_address)
    if item.name == "string":
        return st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    if item.name == "bool":
        return st.booleans()
    if item.name.startswith("uint"):
        return st.integers(0, (1 << int(item.name[4:])) - 1)
    size = int(item.name[5:] or 0)
    return st.binary(min_size=size, max_size=size or 80)


def instances(struct: type[TypedStruct]) -> st.SearchStrategy[TypedStruct]:
    return st.builds(
        struct,
        **{
            field.attribute: st.lists(values(field.item), max_size=4).map(tuple)
            if field.is_array
            else values(field.item)
            for field in struct_fields(struct)
        },
    )


@pytest.mark.parametrize("struct", STRUCTS)
def test_every_message_survives_the_trip_through_json(struct: type[TypedStruct]) -> None:
    @given(instances(struct))
    def check(message: TypedStruct) -> None:
        assert from_json(struct, json.loads(canonical_json(message_to_json(message)))) == message

    check()


@given(st.sampled_from(STRUCTS), JSON)
def test_junk_is_refused_with_one_error(struct: type[TypedStruct], junk: Any) -> None:
    with pytest.raises(errors.Malformed):
        from_json(struct, junk)


@given(instances(AccessRequest), st.data())
def test_a_field_of_junk_is_refused_or_means_the_same(message: TypedStruct, data: st.DataObject) -> None:
    document = message_to_json(message)
    name = data.draw(st.sampled_from(sorted(document)))
    document[name] = data.draw(JSON)
    try:
        read = from_json(AccessRequest, document)
    except errors.Malformed:
        return
    assert name in ("time", "requester", "node", "record", "grantId", "nonce")
    assert message_to_json(read)[name] in (document[name], int(document[name]) if name == "time" else None)


@pytest.mark.parametrize(
    "value",
    [None, 5, "", "0x0", "0xAB", "ab", "0x a", "0xzz", "0x" + "00" * (MAX_HEX_BYTES + 1), "0x٣٣"],
)
def test_bytes_have_one_spelling(value: Any) -> None:
    with pytest.raises(errors.Malformed):
        parse_hex(value, "place", size=1)


@pytest.mark.parametrize("value", [True, -1, 1.0, "01", "+1", "1_0", "٣", "", "9" * 79, None, [], 1 << 64])
def test_integers_have_one_spelling(value: Any) -> None:
    document = message_to_json(LogRequest(NODE, NODE, 0, 0))
    with pytest.raises(errors.Malformed):
        from_json(LogRequest, {**document, "after": value})


def test_a_uint256_travels_as_a_string() -> None:
    message = Withdrawal(NODE, (bytes(32),), 7, 8)
    assert message_to_json(message)["nonce"] == "7"
    assert from_json(Withdrawal, {**message_to_json(message), "nonce": 7}) == message


def test_lists_must_be_lists() -> None:
    with pytest.raises(errors.Malformed):
        from_json(Withdrawal, {**message_to_json(Withdrawal(NODE, (), 7, 8)), "grantIds": "0x"})


def test_canonical_json_has_no_floats() -> None:
    assert canonical_json({"b": [1, "ä"], "a": None}) == '{"a":null,"b":[1,"ä"]}'.encode()
    for value in (1.5, [float("nan")], {"a": (float("inf"),)}):
        with pytest.raises(errors.Malformed):
            canonical_json(value)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b'{"a":1,"a":2}', b"NaN", b"[" * 100_000, b'{"a":Infinity}', b"1" * 5000],
)
def test_json_without_tricks(body: bytes) -> None:
    with pytest.raises(errors.Malformed):
        parse_json(body)


@given(st.binary(max_size=200))
def test_any_body_is_json_or_malformed(body: bytes) -> None:
    try:
        parse_json(body)
    except errors.Malformed:
        return
    json.loads(body)


@pytest.mark.parametrize("document", [None, [], {}, {"message": {}}, {"message": {}, "signature": "0x", "more": 1}])
def test_a_signed_body_holds_exactly_two_things(document: Any) -> None:
    with pytest.raises(errors.Malformed):
        parse_signed(AccessRequest, document)


def test_types_are_the_ones_of_the_specification() -> None:
    assert encode_type(AccessRequest) == (
        "AccessRequest(bytes32 record,bytes32 grantId,address requester,address node,bytes32 nonce,uint64 time)"
    )
    assert encode_type(LogEntry) == (
        "LogEntry(uint64 seq,bytes32 previous,uint64 slotSeq,address slot,bytes32 record,bytes32 grantId,"
        "address requester,string purpose,string outcome,uint64 time,bytes32 requestHash)"
    )
    assert encode_type(StateStatement).startswith(
        "StateStatement(uint256 chainId,address slot,address key,bytes preKey,"
    )


@given(JSON)
def test_junk_is_no_deposit_content(junk: Any) -> None:
    with pytest.raises(errors.Malformed):
        DepositContent.from_json(junk)


@pytest.mark.parametrize("rows", [{}, [1], [{"delegating": "0x"}], [{"delegating": "0x", "kfrag": "0x"}], [{}] * 1025])
def test_junk_rows_are_no_kfrags(rows: Any) -> None:
    opening = GrantOpening(NODE, NODE, b"", 2, (), (SectionEpoch(bytes(16), 1),), "", 0, 1, bytes(32))
    with pytest.raises(errors.Malformed):
        DepositContent.from_json({"opening": message_to_json(opening), "kfrags": rows})


@given(st.binary(min_size=1, max_size=200), st.binary(min_size=1, max_size=50))
def test_framed_ciphertexts_come_apart_as_they_were(capsule: bytes, ciphertext: bytes) -> None:
    framed = len(capsule).to_bytes(2, "big") + capsule + ciphertext
    assert capsule_and_ciphertext(framed) == (capsule, ciphertext)
    with pytest.raises(errors.Malformed):
        capsule_and_ciphertext(framed[: 2 + len(capsule)])


@pytest.mark.parametrize("framed", [b"", b"\x00", b"\x00\x00ab"])
def test_a_frame_holds_a_capsule(framed: bytes) -> None:
    with pytest.raises(errors.Malformed):
        capsule_and_ciphertext(framed)


def test_a_node_proof_is_for_one_request_and_one_minute() -> None:
    proof = node_proof(KEY, "GET", "/a?b=c", b"body", 1000)
    assert verify_node_proof(proof, "get", "/a?b=c", b"body", now=1060) == NODE
    for method, path, body in (("PUT", "/a?b=c", b"body"), ("GET", "/a", b"body"), ("GET", "/a?b=c", b"")):
        with pytest.raises(SignatureError):
            verify_node_proof(proof, method, path, body, now=1000)
    with pytest.raises(InvalidInput):
        verify_node_proof(proof, "GET", "/a?b=c", b"body", now=1061)
    stolen = f"{to_address(bytes(20))}.{proof.partition('.')[2]}"
    with pytest.raises(SignatureError):
        verify_node_proof(stolen, "GET", "/a?b=c", b"body", now=1000)
    for junk in ("", "a.b.c", f"{NODE}.1.0x.1", f"{NODE}.{'9' * 20}.0x", f"{NODE}.-1.0x"):
        with pytest.raises((errors.Malformed, InvalidInput, SignatureError)):
            verify_node_proof(junk, "GET", "/", b"", now=1)


def test_every_refusal_travels_under_its_own_code() -> None:
    for code, kind in errors.REFUSALS.items():
        assert isinstance(errors.refusal_from_code(code, "why"), kind)
        assert kind().code == code
    assert isinstance(errors.refusal_from_code("new-code"), errors.NodeFault)
    assert "no-grant" in messages.__doc__ or errors.NoGrant(reason="x").message == errors.NoGrant().message


def test_a_bucket_refills_and_forgets_the_longest_silent() -> None:
    now = [0.0]
    buckets = Buckets(Rate(burst=2, per_second=0.5), lambda: now[0])
    for _ in range(3):
        buckets.spend("a")
    with pytest.raises(errors.TooManyRequests):
        buckets.require("a")
    now[0] = 2.0
    buckets.require("a")
    for party in range(MAX_KEYS):
        buckets.spend(party)
    now[0] = 2.0
    buckets.require("a")
    assert len(buckets._buckets) == MAX_KEYS
