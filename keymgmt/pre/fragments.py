"""Key fragments and capsule fragments. Only verified ones exist outside this module (whitepaper section 4).

An unverified fragment is a byte string; :func:`verify_kfrag` and :func:`verify_cfrag` are the only ways from there to
a value that :func:`reencrypt` or :func:`unseal_reencrypted` takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import umbral_pre

from keymgmt.pre.ciphertext import Capsule, Sealed
from keymgmt.pre.errors import BadThreshold, CannotOpen, MalformedEncoding, VerificationFailed
from keymgmt.pre.keys import PublicKey, SecretKey

# The stub shipped with umbral-pre 0.11 leaves this class out.
_VerificationError: Final[type[Exception]] = umbral_pre.VerificationError  # type: ignore[attr-defined]

MAX_SHARES: Final = 32
"""A node set has at most 32 members (docs/spec/contracts.md)."""
MAX_FRAGMENT_LENGTH: Final = 512
"""Bytes; a kfrag has 310, a cfrag at most 381."""


@dataclass(frozen=True, slots=True)
class VerifiedKFrag:
    """A key fragment that signs ``delegating`` and ``receiving`` and was checked against them and the owner's key."""

    delegating: PublicKey
    receiving: PublicKey
    encoded: bytes = field(repr=False)
    _kfrag: umbral_pre.VerifiedKeyFrag = field(repr=False, compare=False)

    def __bytes__(self) -> bytes:
        return self.encoded


@dataclass(frozen=True, slots=True)
class VerifiedCFrag:
    """A capsule fragment whose proof of correct re-encryption was checked. ``bytes(cfrag)`` is its encoding."""

    capsule: Capsule
    encoded: bytes = field(repr=False)
    _cfrag: umbral_pre.VerifiedCapsuleFrag = field(repr=False, compare=False)

    def __bytes__(self) -> bytes:
        return self.encoded


def make_kfrags(
    delegating: SecretKey, receiving: PublicKey, signer: SecretKey, *, threshold: int, shares: int
) -> list[VerifiedKFrag]:
    """Return ``shares`` key fragments of which ``threshold`` re-encrypt from ``delegating`` to ``receiving``.

    Each signs both keys with ``signer`` (the slot's PRE-signing key), so a node can check whose grant it serves.
    Raises :class:`BadThreshold`: umbral-pre itself makes fragments of a threshold of 0, or above the shares.
    """
    if not 1 <= threshold <= shares <= MAX_SHARES:
        raise BadThreshold(threshold, shares)
    kfrags = umbral_pre.generate_kfrags(
        delegating._raw(),
        receiving._raw(),
        umbral_pre.Signer(signer._raw()),
        threshold,
        shares,
        True,  # sign the delegating key
        True,  # sign the receiving key
    )
    return [VerifiedKFrag(delegating.public_key, receiving, bytes(kfrag), kfrag) for kfrag in kfrags]


def verify_kfrag(data: bytes, *, verifying: PublicKey, delegating: PublicKey, receiving: PublicKey) -> VerifiedKFrag:
    """Return the fragment in ``data`` if ``verifying`` signed it for exactly these two keys.

    Raises :class:`MalformedEncoding` or :class:`VerificationFailed`.
    """
    # umbral-pre passes over a key the fragment does not sign, even when the caller names one. A fragment that signs
    # both keys fails whenever either is left out; one that does not sign both passes one of these two probes.
    for probe in ((delegating._raw(), None), (None, receiving._raw())):
        if _kfrag_passes(data, verifying, *probe):
            raise VerificationFailed("key fragment")
    try:
        kfrag = _parse_kfrag(data).verify(verifying._raw(), delegating._raw(), receiving._raw())
    except _VerificationError as error:
        raise VerificationFailed("key fragment") from error
    return VerifiedKFrag(delegating, receiving, bytes(data), kfrag)


def reencrypt(capsule: Capsule, kfrag: VerifiedKFrag) -> VerifiedCFrag:
    """Return this node's fragment of ``capsule`` re-encrypted from ``kfrag.delegating`` to ``kfrag.receiving``."""
    cfrag = umbral_pre.reencrypt(capsule._raw(), kfrag._kfrag)
    return VerifiedCFrag(capsule, bytes(cfrag), cfrag)


def verify_cfrag(
    data: bytes, capsule: Capsule, *, verifying: PublicKey, delegating: PublicKey, receiving: PublicKey
) -> VerifiedCFrag:
    """Return the fragment in ``data`` if it is ``capsule``, correctly re-encrypted between these two keys.

    Raises :class:`MalformedEncoding` or :class:`VerificationFailed`.
    """
    if len(data) > MAX_FRAGMENT_LENGTH:
        raise MalformedEncoding("capsule fragment")
    try:
        cfrag = umbral_pre.CapsuleFrag.from_bytes(bytes(data))
    except ValueError as error:
        raise MalformedEncoding("capsule fragment") from error
    if bytes(cfrag) != bytes(data):
        raise MalformedEncoding("capsule fragment")
    try:
        verified = cfrag.verify(capsule._raw(), verifying._raw(), delegating._raw(), receiving._raw())
    except _VerificationError as error:
        raise VerificationFailed("capsule fragment") from error
    return VerifiedCFrag(capsule, bytes(data), verified)


def unseal_reencrypted(
    secret_key: SecretKey, delegating: PublicKey, sealed: Sealed, cfrags: Sequence[VerifiedCFrag]
) -> bytes:
    """Decrypt with the fragments of at least the threshold of nodes; raises :class:`CannotOpen`.

    Fragments of another capsule, repeated ones and too few of them raise too.
    """
    raw = [cfrag._cfrag for cfrag in cfrags]
    try:
        plaintext = umbral_pre.decrypt_reencrypted(
            secret_key._raw(), delegating._raw(), sealed.capsule._raw(), raw, sealed.ciphertext
        )
    except ValueError as error:
        raise CannotOpen from error
    if plaintext is None:  # the binding's type allows it
        raise CannotOpen
    return plaintext


def _kfrag_passes(
    data: bytes,
    verifying: PublicKey,
    delegating: umbral_pre.PublicKey | None,
    receiving: umbral_pre.PublicKey | None,
) -> bool:
    try:
        _parse_kfrag(data).verify(verifying._raw(), delegating, receiving)
    except _VerificationError:
        return False
    return True


def _parse_kfrag(data: bytes) -> umbral_pre.KeyFrag:
    # Parsed anew for each use: the library's ``verify`` consumes the fragment.
    if len(data) > MAX_FRAGMENT_LENGTH:
        raise MalformedEncoding("key fragment")
    try:
        kfrag = umbral_pre.KeyFrag.from_bytes(bytes(data))
    except ValueError as error:
        raise MalformedEncoding("key fragment") from error
    if bytes(kfrag) != bytes(data):
        raise MalformedEncoding("key fragment")
    return kfrag
