"""The eth_, net_ and web3_ methods over the embedded chain, as web3.py, cast and ordinary wallets call them.

Fees are zero, nothing is ever syncing, and ``pending`` means ``latest``: a block in the making has no state of its own.
Before anything was finalised, ``safe`` and ``finalized`` mean genesis, which every node holds to be final.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from consensus.execution.base import Payload
from consensus.execution.embedded.client import EmbeddedExecution
from consensus.execution.embedded.queries import ChainQueries, TooManyLogs
from consensus.execution.errors import CallReverted, ExecutionError, InvalidTransaction, UnknownBlock
from consensus.execution.records import LogQuery, PlacedTransaction
from consensus.execution.rpc.errors import (
    EXECUTION_REVERTED,
    INTERNAL_ERROR,
    LIMIT_EXCEEDED,
    METHOD_NOT_FOUND,
    SERVER_ERROR,
    RpcError,
    invalid,
)
from consensus.execution.rpc.filters import Filters
from consensus.execution.rpc.formats import block_object, log_object, receipt_object, transaction_object
from consensus.execution.rpc.wire import (
    data,
    log_query,
    parameters,
    read_address,
    read_call,
    read_data,
    read_log_criteria,
    read_quantity,
)
from consensus.execution.transactions import keccak

CLIENT_VERSION = "medixain-embedded/0.1.0/py-evm"

MAX_BLOCK_RANGE = 10_000
"""Blocks one log query may span."""

MAX_FEE_HISTORY = 1_024


class EthereumMethods:
    """A :class:`~consensus.execution.rpc.backend.Backend` over an embedded chain."""

    def __init__(self, client: EmbeddedExecution) -> None:
        self._client = client
        self._queries = ChainQueries(client)
        self._filters = Filters(self._queries)
        self._methods: Mapping[str, Callable[[list[Any]], Any]] = {
            "web3_clientVersion": lambda params: CLIENT_VERSION,
            "web3_sha3": lambda params: data(keccak(read_data(parameters(params, 1, 1)[0], "data"))),
            "net_version": lambda params: str(client.chain_id),
            "net_listening": lambda params: True,
            "net_peerCount": lambda params: "0x0",
            "eth_chainId": lambda params: hex(client.chain_id),
            "eth_syncing": lambda params: False,
            "eth_accounts": lambda params: [],
            "eth_gasPrice": lambda params: "0x0",
            "eth_maxPriorityFeePerGas": lambda params: "0x0",
            "eth_blobBaseFee": lambda params: "0x1",
            "eth_feeHistory": self._fee_history,
            "eth_blockNumber": lambda params: hex(self._queries.marks.head.number),
            "eth_getBlockByNumber": self._block_by_number,
            "eth_getBlockByHash": self._block_by_hash,
            "eth_getBlockTransactionCountByNumber": self._count_by_number,
            "eth_getBlockTransactionCountByHash": self._count_by_hash,
            "eth_getBlockReceipts": self._block_receipts,
            "eth_getTransactionByHash": self._transaction,
            "eth_getTransactionByBlockHashAndIndex": self._transaction_by_block_hash,
            "eth_getTransactionByBlockNumberAndIndex": self._transaction_by_block_number,
            "eth_getTransactionReceipt": self._receipt,
            "eth_getTransactionCount": self._transaction_count,
            "eth_getBalance": self._balance,
            "eth_getCode": self._code,
            "eth_getStorageAt": self._storage,
            "eth_call": self._call,
            "eth_estimateGas": self._estimate_gas,
            "eth_sendRawTransaction": self._send,
            "eth_getLogs": self._logs,
            "eth_newFilter": self._new_filter,
            "eth_newBlockFilter": lambda params: self._filters.new_block_filter(),
            "eth_getFilterChanges": lambda params: self._filters.changes(parameters(params, 1, 1)[0]),
            "eth_getFilterLogs": self._filter_logs,
            "eth_uninstallFilter": lambda params: self._filters.uninstall(parameters(params, 1, 1)[0]),
        }

    def handle(self, method: str, params: list[Any]) -> Any:
        """The call's result. Raises :class:`RpcError`."""
        answer = self._methods.get(method)
        if answer is None:
            raise RpcError(METHOD_NOT_FOUND, f"the method {method} does not exist/is not available")
        try:
            return answer(params)
        except CallReverted as error:
            if error.reverted:
                raise RpcError(EXECUTION_REVERTED, error.reason, data(error.data)) from error
            raise RpcError(SERVER_ERROR, error.reason) from error
        except TooManyLogs as error:
            raise RpcError(LIMIT_EXCEEDED, error.message) from error
        except (UnknownBlock, InvalidTransaction) as error:
            raise RpcError(SERVER_ERROR, error.message) from error
        except ExecutionError as error:
            raise RpcError(INTERNAL_ERROR, error.message) from error

    def _block(self, selector: object) -> Payload | None:
        """The block a parameter names: a tag, a number, or an EIP-1898 object; absent means latest."""
        if isinstance(selector, Mapping):
            if "blockHash" not in selector:
                return self._block(selector.get("blockNumber"))
            block = self._queries.chain.payload(read_data(selector["blockHash"], "blockHash", 32))
            if block is not None and selector.get("requireCanonical") and not self._queries.is_canonical(block):
                raise RpcError(SERVER_ERROR, "hash is not currently canonical")
            return block
        marks = self._queries.marks
        genesis = self._queries.genesis
        by_tag = {
            None: marks.head,
            "latest": marks.head,
            "pending": marks.head,
            "safe": marks.safe or genesis,
            "finalized": marks.finalized or genesis,
            "earliest": genesis,
        }
        if selector is None or (isinstance(selector, str) and selector in by_tag):
            return self._queries.chain.payload(by_tag[selector].hash)
        return self._queries.block(read_quantity(selector, "block number", 2**63 - 1))

    def _at(self, selector: object) -> bytes:
        block = self._block(selector)
        if block is None:
            raise RpcError(SERVER_ERROR, "header not found")
        return block.hash

    def _block_by_number(self, params: list[Any]) -> Any:
        selector, full = parameters(params, 1, 2)
        block = self._block(selector)
        return None if block is None else block_object(block, self._client.chain_id, full=bool(full))

    def _block_by_hash(self, params: list[Any]) -> Any:
        block_hash, full = parameters(params, 1, 2)
        block = self._queries.chain.payload(read_data(block_hash, "block hash", 32))
        return None if block is None else block_object(block, self._client.chain_id, full=bool(full))

    def _count_by_number(self, params: list[Any]) -> Any:
        block = self._block(parameters(params, 1, 1)[0])
        return None if block is None else hex(len(block.transactions))

    def _count_by_hash(self, params: list[Any]) -> Any:
        return self._count_by_number([{"blockHash": parameters(params, 1, 1)[0]}])

    def _block_receipts(self, params: list[Any]) -> Any:
        selector = parameters(params, 1, 1)[0]
        if isinstance(selector, str) and len(selector) == 66:
            selector = {"blockHash": selector}
        block = self._block(selector)
        return None if block is None else [receipt_object(placed) for placed in self._queries.receipts(block)]

    def _transaction(self, params: list[Any]) -> Any:
        placed = self._queries.transaction(read_data(parameters(params, 1, 1)[0], "transaction hash", 32))
        return None if placed is None else transaction_object(placed)

    def _transaction_by_block_number(self, params: list[Any]) -> Any:
        selector, position = parameters(params, 2, 2)
        block = self._block(selector)
        index = read_quantity(position, "index")
        if block is None or index >= len(block.transactions):
            return None
        return transaction_object(PlacedTransaction(self._client.decode(block.transactions[index]), block, index))

    def _transaction_by_block_hash(self, params: list[Any]) -> Any:
        block_hash, position = parameters(params, 2, 2)
        return self._transaction_by_block_number([{"blockHash": block_hash}, position])

    def _receipt(self, params: list[Any]) -> Any:
        placed = self._queries.receipt(read_data(parameters(params, 1, 1)[0], "transaction hash", 32))
        return None if placed is None else receipt_object(placed)

    def _transaction_count(self, params: list[Any]) -> Any:
        address, selector = parameters(params, 1, 2)
        account = read_address(address, "address")
        if selector == "pending":
            return hex(self._queries.pending_nonce(account))
        return hex(self._queries.nonce(account, self._at(selector)))

    def _balance(self, params: list[Any]) -> Any:
        address, selector = parameters(params, 1, 2)
        return hex(self._queries.balance(read_address(address, "address"), self._at(selector)))

    def _code(self, params: list[Any]) -> Any:
        address, selector = parameters(params, 1, 2)
        return data(self._client.code(data(read_address(address, "address")), self._at(selector)))

    def _storage(self, params: list[Any]) -> Any:
        address, slot, selector = parameters(params, 2, 3)
        value = self._queries.storage(read_address(address, "address"), read_quantity(slot, "slot"), self._at(selector))
        return data(value.to_bytes(32, "big"))

    def _call(self, params: list[Any]) -> Any:
        call_object, selector, overrides = parameters(params, 1, 3)
        if overrides:
            raise invalid("state overrides are not supported")
        call = read_call(call_object)
        outcome = self._queries.simulate(
            sender=call.sender, to=call.to, data=call.data, value=call.value, gas=call.gas, at=self._at(selector)
        )
        if outcome.error is not None:
            raise CallReverted(outcome.output, outcome.error, reverted=outcome.reverted)
        return data(outcome.output)

    def _estimate_gas(self, params: list[Any]) -> Any:
        call_object, selector = parameters(params, 1, 2)
        call = read_call(call_object)
        return hex(
            self._queries.estimate_gas(
                sender=call.sender, to=call.to, data=call.data, value=call.value, gas=call.gas, at=self._at(selector)
            )
        )

    def _send(self, params: list[Any]) -> Any:
        return data(self._client.submit(read_data(parameters(params, 1, 1)[0], "transaction")).hash)

    def _fee_history(self, params: list[Any]) -> Any:
        count, selector, percentiles = parameters(params, 2, 3)
        wanted = count if isinstance(count, int) else read_quantity(count, "block count")
        newest = self._queries.chain.known(self._at(selector))
        blocks = min(wanted, newest.number + 1, MAX_FEE_HISTORY)
        oldest = newest.number - blocks + 1
        in_range = [self._queries.block(number) or newest for number in range(oldest, newest.number + 1)]
        return {
            "oldestBlock": hex(oldest),
            "baseFeePerGas": [hex(block.base_fee) for block in in_range] + ["0x0"],
            "gasUsedRatio": [block.gas_used / block.gas_limit for block in in_range],
            **({"reward": [["0x0"] * len(percentiles)] * blocks} if percentiles else {}),
        }

    def _logs(self, params: list[Any]) -> Any:
        query = self._log_query(parameters(params, 1, 1)[0])
        return [log_object(log) for log in self._queries.logs(query)]

    def _new_filter(self, params: list[Any]) -> Any:
        (filter_object,) = parameters(params, 1, 1)
        criteria = read_log_criteria(filter_object)
        first, last = (self._bound(filter_object.get(name)) for name in ("fromBlock", "toBlock"))
        return self._filters.new_log_filter(log_query(criteria), first or 0, last)

    def _filter_logs(self, params: list[Any]) -> Any:
        query, first, last = self._filters.log_range(parameters(params, 1, 1)[0])
        end = self._queries.marks.head.number if last is None else last
        return [log_object(log) for log in self._queries.logs(self._in_range(query, first, end))]

    def _log_query(self, filter_object: Any) -> LogQuery:
        criteria = read_log_criteria(filter_object)
        if "blockHash" in filter_object:
            if filter_object.get("fromBlock") or filter_object.get("toBlock"):
                raise invalid("a filter names a block hash or a range of blocks, not both")
            return log_query(criteria, block_hash=read_data(filter_object["blockHash"], "blockHash", 32))
        head = self._queries.marks.head.number
        first, last = (self._bound(filter_object.get(name)) for name in ("fromBlock", "toBlock"))
        return self._in_range(log_query(criteria), head if first is None else first, head if last is None else last)

    def _bound(self, selector: object) -> int | None:
        """One end of a range: a number (above the head too), or None for latest."""
        if selector in (None, "latest", "pending"):
            return None
        if isinstance(selector, str) and selector.startswith("0x"):
            return read_quantity(selector, "block number", 2**63 - 1)
        block = self._block(selector)
        return None if block is None else block.number

    def _in_range(self, query: LogQuery, first: int, last: int) -> LogQuery:
        last = min(last, self._queries.marks.head.number)
        if last - first >= MAX_BLOCK_RANGE:
            raise RpcError(LIMIT_EXCEEDED, f"the range spans {last - first + 1} blocks, more than {MAX_BLOCK_RANGE}")
        return replace(query, first=first, last=last)
