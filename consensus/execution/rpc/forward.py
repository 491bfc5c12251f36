"""JSON-RPC answered by geth: requests pass through, errors come back as geth wrote them."""

from __future__ import annotations

from typing import Any

import httpx

from consensus.execution.rpc.errors import INTERNAL_ERROR, METHOD_NOT_FOUND, RpcError
from consensus.execution.rpc.wire import data, read_data
from consensus.execution.transactions import keccak

FORWARDED_NAMESPACES = ("eth_", "net_", "web3_")
"""Everything else of geth (admin, debug, miner, personal, txpool) stays behind the door."""

REFUSED_METHODS = frozenset({"eth_sendTransaction", "eth_sign", "eth_signTransaction", "eth_accounts"})
"""Methods that act with keys of the node; ours has none, and a stranger shall not try."""

ALREADY_KNOWN = "already known"


class GethForward:
    """A :class:`~consensus.execution.rpc.backend.Backend` in front of geth's HTTP endpoint."""

    def __init__(self, url: str, timeout_seconds: float = 30.0) -> None:
        self._client = httpx.Client(base_url=url, timeout=timeout_seconds, trust_env=False)

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def handle(self, method: str, params: list[Any]) -> Any:
        """geth's result. Raises :class:`RpcError`, with geth's own error object when there is one."""
        if not method.startswith(FORWARDED_NAMESPACES) or method in REFUSED_METHODS:
            raise RpcError(METHOD_NOT_FOUND, f"the method {method} does not exist/is not available")
        try:
            response = self._client.post("/", json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
            answer = response.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise RpcError(INTERNAL_ERROR, f"the execution client does not answer: {error}") from error
        refused = answer.get("error")
        if refused is None:
            return answer.get("result")
        if method == "eth_sendRawTransaction" and ALREADY_KNOWN in str(refused.get("message")):
            # A relay that repeats itself after a lost answer shall get the answer, as from the embedded pool.
            return data(keccak(read_data(params[0], "transaction")))
        raise RpcError(refused.get("code", INTERNAL_ERROR), str(refused.get("message")), refused.get("data"))
