"""A stranger's nested JSON must not end a process: py-evm lifts the recursion limit that would otherwise catch it."""

import sys
from collections.abc import Iterator
from io import BytesIO

import pytest
from rest_framework.exceptions import ParseError

from consensus.execution.rpc.errors import PARSE_ERROR
from consensus.execution.rpc.server import answer_body
from keymgmt.node.errors import Malformed
from keymgmt.node.wire import parse_json
from medixain.api.parsers import ShallowJSONParser
from medixain.core.canonical import NotCanonical, parse

BOMBS = [b"[" * 300_000, b'{"a":' * 300_000, b'[{"a":' * 150_000 + b"1" + b"}]" * 150_000]


@pytest.fixture(autouse=True)
def recursion_limit_of_py_evm() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.parametrize("bomb", BOMBS, ids=["arrays", "objects", "closed"])
def test_every_door_refuses_it(bomb: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse(bomb)
    with pytest.raises(Malformed):
        parse_json(bomb)
    with pytest.raises(ParseError):
        ShallowJSONParser().parse(BytesIO(bomb))
    backend: object = object()
    assert str(PARSE_ERROR).encode() in answer_body(backend, bomb)  # type: ignore[arg-type]


def test_ordinary_bodies_pass() -> None:
    assert ShallowJSONParser().parse(BytesIO(b'{"a":[1,{"b":"]]]]"}]}')) == {"a": [1, {"b": "]]]]"}]}
