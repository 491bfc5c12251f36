"""Sealing and opening: what went in comes out, and nothing that was touched does."""

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medixain.core.addresses import to_address
from records.container import (
    FIRST_CHUNK_END,
    HEADER_SIZE,
    ContainerDamaged,
    ContainerError,
    ContainerTooLong,
    InvalidPreamble,
    Layer,
    Preamble,
    RecordReader,
    RecordType,
    WrongRecord,
    WrongRecordKey,
    add_tree,
    body_size,
    cid_to_text,
    new_header,
    open_to_path,
    parse_header,
    read_metadata,
    seal,
    sealed_size,
    stream,
)
from records.container.preamble import PREAMBLE_SIZE
from records.container.stream import CHUNK_SIZE, SEALED_CHUNK_SIZE
from tests.unit.records.test_header import KEY, POINTS, vector_header
from tests.vectors.container.make import body

HERE = Path(__file__).parents[2] / "vectors/container"
VECTORS = json.loads((HERE / "container.json").read_text("utf-8"))
MALFORMED = json.loads((HERE / "malformed.json").read_text("utf-8"))
FIRST_BODY = CHUNK_SIZE - PREAMBLE_SIZE
EDGES = [0, 1, FIRST_BODY - 1, FIRST_BODY, FIRST_BODY + 1, FIRST_BODY + CHUNK_SIZE, FIRST_BODY + CHUNK_SIZE + 1]
HEADER = new_header(
    chain_id=1,
    slot="0x" + "11" * 20,
    author="0x" + "22" * 20,
    layer=Layer.PROFILE,
    record_public_key=POINTS[0],
    key=KEY,
    created=1,
)
PREAMBLE = Preamble(to_address(b"\x33" * 20), "scan.dcm", RecordType.DICOM)


def sealed(data: bytes) -> bytes:
    return b"".join(seal([data], header=HEADER, key=KEY, preamble=PREAMBLE))


def opened(container: bytes) -> bytes:
    return b"".join(RecordReader([container], key=KEY, record=HEADER.record_id).chunks())


@pytest.mark.parametrize("vector", VECTORS["containers"], ids=lambda v: str(v["body_size"]))
def test_vectors(vector: dict[str, object]) -> None:
    key = bytes.fromhex(VECTORS["key"])
    size = int(str(vector["body_size"]))
    preamble = Preamble(
        VECTORS["preamble"]["owner"], VECTORS["preamble"]["name"], RecordType(VECTORS["preamble"]["type"])
    )
    container = b"".join(seal([body(size)], header=vector_header(), key=key, preamble=preamble))
    assert hashlib.sha256(container).hexdigest() == vector["sha256"]
    assert len(container) == vector["size"] == sealed_size(size)
    assert body_size(len(container)) == size
    assert cid_to_text(add_tree([container])[0]) == vector["cid"]
    assert vector.get("container", container.hex()) == container.hex()
    reader = RecordReader([container], key=key, record=vector_header().record_id)
    assert reader.preamble == preamble
    assert b"".join(reader.chunks()) == body(size)


@pytest.mark.parametrize("vector", MALFORMED, ids=lambda v: v["name"])
def test_malformed_vectors_raise_the_error_they_name(vector: dict[str, str]) -> None:
    data = bytes.fromhex(vector["container"])
    key = bytes.fromhex(VECTORS["key"])
    with pytest.raises(ContainerError) as refusal:
        b"".join(RecordReader([data], key=key, record=vector_header().record_id).chunks())
    assert refusal.value.code == vector["error"]


@given(st.lists(st.binary(max_size=200), max_size=5), st.sampled_from(EDGES), st.integers(1, 100_000))
@settings(max_examples=40, deadline=None)
def test_what_goes_in_comes_out_in_pieces_of_any_size(pieces: list[bytes], padding: int, step: int) -> None:
    data = [*pieces, bytes(padding)]
    container = b"".join(seal(iter(data), header=HEADER, key=KEY, preamble=PREAMBLE))
    assert len(container) == sealed_size(sum(map(len, data)))
    parts = (container[start : start + step] for start in range(0, len(container), step))
    reader = RecordReader(parts, key=KEY, record=HEADER.record_id)
    assert b"".join(reader.chunks()) == b"".join(data)
    assert reader.preamble == PREAMBLE
    assert reader.header == HEADER


@pytest.mark.parametrize("size", EDGES)
def test_a_list_needs_the_first_chunk_only(size: int) -> None:
    container = sealed(bytes(size))
    assert read_metadata(container[:FIRST_CHUNK_END], key=KEY, record=HEADER.record_id) == (HEADER, PREAMBLE)


def test_metadata_of_less_than_a_chunk_or_of_another_record_is_refused() -> None:
    container = sealed(bytes(CHUNK_SIZE))
    with pytest.raises(ContainerDamaged):
        read_metadata(container[: FIRST_CHUNK_END - 1], key=KEY, record=HEADER.record_id)
    with pytest.raises(WrongRecord):
        read_metadata(container, key=KEY, record=bytes(32))
    with pytest.raises(WrongRecordKey):
        read_metadata(container, key=bytes(32), record=HEADER.record_id)


BIG = sealed(bytes(range(256)) * 768)  # four chunks


@given(st.integers(0, len(BIG) - 1), st.integers(1, 255))
@settings(max_examples=150, deadline=None)
def test_no_byte_can_be_changed(place: int, difference: int) -> None:
    data = bytearray(BIG)
    data[place] ^= difference
    with pytest.raises(ContainerError):
        opened(bytes(data))


