"""Serializer fields for the encodings of docs/spec: 0x hex, base64, addresses, content ids."""

import base64
import binascii
import re
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from medixain.core.addresses import Address, to_address
from medixain.core.errors import InvalidInput

_HEX = re.compile(r"0x(?:[0-9a-f]{2})*")


@extend_schema_field({"type": "string", "pattern": "^0x([0-9a-f]{2})*$"})
class HexField(serializers.Field[bytes, str, str, Any]):
    """Bytes as ``0x`` and lower-case hex; ``size`` fixes their number, ``max_size`` bounds it."""

    def __init__(self, *, size: int | None = None, max_size: int = 65536, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size, self.max_size = size, max_size

    def to_internal_value(self, data: Any) -> bytes:
        """Return the bytes, or refuse."""
        if not isinstance(data, str) or len(data) > 2 + 2 * self.max_size or not _HEX.fullmatch(data):
            raise serializers.ValidationError(f"Give 0x and lower-case hex digits, at most {self.max_size} bytes.")
        value = bytes.fromhex(data[2:])
        if self.size is not None and len(value) != self.size:
            raise serializers.ValidationError(f"Give {self.size} bytes, not {len(value)}.")
        return value

    def to_representation(self, value: bytes) -> str:
        """Return ``0x`` and lower-case hex."""
        return "0x" + bytes(value).hex()


@extend_schema_field(OpenApiTypes.BYTE)
class Base64Field(serializers.Field[bytes, str, str, Any]):
    """Bulk ciphertext as padded base64 (RFC 4648); ``max_size`` in bytes."""

    def __init__(self, *, max_size: int, min_size: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_size, self.min_size = max_size, min_size

    def to_internal_value(self, data: Any) -> bytes:
        """Return the bytes, or refuse."""
        try:
            value = base64.b64decode(data, validate=True) if isinstance(data, str) else None
        except (binascii.Error, ValueError):
            value = None
        if value is None or not self.min_size <= len(value) <= self.max_size:
            raise serializers.ValidationError(f"Give padded base64 of {self.min_size} to {self.max_size} bytes.")
        return value

    def to_representation(self, value: bytes) -> str:
        """Return padded base64."""
        return base64.b64encode(bytes(value)).decode("ascii")


@extend_schema_field({"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$"})
class AddressField(serializers.Field[Address, str, str, Any]):
    """A 20-byte address; comes out as EIP-55."""

    def to_internal_value(self, data: Any) -> Address:
        """Return the address in EIP-55, or refuse."""
        try:
            return to_address(data if isinstance(data, str) else "")
        except InvalidInput as error:
            raise serializers.ValidationError(error.message) from error

    def to_representation(self, value: str) -> str:
        """Return the EIP-55 string as it is stored."""
        return str(value)
