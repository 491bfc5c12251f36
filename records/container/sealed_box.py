"""Sealed key Kc and owner's envelope: the two Umbral ciphertexts of a record, both encoded as ``keymgmt.pre.Sealed``.

Kc holds the record's data key under the record's own public key; the envelope holds the record's secret key under the
owner's section epoch key. A record grant re-encrypts the first, a section grant the second.
"""

from collections.abc import Sequence
from typing import Final

from eth_hash.auto import keccak

from keymgmt.pre import (
    CannotOpen,
    MalformedEncoding,
    PublicKey,
    Sealed,
    SecretKey,
    VerifiedCFrag,
    seal,
    unseal,
    unseal_reencrypted,
)
from medixain.core.errors import InvalidInput
from records.container.errors import SealedBoxUnopenable
from records.container.primitives import KEY_SIZE

_KEY_VERSION: Final = b"\x01"


def hash_of(box: bytes) -> bytes:
    """Return keccak256 of an encoded Kc or envelope: the ``kcHash`` and ``envelopeHash`` of the signed messages."""
    return keccak(box)


def parse_sealed_box(data: bytes) -> Sealed:
    """Return the capsule and ciphertext of an encoded Kc or envelope; raises ``MalformedEncoding``."""
    return Sealed.parse(data)


def seal_key(record_public_key: PublicKey, key: bytes) -> bytes:
    """Return Kc: the 32-byte data key and a version byte, encrypted to pk_r."""
    if len(key) != KEY_SIZE:
        raise InvalidInput(f"A record's data key has {KEY_SIZE} bytes, not {len(key)}.")
    return bytes(seal(record_public_key, key + _KEY_VERSION))


def open_key(sealed_key: bytes, record_secret_key: SecretKey) -> bytes:
    """Return the data key in Kc, opened with sk_r.

    Raises ``MalformedEncoding`` for other bytes than a Kc's and :class:`SealedBoxUnopenable`.
    """
    try:
        return _data_key(unseal(record_secret_key, Sealed.parse(sealed_key)))
    except CannotOpen as error:
        raise SealedBoxUnopenable("sealed key") from error


def open_reencrypted_key(
    sealed_key: bytes, *, receiving_key: SecretKey, record_public_key: PublicKey, fragments: Sequence[VerifiedCFrag]
) -> bytes:
    """Return the data key in Kc from at least threshold ``fragments`` (a record grant); raises as :func:`open_key`."""
    try:
        return _data_key(unseal_reencrypted(receiving_key, record_public_key, Sealed.parse(sealed_key), fragments))
    except CannotOpen as error:
        raise SealedBoxUnopenable("sealed key") from error


def seal_envelope(section_public_key: PublicKey, record_secret_key: SecretKey) -> bytes:
    """Return the owner's envelope: sk_r (32 bytes, big-endian) encrypted to the live section epoch key."""
    return bytes(seal(section_public_key, record_secret_key.secret_bytes()))


def open_envelope(envelope: bytes, section_key: SecretKey, *, record_public_key: PublicKey) -> SecretKey:
    """Return sk_r from the envelope, checked to belong to pk_r.

    Raises ``MalformedEncoding``, and :class:`SealedBoxUnopenable` also when it holds another record's key.
    """
    try:
        return _record_secret_key(unseal(section_key, Sealed.parse(envelope)), record_public_key)
    except CannotOpen as error:
        raise SealedBoxUnopenable("envelope") from error


def open_reencrypted_envelope(
    envelope: bytes,
    *,
    receiving_key: SecretKey,
    section_public_key: PublicKey,
    record_public_key: PublicKey,
    fragments: Sequence[VerifiedCFrag],
) -> SecretKey:
    """Return sk_r from at least threshold ``fragments`` (a section grant); raises as :func:`open_envelope`."""
    try:
        plaintext = unseal_reencrypted(receiving_key, section_public_key, Sealed.parse(envelope), fragments)
    except CannotOpen as error:
        raise SealedBoxUnopenable("envelope") from error
    return _record_secret_key(plaintext, record_public_key)


def _data_key(plaintext: bytes) -> bytes:
    if len(plaintext) != KEY_SIZE + 1 or plaintext[KEY_SIZE:] != _KEY_VERSION:
        raise SealedBoxUnopenable("sealed key")
    return plaintext[:KEY_SIZE]


def _record_secret_key(plaintext: bytes, record_public_key: PublicKey) -> SecretKey:
    try:
        secret_key = SecretKey(plaintext)
    except MalformedEncoding as error:
        raise SealedBoxUnopenable("envelope") from error
    if secret_key.public_key != record_public_key:
        raise SealedBoxUnopenable("envelope")
    return secret_key
