"""Chains the contracts run on in tests: anvil, and the embedded chain behind its JSON-RPC server."""

import socket
import subprocess
import time
from pathlib import Path
from typing import Any, Protocol

from web3 import HTTPProvider, Web3
from web3.types import RPCEndpoint

import contracts
from consensus.execution.base import ZERO_HASH, PayloadAttributes
from consensus.execution.embedded import EmbeddedExecution
from consensus.execution.genesis import Genesis
from consensus.execution.rpc import EthereumMethods, RpcServer
from contracts.bindings.transport import http_web3

CHAIN_ID = 7077
GAS_LIMIT = 1_000_000_000_000
START_SECONDS = 20
PATIENCE = 120.0
"""The largest transaction takes the embedded EVM many seconds on a busy machine."""


class Chain(Protocol):
    """A chain under test that takes zero-price transactions from anybody."""

    web3: Web3

    def mine(self, seconds: int = 1) -> None:
        """Make a block with what waits, at least ``seconds`` after the newest."""

    def close(self) -> None:
        """Stop it and free what it holds."""


def anvil_binary() -> Path | None:
    """npm's anvil for this platform, None where it is not installed (npm ci in contracts/)."""
    modules = Path(contracts.__file__).parent / "node_modules" / "@foundry-rs"
    return next(iter(sorted(modules.glob("anvil-*/bin/anvil*"))), None)


class AnvilChain:
    """anvil in a process of its own; a transaction gets its block at once."""

    def __init__(self, binary: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as reserved:
            port = reserved.getsockname()[1]
        options = f"--port {port} --chain-id {CHAIN_ID} --hardfork cancun --base-fee 0 --gas-price 0 --accounts 0"
        self._process = subprocess.Popen(
            [binary, *options.split(), "--gas-limit", str(GAS_LIMIT)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.web3 = Web3(HTTPProvider(f"http://127.0.0.1:{port}"))
        deadline = time.monotonic() + START_SECONDS
        while not self.web3.is_connected():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise RuntimeError("anvil does not start")
            time.sleep(0.05)

    def mine(self, seconds: int = 1) -> None:
        self.web3.provider.make_request(RPCEndpoint("evm_increaseTime"), [seconds])
        self.web3.provider.make_request(RPCEndpoint("evm_mine"), [])

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=START_SECONDS)


class EmbeddedChain:
    """The embedded chain, whose blocks the test makes; without the sender check, which is not the contracts' matter."""

    def __init__(self, folder: Path) -> None:
        genesis = Genesis(chain_id=CHAIN_ID, timestamp=int(time.time()), gas_limit=GAS_LIMIT)
        self._client = EmbeddedExecution(folder / "chain.sqlite", genesis)
        self._methods = EthereumMethods(self._client)
        self._server = RpcServer(self).start()
        self.web3 = http_web3(self._server.url, timeout=PATIENCE)

    def handle(self, method: str, params: list[Any]) -> Any:
        """Answer a JSON-RPC call; as with anvil, a transaction gets its block at once."""
        result = self._methods.handle(method, params)
        if method == "eth_sendRawTransaction":
            self.mine()
        return result

    def mine(self, seconds: int = 1) -> None:
        head = self._client.head()
        randao = head.number.to_bytes(32, "big")
        payload = self._client.build(head.hash, PayloadAttributes(head.timestamp + seconds, randao, bytes(32)))
        status = self._client.new_payload(payload)
        if not status.valid:
            raise RuntimeError(f"the embedded chain refuses its own block: {status.reason}")
        self._client.set_head(payload.hash, ZERO_HASH, ZERO_HASH)

    def close(self) -> None:
        self._server.stop()
        self._client.close()
