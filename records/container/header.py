"""The 177-byte header of a record: first bytes of the stored object and associated data of every chunk.

docs/spec/container.md fixes it byte by byte. The header commits to the data key (``commit``), because neither GCM nor
Umbral's encryption does: without it one ciphertext could open to two contents under two keys.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import Final

from keymgmt.pre import MalformedEncoding, PublicKey
from medixain.core.addresses import Address, address_bytes, to_address
from medixain.core.errors import InvalidInput
from records.container.errors import InvalidHeader, WrongRecordKey
from records.container.primitives import KEY_SIZE, derive

MAGIC: Final = b"MXR1"
VERSION: Final = 1

SCHEME: Final = b"UMBRAL-PRE/AES-256-GCM-STREAM-64"
"""S of the whitepaper (section 4): 32 ASCII characters naming the schemes of Kc and of the body."""

PUBLIC_KEY_SIZE: Final = 33
RANDOM_SIZE: Final = 16

_LAYOUT: Final = Struct(f">4sHB32sQ20s20sB{PUBLIC_KEY_SIZE}s32sQ{RANDOM_SIZE}s")

HEADER_SIZE: Final = _LAYOUT.size
"""177 bytes; version 1 has no variable part."""


class Layer(IntEnum):
    """Code of the layer a record belongs to (docs/spec/container.md)."""

    ACCOUNT = 0
    IDENTITY = 1
    PROFILE = 2
    ACTIVITY = 3
    EMERGENCY = 4
    SEALED = 5
    FORUM = 16
    STUDY = 17


@dataclass(frozen=True, slots=True)
class Header:
    """A header that is well formed; one that is not cannot be made (:class:`InvalidHeader`).

    ``slot`` and ``author`` are addresses, ``record_public_key`` is pk_r, ``key_commitment`` 32
    bytes, ``created`` the author's clock in Unix seconds, ``random`` 16 bytes that make the record's id unlinkable.
    """

    chain_id: int
    slot: Address
    author: Address
    layer: Layer
    record_public_key: PublicKey
    key_commitment: bytes
    created: int
    random: bytes

    def __post_init__(self) -> None:
        for name, value in (("chain_id", self.chain_id), ("created", self.created)):
            if not 0 <= value < 1 << 64:
                raise InvalidHeader(f"A header's {name} must fit 64 bits.", field=name)
        for name in ("slot", "author"):
            try:
                object.__setattr__(self, name, to_address(getattr(self, name)))
            except InvalidInput as error:
                raise InvalidHeader(f"A header's {name} is no address: {error.message}", field=name) from error
        for name, size in (("key_commitment", 32), ("random", RANDOM_SIZE)):
            if len(getattr(self, name)) != size:
                raise InvalidHeader(f"A header's {name} has {size} bytes.", field=name)
        object.__setattr__(self, "layer", _layer(self.layer))

    def encode(self) -> bytes:
        """Return the header's 177 bytes."""
        return _LAYOUT.pack(
            MAGIC,
            HEADER_SIZE,
            VERSION,
            SCHEME,
            self.chain_id,
            address_bytes(self.slot),
            address_bytes(self.author),
            self.layer,
            bytes(self.record_public_key),
            self.key_commitment,
            self.created,
            self.random,
        )

    @property
    def record_id(self) -> bytes:
        """SHA-256 of the encoded header, 32 bytes."""
        return hashlib.sha256(self.encode()).digest()

    def check_key(self, key: bytes) -> None:
        """Return if ``key`` is the one committed to; raises :class:`WrongRecordKey`. Constant time."""
        if len(key) != KEY_SIZE or not hmac.compare_digest(commitment_of(key), self.key_commitment):
            raise WrongRecordKey


def commitment_of(key: bytes) -> bytes:
    """Return the header's commitment to the data key: HKDF-SHA256(key, info "commit"), 32 bytes."""
    return derive(key, "commit")


def new_header(
    *, chain_id: int, slot: str, author: str, layer: Layer, record_public_key: PublicKey, key: bytes, created: int
) -> Header:
    """Return the header of a new record under ``key``, with fresh randomness; raises :class:`InvalidHeader`."""
    return Header(
        chain_id=chain_id,
        slot=Address(slot),
        author=Address(author),
        layer=layer,
        record_public_key=record_public_key,
        key_commitment=commitment_of(key),
        created=created,
        random=secrets.token_bytes(RANDOM_SIZE),
    )


def parse_header(data: bytes) -> Header:
    """Return the header encoded in exactly 177 bytes ``data``; raises :class:`InvalidHeader` naming the field."""
    if len(data) != HEADER_SIZE:
        raise InvalidHeader(f"A record's header has {HEADER_SIZE} bytes, not {len(data)}.", field="length")
    (magic, length, version, scheme, chain_id, slot, author, layer, public_key, commitment, created, random) = (
        _LAYOUT.unpack(data)
    )
    if magic != MAGIC:
        raise InvalidHeader("This is no medixain record: it does not begin with MXR1.", field="magic")
    if length != HEADER_SIZE:
        raise InvalidHeader(f"The header says it has {length} bytes; version 1 has {HEADER_SIZE}.", field="length")
    if version != VERSION:
        raise InvalidHeader(f"This record has version {version}; update medixain to read it.", field="version")
    if scheme != SCHEME:
        raise InvalidHeader("The record names a scheme this version does not know.", field="scheme")
    return Header(
        chain_id=chain_id,
        slot=to_address(slot),
        author=to_address(author),
        layer=_layer(layer),
        record_public_key=_public_key(public_key),
        key_commitment=commitment,
        created=created,
        random=random,
    )


def _layer(code: int) -> Layer:
    try:
        return Layer(code)
    except ValueError as error:
        raise InvalidHeader(f"Version 1 knows no layer {code}; update medixain.", field="layer") from error


def _public_key(data: bytes) -> PublicKey:
    # Umbral also takes SEC 1's compact form (first byte 5): a second encoding of a point, so a second id of a record.
    if data[0] not in (2, 3):
        raise InvalidHeader("A record's public key is a compressed point of 33 bytes.", field="record_public_key")
    try:
        return PublicKey(data)
    except MalformedEncoding as error:
        raise InvalidHeader("The record's public key is no point of the curve.", field="record_public_key") from error
