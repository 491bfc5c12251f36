"""EIP-712 messages as JSON, both ways, strictly: every field present, none unknown, each of its type.

Field names are EIP-712's. Addresses are EIP-55 strings, bytes ``0x`` lower-case hex, integers JSON numbers, but decimal
strings above 2^53 - 1 and for uint256 (docs/spec/README.md, docs/spec/api.md). Nothing is ever partly accepted.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from medixain.core.canonical import MAX_INTEGER
from medixain.core.eip712 import TypedField, TypedStruct, struct_fields
from medixain.core.errors import InvalidInput

Message = TypeVar("Message", bound=TypedStruct)

MAX_HEX_BYTES: Final = 1 << 16
"""The longest byte string a message may carry, in bytes; no specified field comes near."""

_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)


def hex_bytes(value: bytes) -> str:
    """Return ``value`` as ``0x`` and lower-case hex."""
    return "0x" + value.hex()


def parse_hex(value: object, place: str, *, size: int | None = None) -> bytes:
    """Return the bytes of a ``0x`` hex string, of exactly ``size`` bytes if given; raises :class:`InvalidInput`."""
    if not isinstance(value, str) or not value.startswith("0x") or len(value) > 2 + 2 * MAX_HEX_BYTES:
        raise InvalidInput(f"{place} must be a 0x hexadecimal string.", field=place)
    digits = value[2:]
    # bytes.fromhex skips spaces, which would give one value two spellings.
    if not digits.isascii() or not (digits.isalnum() or digits == "") or digits != digits.lower():
        raise InvalidInput(f"{place} must be lower-case hexadecimal.", field=place)
    try:
        parsed = bytes.fromhex(digits)
    except ValueError as error:
        raise InvalidInput(f"{place} must be hexadecimal.", field=place) from error
    if size is not None and len(parsed) != size:
        raise InvalidInput(f"{place} must have {size} bytes, not {len(parsed)}.", field=place)
    return parsed


def message_to_json(message: TypedStruct) -> dict[str, Any]:
    """Return ``message`` as a JSON object under its EIP-712 names; :func:`message_from_json` is its inverse."""
    return {
        field.name: _value_to_json(field, getattr(message, field.attribute)) for field in struct_fields(type(message))
    }


def message_from_json(struct: type[Message], document: object, *, place: str = "message") -> Message:
    """Return the ``struct`` that the JSON object ``document`` holds, with exactly its fields.

    Raises :class:`InvalidInput` whose ``field`` is the dotted path of the first thing wrong.
    """
    if not isinstance(document, Mapping):
        raise InvalidInput(f"{place} must be a JSON object of {struct.__name__}.", field=place)
    fields = struct_fields(struct)
    if strange := {field.name for field in fields} ^ set(document):
        name = min(strange, key=str)
        raise InvalidInput(f"{place}.{name} is missing or does not belong there.", field=f"{place}.{name}")
    return struct(
        **{field.attribute: _value_from_json(field, document[field.name], f"{place}.{field.name}") for field in fields}
    )


def _value_to_json(field: TypedField, value: Any) -> Any:
    if field.is_array:
        return [_item_to_json(field, item) for item in value]
    return _item_to_json(field, value)


def _item_to_json(field: TypedField, value: Any) -> Any:
    if isinstance(value, TypedStruct):
        return message_to_json(value)
    if isinstance(value, bytes):
        return hex_bytes(value)
    if isinstance(value, int) and not isinstance(value, bool) and value > MAX_INTEGER:
        return str(value)
    # A uint256 is a string whatever its value, so that one type has one spelling.
    if field.type_name.removesuffix("[]") == "uint256":
        return str(value)
    return value


def _value_from_json(field: TypedField, value: object, place: str) -> Any:
    if not field.is_array:
        return _item_from_json(field, value, place)
    if not isinstance(value, list):
        raise InvalidInput(f"{place} must be a list.", field=place)
    return tuple(_item_from_json(field, item, f"{place}[{index}]") for index, item in enumerate(value))


def _item_from_json(field: TypedField, value: object, place: str) -> Any:
    if isinstance(field.item, type):
        return message_from_json(field.item, value, place=place)
    kind = field.item.name
    if kind.startswith("bytes"):
        return parse_hex(value, place)
    if kind.startswith("uint"):
        return _integer(value, place)
    return value  # address, string and bool: the struct itself checks them


def _integer(value: object, place: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    # str.isdigit alone accepts other scripts' digits, and int() underscores and signs.
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return int(value)
    raise InvalidInput(f"{place} must be an integer or a decimal string.", field=place)