@given(st.integers(0, len(BIG) - 1))
@settings(max_examples=60, deadline=None)
def test_no_end_can_be_cut_off(length: int) -> None:
    with pytest.raises(ContainerError):
        opened(BIG[:length])


@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_a_cut_at_a_chunk_boundary_is_seen(chunks: int) -> None:
    with pytest.raises(ContainerDamaged) as refusal:
        opened(BIG[: HEADER_SIZE + chunks * SEALED_CHUNK_SIZE])
    assert refusal.value.chunk == chunks - 1


@given(st.binary(min_size=1, max_size=CHUNK_SIZE))
@settings(max_examples=30, deadline=None)
def test_nothing_can_be_added_at_the_end(more: bytes) -> None:
    with pytest.raises(ContainerDamaged):
        opened(BIG + more)


def test_chunks_cannot_be_reordered_repeated_or_dropped() -> None:
    head, rest = BIG[:HEADER_SIZE], BIG[HEADER_SIZE:]
    chunks = [rest[start : start + SEALED_CHUNK_SIZE] for start in range(0, len(rest), SEALED_CHUNK_SIZE)]
    assert len(chunks) == 4
    for order in ([0, 2, 1, 3], [1, 0, 2, 3], [0, 1, 1, 2, 3], [0, 1, 3], [0, 1, 2, 3, 3], [1, 2, 3]):
        with pytest.raises(ContainerDamaged):
            opened(head + b"".join(chunks[i] for i in order))


def test_an_empty_last_chunk_is_no_second_form_of_a_record() -> None:
    """A full chunk followed by an authentic but empty one must not read like the record without it."""
    data = bytes(FIRST_BODY)
    cipher = stream._chunk_cipher(KEY)
    encoded = HEADER.encode()
    forged = encoded + cipher.seal(stream._nonce(0, last=False), PREAMBLE.encode() + data, encoded)
    forged += cipher.seal(stream._nonce(1, last=True), b"", encoded)
    assert opened(sealed(data)) == data
    with pytest.raises(ContainerDamaged):
        opened(forged)


def test_another_record_or_key_is_refused_before_anything_is_decrypted() -> None:
    container = sealed(b"x")
    with pytest.raises(WrongRecord) as refusal:
        RecordReader([container], key=KEY, record=bytes(32))
    assert (refusal.value.expected, refusal.value.actual) == (bytes(32), HEADER.record_id)
    with pytest.raises(WrongRecordKey):
        RecordReader([container], key=bytes(32), record=HEADER.record_id)
    with pytest.raises(WrongRecordKey):
        next(seal([b""], header=HEADER, key=bytes(32), preamble=PREAMBLE))


def test_a_header_of_another_record_does_not_fit_the_chunks() -> None:
    """Same key, other header: the commitment matches, so the associated data must tell them apart."""
    data = bytearray(sealed(b"x"))
    data[161] ^= 1  # the header's random
    other = parse_header(bytes(data[:HEADER_SIZE]))
    with pytest.raises(ContainerDamaged):
        RecordReader([bytes(data)], key=KEY, record=other.record_id)


def test_a_preamble_that_is_none_is_refused() -> None:
    cipher, encoded = stream._chunk_cipher(KEY), HEADER.encode()
    for plaintext in (b"", bytes(85), bytes(86), bytes(20) + b"\xff" * 64 + bytes(2)):
        container = encoded + cipher.seal(stream._nonce(0, last=True), plaintext, encoded)
        with pytest.raises(InvalidPreamble):
            RecordReader([container], key=KEY, record=HEADER.record_id)


def test_the_number_of_chunks_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MAX_CHUNKS", 3)
    with pytest.raises(ContainerTooLong):
        sealed(bytes(3 * CHUNK_SIZE))
    with pytest.raises(ContainerTooLong):
        opened(BIG)


def test_open_to_path_leaves_all_or_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out.bin"
    seen: list[int] = []
    data = bytes(3 * CHUNK_SIZE)
    preamble = open_to_path([sealed(data)], target, key=KEY, record=HEADER.record_id, progress=seen.append)
    assert preamble == PREAMBLE
    assert target.read_bytes() == data
    assert target.stat().st_mode & 0o777 == 0o600
    assert seen == sorted(seen)
    assert seen[-1] == len(data)
    with pytest.raises(ContainerDamaged):
        open_to_path([BIG[:-1]], target, key=KEY, record=HEADER.record_id)
    assert target.read_bytes() == data
    assert [path.name for path in tmp_path.iterdir()] == ["out.bin"]


def test_progress_counts_body_bytes_while_sealing() -> None:
    seen: list[int] = []
    for _ in seal(io.BytesIO(bytes(200_000)), header=HEADER, key=KEY, preamble=PREAMBLE, progress=seen.append):
        pass
    assert seen == [FIRST_BODY, FIRST_BODY + CHUNK_SIZE, FIRST_BODY + 2 * CHUNK_SIZE, 200_000]


def test_memory_stays_bounded_whatever_the_size() -> None:
    """Sealing reads at most one chunk ahead of what it has given out; opening likewise."""
    given_out = consumed = ahead = 0

    def source() -> Iterator[bytes]:
        nonlocal consumed, ahead
        for _ in range(200):
            consumed += CHUNK_SIZE
            ahead = max(ahead, consumed - given_out)
            yield bytes(CHUNK_SIZE)

    def container() -> Iterator[bytes]:
        nonlocal given_out
        for piece in seal(source(), header=HEADER, key=KEY, preamble=PREAMBLE):
            given_out += len(piece)
            yield piece

    total = sum(map(len, RecordReader(container(), key=KEY, record=HEADER.record_id).chunks()))
    assert total == 200 * CHUNK_SIZE
    assert ahead <= 3 * CHUNK_SIZE
