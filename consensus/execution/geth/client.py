"""geth behind :class:`~consensus.execution.base.ExecutionClient`."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from consensus.execution.base import ZERO_HASH, BlockRef, Payload, PayloadAttributes, PayloadStatus, Status
from consensus.execution.embedded.blocks import genesis_block, payload_of
from consensus.execution.errors import (
    CallReverted,
    ExecutionUnavailable,
    ForeignDatabase,
    InvalidAttributes,
    InvalidForkchoice,
    NotTheHead,
    UnknownBlock,
)
from consensus.execution.genesis import Genesis, identity
from consensus.execution.geth.payload_log import PayloadLog
from consensus.execution.geth.payload_status import payload_status
from consensus.execution.geth.transport import EngineTransport, GethRefused, IpcTransport
from consensus.execution.geth.wire import (
    INVALID_FORKCHOICE_STATE,
    INVALID_PAYLOAD_ATTRIBUTES,
    forkchoice_state,
    new_payload_params,
    payload_attributes,
    payload_from_envelope,
    read_forkchoice_result,
    read_status,
)

EMPTY_BUILD_SECONDS = 0.06
"""geth answers with an empty block when asked before its first full build, which takes 12 ms without transactions."""

FULL_BUILD_SECONDS = 0.3
"""The same with transactions waiting: 198 ms for 2,000 of them."""

REPLAY_MARGIN = 300
"""Blocks below geth's own head that are sent again at a start: more than a SIGKILL loses in archive mode."""

EXECUTION_REVERTED = 3


