"""Umbral keys on secp256k1: thin types that compare, hide secrets in ``repr`` and refuse junk with one typed error."""

from typing import Final

import umbral_pre

from keymgmt.pre.errors import MalformedEncoding

PUBLIC_KEY_LENGTH: Final = 33
SEED_LENGTH: Final = 32


class PublicKey:
    """An Umbral public key; ``bytes(key)`` are its 33 compressed bytes (SEC 1)."""

    __slots__ = ("_encoded", "_key")

    def __init__(self, data: bytes) -> None:
        """Parse 33 compressed bytes; raises :class:`MalformedEncoding`."""
        encoded = bytes(data)
        try:
            self._key = umbral_pre.PublicKey.from_compressed_bytes(encoded)
        except ValueError as error:
            raise MalformedEncoding("Umbral public key") from error
        if len(encoded) != PUBLIC_KEY_LENGTH:
            raise MalformedEncoding("Umbral public key")
        self._encoded = encoded

    def __bytes__(self) -> bytes:
        return self._encoded

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and self._encoded == other._encoded

    def __hash__(self) -> int:
        return hash(self._encoded)

    def __repr__(self) -> str:
        return f"PublicKey(0x{self._encoded.hex()})"

    def _raw(self) -> umbral_pre.PublicKey:
        return self._key


class SecretKey:
    """An Umbral secret key, for decryption, for delegation or for signing kfrags. ``repr`` never shows it."""

    __slots__ = ("_key", "_public")

    def __init__(self, secret: bytes) -> None:
        """Parse 32 big-endian bytes of a scalar in 1..n-1; raises :class:`MalformedEncoding`."""
        try:
            self._key = umbral_pre.SecretKey.from_be_bytes(bytes(secret))
        except ValueError as error:
            raise MalformedEncoding("Umbral secret key") from error
        self._public = PublicKey(self._key.public_key().to_compressed_bytes())

    @classmethod
    def random(cls) -> "SecretKey":
        """Return a fresh key."""
        return cls(umbral_pre.SecretKey.random().to_be_bytes())

    @property
    def public_key(self) -> PublicKey:
        """The public key of this secret key."""
        return self._public

    def secret_bytes(self) -> bytes:
        """Return the 32-byte secret. The caller must not log, print or store it unsealed."""
        return self._key.to_be_bytes()

    def __eq__(self, other: object) -> bool:
        # The public key names the secret, so secrets themselves are never compared.
        return isinstance(other, SecretKey) and self._public == other._public

    def __hash__(self) -> int:
        return hash(self._public)

    def __repr__(self) -> str:
        return f"SecretKey(of {self._public!r})"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret key is not pickled; seal secret_bytes() instead")

    def _raw(self) -> umbral_pre.SecretKey:
        return self._key


class KeyFactory:
    """Derives any number of secret keys from a 32-byte seed by label (``SecretKeyFactory`` of umbral-pre)."""

    __slots__ = ("_factory",)

    def __init__(self, seed: bytes) -> None:
        """Raises :class:`MalformedEncoding` unless ``seed`` has 32 bytes; they must be uniformly random."""
        if len(seed) != SEED_LENGTH:
            raise MalformedEncoding("key factory seed")
        self._factory = umbral_pre.SecretKeyFactory.from_secure_randomness(bytes(seed))

    def make_key(self, label: bytes) -> SecretKey:
        """Return the secret key of ``label``, the same one each time."""
        return SecretKey(self._factory.make_key(label).to_be_bytes())

    def __repr__(self) -> str:
        return "KeyFactory(...)"
