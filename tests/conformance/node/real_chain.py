"""The embedded chain with the contracts on it, whose blocks a test makes and finalises, and nodes' views of it."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from consensus.execution.base import PayloadAttributes
from contracts.bindings import Sender
from contracts.bindings.messages import (
    Anchor,
    Document,
    DocumentKind,
    Grant,
    KeyRotation,
    Removal,
    Suspension,
    Withdrawal,
)
from contracts.deploy import deploy
from keymgmt.node.server.chain import RpcChainView
from keymgmt.node.server.context import NodeKeys
from keymgmt.pre import SecretKey
from tests.conformance.contracts.chains import CHAIN_ID, EmbeddedChain
from tests.conformance.contracts.consortium import (
    CONFIG,
    DEPLOYER,
    INSTITUTION_NAMES,
    NODE_NAMES,
    address_of,
    fresh_name,
    key_of,
    public_key,
)
from tests.conformance.contracts.world import HOUR, World

CID = bytes.fromhex("01551220") + b"\x11" * 32


class FinalisingChain(EmbeddedChain):
    """Finalises each block at once, unless told to wait."""

    finalise = True
    _final = bytes(32)

    def __init__(self, folder: Path) -> None:
        self._mining = threading.Lock()
        super().__init__(folder)

    def handle(self, method: str, params: list[Any]) -> Any:
        """One block at a time, although several nodes send at once."""
        if method != "eth_sendRawTransaction":
            return super().handle(method, params)
        with self._mining:
            return super().handle(method, params)

    def mine(self, seconds: int = 1) -> None:
        head = self._client.head()
        randao = head.number.to_bytes(32, "big")
        payload = self._client.build(head.hash, PayloadAttributes(head.timestamp + seconds, randao, bytes(32)))
        status = self._client.new_payload(payload)
        if not status.valid:
            raise RuntimeError(f"the embedded chain refuses its own block: {status.reason}")
        if self.finalise:
            self._final = payload.hash
        self._client.set_head(payload.hash, self._final, self._final)


class RealDriver:
    """Drives the contracts; see ``chain_view_contract.Driver``."""

    def __init__(self, folder: Path) -> None:
        self.chain = FinalisingChain(folder)
        self.world = World(self.chain, deploy(self.chain.web3, Sender(DEPLOYER, CHAIN_ID), CONFIG))
        self.node = address_of(NODE_NAMES[0])
        self._names: dict[str, str] = {}
        self.view = self.view_of(NODE_NAMES[0])

    @property
    def rpc_url(self) -> str:
        return str(self.chain.web3.provider.endpoint_uri)  # type: ignore[attr-defined]

    def view_of(self, node_name: str) -> RpcChainView:
        keys = NodeKeys(key_of(node_name), SecretKey.random())
        return RpcChainView(self.rpc_url, self.world.manifest.addresses.by_name(), CHAIN_ID, keys)

    def open_slot(self) -> tuple[str, bytes]:
        name = self.world.open_slot()
        self._names[address_of(name)] = name
        return address_of(name), public_key(name)

    def rotate(self, slot: str) -> str:
        name = fresh_name("new key")
        message = KeyRotation(slot, address_of(name), public_key(name), **self.world.terms())
        self.world.deliver(message, self._names[slot])
        return address_of(name)

    def register(self) -> tuple[str, str, bytes]:
        name = self.world.register_professional()
        self._names[address_of(name)] = name
        return address_of(name), address_of(f"{name} signing"), public_key(name)

    def register_again(self, wallet: str) -> str:
        name = self._names[wallet]
        key = address_of(fresh_name("signing"))
        message = replace(self.world.registration(name, 0, 3), signing_key=key)
        self.world.deliver(message, name, INSTITUTION_NAMES[0])
        return key

    def suspend(self, wallet: str, *, final: bool = True) -> None:
        self.chain.finalise = final
        self.world.deliver(Suspension(wallet, True, **self.world.terms()), INSTITUTION_NAMES[0])
        self.chain.finalise = True

    def set_keyset(self, slot: str, digest: bytes) -> None:
        self.world.deliver(Document(slot, DocumentKind.KEYSET, 1, digest, **self.world.terms()), self._names[slot])

    def anchor(self, slot: str, record: bytes, kc_hash: bytes) -> None:
        self.world.deliver(Anchor(record, slot, slot, CID, kc_hash, **self.world.terms()), self._names[slot])

    def remove(self, slot: str, record: bytes) -> None:
        self.world.deliver(Removal(slot, record, **self.world.terms()), self._names[slot])

    def grant(self, slot: str, grant_id: bytes, *, final: bool = True) -> int:
        expiry = self.world.now + HOUR
        self.chain.finalise = final
        self.world.deliver(Grant(slot, grant_id, expiry, 1, **self.world.terms()), self._names[slot])
        self.chain.finalise = True
        return expiry

    def withdraw(self, slot: str, grant_id: bytes) -> None:
        self.world.deliver(Withdrawal(slot, (grant_id,), **self.world.terms()), self._names[slot])

    def advance(self, *, final: bool) -> None:
        self.chain.finalise = final
        self.chain.mine()
        self.chain.finalise = True

    def close(self) -> None:
        self.chain.close()
