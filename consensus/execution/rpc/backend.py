"""What answers JSON-RPC methods: the embedded chain's own, or geth's."""

from __future__ import annotations

from typing import Any, Protocol


class Backend(Protocol):
    """Answers one call at a time; several threads may call."""

    def handle(self, method: str, params: list[Any]) -> Any:
        """The call's ``result``. Raises :class:`~consensus.execution.rpc.errors.RpcError`."""
