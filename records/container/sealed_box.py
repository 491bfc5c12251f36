"""Sealed key Kc and owner's envelope: Umbral ciphertexts of one encoding.

``uint16(len capsule) || capsule || ciphertext``. Kc holds the record's data key under the record's own public key; the
envelope holds the record's secret key under the owner's section epoch key.
"""

from dataclasses import dataclass
from typing import Final

import umbral_pre
from eth_hash.auto import keccak

from medixain.core.errors import InvalidInput
from records.container.errors import InvalidSealedBox, SealedBoxUnopenable
from records.container.primitives import KEY_SIZE

CAPSULE_SIZES: Final = range(98, 106)
"""Bytes an encoded Umbral capsule can have."""

UMBRAL_OVERHEAD: Final = 40
"""Bytes Umbral's ChaCha20-Poly1305 adds: a 24-byte nonce and a 16-byte tag."""

MAX_BOX_SIZE: Final = 4096
"""Bound of what is parsed; Kc and envelopes have under 200 bytes."""

_KEY_VERSION: Final = b"\x01"


@dataclass(frozen=True, slots=True)
class SealedBox:
    """An Umbral ciphertext whose capsule is known to be well formed."""

    capsule: umbral_pre.Capsule
    ciphertext: bytes

    def encode(self) -> bytes:
        """Return the box's bytes."""
        capsule = bytes(self.capsule)
        return len(capsule).to_bytes(2, "big") + capsule + self.ciphertext


def parse_sealed_box(data: bytes) -> SealedBox:
    """Return the box encoded in ``data``; raises :class:`InvalidSealedBox` for anything but its one encoding."""
    if not 2 <= len(data) <= MAX_BOX_SIZE:
        raise InvalidSealedBox(f"A sealed key or envelope has at most {MAX_BOX_SIZE} bytes, not {len(data)}.")
    length = int.from_bytes(data[:2], "big")
    encoded, ciphertext = data[2 : 2 + length], data[2 + length :]
    if length not in CAPSULE_SIZES or len(encoded) != length or len(ciphertext) < UMBRAL_OVERHEAD:
        raise InvalidSealedBox("A sealed key or envelope is cut short or its lengths are wrong.")
    try:
        capsule = umbral_pre.Capsule.from_bytes(encoded)
    except ValueError as error:
        raise InvalidSealedBox("The capsule of a sealed key or envelope is not valid.") from error
    if bytes(capsule) != encoded:
        raise InvalidSealedBox("The capsule of a sealed key or envelope is not in its one canonical encoding.")
    return SealedBox(capsule, ciphertext)


def hash_of(box: bytes) -> bytes:
    """Return keccak256 of an encoded box: the ``kcHash`` and ``envelopeHash`` of the signed messages."""
    return keccak(box)


def seal_key(record_public_key: bytes, key: bytes) -> bytes:
    """Return Kc: the 32-byte data key and a version byte, encrypted to pk_r."""
    if len(key) != KEY_SIZE:
        raise InvalidInput(f"A record's data key has {KEY_SIZE} bytes, not {len(key)}.")
    return _seal(record_public_key, key + _KEY_VERSION)


def open_key(sealed_key: bytes, record_secret_key: umbral_pre.SecretKey) -> bytes:
    """Return the data key in Kc, opened with sk_r; raises :class:`SealedBoxUnopenable`, :class:`InvalidSealedBox`."""
    return _data_key(_open(parse_sealed_box(sealed_key), record_secret_key, "sealed key"))


def open_reencrypted_key(
    sealed_key: bytes,
    *,
    receiving_key: umbral_pre.SecretKey,
    record_public_key: bytes,
    fragments: list[umbral_pre.VerifiedCapsuleFrag],
) -> bytes:
    """Return the data key in Kc from at least threshold ``fragments`` (a record grant); raises as :func:`open_key`."""
    plaintext = _open_reencrypted(sealed_key, receiving_key, record_public_key, fragments, "sealed key")
    return _data_key(plaintext)


def seal_envelope(section_public_key: bytes, record_secret_key: umbral_pre.SecretKey) -> bytes:
    """Return the owner's envelope: sk_r (32 bytes, big-endian) encrypted to the live section epoch key."""
    return _seal(section_public_key, record_secret_key.to_be_bytes())


def open_envelope(
    envelope: bytes, section_key: umbral_pre.SecretKey, *, record_public_key: bytes
) -> umbral_pre.SecretKey:
    """Return sk_r from the envelope, checked to belong to pk_r.

    Raises :class:`SealedBoxUnopenable` when it does not open or holds another record's key.
    """
    plaintext = _open(parse_sealed_box(envelope), section_key, "envelope")
    return _record_secret_key(plaintext, record_public_key)


def open_reencrypted_envelope(
    envelope: bytes,
    *,
    receiving_key: umbral_pre.SecretKey,
    section_public_key: bytes,
    record_public_key: bytes,
    fragments: list[umbral_pre.VerifiedCapsuleFrag],
) -> umbral_pre.SecretKey:
    """Return sk_r from at least threshold ``fragments`` (a section grant); raises as :func:`open_envelope`."""
    plaintext = _open_reencrypted(envelope, receiving_key, section_public_key, fragments, "envelope")
    return _record_secret_key(plaintext, record_public_key)


def _seal(public_key: bytes, plaintext: bytes) -> bytes:
    try:
        recipient = umbral_pre.PublicKey.from_compressed_bytes(public_key)
    except ValueError as error:
        raise InvalidInput("The key to encrypt to is no compressed secp256k1 point.") from error
    capsule, ciphertext = umbral_pre.encrypt(recipient, plaintext)
    return SealedBox(capsule, ciphertext).encode()


def _open(box: SealedBox, secret_key: umbral_pre.SecretKey, what: str) -> bytes:
    try:
        return umbral_pre.decrypt_original(secret_key, box.capsule, box.ciphertext)
    except ValueError as error:
        raise SealedBoxUnopenable(what) from error


def _open_reencrypted(
    data: bytes,
    receiving_key: umbral_pre.SecretKey,
    delegating_key: bytes,
    fragments: list[umbral_pre.VerifiedCapsuleFrag],
    what: str,
) -> bytes:
    box = parse_sealed_box(data)
    delegating = umbral_pre.PublicKey.from_compressed_bytes(delegating_key)
    try:
        opened = umbral_pre.decrypt_reencrypted(receiving_key, delegating, box.capsule, fragments, box.ciphertext)
    except ValueError as error:
        raise SealedBoxUnopenable(what) from error
    if opened is None:
        raise SealedBoxUnopenable(what)
    return opened


def _data_key(plaintext: bytes) -> bytes:
    if len(plaintext) != KEY_SIZE + 1 or plaintext[KEY_SIZE:] != _KEY_VERSION:
        raise SealedBoxUnopenable("sealed key")
    return plaintext[:KEY_SIZE]


def _record_secret_key(plaintext: bytes, record_public_key: bytes) -> umbral_pre.SecretKey:
    try:
        secret_key = umbral_pre.SecretKey.from_be_bytes(plaintext)
    except ValueError as error:
        raise SealedBoxUnopenable("envelope") from error
    if secret_key.public_key().to_compressed_bytes() != record_public_key:
        raise SealedBoxUnopenable("envelope")
    return secret_key
