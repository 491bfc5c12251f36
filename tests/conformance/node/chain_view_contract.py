"""What a ChainView promises, for the fake of the unit tests and for the contracts themselves.

Inherit and provide the ``driver`` fixture. A driver brings state onto its chain and makes blocks; the cases read it
back through the view only.
"""

from typing import Protocol

import pytest
from eth_hash.auto import keccak

from contracts.bindings.messages import DocumentKind, GrantStatus, Role
from keymgmt.node.errors import StaleChain
from keymgmt.node.server.facts import (
    ChainView,
    DocumentFacts,
    GrantFacts,
    RecordFacts,
    RegistrationFacts,
    RootFacts,
    SlotHeads,
)

NOBODY = "0x" + "12" * 20
CLINICAL_ROLES = Role.KYC | Role.CLINICAL | Role.MINER


class Driver(Protocol):
    """Brings state onto a chain; every method but :meth:`advance` ends with a new, final block."""

    view: ChainView
    node: str

    def open_slot(self) -> tuple[str, bytes]:
        """Open a slot; return it and its PRE-signing key."""

    def rotate(self, slot: str) -> str:
        """Give the slot a new key; return its address."""

    def register(self) -> tuple[str, str, bytes]:
        """Register a clinician at a clinical institution; return wallet, signing key's address, Umbral key."""

    def register_again(self, wallet: str) -> str:
        """Register the professional with another signing key; return that key's address."""

    def suspend(self, wallet: str, *, final: bool = True) -> None:
        """Suspend a professional."""

    def set_keyset(self, slot: str, digest: bytes) -> None:
        """Set version 1 of a slot's keyset."""

    def anchor(self, slot: str, record: bytes, kc_hash: bytes) -> None:
        """Anchor a record of the owner's own."""

    def remove(self, slot: str, record: bytes) -> None:
        """Remove a record."""

    def grant(self, slot: str, grant_id: bytes, *, final: bool = True) -> int:
        """Grant under node set 1; return the expiry."""

    def withdraw(self, slot: str, grant_id: bytes) -> None:
        """Withdraw a grant."""

    def advance(self, *, final: bool) -> None:
        """Make a block with what waits."""


