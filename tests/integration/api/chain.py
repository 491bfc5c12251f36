"""The embedded chain in the test's hand: blocks, finality and reorganisations happen when a test says so."""

import time
from pathlib import Path

from consensus.execution.base import ZERO_HASH, PayloadAttributes
from consensus.execution.embedded import EmbeddedExecution
from consensus.execution.genesis import Genesis
from consensus.execution.rpc import EthereumMethods, RpcServer
from contracts.bindings.transport import http_web3
from tests.conformance.contracts.chains import CHAIN_ID, GAS_LIMIT, PATIENCE

DATABASE = "chain.sqlite"


def new_genesis() -> Genesis:
    """A block 0 of an hour ago."""
    return Genesis(chain_id=CHAIN_ID, timestamp=int(time.time()) - 3600, gas_limit=GAS_LIMIT)


class TestChain:
    """One chain behind JSON-RPC. ``automatic`` makes a block for each transaction at once, as for a deployment."""

    __test__ = False

    def __init__(self, folder: Path, genesis: Genesis) -> None:
        self._client = EmbeddedExecution(folder / DATABASE, genesis)
        self._methods = EthereumMethods(self._client)
        self._server = RpcServer(self).start()
        self.url = self._server.url
        self.web3 = http_web3(self.url, timeout=PATIENCE)
        self.automatic = False
        self.refusing = False
        self._final = ZERO_HASH
        self._branch = 0

    def handle(self, method: str, params: list[object]) -> object:
        if self.refusing and method == "eth_sendRawTransaction":
            raise ConnectionError("the door is shut")
        result = self._methods.handle(method, params)
        if self.automatic and method == "eth_sendRawTransaction":
            self.mine()
        return result

    @property
    def height(self) -> int:
        return self._client.head().number

    def mine(self, blocks: int = 1) -> None:
        """Extend the head by ``blocks`` with what waits in the pool; the newest is as old as the clock says."""
        for _ in range(blocks):
            self._extend(self._client.head().hash)

    def _extend(self, parent: bytes) -> bytes:
        known = self._client.payload(parent)
        assert known is not None
        self._branch += 1
        timestamp = max(known.timestamp + 1, int(time.time()) - 60)
        payload = self._client.build(parent, PayloadAttributes(timestamp, self._branch.to_bytes(32, "big"), bytes(32)))
        assert self._client.new_payload(payload).valid
        self._client.set_head(payload.hash, self._final, self._final)
        return payload.hash

    def finalise(self) -> None:
        """Make the head final."""
        self._final = self._client.head().hash
        self._client.set_head(self._final, self._final, self._final)

    def drop_blocks(self, count: int) -> None:
        """Leave the newest ``count`` blocks for a shorter branch; their transactions return to the pool."""
        parent = self._client.head().hash
        for _ in range(count):
            known = self._client.payload(parent)
            assert known is not None
            parent = known.parent
        known = self._client.payload(parent)
        assert known is not None
        self._branch += 1
        # The branch's first block is made before the pool has the transactions back, so it is empty.
        attributes = PayloadAttributes(known.timestamp + 1, self._branch.to_bytes(32, "big"), bytes(32))
        payload = self._client.build(parent, attributes)
        assert self._client.new_payload(payload).valid
        self._client.set_head(payload.hash, self._final, self._final)

    def close(self) -> None:
        self._server.stop()
        self._client.close()
