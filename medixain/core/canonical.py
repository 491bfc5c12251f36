"""Canonical JSON: one value, one byte string, in every implementation (docs/spec/README.md).

UTF-8, keys sorted, separators ``,`` and ``:``, no floats. Keys are ASCII, because Python sorts by code point and
JavaScript by UTF-16 unit; integers stay within 2^53 - 1, because JavaScript reads larger ones wrongly. Larger numbers
travel as text.
"""

import json
import re
from typing import Any, cast

from medixain.core.errors import InvalidInput

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32


_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")


class NotCanonical(InvalidInput):
    """Bytes that are no canonical JSON, or a value that has none."""

    code = "not-canonical"


def encode(value: Any) -> bytes:
    """Return the canonical bytes of ``value`` (dict, list, tuple, str, int, bool, None); raises NotCanonical."""
    _check(value, MAX_DEPTH)
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("Text holds a lone surrogate, which UTF-8 cannot carry.") from error


def parse(data: bytes) -> Any:
    """Return the value of canonical ``data``; raises :class:`NotCanonical` for every other form of the same value."""
    require_shallow(data)
    try:
        value = json.loads(data.decode("utf-8"))
    except ValueError as error:
        raise NotCanonical("This is no JSON document.") from error
    if encode(value) != data:
        raise NotCanonical("This JSON is not in its canonical form.")
    return value


def parse_object(data: bytes, keys: frozenset[str]) -> dict[str, Any]:
    """Return canonical ``data`` as a dict that has exactly ``keys``; raises :class:`NotCanonical`."""
    value = parse(data)
    if not isinstance(value, dict) or value.keys() != keys:
        raise NotCanonical(f"Expected a JSON object with exactly: {', '.join(sorted(keys))}.")
    return cast(dict[str, Any], value)


def require_shallow(data: bytes) -> None:
    """Return if JSON in ``data`` nests at most :data:`MAX_DEPTH` levels; raises :class:`NotCanonical`.

    Every program that parses a stranger's JSON calls this first, and decodes the bytes as UTF-8 itself. Libraries of
    the Ethereum world raise Python's recursion limit to 100,000 when imported, and then deep nesting overflows the C
    stack of ``json.loads``: the process dies instead of raising RecursionError.
    """
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub(b"", data)):
        depth += 1 if bracket.group() in b"[{" else -1
        if depth > MAX_DEPTH:
            raise NotCanonical(f"JSON is nested deeper than {MAX_DEPTH} levels.")


def _check(value: Any, depth: int) -> None:
    if depth < 0:
        raise NotCanonical(f"JSON is nested deeper than {MAX_DEPTH} levels.")
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise NotCanonical("An integer lies beyond 2^53 - 1; write it as text.")
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item, depth - 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise NotCanonical("Keys of a JSON object are ASCII text.")
            _check(item, depth - 1)
    else:
        raise NotCanonical(f"Canonical JSON has no form for a {type(value).__name__}.")
