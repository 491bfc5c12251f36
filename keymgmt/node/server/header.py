"""The three fields of a record's header that a node must read (docs/spec/container.md).

A node needs no container: the record id is SHA-256 of the header, so the id named in a request binds these fields.
``records.container`` stands above this package; ``tests/unit/keymgmt/node`` holds the two readings together.
"""

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import Final

from keymgmt.node.errors import BadCapsule
from medixain.core.addresses import to_address

_LAYOUT: Final = Struct(">4sHB32sQ20s20sB33s32sQ16s")
_MAGIC: Final = b"MXR1"
_VERSION: Final = 1
_SCHEME: Final = b"UMBRAL-PRE/AES-256-GCM-STREAM-64"


class Layer(IntEnum):
    """Codes of the layers a node tells apart."""

    IDENTITY = 1
    STUDY = 17


@dataclass(frozen=True, slots=True)
class HeaderView:
    """Slot, layer code and pk_r (33 bytes) of a record."""

    slot: str
    layer: int
    record_key: bytes


def read_header(header: bytes, *, record: bytes, chain_id: int) -> HeaderView:
    """Return what ``header`` says; raises :class:`BadCapsule` unless it is the header of ``record`` on this chain."""
    if len(header) != _LAYOUT.size or hashlib.sha256(header).digest() != record:
        raise BadCapsule
    magic, length, version, scheme, chain, slot, _author, layer, record_key, _commit, _created, _random = (
        _LAYOUT.unpack(header)
    )
    if (magic, length, version, scheme, chain) != (_MAGIC, _LAYOUT.size, _VERSION, _SCHEME, chain_id):
        raise BadCapsule
    return HeaderView(to_address(slot), layer, record_key)
