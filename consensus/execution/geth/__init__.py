"""geth as an execution client: Engine API with JWT, process runner, durable payload log."""

from consensus.execution.geth.client import GethExecution
from consensus.execution.geth.process import GethProcess

__all__ = ["GethExecution", "GethProcess"]
