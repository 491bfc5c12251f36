"""How the bindings read the chain: any web3 provider, or anything else that can execute a call at a block."""

from typing import Protocol, cast

from eth_typing import ChecksumAddress
from web3 import Web3
from web3.exceptions import Web3Exception
from web3.types import BlockIdentifier

from contracts.bindings.errors import ContractReverted
from contracts.bindings.reverts import revert_of
from medixain.core.addresses import to_address

BlockId = int | bytes | str
"""A block: its number, its 32-byte hash, or "latest", "safe", "finalized", "earliest"."""


class Caller(Protocol):
    """Executes a read-only call in the state after a block."""

    def call(self, to: str, data: bytes, at: BlockId) -> bytes:
        """Return what the contract at ``to`` returns; empty bytes where there is no code.

        Raises :class:`ContractReverted`, and the transport's own errors as they are.
        """


class Web3Caller:
    """A :class:`Caller` over a web3 provider (``eth_call``)."""

    def __init__(self, web3: Web3) -> None:
        self.web3 = web3

    def call(self, to: str, data: bytes, at: BlockId) -> bytes:
        """See :meth:`Caller.call`."""
        transaction = {"to": cast(ChecksumAddress, to_address(to)), "data": data}
        try:
            return bytes(self.web3.eth.call(transaction, _block_parameter(at)))  # type: ignore[arg-type]
        except Web3Exception as error:
            revert = revert_of(error)
            if revert is None:
                raise
            raise ContractReverted(revert) from error


def _block_parameter(at: BlockId) -> BlockIdentifier:
    """A hash travels as EIP-1898 has it: as bare hex, some nodes take it for a number."""
    if isinstance(at, bytes):
        return cast(BlockIdentifier, {"blockHash": "0x" + at.hex()})
    return cast(BlockIdentifier, at)
