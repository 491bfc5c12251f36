"""Raw transactions at gas price zero. The caller keeps the nonce; the key may live in another process."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

import rlp
from eth_hash.auto import keccak

from medixain.core.addresses import Address, address_bytes, address_of_secret_key
from medixain.core.errors import InvalidInput
from medixain.core.secp256k1 import sign_digest

TransactionType = Literal[0, 2]
"""0: legacy with EIP-155; 2: EIP-1559."""


class DigestSigner(Protocol):
    """Signs 32-byte digests under one key; what a signer process offers."""

    @property
    def address(self) -> Address:
        """The key's address."""

    def sign_digest(self, digest: bytes) -> bytes:
        """Return 65 bytes r || s || v, low s, v in {27, 28}."""


@dataclass(frozen=True, slots=True)
class LocalKey:
    """A :class:`DigestSigner` whose 32-byte secret is in this process; never shown in a repr."""

    secret_key: bytes = field(repr=False)

    @property
    def address(self) -> Address:
        """See :class:`DigestSigner`."""
        return address_of_secret_key(self.secret_key)

    def sign_digest(self, digest: bytes) -> bytes:
        """See :class:`DigestSigner`."""
        return sign_digest(digest, self.secret_key)


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """A transaction ready for ``eth_sendRawTransaction``."""

    raw: bytes
    hash: bytes
    sender: str
    nonce: int


@dataclass(frozen=True, slots=True)
class Sender:
    """An account on one chain that sends calls which cost nothing."""

    signer: DigestSigner
    chain_id: int

    @property
    def address(self) -> Address:
        """The account."""
        return self.signer.address

    def sign_call(
        self, *, to: str | None, data: bytes, nonce: int, gas: int, transaction_type: TransactionType = 2
    ) -> SignedTransaction:
        """Sign a call (or, with ``to`` None, a contract creation) of value 0 at gas price 0, with gas limit ``gas``."""
        if nonce < 0 or gas <= 0:
            raise InvalidInput("A transaction needs a nonce of 0 or more and a gas limit above 0.")
        recipient = b"" if to is None else address_bytes(to)
        if transaction_type == 0:
            raw = self._sign_legacy(recipient, data, nonce, gas)
        else:
            raw = self._sign_dynamic_fee(recipient, data, nonce, gas)
        return SignedTransaction(raw=raw, hash=keccak(raw), sender=self.address, nonce=nonce)

    def _sign_legacy(self, recipient: bytes, data: bytes, nonce: int, gas: int) -> bytes:
        """EIP-155: nonce, gas price, gas, to, value, data; then chain id, 0, 0 while signing."""
        fields = [nonce, 0, gas, recipient, 0, data]
        r, s, parity = self._sign(rlp.encode([*fields, self.chain_id, 0, 0]))
        return bytes(rlp.encode([*fields, self.chain_id * 2 + 35 + parity, r, s]))

    def _sign_dynamic_fee(self, recipient: bytes, data: bytes, nonce: int, gas: int) -> bytes:
        """EIP-1559: chain id, nonce, both fees 0, gas, to, value, data, no access list."""
        fields = [self.chain_id, nonce, 0, 0, gas, recipient, 0, data, []]
        r, s, parity = self._sign(b"\x02" + rlp.encode(fields))
        return b"\x02" + bytes(rlp.encode([*fields, parity, r, s]))

    def _sign(self, unsigned: bytes) -> tuple[int, int, int]:
        signature = self.signer.sign_digest(keccak(unsigned))
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
        return r, s, signature[64] - 27
