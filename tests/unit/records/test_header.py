"""The header: one encoding, everything else refused by name."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keymgmt.pre import PublicKey, SecretKey
from medixain.core.addresses import to_address
from records.container import Header, InvalidHeader, Layer, WrongRecordKey, new_header, parse_header
from records.container.header import HEADER_SIZE, SCHEME

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/container/container.json").read_text("utf-8"))
POINTS = [SecretKey.random().public_key for _ in range(4)]
KEY = bytes(range(32))


def vector_header() -> Header:
    v = VECTORS["header"]
    return Header(
        chain_id=v["chain_id"],
        slot=v["slot"],
        author=v["author"],
        layer=Layer(v["layer"]),
        record_public_key=PublicKey(bytes.fromhex(v["record_public_key"])),
        key_commitment=bytes.fromhex(v["key_commitment"]),
        created=v["created"],
        random=bytes.fromhex(v["random"]),
    )


def test_the_vector_encodes_and_parses() -> None:
    encoded = bytes.fromhex(VECTORS["header"]["encoded"])
    assert vector_header().encode() == encoded
    assert parse_header(encoded) == vector_header()
    assert vector_header().record_id.hex() == VECTORS["header"]["record_id"]
    vector_header().check_key(bytes.fromhex(VECTORS["key"]))


def test_the_sizes_the_specification_states() -> None:
    assert HEADER_SIZE == 177
    assert len(SCHEME) == 32


headers = st.builds(
    Header,
    chain_id=st.integers(0, 2**64 - 1),
    slot=st.binary(min_size=20, max_size=20).map(to_address),
    author=st.binary(min_size=20, max_size=20).map(to_address),
    layer=st.sampled_from(Layer),
    record_public_key=st.sampled_from(POINTS),
    key_commitment=st.binary(min_size=32, max_size=32),
    created=st.integers(0, 2**64 - 1),
    random=st.binary(min_size=16, max_size=16),
)


@given(headers)
def test_every_header_round_trips(header: Header) -> None:
    encoded = header.encode()
    assert len(encoded) == HEADER_SIZE
    assert parse_header(encoded) == header


@given(headers, st.integers(0, HEADER_SIZE - 1), st.integers(1, 255))
def test_no_two_headers_share_an_encoding(header: Header, place: int, difference: int) -> None:
    """A changed byte is refused or is another header with another id; nothing is ignored."""
    data = bytearray(header.encode())
    data[place] ^= difference
    try:
        other = parse_header(bytes(data))
    except InvalidHeader:
        return
    assert other != header
    assert other.record_id != header.record_id
    assert other.encode() == bytes(data)


@given(st.binary(max_size=400))
def test_junk_is_refused_with_the_one_error(junk: bytes) -> None:
    with pytest.raises(InvalidHeader):
        parse_header(junk)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chain_id", -1),
        ("chain_id", 2**64),
        ("created", 2**64),
        ("slot", "0x12"),
        ("author", "nobody"),
        ("layer", 6),
        ("key_commitment", bytes(31)),
        ("random", bytes(17)),
    ],
)
def test_a_header_that_cannot_be_encoded_cannot_be_made(field: str, value: object) -> None:
    values = {name: getattr(vector_header(), name) for name in Header.__dataclass_fields__} | {field: value}
    with pytest.raises(InvalidHeader) as refusal:
        Header(**values)
    assert refusal.value.field == field


@pytest.mark.parametrize("first", [0, 4, 5])
def test_a_public_key_has_one_encoding(first: int) -> None:
    data = bytearray(vector_header().encode())
    data[88] = first
    with pytest.raises(InvalidHeader) as refusal:
        parse_header(bytes(data))
    assert refusal.value.field == "record_public_key"


def test_new_headers_commit_to_their_key_and_never_repeat() -> None:
    def make() -> Header:
        slot = "0x" + "11" * 20
        point = POINTS[0]
        return new_header(
            chain_id=1, slot=slot, author=slot, layer=Layer.SEALED, record_public_key=point, key=KEY, created=5
        )

    first, second = make(), make()
    assert first.record_id != second.record_id
    first.check_key(KEY)
    for wrong in (bytes(32), KEY[:31], b""):
        with pytest.raises(WrongRecordKey):
            first.check_key(wrong)
