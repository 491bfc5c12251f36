"""Blocks between their three forms: py-evm header, Engine API payload, and rows of the chain database."""

from __future__ import annotations

import sqlite3
from typing import Any, cast

import rlp
from eth.abc import BlockHeaderAPI
from eth.constants import BLANK_ROOT_HASH
from eth.db.trie import _make_trie_root_and_nodes as trie_root_of_encoded
from eth.vm.forks.cancun.blocks import CancunBlockHeader
from eth.vm.forks.cancun.constants import BEACON_ROOTS_ADDRESS, BEACON_ROOTS_CONTRACT_CODE

from consensus.execution.base import BLOOM_BYTES, Payload, PayloadAttributes
from consensus.execution.embedded.evm import Executed, state_at
from consensus.execution.embedded.nodes import Overlay
from consensus.execution.genesis import BEACON_ROOTS_NONCE, Genesis
from consensus.execution.records import Log, Receipt

EMPTY_TRIE_ROOT = bytes(BLANK_ROOT_HASH)
POST_MERGE_NONCE = bytes(8)


def genesis_block(genesis: Genesis) -> tuple[BlockHeaderAPI, dict[bytes, bytes]]:
    """Block 0's header and the trie nodes and code of its state: the EIP-4788 contract alone."""
    overlay = Overlay(None)
    header = _header(
        difficulty=0,
        block_number=0,
        gas_limit=genesis.gas_limit,
        timestamp=genesis.timestamp,
        nonce=POST_MERGE_NONCE,
        base_fee_per_gas=0,
    )
    state = state_at(overlay, header, (), genesis.chain_id)
    state.set_code(BEACON_ROOTS_ADDRESS, BEACON_ROOTS_CONTRACT_CODE)
    state.set_nonce(BEACON_ROOTS_ADDRESS, BEACON_ROOTS_NONCE)
    state.persist()
    return header.copy(state_root=state.state_root), overlay.written


def child_header(parent: Payload, attributes: PayloadAttributes) -> BlockHeaderAPI:
    """The header a block on ``parent`` starts from: its own context with the parent's state root."""
    return _header(
        parent_hash=parent.hash,
        coinbase=attributes.fee_recipient,
        state_root=parent.state_root,
        difficulty=0,
        block_number=parent.number + 1,
        gas_limit=parent.gas_limit,
        timestamp=attributes.timestamp,
        mix_hash=attributes.prev_randao,
        nonce=POST_MERGE_NONCE,
        base_fee_per_gas=parent.base_fee,
        parent_beacon_block_root=attributes.parent_beacon_block_root,
    )


def payload_header(payload: Payload) -> BlockHeaderAPI:
    """The header that ``payload`` describes; its hash must be ``payload.hash`` (Engine API, block hash check)."""
    return _header(
        parent_hash=payload.parent,
        coinbase=payload.fee_recipient,
        state_root=payload.state_root,
        transaction_root=trie_root_of_encoded(payload.transactions)[0],
        receipt_root=payload.receipts_root,
        bloom=int.from_bytes(payload.logs_bloom, "big"),
        difficulty=0,
        block_number=payload.number,
        gas_limit=payload.gas_limit,
        gas_used=payload.gas_used,
        timestamp=payload.timestamp,
        extra_data=payload.extra_data,
        mix_hash=payload.prev_randao,
        nonce=POST_MERGE_NONCE,
        base_fee_per_gas=payload.base_fee,
        blob_gas_used=payload.blob_gas_used,
        excess_blob_gas=payload.excess_blob_gas,
        parent_beacon_block_root=payload.parent_beacon_block_root,
    )


