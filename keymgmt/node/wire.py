"""Messages as JSON, both ways, strictly: every field present, none unknown, each of its EIP-712 type.

Field names are EIP-712's. Addresses are EIP-55 strings, bytes ``0x`` lower-case hex, integers JSON numbers, but
decimal strings above 2^53 - 1 and for uint256 (docs/spec/README.md, docs/spec/api.md). Nothing is ever partly accepted.
"""

import json
from typing import Any, TypeVar

from keymgmt.node.errors import Malformed
from medixain.core import canonical
from medixain.core.canonical import MAX_INTEGER, NotCanonical, require_shallow
from medixain.core.eip712 import TypedField, TypedStruct, struct_fields
from medixain.core.errors import MedixainError

Struct = TypeVar("Struct", bound=TypedStruct)

MAX_HEX_BYTES = 1 << 16
"""The longest byte string a message may carry, in bytes; nothing in nodes.md comes near."""


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


def hex_bytes(value: bytes) -> str:
    """Return ``value`` as ``0x`` and lower-case hex."""
    return "0x" + value.hex()


def parse_hex(value: object, place: str, *, size: int | None = None) -> bytes:
    """Return the bytes of a ``0x`` hex string, of exactly ``size`` bytes if given; raises :class:`Malformed`."""
    if not isinstance(value, str) or not value.startswith("0x") or len(value) > 2 + 2 * MAX_HEX_BYTES:
        raise Malformed(f"{place} must be a 0x hexadecimal string.", field=place)
    digits = value[2:]
    # bytes.fromhex skips spaces, which would give one value two spellings.
    if not digits.isascii() or not (digits.isalnum() or digits == "") or digits != digits.lower():
        raise Malformed(f"{place} must be lower-case hexadecimal.", field=place)
    try:
        parsed = bytes.fromhex(digits)
    except ValueError as error:
        raise Malformed(f"{place} must be hexadecimal.", field=place) from error
    if size is not None and len(parsed) != size:
        raise Malformed(f"{place} must have {size} bytes, not {len(parsed)}.", field=place)
    return parsed


def to_json(message: TypedStruct) -> dict[str, Any]:
    """Return ``message`` as a JSON object under its EIP-712 names; :func:`from_json` is its inverse."""
    return {
        field.name: _value_to_json(field, getattr(message, field.attribute)) for field in struct_fields(type(message))
    }


def _value_to_json(field: TypedField, value: Any) -> Any:
    if field.is_array:
        return [_item_to_json(field, item) for item in value]
    return _item_to_json(field, value)


def _item_to_json(field: TypedField, value: Any) -> Any:
    if isinstance(value, TypedStruct):
        return to_json(value)
    if isinstance(value, bytes):
        return hex_bytes(value)
    if isinstance(value, int) and not isinstance(value, bool) and value > MAX_INTEGER:
        return str(value)
    # A uint256 is a string whatever its value, so that one type has one spelling.
    if field.type_name.removesuffix("[]") == "uint256":
        return str(value)
    return value


def from_json(struct: type[Struct], document: object, *, place: str | None = None) -> Struct:
    """Return the ``struct`` that the JSON object ``document`` holds; raises :class:`Malformed` naming the place."""
    place = place or struct.__name__
    if not isinstance(document, dict):
        raise Malformed(f"{place} must be a JSON object.", field=place)
    fields = struct_fields(struct)
    names = {field.name for field in fields}
    if document.keys() != names:
        wrong = sorted(str(name) for name in document.keys() ^ names)
        raise Malformed(f"{place} has missing or unknown fields: {', '.join(wrong)[:200]}.", field=place)
    values = {
        field.attribute: _value_from_json(field, document[field.name], f"{place}.{field.name}") for field in fields
    }
    try:
        return struct(**values)
    except MedixainError as error:
        raise Malformed(error.message, field=place) from error


def _value_from_json(field: TypedField, value: object, place: str) -> Any:
    if not field.is_array:
        return _item_from_json(field, value, place)
    if not isinstance(value, list):
        raise Malformed(f"{place} must be a list.", field=place)
    return tuple(_item_from_json(field, item, f"{place}[{index}]") for index, item in enumerate(value))


def _item_from_json(field: TypedField, value: object, place: str) -> Any:
    if isinstance(field.item, type):
        return from_json(field.item, value, place=place)
    kind = field.type_name.removesuffix("[]")
    if kind.startswith("bytes"):
        return parse_hex(value, place)
    if kind.startswith("uint"):
        return _parse_integer(value, place)
    return value  # address, string and bool: the struct itself checks them


def _parse_integer(value: object, place: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    # str.isdigit alone accepts other scripts' digits, and int() underscores and signs.
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 78 and value == str(int(value)):
        return int(value)
    raise Malformed(f"{place} must be an integer.", field=place)
