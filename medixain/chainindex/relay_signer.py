"""What the relay asks of whoever holds its key. Apart from the client of the signer process, which needs keymgmt."""

from typing import Protocol

from contracts.bindings.sending import SignedTransaction
from medixain.core.eip712 import TypedStruct


class RelaySigner(Protocol):
    """What the relay needs of its key: the account, transactions at gas price 0, and deletion receipts."""

    @property
    def address(self) -> str:
        """The relay account."""

    def sign_transaction(self, *, to: str, data: bytes, nonce: int, gas: int) -> SignedTransaction:
        """Return a signed transaction of value 0."""

    def sign(self, message: TypedStruct) -> bytes:
        """Return the 65-byte signature of an off-chain message."""
