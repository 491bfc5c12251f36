"""EIP-712 digests of consensus messages and strict ECDSA recovery.

Sources: EIP-712 (typed data), EIP-2 (low s), docs/spec/README.md (65 bytes r || s || v, v in {27, 28}).
"""

from functools import cache

from coincurve import PublicKey
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from consensus.rules.constants import DOMAIN_NAME, DOMAIN_VERSION
from consensus.rules.errors import BadSignature

SIGNATURE_BYTES = 65
_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
_DOMAIN_TYPE = keccak(b"EIP712Domain(string name,string version,uint256 chainId)")


@cache
def domain_separator(chain_id: int) -> bytes:
    """EIP-712 domain separator (32 bytes) of consensus messages on one chain; no contract takes part."""
    return keccak(
        _DOMAIN_TYPE + keccak(DOMAIN_NAME.encode()) + keccak(DOMAIN_VERSION.encode()) + chain_id.to_bytes(32, "big")
    )


def typed_digest(chain_id: int, struct_hash: bytes) -> bytes:
    """The 32 bytes to be signed for a struct hash: keccak256(0x1901 || domain || struct)."""
    return keccak(b"\x19\x01" + domain_separator(chain_id) + struct_hash)


def struct_hash(type_string: bytes, *words: bytes) -> bytes:
    """EIP-712 hashStruct of a flat struct whose members are given as 32-byte words."""
    return keccak(keccak(type_string) + b"".join(words))


def uint_word(value: int) -> bytes:
    """An unsigned integer as a 32-byte word."""
    return value.to_bytes(32, "big")


def address_of(public_key: PublicKey) -> str:
    """EIP-55 address of a secp256k1 public key: the right 160 bits of keccak256."""
    return to_checksum_address(keccak(public_key.format(compressed=False)[1:])[-20:])


def recover(digest: bytes, signature: bytes) -> str:
    """The EIP-55 address that signed ``digest``.

    Raises :class:`BadSignature` unless the signature is 65 bytes with v in {27, 28}, 0 < r, 0 < s <= order/2: exactly
    one encoding of a signature counts, so nobody can alter a message in flight and have it pass as a second one.
    """
    if len(signature) != SIGNATURE_BYTES or signature[64] not in (27, 28):
        raise BadSignature(None, None)
    if int.from_bytes(signature[32:64], "big") > _HALF_ORDER:
        raise BadSignature(None, None)
    try:
        key = PublicKey.from_signature_and_message(signature[:64] + bytes([signature[64] - 27]), digest, hasher=None)
    except ValueError as error:
        raise BadSignature(None, None) from error
    return address_of(key)


def check_signer(digest: bytes, signature: bytes, expected: str) -> None:
    """Raises :class:`BadSignature` unless ``expected`` (EIP-55) made ``signature`` over ``digest``."""
    try:
        actual = recover(digest, signature)
    except BadSignature as error:
        raise BadSignature(expected, None) from error
    if actual != expected:
        raise BadSignature(expected, actual)
