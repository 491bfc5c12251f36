"""Account addresses: 20 bytes on the wire, EIP-55 strings everywhere a person or a JSON document sees them."""

import re
from functools import lru_cache
from typing import NewType

import coincurve
from eth_hash.auto import keccak

from medixain.core.errors import InvalidInput

Address = NewType("Address", str)
"""An EIP-55 checksummed address. Made only by the functions of this module."""

ZERO_ADDRESS = Address("0x" + "00" * 20)

_HEX_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


class InvalidAddress(InvalidInput):
    """Not a 20-byte address, or one whose mixed-case letters contradict its EIP-55 checksum."""

    code = "invalid-address"


def to_address(value: str | bytes) -> Address:
    """Return ``value`` (20 bytes, or ``0x`` and 40 hex digits) as an EIP-55 address.

    All-lower and all-upper case are accepted as carrying no checksum; mixed case must be the right one, because a
    wrong one is how a mistyped address shows. Raises :class:`InvalidAddress`.
    """
    if isinstance(value, str):
        if not _HEX_ADDRESS.fullmatch(value):
            raise InvalidAddress(f"Give an address as 0x and 40 hexadecimal digits, not {value!r}.")
        digits = value[2:]
        address = _checksummed(digits.lower())
        if digits not in (digits.lower(), digits.upper()) and address != value:
            raise InvalidAddress(f"The address {value} fails its EIP-55 checksum; check it for a typing error.")
        return address
    if len(value) != 20:
        raise InvalidAddress(f"An address has 20 bytes, not {len(value)}.")
    return _checksummed(bytes(value).hex())


def address_bytes(address: str) -> bytes:
    """Return the 20 bytes of ``address``; raises :class:`InvalidAddress`."""
    return bytes.fromhex(to_address(address)[2:])


def address_of_public_key(public_key: bytes) -> Address:
    """Return the address of a secp256k1 public key (33 or 65 bytes): the right 160 bits of keccak256(x || y).

    Raises :class:`InvalidInput` for bytes that are no point of the curve.
    """
    try:
        point = coincurve.PublicKey(public_key).format(compressed=False)
    except ValueError as error:
        raise InvalidInput("These bytes are no secp256k1 public key.") from error
    return _checksummed(keccak(point[1:])[12:].hex())


def address_of_secret_key(secret_key: bytes) -> Address:
    """Return the address of the 32-byte secp256k1 ``secret_key``; raises :class:`InvalidInput` for an invalid one."""
    if len(secret_key) != 32:
        raise InvalidInput(f"A secp256k1 secret key has 32 bytes, not {len(secret_key)}.")
    try:
        point = coincurve.PublicKey.from_valid_secret(secret_key).format(compressed=False)
    except ValueError as error:
        raise InvalidInput("These bytes are no secp256k1 secret key.") from error
    return _checksummed(keccak(point[1:])[12:].hex())


def created_address(deployer: str, nonce: int) -> Address:
    """Return the address CREATE gives the contract that ``deployer`` creates with transaction ``nonce``.

    It is the right 160 bits of keccak256(rlp([deployer, nonce])) (yellow paper, section 7).
    """
    if nonce < 0:
        raise InvalidInput("A nonce is never negative.")
    nonce_bytes = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    # RLP writes a single byte below 0x80 as itself and every other short string behind its length.
    encoded = nonce_bytes if 0 < nonce < 0x80 else bytes([0x80 + len(nonce_bytes)]) + nonce_bytes
    payload = bytes([0x80 + 20]) + address_bytes(deployer) + encoded
    return _checksummed(keccak(bytes([0xC0 + len(payload)]) + payload)[12:].hex())


@lru_cache(maxsize=1 << 14)
def _checksummed(digits: str) -> Address:
    """EIP-55: a letter is upper case where the digit of keccak256(lower-case hex) at its place is 8 or more."""
    marks = keccak(digits.encode("ascii")).hex()
    return Address("0x" + "".join(c.upper() if int(m, 16) >= 8 else c for c, m in zip(digits, marks, strict=False)))
