"""A relay key inside the test process; a running platform reaches a signer process instead."""

from contracts.bindings.sending import LocalKey, Sender, SignedTransaction
from medixain.core.eip712 import TypedStruct, off_chain_domain, sign


class LocalRelay:
    """A relay signer for tests; ``key`` is hex, because settings are."""

    def __init__(self, *, key: str, chain_id: int) -> None:
        self._secret = bytes.fromhex(key)
        self._chain_id = chain_id
        self._sender = Sender(LocalKey(self._secret), chain_id)

    @property
    def address(self) -> str:
        return self._sender.address

    def sign_transaction(self, *, to: str, data: bytes, nonce: int, gas: int) -> SignedTransaction:
        return self._sender.sign_call(to=to, data=data, nonce=nonce, gas=gas)

    def sign(self, message: TypedStruct) -> bytes:
        return sign(off_chain_domain(self._chain_id), message, self._secret)
