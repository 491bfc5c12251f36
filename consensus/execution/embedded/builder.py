"""Making and checking blocks: the two ways to run :class:`BlockRun`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from eth.vm.forks.cancun import CancunVM
from eth.vm.forks.cancun.headers import calc_excess_blob_gas_cancun
from eth_utils.address import to_checksum_address
from eth_utils.exceptions import ValidationError

from consensus.execution.base import ZERO_HASH, Payload, PayloadAttributes
from consensus.execution.embedded.blocks import EMPTY_TRIE_ROOT, child_header, payload_header, payload_of
from consensus.execution.embedded.chain import ChainStore
from consensus.execution.embedded.evm import BlockRun, Executed
from consensus.execution.embedded.pool import TransactionPool
from consensus.execution.errors import InvalidAttributes, InvalidTransaction
from consensus.execution.transactions import decode_transaction

logger = logging.getLogger(__name__)

GAS_SHARE_DENOMINATOR = 2
"""Blocks use at most one half of the gas limit, so that the base fee stays 0 (docs/spec/consensus.md)."""

SenderQuota = Callable[[str, bytes], int]
"""``quota(address, parent_hash)``: gas the sender's transactions may offer in one block on that parent."""


class PayloadInvalid(Exception):  # internal to the package: the client turns it into a PayloadStatus
    """Why a peer's payload is not a block."""


def build(
    chain: ChainStore,
    pool: TransactionPool,
    parent: Payload,
    attributes: PayloadAttributes,
    *,
    seconds: float,
    quota: SenderQuota | None,
) -> tuple[Payload, Executed]:
    """Fills a block on ``parent`` from the pool for at most ``seconds``; at least one transaction is tried.

    Transactions that the state refuses, or that alone exceed their sender's quota, leave the pool.
    Raises :class:`InvalidAttributes`.
    """
    if attributes.timestamp <= parent.timestamp:
        raise InvalidAttributes(
            f"a block's timestamp must be after its parent's {parent.timestamp}, not {attributes.timestamp}"
        )
    header = child_header(parent, attributes)
    run = BlockRun(chain.overlay(), header, chain.ancestors(parent.hash), chain.chain_id)
    gas_left = parent.gas_limit // GAS_SHARE_DENOMINATOR
    quota_left: dict[bytes, int] = {}
    held_back: set[bytes] = set()
    deadline = time.monotonic() + seconds
    for transaction in pool.executable(run.nonce):
        sender = transaction.sender
        if sender in held_back:
            continue
        if quota is not None and sender not in quota_left:
            quota_left[sender] = quota(to_checksum_address(sender), parent.hash)
            if transaction.gas > quota_left[sender]:
                logger.warning("dropped 0x%s: it exceeds its sender's whole quota", transaction.hash.hex())
                pool.drop(transaction)
                held_back.add(sender)
        if transaction.gas > min(gas_left, quota_left.get(sender, gas_left)):
            held_back.add(sender)
            continue
        try:
            receipt = run.apply(transaction)
        except InvalidTransaction as error:
            logger.warning("dropped 0x%s: %s", transaction.hash.hex(), error)
            pool.drop(transaction)
            held_back.add(sender)
            continue
        gas_left -= receipt.gas_used
        if quota is not None:
            quota_left[sender] -= transaction.gas
        if time.monotonic() > deadline:
            break
    executed = run.finish()
    return payload_of(executed.header, tuple(t.raw for t in executed.transactions)), executed


def execute(chain: ChainStore, parent: Payload, payload: Payload) -> Executed:
    """Executes a payload on its known parent and compares everything it claims. Raises :class:`PayloadInvalid`."""
    header = payload_header(payload)
    parent_header = payload_header(parent)
    try:
        CancunVM.validate_header(header, parent_header)
    except ValidationError as error:
        raise PayloadInvalid(str(error)) from error
    if payload.blob_gas_used != 0 or payload.excess_blob_gas != calc_excess_blob_gas_cancun(parent_header):
        raise PayloadInvalid("blob gas is not 0")
    start = header.copy(state_root=parent.state_root, gas_used=0, bloom=0, receipt_root=EMPTY_TRIE_ROOT)
    run = BlockRun(chain.overlay(), start, chain.ancestors(parent.hash), chain.chain_id)
    for index, raw in enumerate(payload.transactions):
        try:
            run.apply(decode_transaction(raw, chain.chain_id))
        except InvalidTransaction as error:
            raise PayloadInvalid(f"transaction {index}: {error}") from error
    executed = run.finish()
    for name in ("state_root", "receipt_root", "bloom", "gas_used"):
        if getattr(executed.header, name) != getattr(header, name):
            raise PayloadInvalid(f"{name} is not what execution gives")
    return executed


def claimed_hash(payload: Payload) -> bytes:
    """The hash the payload's fields really have, 32 zero bytes when they do not fit a header at all."""
    try:
        return bytes(payload_header(payload).hash)
    except (ValidationError, ValueError, TypeError):
        return ZERO_HASH
