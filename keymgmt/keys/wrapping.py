"""Keys under a password or a passkey: Argon2id (RFC 9106) or HKDF, then AES-256-GCM.

Parameters below the floor are refused on reading too: whoever can change a stored blob must not be able to make the
client try a person's password against something cheap.
"""

import secrets
import unicodedata
from dataclasses import dataclass
from typing import Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keymgmt.keys.errors import WeakKeystore, WeakPassword, WrongUnlocker
from keymgmt.keys.hkdf import derive

KEY_LENGTH: Final = 32
NONCE_LENGTH: Final = 12
SALT_LENGTH: Final = 16
MIN_PASSWORD_LENGTH: Final = 8
"""Characters, after normalisation."""


@dataclass(frozen=True, slots=True)
class Argon2Parameters:
    """Argon2id's cost: memory ``m`` in KiB, passes ``t``, lanes ``p``. The defaults are the floor."""

    m: int = 65536
    t: int = 3
    p: int = 1

    def __post_init__(self) -> None:
        if self.m < 65536 or self.t < 3 or self.p < 1:
            raise WeakKeystore(
                "The keystore asks for weaker password hashing than 64 MiB and 3 passes; do not enter your password."
            )
        # Above these a stored blob could freeze or kill the client.
        if self.m > 1 << 20 or self.t > 16 or self.p > 8:
            raise WeakKeystore(
                "The keystore asks for more than 1 GiB, 16 passes or 8 lanes; it was not made by medixain."
            )


def password_key(password: str, salt: bytes, parameters: Argon2Parameters) -> bytes:
    """Return the 32-byte Argon2id key of ``password`` (UTF-8 of its NFKC form)."""
    secret = unicodedata.normalize("NFKC", password).encode("utf-8")
    return hash_secret_raw(
        secret,
        salt,
        time_cost=parameters.t,
        memory_cost=parameters.m,
        parallelism=parameters.p,
        hash_len=KEY_LENGTH,
        type=Type.ID,
    )


def prf_key(prf_output: bytes) -> bytes:
    """Return the key of a passkey's 32-byte PRF output (WebAuthn ``prf`` extension)."""
    if len(prf_output) != KEY_LENGTH:
        raise WrongUnlocker
    return derive(prf_output, "keystore-prf", KEY_LENGTH)


def require_password(password: str) -> None:
    """Return if ``password`` may protect a new keystore; raises :class:`WeakPassword`."""
    if len(unicodedata.normalize("NFKC", password)) < MIN_PASSWORD_LENGTH:
        raise WeakPassword(f"Choose a password of at least {MIN_PASSWORD_LENGTH} characters.")


def encrypt(key: bytes, plaintext: bytes, associated: bytes) -> tuple[bytes, bytes]:
    """Return (nonce, ciphertext) under AES-256-GCM with a random nonce."""
    nonce = secrets.token_bytes(NONCE_LENGTH)
    return nonce, AESGCM(key).encrypt(nonce, plaintext, associated)


def decrypt(key: bytes, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
    """Return the plaintext; raises :class:`WrongUnlocker` when the key, nonce, text or associated data differ."""
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, associated)
    except (InvalidTag, ValueError):
        # `from None`: nothing of the library's exception helps, and its frames hold the key.
        raise WrongUnlocker from None
