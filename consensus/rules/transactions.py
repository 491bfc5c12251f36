"""Decoding of raw transactions as far as the permission rules need: sender, recipient, value, gas limit.

Sources: EIP-155 (legacy with chain id), EIP-2930 (type 1), EIP-1559 (type 2). Blob (type 3) and set-code (type 4)
transactions do not exist on medixain's chain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rlp
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from rlp.exceptions import DecodingError

from consensus.rules.errors import BadSignature, TransactionRefused
from consensus.rules.signatures import recover

_LEGACY_FIELDS = 9
_TYPED_FIELDS = {1: 11, 2: 12}
_ACCESS_LIST = -4
"""Place of the access list in a typed transaction, the one field that is no byte string."""

_FIRST_LEGACY_BYTE = 0xC0
_EIP155_OFFSET = 35


@dataclass(frozen=True, slots=True)
class Transaction:
    """What the permission rules look at. Addresses are EIP-55; ``recipient`` is None for a contract creation."""

    sender: str
    recipient: str | None
    value: int
    gas_limit: int


def decode_transaction(raw: bytes, chain_id: int, index: int = 0) -> Transaction:
    """The transaction in an EIP-2718 encoding; ``index`` is its place in the block, for messages.

    Raises :class:`TransactionRefused` when it is malformed, of a refused type, of another chain or badly signed.
    """
    if not raw:
        raise TransactionRefused(index, "is empty")
    try:
        if raw[0] >= _FIRST_LEGACY_BYTE:
            return _legacy(raw, chain_id, index)
        if raw[0] in _TYPED_FIELDS:
            return _typed(raw, chain_id, index)
    except (DecodingError, BadSignature, ValueError, TypeError, RecursionError) as error:
        raise TransactionRefused(index, f"cannot be decoded ({error})") from error
    raise TransactionRefused(index, f"has type {raw[0]}, which this chain does not have")


def decode_transactions(raws: Sequence[bytes], chain_id: int) -> tuple[Transaction, ...]:
    """All transactions of a block, in order. Raises :class:`TransactionRefused` for the first bad one."""
    return tuple(decode_transaction(raw, chain_id, index) for index, raw in enumerate(raws))


def _legacy(raw: bytes, chain_id: int, index: int) -> Transaction:
    fields = _flat(rlp.decode(raw), _LEGACY_FIELDS)
    _, _, gas_limit, to, value, _, v, r, s = fields
    parity = _integer(v) - 2 * chain_id - _EIP155_OFFSET
    if parity not in (0, 1):
        raise TransactionRefused(index, "is not signed for this chain (EIP-155)")
    unsigned = rlp.encode([*fields[:6], _minimal(chain_id), b"", b""])
    return _transaction(keccak(unsigned), (parity, r, s), to, value, gas_limit)


def _typed(raw: bytes, chain_id: int, index: int) -> Transaction:
    kind = raw[0]
    fields = rlp.decode(raw[1:])
    if not isinstance(fields, list) or len(fields) != _TYPED_FIELDS[kind]:
        raise ValueError("wrong number of fields")
    _flat([*fields[:_ACCESS_LIST], *fields[_ACCESS_LIST + 1 :]], len(fields) - 1)
    if _integer(fields[0]) != chain_id:
        raise TransactionRefused(index, "is not signed for this chain")
    *body, parity, r, s = fields
    gas_limit, to, value = body[kind + 2 : kind + 5]
    return _transaction(keccak(bytes([kind]) + rlp.encode(body)), (_integer(parity), r, s), to, value, gas_limit)


def _transaction(
    digest: bytes, signature: tuple[int, bytes, bytes], to: bytes, value: bytes, gas_limit: bytes
) -> Transaction:
    parity, r, s = signature
    if parity not in (0, 1) or len(r) > 32 or len(s) > 32:
        raise ValueError("malformed signature")
    if len(to) not in (0, 20):
        raise ValueError("recipient is not 20 bytes")
    sender = recover(digest, r.rjust(32, b"\0") + s.rjust(32, b"\0") + bytes([27 + parity]))
    return Transaction(sender, to_checksum_address(to) if to else None, _integer(value), _integer(gas_limit))


def _flat(fields: Any, count: int) -> list[bytes]:
    if not isinstance(fields, list) or len(fields) != count or not all(isinstance(item, bytes) for item in fields):
        raise ValueError("wrong number of fields")
    return fields


def _integer(data: bytes) -> int:
    if data[:1] == b"\0":
        raise ValueError("an integer has leading zeros")
    return int.from_bytes(data, "big")


def _minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
