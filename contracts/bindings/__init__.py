"""Typed access to the contracts for any web3 provider, or anything else that can execute a call. Imports no Django."""

from contracts.bindings.addresses import CONTRACT_NAMES, ContractAddresses, predict_addresses
from contracts.bindings.caller import BlockId, Caller, Web3Caller
from contracts.bindings.contracts import ContractCall, Contracts
from contracts.bindings.errors import (
    ContractMissing,
    ContractRevert,
    ContractReverted,
    ContractsError,
    UnknownMessage,
)
from contracts.bindings.reverts import decode_revert, revert_of
from contracts.bindings.sending import DigestSigner, LocalKey, Sender, SignedTransaction

__all__ = [
    "CONTRACT_NAMES",
    "BlockId",
    "Caller",
    "ContractAddresses",
    "ContractCall",
    "ContractMissing",
    "ContractRevert",
    "ContractReverted",
    "Contracts",
    "ContractsError",
    "DigestSigner",
    "LocalKey",
    "Sender",
    "SignedTransaction",
    "UnknownMessage",
    "Web3Caller",
    "decode_revert",
    "predict_addresses",
    "revert_of",
]
