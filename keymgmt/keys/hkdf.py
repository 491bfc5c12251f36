"""HKDF-SHA256 with the project's salt (RFC 5869, docs/spec/keys.md)."""

from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SALT: Final = b"medixain/v1"


def derive(key_material: bytes, info: str | bytes, length: int = 32, *, salt: bytes = SALT) -> bytes:
    """Return ``length`` bytes bound to ``info``."""
    label = info.encode("utf-8") if isinstance(info, str) else info
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=label).derive(key_material)
