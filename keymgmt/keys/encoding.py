"""Reading the fields of canonical JSON documents: each refuses what is not exactly its form."""

import re
from typing import Any

from keymgmt.keys.errors import BadDocument
from keymgmt.pre import MalformedEncoding, PublicKey
from medixain.core import canonical
from medixain.core.addresses import Address, InvalidAddress, to_address

_HEX = re.compile(r"0x(?:[0-9a-f]{2})*")


def to_hex(data: bytes) -> str:
    """Return ``0x`` and lower-case hex."""
    return "0x" + data.hex()


class Fields:
    """The fields of one JSON object of a document called ``kind``; every reader raises :class:`BadDocument`."""

    def __init__(self, kind: str, value: Any, keys: frozenset[str]) -> None:
        self._kind = kind
        if not isinstance(value, dict) or value.keys() != keys:
            raise BadDocument(kind, f"it must have exactly the fields {', '.join(sorted(keys))}")
        self._values: dict[str, Any] = value

    @classmethod
    def parse(cls, kind: str, data: bytes, keys: frozenset[str], *, limit: int) -> "Fields":
        """Read canonical JSON of at most ``limit`` bytes, with ``"v": 1`` beside ``keys``."""
        if len(data) > limit:
            raise BadDocument(kind, f"it is longer than {limit} bytes")
        try:
            value = canonical.parse(bytes(data))
        except canonical.NotCanonical as error:
            raise BadDocument(kind, "it is not canonical JSON") from error
        fields = cls(kind, value, keys | {"v"})
        if fields.integer("v") != 1:
            raise BadDocument(kind, "its version is not 1; update medixain")
        return fields

    def refuse(self, reason: str) -> BadDocument:
        """Return the error that refuses this document for ``reason``."""
        return BadDocument(self._kind, reason)

    def raw(self, name: str) -> Any:
        """Return the value as JSON gave it."""
        return self._values[name]

    def integer(self, name: str, minimum: int = 0) -> int:
        """Return an integer of at least ``minimum``."""
        value = self._values[name]
        if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
            raise self.refuse(f"{name} must be an integer of at least {minimum}")
        return value

    def boolean(self, name: str) -> bool:
        """Return true or false."""
        value = self._values[name]
        if not isinstance(value, bool):
            raise self.refuse(f"{name} must be true or false")
        return value

    def text(self, name: str) -> str:
        """Return text."""
        value = self._values[name]
        if not isinstance(value, str):
            raise self.refuse(f"{name} must be text")
        return value

    def array(self, name: str) -> list[Any]:
        """Return an array."""
        value = self._values[name]
        if not isinstance(value, list):
            raise self.refuse(f"{name} must be an array")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """Return an object."""
        value = self._values[name]
        if not isinstance(value, dict):
            raise self.refuse(f"{name} must be an object")
        return value

    def data(self, name: str, length: int | None = None) -> bytes:
        """Return the bytes of ``0x`` lower-case hex, of exactly ``length`` bytes when given."""
        value = self.text(name)
        if not _HEX.fullmatch(value) or (length is not None and len(value) != 2 + 2 * length):
            raise self.refuse(f"{name} must be {'' if length is None else f'{length} bytes of '}lower-case hex")
        return bytes.fromhex(value[2:])

    def address(self, name: str) -> Address:
        """Return an address; only its EIP-55 form is canonical."""
        value = self.text(name)
        try:
            address = to_address(value)
        except InvalidAddress as error:
            raise self.refuse(f"{name} must be an address") from error
        if address != value:
            raise self.refuse(f"{name} must be an address in EIP-55 form")
        return address

    def public_key(self, name: str) -> PublicKey:
        """Return an Umbral public key."""
        try:
            return PublicKey(self.data(name, 33))
        except MalformedEncoding as error:
            raise self.refuse(f"{name} must be a public key") from error
