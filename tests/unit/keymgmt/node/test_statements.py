"""Signed statements, and what a node says of itself."""

import secrets
from dataclasses import replace
from typing import Any

import pytest
from eth_hash.auto import keccak

from contracts.bindings.messages import AccessLevel, DocumentKind
from keymgmt.node import errors
from keymgmt.node.messages import (
    ProfessionalRequest,
    ProfessionalStatement,
    RegistrationRequest,
    RegistrationStatement,
    StateRequest,
    StateStatement,
)
from keymgmt.node.server.facts import DocumentFacts
from keymgmt.node.wire import from_json, parse_hex
from medixain.core.addresses import address_of_secret_key
from medixain.core.eip712 import verify
from tests.unit.keymgmt.node.world import CHAIN_ID, DOMAIN, Node, World, signed

ANYBODY = b"\x55" * 32


def state(who: Node, slot: str, **changes: Any) -> StateStatement:
    request = StateRequest(slot, who.address, secrets.token_bytes(32), who.world.clock.now)
    answer = who.service.state(signed(replace(request, **changes), ANYBODY))
    statement = from_json(StateStatement, answer["statement"])
    verify(DOMAIN, statement, parse_hex(answer["signature"], "signature"), signer=who.address)
    return statement


def professional(who: Node, wallet: str, **changes: Any) -> ProfessionalStatement:
    request = ProfessionalRequest(wallet, who.address, secrets.token_bytes(32), who.world.clock.now)
    answer = who.service.professional(signed(replace(request, **changes), ANYBODY))
    statement = from_json(ProfessionalStatement, answer["statement"])
    verify(DOMAIN, statement, parse_hex(answer["signature"], "signature"), signer=who.address)
    return statement


def test_a_state_statement_says_what_is_final_and_not_what_is_newest(world: World, node: Node) -> None:
    patient = world.patient()
    final = world.chain.final()
    world.chain.state.documents[patient.slot, DocumentKind.KEYSET] = DocumentFacts(2, keccak(b"next"))
    world.chain.mine(final=False)
    statement = state(node, patient.slot)
    assert statement == StateStatement(
        chain_id=CHAIN_ID,
        slot=patient.slot,
        key=patient.slot,
        pre_key=bytes(patient.pre_sign.public_key),
        keyset_version=1,
        keyset_hash=keccak(b"keyset"),
        keystore_version=1,
        keystore_hash=keccak(b"keystore"),
        records_head=keccak(b"records"),
        records_count=1,
        grants_head=keccak(b"grants"),
        grants_count=1,
        final_height=final.number,
        final_hash=final.hash,
        final_time=final.timestamp,
        node_time=world.clock.now,
        node_set=1,
    )
    world.chain.mine()
    assert state(node, patient.slot).keyset_version == 2


@pytest.mark.parametrize("changes", [{"suspended": True}, {"institution_active": False}, {"valid_until": 5}])
def test_a_professional_statement_says_who_is_authorised(world: World, node: Node, changes: dict[str, Any]) -> None:
    who = world.professional()
    statement = professional(node, who.wallet)
    assert (statement.umbral_key, statement.level) == (bytes(who.exchange.public_key), AccessLevel.CLINICAL)
    assert statement.authorised
    world.change_professional(who, **changes)
    assert not professional(node, who.wallet).authorised


def registration(who: Node, wallet: str, slot: str, record: bytes) -> RegistrationStatement:
    request = RegistrationRequest(wallet, slot, record, who.address, secrets.token_bytes(32), who.world.clock.now)
    answer = who.service.registration(signed(request, ANYBODY))
    statement = from_json(RegistrationStatement, answer["statement"])
    verify(DOMAIN, statement, parse_hex(answer["signature"], "signature"), signer=who.address)
    return statement


def test_a_record_keeps_the_registration_under_which_it_was_anchored(world: World, node: Node) -> None:
    who, patient = world.professional(), world.patient()
    first_key = address_of_secret_key(who.signing)
    old = world.record(patient)
    anchored_at = world.clock.now
    world.clock.now += 10
    elsewhere, next_key = address_of_secret_key(b"\x22" * 32), address_of_secret_key(b"\x23" * 32)
    world.change_professional(who, institution=elsewhere, signing_key=next_key)
    new = world.record(patient)
    before, after = (registration(node, who.wallet, patient.slot, record.id) for record in (old, new))
    assert (before.signing_key, before.institution) == (first_key, world.hospital)
    assert before.anchored_at == anchored_at
    assert (after.signing_key, after.institution) == (next_key, elsewhere)


def test_a_registration_is_stated_for_anchored_records_of_registered_people_only(world: World, node: Node) -> None:
    patient = world.patient()
    record = world.record(patient)
    world.clock.now += 10
    later = world.professional()
    for wallet in (world.hospital, later.wallet):
        with pytest.raises(errors.UnknownProfessional):
            registration(node, wallet, patient.slot, record.id)
    facts = world.chain.state.records[patient.slot, record.id]
    world.chain.state.records[patient.slot, record.id] = replace(facts, removed=True)
    world.chain.mine()
    for slot, identifier in ((patient.slot, record.id), (patient.slot, bytes(32)), (world.hospital, record.id)):
        with pytest.raises(errors.UnknownRecord):
            registration(node, later.wallet, slot, identifier)


def test_statements_of_strangers_are_refused(world: World, node: Node) -> None:
    with pytest.raises(errors.UnknownSlot):
        state(node, world.hospital)
    with pytest.raises(errors.UnknownProfessional):
        professional(node, world.hospital)


def test_a_slot_that_is_not_final_is_not_stated(world: World, node: Node) -> None:
    patient = world.patient()
    facts = world.chain.state.slots.pop(patient.slot)
    world.chain.mine()
    world.chain.state.slots[patient.slot] = facts
    world.chain.mine(final=False)
    with pytest.raises(errors.UnknownSlot):
        state(node, patient.slot)


def test_requests_for_statements_are_addressed_fresh_and_signed(world: World, node: Node) -> None:
    slot = world.patient().slot
    with pytest.raises(errors.WrongNode):
        state(node, slot, node=world.node_keys[1].address)
    with pytest.raises(errors.StaleRequest):
        state(node, slot, time=world.clock.now - 61)
    request = StateRequest(slot, node.address, bytes(32), world.clock.now)
    with pytest.raises(errors.BadSignature):
        node.service.state({**signed(request, ANYBODY), "signature": "0x" + "00" * 65})


def test_without_a_chain_there_is_no_statement(world: World, node: Node) -> None:
    slot = world.patient().slot
    world.chain.down = True
    with pytest.raises(errors.StaleChain):
        state(node, slot)


def test_info_names_keys_and_node_set_also_without_a_chain(world: World, node: Node) -> None:
    info = node.service.info()
    assert (info["node"], info["node_set"], info["chain_id"]) == (node.address, 1, CHAIN_ID)
    assert info["exchange_key"] == "0x" + bytes(node.keys.exchange.public_key).hex()
    world.chain.down = True
    assert node.service.info()["node_set"] is None


def test_health_shows_ages_and_alarms(world: World, node: Node) -> None:
    world.clock.now += 7
    health = node.service.health()
    assert (health["ok"], health["head_age"], health["final_age"], health["alarms"]) == (True, 7, 7, {})
    world.chain.down = True
    health = node.service.health()
    assert (health["ok"], health["head_age"]) == (False, None)
    assert "chain" in health["alarms"]
    world.chain.down = False
    assert node.service.health()["ok"]
