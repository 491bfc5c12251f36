"""One value has one form, and no document of a stranger can take the process down."""

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medixain.core.canonical import (
    MAX_DEPTH,
    MAX_INTEGER,
    NotCanonical,
    encode,
    parse,
    parse_object,
    require_shallow,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_encoded_parses_to_the_same(value: Any) -> None:
    assert parse(encode(value)) == value


def test_the_form_is_that_of_the_specification() -> None:
    assert encode({"b": [1, None, True], "a": 'é"\n'}) == '{"a":"é\\"\\n","b":[1,null,true]}'.encode()
    assert encode((1, 2)) == b"[1,2]"


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b' {"a":1}', b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1,"a":1}', b"1.0", b"NaN", b'"\\u00e9"', b"\xff",
     b"9007199254740992", b'"\\ud800"', b"[1,2]\n", b"-0"],
)  # fmt: skip
def test_every_other_form_is_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse(data)


@pytest.mark.parametrize("value", [1.5, b"x", {1: 2}, {"é": 1}, 2**53, -(2**53), "\ud800", {"a": [object()]}])
def test_values_without_a_canonical_form_are_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        encode(value)


def test_exactly_the_expected_keys() -> None:
    assert parse_object(b'{"a":1}', frozenset({"a"})) == {"a": 1}
    for data in (b"[]", b'{"b":1}', b'{"a":1,"b":2}'):
        with pytest.raises(NotCanonical, match="exactly"):
            parse_object(data, frozenset({"a"}))


def test_deep_nesting_is_refused_even_where_a_library_raised_the_recursion_limit() -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    try:
        for data in (b"[" * 200_000, b'{"a":' * 200_000, b'["]",' * 200_000):
            with pytest.raises(NotCanonical):
                parse(data)
    finally:
        sys.setrecursionlimit(before)


def test_depth_counts_brackets_outside_text_only() -> None:
    require_shallow(b'["' + b"[" * 1000 + b'","\\"[[[","' + b"{" * 1000 + b'"]' + b"[]" * 1000)
    require_shallow(b"[" * MAX_DEPTH)
    with pytest.raises(NotCanonical):
        require_shallow(b"[" * (MAX_DEPTH + 1))
    nested: Any = 1
    for _ in range(MAX_DEPTH + 1):
        nested = [nested]
    with pytest.raises(NotCanonical):
        encode(nested)
