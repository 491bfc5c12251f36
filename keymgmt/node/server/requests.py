"""Reading request bodies: JSON without tricks, then typed messages with their signatures."""

import json
from typing import Any, TypeVar

from keymgmt.node.errors import Malformed
from keymgmt.node.wire import from_json, parse_hex
from medixain.core.canonical import NotCanonical, require_shallow
from medixain.core.eip712 import TypedStruct
from medixain.core.secp256k1 import SIGNATURE_LENGTH

Struct = TypeVar("Struct", bound=TypedStruct)


def parse_json(body: bytes) -> Any:
    """Return the JSON in ``body``; raises :class:`Malformed`, also for repeated keys, NaN and too deep nesting."""
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


def parse_signed(struct: type[Struct], document: object) -> tuple[Struct, bytes]:
    """Return message and signature of ``{"message", "signature"}``; raises :class:`Malformed`."""
    if not isinstance(document, dict) or document.keys() != {"message", "signature"}:
        raise Malformed("The body holds exactly message and signature.")
    signature = parse_hex(document["signature"], "signature", size=SIGNATURE_LENGTH)
    return from_json(struct, document["message"]), signature
