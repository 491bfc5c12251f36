"""The execution client as the consensus client sees it, shaped as the Ethereum Engine API.

Types are immutable; hashes and addresses inside them are raw bytes (32 and 20), amounts and times are integers (gas,
wei, seconds since the epoch). JSON is the Engine API's ``ExecutionPayloadV3`` with ``parentBeaconBlockRoot`` beside the
payload's own fields, so that one object travels through gossip and the durable payload log.

Source: https://github.com/ethereum/execution-apis, engine/cancun.md; docs/spec/consensus.md.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from consensus.execution.errors import (
    CallReverted,
    DatabaseDamaged,
    DatabaseInUse,
    ExecutionError,
    ExecutionUnavailable,
    ForeignDatabase,
    InvalidAttributes,
    InvalidForkchoice,
    InvalidTransaction,
    MalformedPayload,
    NotTheHead,
    UnknownBlock,
)

__all__ = [
    "ZERO_ADDRESS",
    "ZERO_HASH",
    "BlockRef",
    "CallReverted",
    "DatabaseDamaged",
    "DatabaseInUse",
    "ExecutionClient",
    "ExecutionError",
    "ExecutionUnavailable",
    "ForeignDatabase",
    "InvalidAttributes",
    "InvalidForkchoice",
    "InvalidTransaction",
    "MalformedPayload",
    "NotTheHead",
    "Payload",
    "PayloadAttributes",
    "PayloadStatus",
    "Status",
    "UnknownBlock",
]

ZERO_HASH = bytes(32)
ZERO_ADDRESS = bytes(20)

UINT64_MAX = 2**64 - 1
UINT256_MAX = 2**256 - 1
BLOOM_BYTES = 256
EXTRA_DATA_MAX_BYTES = 32

_DATA = re.compile(r"0x(?:[0-9a-f]{2})*\Z")
_QUANTITY = re.compile(r"0x(?:0|[1-9a-f][0-9a-f]*)\Z")


class Status(enum.Enum):
    """How an execution client judges a payload (engine/paris.md, PayloadStatusV1)."""

    VALID = "VALID"
    INVALID = "INVALID"
    SYNCING = "SYNCING"


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block's place in the chain."""

    hash: bytes
    number: int
    timestamp: int
    parent: bytes


@dataclass(frozen=True, slots=True)
class PayloadAttributes:
    """What the consensus client decides about a block to be built (PayloadAttributesV3, without withdrawals)."""

    timestamp: int
    prev_randao: bytes
    parent_beacon_block_root: bytes
    fee_recipient: bytes = ZERO_ADDRESS


@dataclass(frozen=True, slots=True)
class PayloadStatus:
    """The verdict over a payload; ``reason`` says why it is INVALID and is None otherwise."""

    status: Status
    reason: str | None = None

    @property
    def valid(self) -> bool:
        """Whether the payload was executed and is valid."""
        return self.status is Status.VALID

    @classmethod
    def invalid(cls, reason: str) -> PayloadStatus:
        """The verdict INVALID with its reason."""
        return cls(Status.INVALID, reason)


@dataclass(frozen=True, slots=True)
class Payload:
    """An execution block (ExecutionPayloadV3) together with the parent beacon block root its hash commits to.

    ``transactions`` are raw EIP-2718 encodings. Withdrawals and execution requests do not exist on medixain's chain:
    there is no field for them, and :meth:`from_json` refuses a payload that carries any.
    """

    hash: bytes
    parent: bytes
    number: int
    timestamp: int
    prev_randao: bytes
    state_root: bytes
    receipts_root: bytes
    logs_bloom: bytes
    gas_used: int
    gas_limit: int
    fee_recipient: bytes
    base_fee: int
    extra_data: bytes
    transactions: tuple[bytes, ...]
    blob_gas_used: int
    excess_blob_gas: int
    parent_beacon_block_root: bytes

    @property
    def ref(self) -> BlockRef:
        """The block's place in the chain."""
        return BlockRef(self.hash, self.number, self.timestamp, self.parent)

    def to_json(self) -> dict[str, Any]:
        """The payload with the Engine API's field names and hex encodings."""
        return {
            "parentHash": _hex(self.parent),
            "feeRecipient": _hex(self.fee_recipient),
            "stateRoot": _hex(self.state_root),
            "receiptsRoot": _hex(self.receipts_root),
            "logsBloom": _hex(self.logs_bloom),
            "prevRandao": _hex(self.prev_randao),
            "blockNumber": hex(self.number),
            "gasLimit": hex(self.gas_limit),
            "gasUsed": hex(self.gas_used),
            "timestamp": hex(self.timestamp),
            "extraData": _hex(self.extra_data),
            "baseFeePerGas": hex(self.base_fee),
            "blockHash": _hex(self.hash),
            "transactions": [_hex(raw) for raw in self.transactions],
            "withdrawals": [],
            "blobGasUsed": hex(self.blob_gas_used),
            "excessBlobGas": hex(self.excess_blob_gas),
            "parentBeaconBlockRoot": _hex(self.parent_beacon_block_root),
        }

    @classmethod
    def from_json(cls, value: object) -> Payload:
        """Reads what :meth:`to_json` writes, and nothing else.

        Raises :class:`MalformedPayload` for a missing or additional field, a wrong length, a number that is not in
        its shortest form, capital hex digits, or a withdrawal.
        """
        if not isinstance(value, Mapping):
            raise MalformedPayload("payload", "is not an object")
        if strange := set(value) ^ _PAYLOAD_FIELDS:
            raise MalformedPayload(str(min(strange, key=str)), "is missing or not expected")
        if value["withdrawals"] != []:
            raise MalformedPayload("withdrawals", "is not an empty list")
        transactions = value["transactions"]
        if not isinstance(transactions, list):
            raise MalformedPayload("transactions", "is not a list")
        return cls(
            hash=_data(value, "blockHash", 32),
            parent=_data(value, "parentHash", 32),
            number=_quantity(value, "blockNumber", UINT64_MAX),
            timestamp=_quantity(value, "timestamp", UINT64_MAX),
            prev_randao=_data(value, "prevRandao", 32),
            state_root=_data(value, "stateRoot", 32),
            receipts_root=_data(value, "receiptsRoot", 32),
            logs_bloom=_data(value, "logsBloom", BLOOM_BYTES),
            gas_used=_quantity(value, "gasUsed", UINT64_MAX),
            gas_limit=_quantity(value, "gasLimit", UINT64_MAX),
            fee_recipient=_data(value, "feeRecipient", 20),
            base_fee=_quantity(value, "baseFeePerGas", UINT256_MAX),
            extra_data=_data(value, "extraData", None),
            transactions=tuple(_hex_bytes(raw, f"transactions[{i}]") for i, raw in enumerate(transactions)),
            blob_gas_used=_quantity(value, "blobGasUsed", UINT64_MAX),
            excess_blob_gas=_quantity(value, "excessBlobGas", UINT64_MAX),
            parent_beacon_block_root=_data(value, "parentBeaconBlockRoot", 32),
        )


