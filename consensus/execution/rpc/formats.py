"""Blocks, transactions, receipts and logs as JSON-RPC objects, field by field as geth gives them."""

from __future__ import annotations

from typing import Any

import rlp
from eth.constants import EMPTY_UNCLE_HASH

from consensus.execution.base import Payload
from consensus.execution.embedded.blocks import EMPTY_TRIE_ROOT, payload_header
from consensus.execution.records import PlacedLog, PlacedReceipt, PlacedTransaction
from consensus.execution.rpc.wire import data
from consensus.execution.transactions import decode_transaction, keccak, transaction_fields


def block_object(block: Payload, chain_id: int, *, full: bool) -> dict[str, Any]:
    """The block with its transactions' hashes, or with the transactions when ``full``."""
    header = payload_header(block)
    return {
        "number": hex(block.number),
        "hash": data(block.hash),
        "parentHash": data(block.parent),
        "nonce": data(bytes(8)),
        "mixHash": data(block.prev_randao),
        "sha3Uncles": data(EMPTY_UNCLE_HASH),
        "logsBloom": data(block.logs_bloom),
        "transactionsRoot": data(bytes(header.transaction_root)),
        "stateRoot": data(block.state_root),
        "receiptsRoot": data(block.receipts_root),
        "miner": data(block.fee_recipient),
        "difficulty": "0x0",
        "totalDifficulty": "0x0",
        "extraData": data(block.extra_data),
        "size": hex(len(rlp.encode(header)) + sum(map(len, block.transactions))),
        "gasLimit": hex(block.gas_limit),
        "gasUsed": hex(block.gas_used),
        "timestamp": hex(block.timestamp),
        "baseFeePerGas": hex(block.base_fee),
        "blobGasUsed": hex(block.blob_gas_used),
        "excessBlobGas": hex(block.excess_blob_gas),
        "parentBeaconBlockRoot": data(block.parent_beacon_block_root),
        "withdrawalsRoot": data(EMPTY_TRIE_ROOT),
        "withdrawals": [],
        "uncles": [],
        "transactions": [
            transaction_object(PlacedTransaction(decode_transaction(raw, chain_id), block, index))
            if full
            # Decoding recovers the sender, which costs a hundred times the hash; whoever asks for hashes needs none.
            else data(keccak(raw))
            for index, raw in enumerate(block.transactions)
        ],
    }


def transaction_object(placed: PlacedTransaction) -> dict[str, Any]:
    """The transaction with its place; place fields are null while it waits."""
    transaction, block = placed.transaction, placed.block
    fields = transaction_fields(transaction)
    result: dict[str, Any] = {
        "hash": data(transaction.hash),
        "type": hex(transaction.type),
        "nonce": hex(transaction.nonce),
        "from": data(transaction.sender),
        "to": None if transaction.to is None else data(transaction.to),
        "value": hex(transaction.value),
        "gas": hex(transaction.gas),
        "gasPrice": hex(transaction.max_fee),
        "input": data(transaction.data),
        "chainId": hex(transaction.chain_id),
        "v": hex(fields.v),
        "r": hex(fields.r),
        "s": hex(fields.s),
        "blockHash": None if block is None else data(block.hash),
        "blockNumber": None if block is None else hex(block.number),
        "transactionIndex": None if placed.index is None else hex(placed.index),
    }
    if transaction.type:
        result["yParity"] = hex(fields.v)
        result["accessList"] = [
            {"address": data(address), "storageKeys": [data(slot.to_bytes(32, "big")) for slot in slots]}
            for address, slots in fields.access_list
        ]
    if transaction.type == 2:
        result["maxFeePerGas"] = hex(transaction.max_fee)
        result["maxPriorityFeePerGas"] = hex(transaction.max_priority_fee)
    return result


def receipt_object(placed: PlacedReceipt) -> dict[str, Any]:
    """The receipt with its transaction's place and its logs."""
    receipt, transaction, block = placed.receipt, placed.transaction, placed.block
    logs = [
        PlacedLog(log, block.hash, block.number, receipt.transaction_hash, placed.index, placed.first_log_index + i)
        for i, log in enumerate(receipt.logs)
    ]
    return {
        "transactionHash": data(receipt.transaction_hash),
        "transactionIndex": hex(placed.index),
        "blockHash": data(block.hash),
        "blockNumber": hex(block.number),
        "from": data(receipt.sender),
        "to": None if transaction.to is None else data(transaction.to),
        "contractAddress": None if receipt.contract is None else data(receipt.contract),
        "cumulativeGasUsed": hex(receipt.cumulative_gas_used),
        "gasUsed": hex(receipt.gas_used),
        "effectiveGasPrice": hex(0),
        "status": hex(int(receipt.succeeded)),
        "type": hex(transaction.type),
        "logsBloom": data(receipt.bloom),
        "logs": [log_object(log) for log in logs],
    }


def log_object(placed: PlacedLog) -> dict[str, Any]:
    """The log with its place."""
    return {
        "address": data(placed.log.address),
        "topics": [data(topic) for topic in placed.log.topics],
        "data": data(placed.log.data),
        "blockHash": data(placed.block_hash),
        "blockNumber": hex(placed.block_number),
        "transactionHash": data(placed.transaction_hash),
        "transactionIndex": hex(placed.transaction_index),
        "logIndex": hex(placed.log_index),
        "removed": placed.removed,
    }