class GethExecution:
    """An execution client over a running geth. Safe for several threads; one instance per geth and payload log."""

    def __init__(self, *, engine_url: str, secret: bytes, ipc_path: Path, log_path: Path, genesis: Genesis) -> None:
        """Connects, sets the pool's price floor to zero, and replays the payload log.

        Raises :class:`ExecutionUnavailable`, :class:`ForeignDatabase` when geth has another genesis.
        """
        self._genesis = payload_of(genesis_block(genesis)[0], ())
        self._engine = EngineTransport(engine_url, secret)
        self._ipc = IpcTransport(ipc_path)
        self._forkchoice_lock = threading.Lock()
        self._check_genesis(genesis, str(log_path))
        self._set_up_miner()
        self.log = PayloadLog(log_path, self._genesis, identity(self._genesis.hash, genesis.chain_id))
        self._replay()

    def close(self) -> None:
        """Closes connections and log; geth goes on."""
        self._engine.close()
        self.log.close()

    def genesis(self) -> BlockRef:
        """Block 0."""
        return self._genesis.ref

    def head(self) -> BlockRef:
        """The canonical head, as last set."""
        return self._known(self.log.marks()[0]).ref

    def build(self, parent: bytes, attributes: PayloadAttributes) -> Payload:
        """See :meth:`ExecutionClient.build`. geth builds on the head alone: :class:`NotTheHead` for another parent.

        Its pool decides what goes in; the ingress must have kept out what the consensus rules forbid.
        """
        on = self._known(parent)
        head, safe, finalized = self.log.marks()
        if parent != head:
            raise NotTheHead(parent, head)
        if attributes.timestamp <= on.timestamp:
            raise InvalidAttributes(
                f"a block's timestamp must be after its parent's {on.timestamp}, not {attributes.timestamp}"
            )
        seconds = FULL_BUILD_SECONDS if self.has_pending() else EMPTY_BUILD_SECONDS
        with self._forkchoice_lock:
            result = self._forkchoice(head, safe, finalized, attributes)
        if result is None:
            raise ExecutionUnavailable("engine_forkchoiceUpdated started no payload")
        time.sleep(seconds)
        try:
            envelope = self._engine.call("engine_getPayloadV3", result)
        except GethRefused as error:
            raise ExecutionUnavailable(f"engine_getPayloadV3: {error}") from error
        return payload_from_envelope(envelope, attributes.parent_beacon_block_root)

    def new_payload(self, payload: Payload) -> PayloadStatus:
        """See :meth:`ExecutionClient.new_payload`. A valid payload is in the durable log before this returns."""
        verdict = self._send(payload)
        if verdict.valid:
            self.log.add(payload)
        return verdict

    def set_head(self, head: bytes, safe: bytes, finalized: bytes) -> None:
        """See :meth:`ExecutionClient.set_head`."""
        with self._forkchoice_lock:
            new = self._known(head)
            self._check_ancestry(new, safe, finalized)
            if self._is_below(new, self._known(self.log.marks()[0])):
                return
            self._forkchoice(head, safe, finalized, None)
            self.log.set_marks(head, safe, finalized)

    def payload(self, block_hash: bytes) -> Payload | None:
        """See :meth:`ExecutionClient.payload`."""
        return self.log.get(block_hash)

    def call(self, to: str, data: bytes, at: bytes) -> bytes:
        """See :meth:`ExecutionClient.call`."""
        block = self._known(at)
        try:
            result = self._engine.call(
                "eth_call", {"to": to, "input": "0x" + data.hex()}, {"blockHash": "0x" + block.hash.hex()}
            )
        except GethRefused as error:
            if error.code == EXECUTION_REVERTED and isinstance(error.data, str):
                raise CallReverted(bytes.fromhex(error.data[2:])) from error
            raise CallReverted(b"", error.message, reverted=error.message == "execution reverted") from error
        return bytes.fromhex(result[2:])

    def code(self, address: str, at: bytes) -> bytes:
        """See :meth:`ExecutionClient.code`."""
        block = self._known(at)
        return bytes.fromhex(self._eth("eth_getCode", address, {"blockHash": "0x" + block.hash.hex()})[2:])

    def has_pending(self) -> bool:
        """See :meth:`ExecutionClient.has_pending`. geth's pool lags behind its head, so nonces decide."""
        pending = self._pool("txpool_inspect")["pending"]
        for sender, by_nonce in pending.items():
            if str(int(self._eth("eth_getTransactionCount", sender, "latest"), 16)) in by_nonce:
                return True
        return False

    def pending_gas(self, sender: bytes) -> int:
        """Gas the sender's waiting transactions offer together: what the ingress holds against its quota."""
        content = self._pool("txpool_contentFrom", "0x" + sender.hex())
        return sum(int(transaction["gas"], 16) for queue in content.values() for transaction in queue.values())

    def pool_content(self) -> Mapping[str, Any]:
        """geth's pool: pending and queued transactions by sender and nonce (txpool_content)."""
        return cast(Mapping[str, Any], self._pool("txpool_content"))

    def _set_up_miner(self) -> None:
        """What flags cannot say: geth replaces a gas price of 0 and empty extra data by its defaults at every start."""
        try:
            self._ipc.call("miner_setGasPrice", "0x0")
            self._ipc.call("miner_setExtra", "")
        except GethRefused as error:
            raise ExecutionUnavailable(f"geth's miner cannot be set up: {error}") from error

    def _check_genesis(self, genesis: Genesis, path: str) -> None:
        block = self._eth("eth_getBlockByNumber", "0x0", False)
        expected = identity(self._genesis.hash, genesis.chain_id)
        actual = identity(bytes.fromhex(block["hash"][2:]), int(self._eth("eth_chainId"), 16))
        if actual != expected:
            raise ForeignDatabase(path, expected=expected, actual=actual)

    def _replay(self) -> None:
        """Gives geth back what it does not have (any more), and sets its head to where the log's was."""
        geth_head = int(self._eth("eth_blockNumber"), 16)
        for first in (max(1, geth_head - REPLAY_MARGIN), 1):
            if all(self._send(payload).status is Status.VALID for payload in self.log.since(first)):
                break
        head, safe, finalized = self.log.marks()
        if head != self._genesis.hash:
            self._forkchoice(head, safe, finalized, None)

    def _send(self, payload: Payload) -> PayloadStatus:
        try:
            return payload_status(read_status(self._engine.call("engine_newPayloadV3", *new_payload_params(payload))))
        except GethRefused as error:
            return PayloadStatus.invalid(str(error))

    def _forkchoice(
        self, head: bytes, safe: bytes, finalized: bytes, attributes: PayloadAttributes | None
    ) -> str | None:
        """Sends a fork choice; answers the payload id when attributes were given."""
        try:
            answer = self._engine.call(
                "engine_forkchoiceUpdatedV3",
                forkchoice_state(head, safe, finalized),
                None if attributes is None else payload_attributes(attributes),
            )
        except GethRefused as error:
            if error.code == INVALID_FORKCHOICE_STATE:
                raise InvalidForkchoice(str(error)) from error
            if error.code == INVALID_PAYLOAD_ATTRIBUTES:
                raise InvalidAttributes(str(error)) from error
            raise ExecutionUnavailable(f"engine_forkchoiceUpdatedV3: {error}") from error
        result = read_forkchoice_result(answer)
        verdict = payload_status(result.status)
        if verdict.status is Status.SYNCING:
            raise UnknownBlock(head)
        if not verdict.valid:
            raise InvalidForkchoice(verdict.reason or "geth refuses the head")
        return result.payload_id

    def _check_ancestry(self, head: Payload, safe: bytes, finalized: bytes) -> None:
        """geth moves its head before it looks at safe and finalized, so they are checked before it is asked."""
        above = head
        for name, mark in (("safe", safe), ("finalized", finalized)):
            if mark == ZERO_HASH:
                continue
            marked = self._known(mark)
            if not self._is_below(marked, above, or_equal=True):
                raise InvalidForkchoice(f"the {name} block 0x{mark.hex()} is not below the block it must precede")
            above = marked

    def _is_below(self, ancestor: Payload, block: Payload, *, or_equal: bool = False) -> bool:
        if ancestor.hash == block.hash:
            return or_equal
        while block.number > ancestor.number:
            block = self._known(block.parent)
        return block.hash == ancestor.hash

    def _known(self, block_hash: bytes) -> Payload:
        payload = self.log.get(block_hash)
        if payload is None:
            raise UnknownBlock(block_hash)
        return payload

    def _eth(self, method: str, *params: object) -> Any:
        try:
            return self._engine.call(method, *params)
        except GethRefused as error:
            raise ExecutionUnavailable(f"{method}: {error}") from error

    def _pool(self, method: str, *params: object) -> Any:
        try:
            return self._ipc.call(method, *params)
        except GethRefused as error:
            raise ExecutionUnavailable(f"{method}: {error}") from error
