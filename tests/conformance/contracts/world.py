"""A chain with the contracts on it, and the people who sign: delivers messages and tells how it went."""

from collections.abc import Sequence
from typing import Any, TypeVar

from hexbytes import HexBytes

from contracts.bindings import Contracts, Sender
from contracts.bindings.caller import Web3Caller
from contracts.bindings.contract import Contract
from contracts.bindings.events import Event
from contracts.bindings.messages import Registration, SlotOpening, fresh_nonce
from contracts.deploy import Manifest
from medixain.core.eip712 import TypedStruct
from tests.conformance.contracts.chains import CHAIN_ID, Chain
from tests.conformance.contracts.consortium import (
    INSTITUTION_NAMES,
    INSTITUTIONS,
    RELAY,
    address_of,
    fresh_name,
    key_of,
    public_key,
)

E = TypeVar("E", bound=Event)

HOUR = 3600
GAS = 3_000_000
MAJORITY = INSTITUTION_NAMES[:3]


class World:
    """What a test says ``deliver`` to."""

    def __init__(self, chain: Chain, manifest: Manifest) -> None:
        self.chain = chain
        self.web3 = chain.web3
        self.manifest = manifest
        self.contracts = Contracts.load(chain.web3, manifest.addresses)
        self.institutions = self.contracts.institution_registry
        self.wallets = self.contracts.wallet_registry
        self.records = self.contracts.record_registry
        self.grants = self.contracts.access_grants
        self.log = self.contracts.access_log
        self.governance = self.contracts.consensus_governance
        self._relay = Sender(RELAY, CHAIN_ID)

    @property
    def now(self) -> int:
        """The newest block's time."""
        return int(self.web3.eth.get_block("latest")["timestamp"])

    @property
    def height(self) -> int:
        return int(self.web3.eth.block_number)

    def terms(self) -> dict[str, int]:
        """A message's nonce and deadline."""
        return {"nonce": fresh_nonce(), "deadline": self.now + HOUR}

    def sign(self, message: TypedStruct, *names: str, contract: Contract | None = None) -> list[bytes]:
        """Signatures of the people named."""
        taking = contract or self.contracts.taking(type(message))
        return [taking.sign(message, key_of(name)) for name in names]

    def deliver(self, message: TypedStruct, *names: str) -> int:
        """Relay a message signed by the people named; returns its gas. Raises :class:`ContractReverted`."""
        return self.deliver_signed(message, self.sign(message, *names))

    def deliver_signed(self, message: TypedStruct, signatures: Sequence[bytes]) -> int:
        call = self.contracts.build_call(message, signatures)
        return self.send(call.to, call.data)

    def send(self, to: str, data: bytes, sender: Sender | None = None, gas: int = GAS) -> int:
        """Try the call in the newest state, for the reason if it reverts, then send it."""
        sending = sender or self._relay
        if sender is None:
            Web3Caller(self.web3).call(to, data, "latest")
        nonce = self.web3.eth.get_transaction_count(self._checksum(sending.address))
        signed = sending.sign_call(to=to, data=data, nonce=nonce, gas=gas)
        self.web3.eth.send_raw_transaction(signed.raw)
        receipt = self.web3.eth.wait_for_transaction_receipt(HexBytes(signed.hash), poll_latency=0.02)
        assert receipt["status"] == 1
        return int(receipt["gasUsed"])

    def last_event(self, kind: type[E]) -> E:
        """The newest event of a kind; fails if there is none."""
        events = [logged.event for logged in self.contracts.read_events(self.web3, 0, "latest")]
        return next(event for event in reversed(events) if isinstance(event, kind))

    def open_slot(self) -> str:
        """Open a slot for somebody new; returns the name that signs for it."""
        name = fresh_name("slot")
        opening = SlotOpening(
            slot=address_of(name), wallet_commitment=b"\x0c" * 32, pre_key=public_key(name), **self.terms()
        )
        self.deliver(opening, name)
        return name

    def register_professional(self, institution: int = 0, level: int = 3, seconds: int = 30 * 24 * HOUR) -> str:
        """Register somebody new; returns the wallet's name."""
        name = fresh_name("professional")
        self.deliver(self.registration(name, institution, level, seconds), name, INSTITUTION_NAMES[institution])
        return name

    def registration(self, name: str, institution: int, level: int, seconds: int = 30 * 24 * HOUR) -> Registration:
        return Registration(
            wallet=address_of(name),
            signing_key=address_of(f"{name} signing"),
            umbral_key=public_key(name),
            institution=INSTITUTIONS[institution],
            level=level,
            valid_until=self.now + seconds,
            **self.terms(),
        )

    def _checksum(self, address: str) -> Any:
        return self.web3.to_checksum_address(address)
