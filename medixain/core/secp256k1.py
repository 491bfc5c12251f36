"""Recoverable secp256k1 signatures in the one form medixain accepts: 65 bytes r || s || v, low s, v in {27, 28}.

A second valid form of the same signature would let somebody change the bytes of a message without its key, so every
other form is refused here, in one place, as OpenZeppelin's ``ECDSA`` refuses it on chain.
"""

import coincurve
from eth_hash.auto import keccak

from medixain.core.addresses import Address, address_of_public_key, to_address
from medixain.core.errors import MedixainError

SIGNATURE_LENGTH = 65
GROUP_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""n, the order of the secp256k1 group (SEC 2, section 2.4.1)."""


class SignatureError(MedixainError):
    """A signature that is malformed, or not by whom it should be."""

    code = "bad-signature"
    status = 400
    exit_code = 6


class SignatureLengthError(SignatureError):
    """Not 65 bytes; ``length`` is what it has."""

    code = "bad-signature-length"

    def __init__(self, length: int) -> None:
        super().__init__(f"A signature has {SIGNATURE_LENGTH} bytes, not {length}.")
        self.length = length


class SignatureRecoveryIdError(SignatureError):
    """v is not 27 or 28; ``v`` is what it is."""

    code = "bad-signature-v"

    def __init__(self, v: int) -> None:
        super().__init__(f"A signature ends in v = 27 or 28, not {v}.")
        self.v = v


class SignatureHighS(SignatureError):
    """s lies in the upper half of the group order (EIP-2), so the same signature has a second form."""

    code = "bad-signature-high-s"

    def __init__(self) -> None:
        super().__init__("The signature is not canonical (high s); sign with a library that keeps s low (EIP-2).")


class SignatureUnrecoverable(SignatureError):
    """No public key belongs to this signature and digest."""

    code = "bad-signature-unrecoverable"

    def __init__(self) -> None:
        super().__init__("No key can have made this signature; sign the message again.")


class WrongSigner(SignatureError):
    """A well-formed signature by ``actual`` where ``expected`` must sign."""

    code = "wrong-signer"
    status = 403

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"The signature is by {actual}; {expected} must sign this message.")
        self.expected = expected
        self.actual = actual


class SecretKeyInvalid(SignatureError):
    """Not a secp256k1 secret key: not 32 bytes, zero, or not below the group order. Never shows the key."""

    code = "bad-secret-key"
    exit_code = 2

    def __init__(self) -> None:
        super().__init__("A secret key is 32 bytes holding a number from 1 to the group order less one.")


def sign_digest(digest: bytes, secret_key: bytes) -> bytes:
    """Sign the 32-byte ``digest``; deterministic (RFC 6979), low s.

    Raises :class:`SecretKeyInvalid`.
    """
    _require_digest(digest)
    # coincurve pads short secrets with zeros, which would turn a truncated key into a different valid one.
    if len(secret_key) != 32 or not 0 < int.from_bytes(secret_key, "big") < GROUP_ORDER:
        raise SecretKeyInvalid
    signature = coincurve.PrivateKey(secret_key).sign_recoverable(digest, hasher=None)
    return signature[:64] + bytes([27 + signature[64]])


def recover_digest(digest: bytes, signature: bytes) -> Address:
    """Return the address whose key made ``signature`` over the 32-byte ``digest``.

    Raises :class:`SignatureLengthError`, :class:`SignatureRecoveryIdError`, :class:`SignatureHighS` or
    :class:`SignatureUnrecoverable`.
    """
    _require_digest(digest)
    if len(signature) != SIGNATURE_LENGTH:
        raise SignatureLengthError(len(signature))
    v = signature[64]
    if v not in (27, 28):
        raise SignatureRecoveryIdError(v)
    if int.from_bytes(signature[32:64], "big") > GROUP_ORDER // 2:
        raise SignatureHighS
    recoverable = signature[:64] + bytes([v - 27])
    try:
        public_key = coincurve.PublicKey.from_signature_and_message(recoverable, digest, hasher=None)
    except ValueError as error:  # libsecp256k1's answer to r or s out of range, or r that is no x coordinate
        raise SignatureUnrecoverable from error
    return address_of_public_key(public_key.format(compressed=False))


def verify_digest(digest: bytes, signature: bytes, expected: str) -> None:
    """Return if the address ``expected`` made ``signature``.

    Raises :class:`WrongSigner`, or what :func:`recover_digest` raises.
    """
    actual = recover_digest(digest, signature)
    if actual != to_address(expected):
        raise WrongSigner(expected, actual)


def personal_message_digest(text: bytes) -> bytes:
    """Return the EIP-191 (version 0x45, ``personal_sign``) digest of ``text``."""
    return keccak(b"\x19Ethereum Signed Message:\n" + str(len(text)).encode("ascii") + text)


def _require_digest(digest: bytes) -> None:
    if len(digest) != 32:
        raise ValueError(f"a digest has 32 bytes, not {len(digest)}")