@runtime_checkable
class ExecutionClient(Protocol):
    """An execution client that a consensus client drives. Implementations are safe to call from several threads."""

    def genesis(self) -> BlockRef:
        """Block 0."""

    def head(self) -> BlockRef:
        """The canonical head, as last set."""

    def build(self, parent: bytes, attributes: PayloadAttributes) -> Payload:
        """A new, executed, not yet canonical block on ``parent`` with transactions of the pool.

        (Engine API: forkchoiceUpdated with attributes, then getPayload.) Raises :class:`UnknownBlock` for a parent not
        known, :class:`InvalidAttributes` for a timestamp not after the parent's, and, where the client can build on its
        head alone, :class:`NotTheHead`.
        """

    def new_payload(self, payload: Payload) -> PayloadStatus:
        """Executes and stores a block without making it canonical; SYNCING when its parent is not known."""

    def set_head(self, head: bytes, safe: bytes, finalized: bytes) -> None:
        """Makes ``head``'s branch canonical (it may be shorter than the present one) and records safe and finalized.

        An ancestor of the present canonical head changes nothing (Engine API, paris.md: clients may skip such an
        update, and geth does): it has less work, so fork choice never asks for it. Thirty-two zero bytes stand for
        "none yet" in ``safe`` and ``finalized``. Transactions that leave the canonical chain return to the pool.

        Raises :class:`UnknownBlock`, or :class:`InvalidForkchoice` when the three are not on one branch in that order.
        """

    def payload(self, block_hash: bytes) -> Payload | None:
        """The stored block of any branch, or None when it is not known. Genesis has a payload too."""

    def call(self, to: str, data: bytes, at: bytes) -> bytes:
        """What the contract returns in the state after block ``at`` of any branch (eth_call by EIP-1898).

        The call sees the block's own number, timestamp and prevRandao. Raises :class:`UnknownBlock`,
        :class:`CallReverted`.
        """

    def code(self, address: str, at: bytes) -> bytes:
        """The account's code after block ``at``; empty for none. Raises :class:`UnknownBlock`."""

    def has_pending(self) -> bool:
        """Whether the pool holds a transaction that the next block on the head could include."""


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _hex_bytes(value: object, field: str) -> bytes:
    if not isinstance(value, str) or not _DATA.match(value):
        raise MalformedPayload(field, "is not lower-case hex data")
    return bytes.fromhex(value[2:])


def _data(value: Mapping[str, Any], field: str, length: int | None) -> bytes:
    data = _hex_bytes(value[field], field)
    if length is None:
        if len(data) > EXTRA_DATA_MAX_BYTES:
            raise MalformedPayload(field, f"is longer than {EXTRA_DATA_MAX_BYTES} bytes")
    elif len(data) != length:
        raise MalformedPayload(field, f"is {len(data)} bytes, not {length}")
    return data


def _quantity(value: Mapping[str, Any], field: str, most: int) -> int:
    text = value[field]
    if not isinstance(text, str) or not _QUANTITY.match(text):
        raise MalformedPayload(field, "is not a hex number in its shortest form")
    number = int(text, 16)
    if number > most:
        raise MalformedPayload(field, "is too large")
    return number


_PAYLOAD_FIELDS = frozenset(
    {
        "parentHash", "feeRecipient", "stateRoot", "receiptsRoot", "logsBloom", "prevRandao", "blockNumber", "gasLimit",
        "gasUsed", "timestamp", "extraData", "baseFeePerGas", "blockHash", "transactions", "withdrawals", "blobGasUsed",
        "excessBlobGas", "parentBeaconBlockRoot",
    }
)  # fmt: skip
