"""Ciphertexts that can be re-encrypted: ``uint16 len(capsule) || capsule || ciphertext`` (docs/spec/container.md)."""

from dataclasses import dataclass
from typing import Final

import umbral_pre

from keymgmt.pre.errors import CannotOpen, MalformedEncoding
from keymgmt.pre.keys import PublicKey, SecretKey

MAX_CAPSULE_LENGTH: Final = 128
"""Bytes; umbral-pre 0.11 writes 105, 0.10's wasm 98 to 105."""
MIN_CIPHERTEXT_LENGTH: Final = 40
"""Bytes of an empty plaintext's ciphertext: a 24-byte nonce and a 16-byte tag."""


class Capsule:
    """The re-encryptable half of a ciphertext; ``bytes(capsule)`` is its encoding."""

    __slots__ = ("_capsule", "_encoded")

    def __init__(self, data: bytes) -> None:
        """Parse an encoding; raises :class:`MalformedEncoding`, also for trailing bytes, which umbral-pre accepts."""
        encoded = bytes(data)
        if len(encoded) > MAX_CAPSULE_LENGTH:
            raise MalformedEncoding("capsule")
        try:
            self._capsule = umbral_pre.Capsule.from_bytes(encoded)
        except ValueError as error:
            raise MalformedEncoding("capsule") from error
        if bytes(self._capsule) != encoded:
            raise MalformedEncoding("capsule")
        self._encoded = encoded

    def __bytes__(self) -> bytes:
        return self._encoded

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Capsule) and self._encoded == other._encoded

    def __hash__(self) -> int:
        return hash(self._encoded)

    def __repr__(self) -> str:
        return f"Capsule(0x{self._encoded.hex()})"

    def _raw(self) -> umbral_pre.Capsule:
        return self._capsule


@dataclass(frozen=True, slots=True)
class Sealed:
    """A capsule and the ciphertext whose key it carries. ``bytes(sealed)`` is the framed encoding."""

    capsule: Capsule
    ciphertext: bytes

    def __bytes__(self) -> bytes:
        capsule = bytes(self.capsule)
        return len(capsule).to_bytes(2, "big") + capsule + self.ciphertext

    @classmethod
    def parse(cls, data: bytes) -> "Sealed":
        """Return the ciphertext framed in ``data``; raises :class:`MalformedEncoding`."""
        length = int.from_bytes(data[:2], "big")
        capsule, ciphertext = data[2 : 2 + length], data[2 + length :]
        if len(data) < 2 or len(ciphertext) < MIN_CIPHERTEXT_LENGTH:
            raise MalformedEncoding("sealed message")
        return cls(Capsule(capsule), bytes(ciphertext))


def seal(public_key: PublicKey, plaintext: bytes) -> Sealed:
    """Encrypt ``plaintext`` to ``public_key`` (Umbral ``encrypt``; XChaCha20-Poly1305 inside).

    The scheme does not commit to its key: a caller who needs that puts a commitment beside it (container.md).
    """
    capsule, ciphertext = umbral_pre.encrypt(public_key._raw(), plaintext)
    return Sealed(Capsule(bytes(capsule)), ciphertext)


def unseal(secret_key: SecretKey, sealed: Sealed) -> bytes:
    """Decrypt what was sealed to this very key; raises :class:`CannotOpen`."""
    try:
        return umbral_pre.decrypt_original(secret_key._raw(), sealed.capsule._raw(), sealed.ciphertext)
    except ValueError as error:
        raise CannotOpen from error
