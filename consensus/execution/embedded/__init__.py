"""The embedded EVM as an execution client: py-evm's virtual machine, chain and state on SQLite."""

from consensus.execution.embedded.client import EmbeddedExecution
from consensus.execution.genesis import Genesis

__all__ = ["EmbeddedExecution", "Genesis"]
