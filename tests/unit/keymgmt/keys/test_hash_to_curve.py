"""Hashing to the curve is RFC 9380's, step by step, so that every client gives one person one point."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keymgmt.keys import hash_to_curve as module
from keymgmt.keys.errors import BadPoint
from keymgmt.keys.group import Point
from keymgmt.keys.hash_to_curve import FIELD, expand_message_xmd, hash_to_curve, hash_to_field, map_to_curve

VECTORS = json.loads((Path(__file__).parents[3] / "vectors/oprf/rfc9380-secp256k1.json").read_text())
DST = VECTORS["dst"].encode()


def point(pair: list[str]) -> Point:
    return Point.of_coordinates(int(pair[0], 16), int(pair[1], 16))


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["message"][:8] or "empty")
def test_vectors_of_the_rfc(vector: dict[str, list[str] | str]) -> None:
    message = str(vector["message"]).encode()
    u = hash_to_field(message, DST)
    assert [f"{element:064x}" for element in u] == (vector["u"] or [f"{element:064x}" for element in u])
    for element, expected in zip(u, vector["q"], strict=False):
        assert map_to_curve(element) == point(list(expected))
    assert hash_to_curve(message, DST) == point(list(vector["p"]))


def test_the_longest_message_of_the_rfc() -> None:
    # a512: P in compressed form; its y is even.
    expected = "02e3c8d35aaaf0b9b647e88a0a0a7ee5d5bed5ad38238152e4e6fd8c1f8cb7c998"
    assert bytes(hash_to_curve(b"a512_" + b"a" * 512, DST)).hex() == expected


# RFC 9380, appendix K.1: expand_message_xmd with SHA-256.
def test_expansion_of_the_rfc() -> None:
    dst = b"QUUX-V01-CS02-with-expander-SHA256-128"
    assert expand_message_xmd(b"", dst, 32).hex() == "68a985b87eb6b46952128911f2a4412bbc302a9d759667f87f7a21d803f07235"
    assert expand_message_xmd(b"abc", dst, 32).hex() == (
        "d8ccab23b5985ccea865c6c97b6e5b8350e794e603b4b97902f53a8a0d605615"
    )


@pytest.mark.parametrize("u", [0, 1, FIELD - 1])
def test_exceptional_field_elements_still_give_a_point(u: int) -> None:
    assert len(bytes(map_to_curve(u))) == 33


@given(st.binary(max_size=200), st.binary(min_size=1, max_size=255))
def test_every_message_has_a_point_and_tags_separate(message: bytes, dst: bytes) -> None:
    assert hash_to_curve(message, dst) == hash_to_curve(message, dst)
    assert hash_to_curve(message, dst) != hash_to_curve(message, dst[:-1] + bytes([dst[-1] ^ 1]))


@pytest.mark.parametrize(("dst", "length"), [(b"", 32), (b"x" * 256, 32), (b"x", 0), (b"x", 8161)])
def test_expansion_out_of_range_is_refused(dst: bytes, length: int) -> None:
    with pytest.raises(ValueError, match="255 bytes"):
        expand_message_xmd(b"", dst, length)


def test_what_the_isogeny_sends_to_infinity_is_no_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_X_DENOMINATOR", (0,))
    with pytest.raises(BadPoint):
        map_to_curve(5)