def payload_of(header: BlockHeaderAPI, transactions: tuple[bytes, ...]) -> Payload:
    """The payload with ``header`` and these raw transactions."""
    return Payload(
        hash=bytes(header.hash),
        parent=bytes(header.parent_hash),
        number=header.block_number,
        timestamp=header.timestamp,
        prev_randao=bytes(header.mix_hash),
        state_root=bytes(header.state_root),
        receipts_root=bytes(header.receipt_root),
        logs_bloom=header.bloom.to_bytes(BLOOM_BYTES, "big"),
        gas_used=header.gas_used,
        gas_limit=header.gas_limit,
        fee_recipient=bytes(header.coinbase),
        base_fee=header.base_fee_per_gas or 0,
        extra_data=bytes(header.extra_data),
        transactions=transactions,
        blob_gas_used=header.blob_gas_used,
        excess_blob_gas=header.excess_blob_gas,
        parent_beacon_block_root=bytes(header.parent_beacon_block_root or b""),
    )


def insert_block(connection: sqlite3.Connection, payload: Payload, header: BlockHeaderAPI) -> int:
    """Stores a block without receipts; answers its row id."""
    cursor = connection.execute(
        "INSERT INTO block (hash, number, header, transactions) VALUES (?, ?, ?, ?)",
        (payload.hash, payload.number, rlp.encode(header), rlp.encode(list(payload.transactions))),
    )
    return cast(int, cursor.lastrowid)


def insert_executed(connection: sqlite3.Connection, payload: Payload, executed: Executed) -> None:
    """Stores an executed block with its receipts and logs inside the caller's transaction."""
    block = insert_block(connection, payload, executed.header)
    log_index = 0
    for position, receipt in enumerate(executed.receipts):
        connection.execute(
            "INSERT INTO receipt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                block, position, receipt.transaction_hash, receipt.sender, int(receipt.succeeded), receipt.gas_used,
                receipt.cumulative_gas_used, receipt.contract, receipt.bloom,
            ),
        )  # fmt: skip
        for log in receipt.logs:
            topics = (*log.topics, None, None, None, None)[:4]
            connection.execute(
                "INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (block, log_index, payload.number, position, log.address, *topics, log.data),
            )
            log_index += 1


def read_block(connection: sqlite3.Connection, block_hash: bytes) -> Payload | None:
    """The stored block, or None. Raises ``ValueError`` when the row does not hash to its own key any more."""
    row = connection.execute("SELECT header, transactions FROM block WHERE hash = ?", (block_hash,)).fetchone()
    if row is None:
        return None
    header = cast(BlockHeaderAPI, rlp.decode(row[0], sedes=CancunBlockHeader))
    transactions = tuple(bytes(raw) for raw in rlp.decode(row[1]))
    if header.hash != block_hash or trie_root_of_encoded(transactions)[0] != header.transaction_root:
        raise ValueError(f"the block 0x{block_hash.hex()} has changed")
    return payload_of(header, transactions)


def read_receipts(connection: sqlite3.Connection, block_hash: bytes) -> tuple[Receipt, ...]:
    """The receipts of a stored block in order, empty for a block not known."""
    logs: dict[int, list[Log]] = {}
    for position, address, *topics, data in connection.execute(
        "SELECT l.position, l.address, l.topic0, l.topic1, l.topic2, l.topic3, l.data "
        "FROM log l JOIN block b ON b.id = l.block WHERE b.hash = ? ORDER BY l.log_index",
        (block_hash,),
    ):
        logs.setdefault(position, []).append(Log(address, tuple(t for t in topics if t is not None), data))
    rows = connection.execute(
        "SELECT r.position, r.transaction_hash, r.sender, r.status, r.gas_used, r.cumulative_gas_used, r.contract, "
        "r.bloom FROM receipt r JOIN block b ON b.id = r.block WHERE b.hash = ? ORDER BY r.position",
        (block_hash,),
    )
    return tuple(
        Receipt(tx_hash, sender, bool(status), gas, cumulative, contract, bloom, tuple(logs.get(position, ())))
        for position, tx_hash, sender, status, gas, cumulative, contract, bloom in rows
    )


def _header(**fields: object) -> BlockHeaderAPI:
    return cast(BlockHeaderAPI, CancunBlockHeader(**cast(Any, fields)))
