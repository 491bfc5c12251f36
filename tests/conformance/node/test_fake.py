import secrets
from dataclasses import replace

import pytest

from contracts.bindings.messages import DocumentKind, GrantStatus
from keymgmt.node.server.facts import ChainView, DocumentFacts, GrantFacts, RecordFacts, SlotHeads
from medixain.core.addresses import address_of_secret_key
from tests.conformance.node.chain_view_contract import ChainViewContract
from tests.unit.keymgmt.node.world import NodeChain, World


class FakeDriver:
    """Drives the unit tests' chain."""

    def __init__(self) -> None:
        self.world = World()
        self.node = self.world.node_keys[0].address
        self.view: ChainView = NodeChain(self.world.chain, self.node)  # type: ignore[assignment]

    def open_slot(self) -> tuple[str, bytes]:
        patient = self.world.patient()
        self.world.chain.state.documents.clear()
        self.world.chain.state.heads.pop(patient.slot)
        self.advance(final=True)
        return patient.slot, bytes(patient.pre_sign.public_key)

    def rotate(self, slot: str) -> str:
        key = address_of_secret_key(secrets.token_bytes(31) + b"\x01")
        slots = self.world.chain.state.slots
        slots[slot] = replace(slots[slot], key=key)
        self.advance(final=True)
        return key

    def register(self) -> tuple[str, str, bytes]:
        who = self.world.professional()
        return who.wallet, address_of_secret_key(who.signing), bytes(who.exchange.public_key)

    def register_again(self, wallet: str) -> str:
        self.world.clock.now += 1
        key = address_of_secret_key(secrets.token_bytes(31) + b"\x01")
        professionals = self.world.chain.state.professionals
        professionals[wallet] = replace(professionals[wallet], signing_key=key)
        self.advance(final=True)
        return key

    def suspend(self, wallet: str, *, final: bool = True) -> None:
        professionals = self.world.chain.state.professionals
        professionals[wallet] = replace(professionals[wallet], suspended=True)
        self.advance(final=final)

    def set_keyset(self, slot: str, digest: bytes) -> None:
        self.world.chain.state.documents[slot, DocumentKind.KEYSET] = DocumentFacts(1, digest)
        self.advance(final=True)

    def anchor(self, slot: str, record: bytes, kc_hash: bytes) -> None:
        self.world.chain.state.records[slot, record] = RecordFacts(slot, kc_hash, False)
        self._count(slot, records=1)

    def remove(self, slot: str, record: bytes) -> None:
        records = self.world.chain.state.records
        records[slot, record] = replace(records[slot, record], removed=True)
        self._count(slot, records=1)

    def grant(self, slot: str, grant_id: bytes, *, final: bool = True) -> int:
        expiry = self.world.clock.now + 3600
        self.world.chain.state.grants[slot, grant_id] = GrantFacts(GrantStatus.ACTIVE, expiry, 1)
        self._count(slot, grants=1, final=final)
        return expiry

    def withdraw(self, slot: str, grant_id: bytes) -> None:
        grants = self.world.chain.state.grants
        grants[slot, grant_id] = replace(grants[slot, grant_id], status=GrantStatus.WITHDRAWN)
        self._count(slot, grants=1)

    def advance(self, *, final: bool) -> None:
        self.world.chain.mine(final=final)

    def _count(self, slot: str, *, records: int = 0, grants: int = 0, final: bool = True) -> None:
        heads = self.world.chain.state.heads.get(slot, SlotHeads(bytes(32), 0, bytes(32), 0))
        self.world.chain.state.heads[slot] = SlotHeads(
            secrets.token_bytes(32), heads.records_count + records, secrets.token_bytes(32), heads.grants_count + grants
        )
        self.advance(final=final)


class TestFakeChain(ChainViewContract):
    @pytest.fixture
    def driver(self) -> FakeDriver:
        return FakeDriver()
