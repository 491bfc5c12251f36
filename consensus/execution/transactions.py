"""Decoding of raw transactions and the checks that need no state (EIP-155, EIP-2718, EIP-2930, EIP-1559, EIP-3860).

py-evm leaves several of these to its callers (chain id, intrinsic gas of typed transactions, initcode size), so they
all stand here: the pool, the executor of blocks and the JSON-RPC ingress judge a transaction by the same function.
"""

from __future__ import annotations

from dataclasses import dataclass

import rlp
from eth.abc import SignedTransactionAPI
from eth.exceptions import UnrecognizedTransactionType
from eth.vm.forks.cancun.transactions import CancunTransactionBuilder
from eth_keys.exceptions import BadSignature
from eth_utils.crypto import keccak as _keccak
from eth_utils.exceptions import ValidationError
from rlp.exceptions import RLPException

from consensus.execution.errors import InvalidTransaction

MAX_RAW_BYTES = 128 * 1024
"""The size geth's pool refuses above (core/txpool/legacypool, txMaxSize)."""

MAX_INITCODE_BYTES = 49_152
"""EIP-3860: twice the limit of deployed code."""

INITCODE_WORD_GAS = 2
"""EIP-3860: gas per 32-byte word of initcode, part of the intrinsic gas."""

TRANSACTION_GAS = 21_000
CREATION_GAS = 32_000
ZERO_BYTE_GAS = 4
NONZERO_BYTE_GAS = 16
ACCESS_LIST_ADDRESS_GAS = 2_400
ACCESS_LIST_SLOT_GAS = 1_900

MAX_NONCE = 2**64 - 2
"""EIP-2681: a transaction with the nonce 2**64 - 1 is invalid."""

SECP256K1_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""EIP-2: signatures with a higher s are malleable twins and refused."""

BLOB_TRANSACTION_TYPE = 3


@dataclass(frozen=True, slots=True)
class Transaction:
    """A decoded, correctly signed transaction of this chain; ``signed`` is py-evm's object for execution."""

    raw: bytes
    hash: bytes
    chain_id: int
    type: int
    sender: bytes
    nonce: int
    gas: int
    to: bytes | None
    value: int
    data: bytes
    max_fee: int
    max_priority_fee: int
    signed: SignedTransactionAPI

    @property
    def creates_contract(self) -> bool:
        """Whether the transaction has no recipient."""
        return self.to is None


def keccak(data: bytes) -> bytes:
    """Keccak-256."""
    return bytes(_keccak(data))


def decode_transaction(raw: bytes, chain_id: int) -> Transaction:
    """Decodes and checks a raw EIP-2718 transaction.

    Raises :class:`InvalidTransaction` when it is not canonical RLP, is a blob transaction, belongs to another chain or
    to none (legacy without EIP-155), is signed badly or with a high s, offers less gas than its intrinsic cost, or
    carries too much initcode.
    """
    if len(raw) > MAX_RAW_BYTES:
        raise InvalidTransaction(f"the transaction is larger than {MAX_RAW_BYTES} bytes")
    signed = _decode(raw)
    signed_for = signed.chain_id
    if signed_for is None:
        raise InvalidTransaction("the transaction names no chain; sign it with EIP-155 or as a typed transaction")
    if signed_for != chain_id:
        raise InvalidTransaction(f"the transaction is signed for chain {signed_for}, this is chain {chain_id}")
    _check_fields(signed)
    sender = _sender(signed)
    return Transaction(
        raw=raw,
        hash=bytes(signed.hash),
        chain_id=chain_id,
        type=signed.type_id or 0,
        sender=sender,
        nonce=signed.nonce,
        gas=signed.gas,
        to=bytes(signed.to) or None,
        value=signed.value,
        data=bytes(signed.data),
        max_fee=signed.max_fee_per_gas,
        max_priority_fee=signed.max_priority_fee_per_gas,
        signed=signed,
    )


