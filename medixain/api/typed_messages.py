"""EIP-712 messages as JSON: field names as in EIP-712, integers as numbers or decimal strings, bytes as 0x hex."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from medixain.core.eip712 import TypedField, TypedStruct, struct_fields
from medixain.core.errors import InvalidInput

Message = TypeVar("Message", bound=TypedStruct)

_HEX = re.compile(r"0x(?:[0-9a-f]{2})*")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,77}")


def message_from_json(struct: type[Message], value: Any, *, place: str = "message") -> Message:
    """Return the ``struct`` that ``value`` describes, with exactly its fields.

    Raises :class:`InvalidInput` whose ``field`` is the dotted path of the first thing wrong.
    """
    if not isinstance(value, Mapping):
        raise InvalidInput(f"Give {place} as an object of {struct.__name__}.", field=place)
    fields = struct_fields(struct)
    if strange := {field.name for field in fields} ^ set(value):
        name = min(strange, key=str)
        raise InvalidInput(f"{struct.__name__}.{name} is missing or does not belong there.", field=f"{place}.{name}")
    return struct(**{field.attribute: _field(field, value[field.name], f"{place}.{field.name}") for field in fields})


def _field(field: TypedField, value: Any, place: str) -> Any:
    if not field.is_array:
        return _item(field, value, place)
    if not isinstance(value, list):
        raise InvalidInput(f"Give {place} as a list.", field=place)
    return tuple(_item(field, item, f"{place}[{index}]") for index, item in enumerate(value))


def _item(field: TypedField, value: Any, place: str) -> Any:
    if isinstance(field.item, type):
        return message_from_json(field.item, value, place=place)
    kind = field.item.name
    if kind.startswith("uint"):
        if isinstance(value, str) and _DECIMAL.fullmatch(value):
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise InvalidInput(f"Give {place} as an integer or a decimal string.", field=place)
    if kind.startswith("bytes"):
        if isinstance(value, str) and _HEX.fullmatch(value):
            return bytes.fromhex(value[2:])
        raise InvalidInput(f"Give {place} as 0x and lower-case hex.", field=place)
    return value


def message_to_json(message: TypedStruct) -> dict[str, Any]:
    """Return the JSON object of ``message``; integers above 2^53 - 1 become decimal strings."""
    return {field.name: _plain(getattr(message, field.attribute)) for field in struct_fields(type(message))}


def _plain(value: Any) -> Any:
    if isinstance(value, TypedStruct):
        return message_to_json(value)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and value > 2**53 - 1:
        return str(value)
    return value
