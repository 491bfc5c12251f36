"""The two primitives under the container: AES-256-GCM with a 96-bit nonce, and HKDF-SHA256 with medixain's salt.

They are the package's only use of symmetric cryptography, so NIST's vectors run through exactly what records use.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_SIZE = 32
"""Bytes of a record's data key and of the AES key derived from it."""

NONCE_SIZE = 12
"""Bytes of a GCM nonce (NIST SP 800-38D, 96 bits: the size that needs no hashing)."""

TAG_SIZE = 16
"""Bytes of a GCM tag, never truncated."""

SALT = b"medixain/v1"
"""The HKDF salt of every derivation in medixain (docs/spec/keys.md)."""


class AuthenticationFailed(Exception):
    """The tag does not match; internal, the streaming layer turns it into :class:`ContainerDamaged`."""


class Aes256Gcm:
    """AES-256-GCM under one key. The caller owes every nonce at most one use."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_SIZE:
            raise ValueError(f"an AES-256 key has {KEY_SIZE} bytes, not {len(key)}")
        self._cipher = AESGCM(key)

    def seal(self, nonce: bytes, plaintext: bytes, associated_data: bytes) -> bytes:
        """Return ciphertext || 16-byte tag."""
        _require_nonce(nonce)
        return self._cipher.encrypt(nonce, plaintext, associated_data)

    def open(self, nonce: bytes, sealed: bytes, associated_data: bytes) -> bytes:
        """Return the plaintext of ciphertext || tag; raises :class:`AuthenticationFailed`."""
        _require_nonce(nonce)
        try:
            return self._cipher.decrypt(nonce, sealed, associated_data)
        except InvalidTag as error:
            raise AuthenticationFailed from error


def _require_nonce(nonce: bytes) -> None:
    if len(nonce) != NONCE_SIZE:
        raise ValueError(f"a nonce has {NONCE_SIZE} bytes, not {len(nonce)}")


def derive(key: bytes, label: str, length: int = 32) -> bytes:
    """HKDF-SHA256 (RFC 5869) of ``key`` with medixain's salt and ``label`` as info."""
    return HKDF(algorithm=SHA256(), length=length, salt=SALT, info=label.encode("ascii")).derive(key)