def intrinsic_gas(to: bytes | None, data: bytes) -> int:
    """What a transaction without an access list costs before its first instruction (EIP-2028, EIP-3860)."""
    zeros = data.count(0)
    gas = TRANSACTION_GAS + ZERO_BYTE_GAS * zeros + NONZERO_BYTE_GAS * (len(data) - zeros)
    if to is None:
        gas += CREATION_GAS + initcode_gas(data)
    return gas


def initcode_gas(data: bytes) -> int:
    """The part of a creation's intrinsic gas that grows with its initcode (EIP-3860)."""
    return INITCODE_WORD_GAS * ((len(data) + 31) // 32)


@dataclass(frozen=True, slots=True)
class DisplayFields:
    """What only a display needs: the access list (address, slots) and the signature; ``v`` is the parity if typed."""

    access_list: tuple[tuple[bytes, tuple[int, ...]], ...]
    v: int
    r: int
    s: int


def transaction_fields(transaction: Transaction) -> DisplayFields:
    """The transaction's :class:`DisplayFields`."""
    signed = transaction.signed
    return DisplayFields(
        access_list=tuple((bytes(entry[0]), tuple(int(slot) for slot in entry[1])) for entry in signed.access_list),
        v=signed.y_parity if transaction.type else signed.v,  # type: ignore[attr-defined]
        r=signed.r,
        s=signed.s,
    )


def _decode(raw: bytes) -> SignedTransactionAPI:
    if raw[:1] == bytes([BLOB_TRANSACTION_TYPE]):
        raise InvalidTransaction("blob transactions do not exist on this chain")
    try:
        signed = CancunTransactionBuilder().decode(raw)
        canonical = _encoded_anew(signed)
    except (RLPException, ValidationError, UnrecognizedTransactionType, TypeError, ValueError) as error:
        raise InvalidTransaction(f"the transaction cannot be decoded: {error}") from error
    if canonical != raw:
        raise InvalidTransaction("the transaction is not canonical RLP")
    return signed


def _encoded_anew(signed: SignedTransactionAPI) -> bytes:
    """The encoding computed from the fields. Naming the sedes matters: without it rlp answers with the bytes it read,
    in which an empty list may stand where a zero belongs."""
    if not signed.type_id:
        return bytes(rlp.encode(signed, sedes=type(signed)))
    inner = signed._inner  # type: ignore[attr-defined]  # py-evm's typed transactions only wrap the RLP object
    return bytes([signed.type_id]) + bytes(rlp.encode(inner, sedes=type(inner)))


def _check_fields(signed: SignedTransactionAPI) -> None:
    try:
        if signed.type_id:
            # The typed variants check only the ranges here; legacy ones verify the signature again, which _sender does.
            signed.validate()
    except ValidationError as error:
        raise InvalidTransaction(f"the transaction is out of range: {error}") from error
    if signed.nonce > MAX_NONCE:
        raise InvalidTransaction("the nonce is too high")
    if signed.max_priority_fee_per_gas > signed.max_fee_per_gas:
        raise InvalidTransaction("the priority fee is higher than the whole fee")
    if not signed.to and len(signed.data) > MAX_INITCODE_BYTES:
        raise InvalidTransaction(f"the initcode is larger than {MAX_INITCODE_BYTES} bytes")
    slots = sum(len(entry[1]) for entry in signed.access_list)
    intrinsic = intrinsic_gas(bytes(signed.to) or None, signed.data) + (
        ACCESS_LIST_ADDRESS_GAS * len(signed.access_list) + ACCESS_LIST_SLOT_GAS * slots
    )
    if signed.gas < intrinsic:
        raise InvalidTransaction(f"the gas limit {signed.gas} is below the intrinsic cost {intrinsic}")
    if not 0 < signed.s <= SECP256K1_HALF_ORDER:
        raise InvalidTransaction("the signature's s is not in the lower half of the curve's order")


def _sender(signed: SignedTransactionAPI) -> bytes:
    """The signer, recovered once; py-evm keeps it on the object for execution."""
    try:
        return bytes(signed.sender)
    except (BadSignature, ValidationError) as error:
        raise InvalidTransaction(f"the signature is not valid: {error}") from error