class ChainViewContract:
    """The cases."""

    def test_what_is_not_there_is_none_or_zero(self, driver: Driver) -> None:
        view, at = driver.view, driver.view.head().hash
        assert view.professional(NOBODY, at) is None
        assert view.registrations(NOBODY, view.final()) == ()
        assert view.anchored_at(NOBODY, bytes(32), at) is None
        assert view.slot(NOBODY, at) is None
        assert view.record(NOBODY, bytes(32), at) is None
        assert view.grant(NOBODY, bytes(32), at) == GrantFacts(GrantStatus.NONE, 0, 0)
        assert view.document(NOBODY, DocumentKind.KEYSET, at) == DocumentFacts(0, bytes(32))
        assert view.heads(NOBODY, at) == SlotHeads(bytes(32), 0, bytes(32), 0)
        assert view.node_set(77, at) is None
        assert view.log_root(NOBODY, 0, at) is None
        assert view.log_root_count(NOBODY, at) == 0

    def test_final_and_head_are_those_of_the_chain(self, driver: Driver) -> None:
        driver.advance(final=True)
        driver.advance(final=False)
        final, head = driver.view.final_and_head()
        assert (final, head) == (driver.view.final(), driver.view.head())
        assert final.number < head.number

    def test_readings_together_say_what_each_says_alone(self, driver: Driver) -> None:
        slot, _ = driver.open_slot()
        wallet, _, _ = driver.register()
        view, at = driver.view, driver.view.head().hash
        asked: list[object] = []
        view.together(
            lambda: asked.append(("heads", view.heads(slot, at))),
            lambda: asked.append(("professional", view.professional(wallet, at))),
            lambda: asked.append(("nobody", view.slot(NOBODY, at))),
        )
        assert set(map(str, asked)) == {
            str(("heads", view.heads(slot, at))),
            str(("professional", view.professional(wallet, at))),
            str(("nobody", None)),
        }
        with pytest.raises(StaleChain):
            view.together(lambda: view.slot(slot, at), lambda: view.slot(slot, b"\x01" * 32))

    def test_an_unknown_block_is_no_state(self, driver: Driver) -> None:
        with pytest.raises(StaleChain):
            driver.view.slot(NOBODY, b"\x01" * 32)

    def test_a_slot_has_its_current_key(self, driver: Driver) -> None:
        slot, pre_key = driver.open_slot()
        before = driver.view.head().hash
        facts = driver.view.slot(slot, before)
        assert facts is not None
        assert (facts.key, facts.pre_key) == (slot, pre_key)
        new_key = driver.rotate(slot)
        after = driver.view.slot(slot, driver.view.head().hash)
        assert after is not None
        assert after.key == new_key
        assert driver.view.slot(slot, before) == facts

    def test_a_professional_stands_with_institution_and_level(self, driver: Driver) -> None:
        wallet, signing_key, umbral_key = driver.register()
        facts = driver.view.professional(wallet, driver.view.final().hash)
        assert facts is not None
        assert (facts.signing_key, facts.umbral_key, facts.level) == (signing_key, umbral_key, 3)
        assert (facts.suspended, facts.institution_active) == (False, True)
        assert Role.CLINICAL in facts.institution_roles
        assert facts.valid_until > driver.view.head().timestamp

    def test_past_registrations_are_kept_in_their_order(self, driver: Driver) -> None:
        wallet, first_key, _ = driver.register()
        before, facts = driver.view.final(), driver.view.professional(wallet, driver.view.final().hash)
        assert facts is not None
        first = RegistrationFacts(first_key, facts.institution, before.timestamp)
        assert driver.view.registrations(wallet, before) == (first,)
        driver.advance(final=True)
        second_key = driver.register_again(wallet)
        after = driver.view.final()
        second = RegistrationFacts(second_key, facts.institution, after.timestamp)
        assert driver.view.registrations(wallet, after) == (first, second)

    def test_an_anchor_has_its_time_until_the_record_is_removed(self, driver: Driver) -> None:
        slot, _ = driver.open_slot()
        record = keccak(b"when" + slot.encode())
        driver.anchor(slot, record, keccak(b"kc"))
        anchored = driver.view.final()
        driver.advance(final=True)
        assert driver.view.anchored_at(slot, record, driver.view.final().hash) == anchored.timestamp
        driver.remove(slot, record)
        assert driver.view.anchored_at(slot, record, driver.view.final().hash) is None

    def test_a_suspension_is_at_head_before_it_is_final(self, driver: Driver) -> None:
        wallet, _, _ = driver.register()
        driver.suspend(wallet, final=False)
        head, final = driver.view.head(), driver.view.final()
        at_head, at_final = (driver.view.professional(wallet, block.hash) for block in (head, final))
        assert at_head is not None
        assert at_final is not None
        assert (at_head.suspended, at_final.suspended) == (True, False)
        assert head.number > final.number

    def test_documents_have_versions_and_hashes(self, driver: Driver) -> None:
        slot, _ = driver.open_slot()
        driver.set_keyset(slot, keccak(b"keyset"))
        at = driver.view.final().hash
        assert driver.view.document(slot, DocumentKind.KEYSET, at) == DocumentFacts(1, keccak(b"keyset"))
        assert driver.view.document(slot, DocumentKind.KEYSTORE, at) == DocumentFacts(0, bytes(32))

    def test_records_are_anchored_and_removed_in_their_slot(self, driver: Driver) -> None:
        slot, _ = driver.open_slot()
        other, _ = driver.open_slot()
        record = keccak(slot.encode())
        driver.anchor(slot, record, keccak(b"kc"))
        anchored = driver.view.head().hash
        assert driver.view.record(slot, record, anchored) == RecordFacts(slot, keccak(b"kc"), False)
        assert driver.view.record(other, record, anchored) is None
        assert driver.view.heads(slot, anchored).records_count == 1
        driver.remove(slot, record)
        removed = driver.view.head().hash
        assert driver.view.record(slot, record, removed) == RecordFacts(slot, keccak(b"kc"), True)
        assert driver.view.heads(slot, removed).records_count == 2
        assert driver.view.heads(slot, removed).records_head != driver.view.heads(slot, anchored).records_head
        assert driver.view.record(slot, record, anchored) == RecordFacts(slot, keccak(b"kc"), False)

    def test_a_grant_is_active_at_head_then_final_then_withdrawn(self, driver: Driver) -> None:
        slot, _ = driver.open_slot()
        grant_id = keccak(b"grant" + slot.encode())
        expiry = driver.grant(slot, grant_id, final=False)
        active = GrantFacts(GrantStatus.ACTIVE, expiry, 1)
        assert driver.view.grant(slot, grant_id, driver.view.head().hash) == active
        assert driver.view.grant(slot, grant_id, driver.view.final().hash).status is GrantStatus.NONE
        driver.advance(final=True)
        assert driver.view.grant(slot, grant_id, driver.view.final().hash) == active
        driver.withdraw(slot, grant_id)
        at = driver.view.final().hash
        assert driver.view.grant(slot, grant_id, at).status is GrantStatus.WITHDRAWN
        assert driver.view.heads(slot, at).grants_count == 2

    def test_the_node_set_names_this_node(self, driver: Driver) -> None:
        at = driver.view.head().hash
        nodes = driver.view.node_set(driver.view.current_node_set(at), at)
        assert nodes is not None
        assert driver.node in nodes.nodes
        assert nodes.threshold == 3
        assert len(nodes.nodes) == len(nodes.keys) == 5

    def test_log_roots_are_sent_once_and_counted(self, driver: Driver) -> None:
        view = driver.view
        count = view.log_root_count(driver.node, view.head().hash)
        newest = view.log_root(driver.node, count - 1, view.head().hash) if count else None
        start = 1 if newest is None else newest.to_seq + 1
        root = RootFacts(start, start + 2, keccak(b"root"), keccak(b"chain"))
        view.send_log_root(root)
        driver.advance(final=True)
        at = view.final().hash
        assert view.log_root_count(driver.node, at) == count + 1
        assert view.log_root(driver.node, count, at) == root
