"""Typed messages with their signatures, out of parsed request bodies."""

from typing import TypeVar

from keymgmt.node.errors import Malformed
from keymgmt.node.wire import from_json, parse_hex
from medixain.core.eip712 import TypedStruct
from medixain.core.secp256k1 import SIGNATURE_LENGTH

Struct = TypeVar("Struct", bound=TypedStruct)


def parse_signed(struct: type[Struct], document: object) -> tuple[Struct, bytes]:
    """Return message and signature of ``{"message", "signature"}``; raises :class:`Malformed`."""
    if not isinstance(document, dict) or document.keys() != {"message", "signature"}:
        raise Malformed("The body holds exactly message and signature.")
    signature = parse_hex(document["signature"], "signature", size=SIGNATURE_LENGTH)
    return from_json(struct, document["message"]), signature
