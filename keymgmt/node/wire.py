"""Bodies of nodes and signers: canonical JSON and messages (:mod:`medixain.core.typed_json`), else ``malformed``."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from keymgmt.node.errors import Malformed
from medixain.core import canonical, typed_json
from medixain.core.canonical import NotCanonical, require_shallow
from medixain.core.eip712 import TypedStruct
from medixain.core.errors import InvalidInput

Struct = TypeVar("Struct", bound=TypedStruct)


def canonical_json(value: object) -> bytes:
    """Return the canonical JSON of ``value`` (:mod:`medixain.core.canonical`); raises :class:`Malformed`."""
    try:
        return canonical.encode(value)
    except NotCanonical as error:
        raise Malformed(error.message) from error


def parse_json(body: bytes) -> Any:
    """Return the JSON in ``body``; raises :class:`Malformed`, also for repeated keys, NaN and deep nesting."""
    try:
        require_shallow(body)
        return json.loads(body.decode("utf-8"), object_pairs_hook=_no_repeats, parse_constant=_no_constant)
    except (ValueError, NotCanonical) as error:
        raise Malformed("The body is not valid JSON.") from error


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("repeated key")
    return document


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def parse_hex(value: object, place: str, *, size: int | None = None) -> bytes:
    """See :func:`medixain.core.typed_json.parse_hex`; raises :class:`Malformed`."""
    with _malformed(place):
        return typed_json.parse_hex(value, place, size=size)


def from_json(struct: type[Struct], document: object, *, place: str | None = None) -> Struct:
    """Return the ``struct`` that the JSON object ``document`` holds; raises :class:`Malformed` naming the place."""
    place = place or struct.__name__
    with _malformed(place):
        return typed_json.message_from_json(struct, document, place=place)


@contextmanager
def _malformed(place: str) -> Iterator[None]:
    try:
        yield
    except InvalidInput as error:
        raise Malformed(error.message, field=error.field or place) from error
