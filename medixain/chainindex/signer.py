"""Reaching the relay's key, which lives in a signer process of its own."""

from pathlib import Path

from contracts.bindings.sending import SignedTransaction
from keymgmt.signer.client import SignerClient
from keymgmt.signer.errors import SignerError
from medixain.chainindex.errors import SignerUnavailable
from medixain.core.eip712 import TypedStruct


class ProcessSigner:
    """A ``RelaySigner`` over a signer process; every failure is :class:`SignerUnavailable`."""

    def __init__(self, *, url: str, token_file: str, keyring: str = "relay") -> None:
        """Connect to the signer at ``url`` with the token in ``token_file``; raises :class:`SignerUnavailable`."""
        try:
            token = Path(token_file).read_text(encoding="ascii").strip()
            self._keyring = SignerClient(url, token).keyring(keyring)
        except (OSError, SignerError) as error:
            raise SignerUnavailable(str(error)) from error

    @property
    def address(self) -> str:
        """The relay account."""
        return self._keyring.address

    def sign_transaction(self, *, to: str, data: bytes, nonce: int, gas: int) -> SignedTransaction:
        """See :meth:`RelaySigner.sign_transaction`."""
        try:
            return self._keyring.sign_transaction(to=to, data=data, nonce=nonce, gas=gas)
        except SignerError as error:
            raise SignerUnavailable(error.message) from error

    def sign(self, message: TypedStruct) -> bytes:
        """See :meth:`RelaySigner.sign`."""
        try:
            return self._keyring.sign(message)
        except SignerError as error:
            raise SignerUnavailable(error.message) from error
