"""Payload rules beyond the EVM's (docs/spec/consensus.md, Payload rules; promises B6, B11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consensus.execution.base import ZERO_ADDRESS, Payload
from consensus.rules.constants import GAS_SHARE_DENOMINATOR
from consensus.rules.errors import (
    CreationNotPermitted,
    PayloadRuleBroken,
    QuotaExceeded,
    RecipientNotKnown,
    SealMismatch,
    SenderNotRegistered,
    TransactionRefused,
)
from consensus.rules.seal import SealHeader, prev_randao
from consensus.rules.transactions import Transaction


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the parent's state allows: gas per block by sender, who may create contracts, which contracts are called.

    Addresses are EIP-55. A sender that is missing from ``quotas``, or stands there with 0, may send nothing.
    """

    quotas: Mapping[str, int]
    creators: frozenset[str]
    contracts: frozenset[str]


def check_payload(header: SealHeader, payload: Payload, parent_payload_hash: bytes) -> None:
    """Raises unless the payload is the one the header seals and every field this chain fixes has its value.

    Raises :class:`SealMismatch` or :class:`PayloadRuleBroken`. Withdrawals and execution requests need no rule: no
    :class:`Payload` can hold them.
    """
    for field, expected, actual in (
        ("payload hash", payload.hash, header.payload_hash),
        ("height", payload.number, header.height),
        ("time", payload.timestamp, header.time_ms // 1000),
    ):
        if expected != actual:
            raise SealMismatch(field, expected, actual)
    randao = prev_randao(header.parent_seal, header.miner_id, header.attempt)
    for field, holds, problem in (
        ("parentHash", payload.parent == parent_payload_hash, "is not the payload the parent seal names"),
        ("parentBeaconBlockRoot", payload.parent_beacon_block_root == header.parent_seal, "is not the parent's seal"),
        ("prevRandao", payload.prev_randao == randao, "does not follow from parent, miner and attempt"),
        ("feeRecipient", payload.fee_recipient == ZERO_ADDRESS, "is not the zero address"),
        ("extraData", payload.extra_data == b"", "is not empty"),
        ("baseFeePerGas", payload.base_fee == 0, "is not 0"),
        ("blobGasUsed", payload.blob_gas_used == 0, "is not 0"),
        ("excessBlobGas", payload.excess_blob_gas == 0, "is not 0"),
        ("gasUsed", payload.gas_used * GAS_SHARE_DENOMINATOR <= payload.gas_limit, "is more than half the gas limit"),
    ):
        if not holds:
            raise PayloadRuleBroken(field, problem)


def check_transactions(transactions: Sequence[Transaction], permissions: Permissions) -> None:
    """Raises a :class:`TransactionRefused` for the first transaction the permissions do not allow."""
    spent: dict[str, int] = {}
    for index, transaction in enumerate(transactions):
        sender = transaction.sender
        quota = permissions.quotas.get(sender, 0)
        if quota == 0:
            raise SenderNotRegistered(index, sender)
        spent[sender] = spent.get(sender, 0) + transaction.gas_limit
        if spent[sender] > quota:
            raise QuotaExceeded(index, sender, quota, spent[sender])
        if transaction.value != 0:
            raise TransactionRefused(index, f"transfers {transaction.value} wei, and no value moves on this chain")
        if transaction.recipient is None:
            if sender not in permissions.creators:
                raise CreationNotPermitted(index, sender)
        elif transaction.recipient not in permissions.contracts:
            raise RecipientNotKnown(index, transaction.recipient)
