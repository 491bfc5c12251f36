"""Threshold proxy re-encryption (Umbral) with verified types only.

``seal`` to a public key; its owner ``unseal``s, or makes kfrags with which a threshold of nodes ``reencrypt`` for one
receiver, who calls ``unseal_reencrypted``. Umbral is single-hop: a receiver cannot pass the access on.
"""

from keymgmt.pre.ciphertext import Capsule, Sealed, seal, unseal
from keymgmt.pre.errors import BadThreshold, CannotOpen, MalformedEncoding, PreError, VerificationFailed
from keymgmt.pre.fragments import (
    MAX_SHARES,
    VerifiedCFrag,
    VerifiedKFrag,
    make_kfrags,
    reencrypt,
    unseal_reencrypted,
    verify_cfrag,
    verify_kfrag,
)
from keymgmt.pre.keys import KeyFactory, PublicKey, SecretKey

__all__ = [
    "MAX_SHARES",
    "BadThreshold",
    "CannotOpen",
    "Capsule",
    "KeyFactory",
    "MalformedEncoding",
    "PreError",
    "PublicKey",
    "Sealed",
    "SecretKey",
    "VerificationFailed",
    "VerifiedCFrag",
    "VerifiedKFrag",
    "make_kfrags",
    "reencrypt",
    "seal",
    "unseal",
    "unseal_reencrypted",
    "verify_cfrag",
    "verify_kfrag",
]
