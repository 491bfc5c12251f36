"""Ethereum JSON-RPC over HTTP in front of an execution client, with the check of senders at its door."""

from consensus.execution.rpc.backend import Backend
from consensus.execution.rpc.errors import RpcError
from consensus.execution.rpc.ethereum import EthereumMethods
from consensus.execution.rpc.forward import GethForward
from consensus.execution.rpc.ingress import DeployerOnly, Ingress, SenderCheck, SenderRefused, SenderRules
from consensus.execution.rpc.server import RpcServer, create_app

__all__ = [
    "Backend",
    "DeployerOnly",
    "EthereumMethods",
    "GethForward",
    "Ingress",
    "RpcError",
    "RpcServer",
    "SenderCheck",
    "SenderRefused",
    "SenderRules",
    "create_app",
]
