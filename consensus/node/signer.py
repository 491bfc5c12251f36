"""Signing for miners, voters and peers. Keys live in a signer process, which consensus sees through this protocol."""

from collections.abc import Collection, Mapping
from typing import Protocol

from coincurve import PrivateKey

from consensus.rules.errors import ConsensusError
from consensus.rules.signatures import address_of


class KeyNotHeld(ConsensusError):
    """The signer holds no key of this address."""

    code = "key-not-held"
    status = 404

    def __init__(self, address: str) -> None:
        super().__init__(f"no key of {address} is held here; start the signer that holds it")
        self.address = address


class SealSigner(Protocol):
    """Signs digests with keys it holds."""

    def addresses(self) -> Collection[str]:
        """EIP-55 addresses whose keys are held."""

    def sign_digest(self, address: str, digest: bytes) -> bytes:
        """65 bytes r || s || v (v in {27, 28}, low s) over a 32-byte digest. Raises when the key is not held."""


class LocalSigner:
    """Keys in this process's memory: for tests, and for a program that reads them from its own key file."""

    def __init__(self, keys: Collection[PrivateKey]) -> None:
        self._keys: Mapping[str, PrivateKey] = {address_of(key.public_key): key for key in keys}

    def addresses(self) -> Collection[str]:
        """EIP-55 addresses whose keys are held."""
        return self._keys.keys()

    def sign_digest(self, address: str, digest: bytes) -> bytes:
        """65 bytes r || s || v (v in {27, 28}, low s) over a 32-byte digest. Raises :class:`KeyNotHeld`."""
        if address not in self._keys:
            raise KeyNotHeld(address)
        signature = self._keys[address].sign_recoverable(digest, hasher=None)
        return signature[:64] + bytes([27 + signature[64]])
