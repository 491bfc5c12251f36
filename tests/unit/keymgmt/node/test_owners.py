"""What owners send a node: deposits, withdrawals, removals, questions about their log."""

import secrets
from dataclasses import replace
from typing import Any

import pytest

from contracts.bindings.messages import GrantKind, GrantStatus
from keymgmt.node import errors
from keymgmt.node.merkle import verify_proof
from keymgmt.node.messages import DepositContent, LogEntry, LogRequest, grant_id
from keymgmt.node.server import owners
from keymgmt.node.server.facts import GrantFacts
from keymgmt.node.wire import from_json, parse_hex
from keymgmt.pre import SecretKey
from medixain.core.eip712 import Domain, hash_struct
from tests.unit.keymgmt.node.world import CHAIN_ID, GRANTS_CONTRACT, Grant, Node, Patient, World, signed


class Scene:
    def __init__(self, world: World, node: Node) -> None:
        self.world, self.node = world, node
        self.patient: Patient = world.patient()
        self.who = world.professional()
        self.record = world.record(self.patient)
        self.grant: Grant = world.prepare_grant(self.patient, self.who)

    def body(self, **changes: Any) -> dict[str, Any]:
        return self.world.deposit_body(self.patient, self.grant, self.node.address, **changes)

    def refused(self, error: type[errors.Refusal], body: dict[str, Any] | None = None, **changes: Any) -> None:
        with pytest.raises(error):
            self.node.service.deposit(body or self.body(**changes))
        assert self.node.store.kfrag_count(self.patient.slot) == 0

    def reopened(self, **changes: Any) -> Grant:
        """The grant with another opening, kfrags as they are."""
        opening = replace(self.grant.opening, **changes)
        contents = {node: replace(content, opening=opening) for node, content in self.grant.contents.items()}
        return Grant(grant_id(opening), opening, contents)


@pytest.fixture
def scene(world: World, node: Node) -> Scene:
    return Scene(world, node)


# ---- deposits ------------------------------------------------------------------------------------------------------


def test_a_deposit_is_kept_and_may_be_repeated(scene: Scene) -> None:
    assert scene.node.service.deposit(scene.body()) == {"stored": 1}
    assert scene.node.service.deposit(scene.body()) == {"stored": 1}
    assert scene.node.store.kfrag_count(scene.patient.slot) == 1


def test_a_deposit_for_another_node_is_refused(scene: Scene) -> None:
    scene.refused(errors.WrongNode, node=scene.world.node_keys[1].address)


@pytest.mark.parametrize("offset", [-61, 61])
def test_a_deposit_outside_the_window_is_refused(scene: Scene, offset: int) -> None:
    scene.refused(errors.StaleRequest, time=scene.world.clock.now + offset)


def test_a_deposit_by_anybody_but_the_slots_current_key_is_refused(scene: Scene) -> None:
    body = scene.body()
    stranger = signed(scene_message(scene), secrets.token_bytes(31) + b"\x01")
    scene.refused(errors.BadSignature, {**body, "signature": stranger["signature"]})
    slot = scene.world.chain.state.slots[scene.patient.slot]
    scene.world.chain.state.slots[scene.patient.slot] = replace(slot, key=scene.who.wallet)
    scene.world.chain.mine(final=False)
    scene.refused(errors.BadSignature)


def scene_message(scene: Scene) -> Any:
    content = scene.grant.contents[scene.node.address]
    return owners.KeyDeposit(
        scene.patient.slot, scene.grant.id, content.hash, scene.node.address, scene.world.clock.now
    )


def test_a_deposit_of_an_unknown_slot_is_refused(scene: Scene) -> None:
    scene.patient = Patient(secrets.token_bytes(31) + b"\x01")
    scene.grant = scene.world.prepare_grant(scene.patient, scene.who)
    scene.refused(errors.UnknownSlot)


@pytest.mark.parametrize("field", ["content_hash", "grant_id"])
def test_content_that_is_not_what_was_signed_is_refused(scene: Scene, field: str) -> None:
    scene.refused(errors.Malformed, **{field: secrets.token_bytes(32)})


def test_an_opening_of_another_slot_is_refused(scene: Scene) -> None:
    scene.refused(errors.Malformed, slot=scene.world.patient().slot)


def test_kfrags_must_be_for_exactly_these_keys(scene: Scene) -> None:
    content = scene.grant.contents[scene.node.address]
    (key,) = content.keys
    original = scene.grant
    for keys in (
        (replace(key, delegating=bytes(SecretKey.random().public_key)),),
        (replace(key, delegating=bytes(33)),),
        (replace(key, kfrag=b"junk"),),
    ):
        swapped = replace(content, keys=keys)
        scene.grant = replace_contents(original, scene.node.address, swapped)
        scene.refused(errors.Malformed)
    scene.grant = original
    for grantee_key in (bytes(SecretKey.random().public_key), bytes(33)):
        scene.grant = scene.reopened(grantee_key=grantee_key)
        scene.refused(errors.Malformed)


def replace_contents(grant: Grant, node: str, content: DepositContent) -> Grant:
    return Grant(grant.id, grant.opening, {**grant.contents, node: content})


def test_kfrags_signed_by_another_pre_signing_key_are_refused(scene: Scene) -> None:
    slot = scene.world.chain.state.slots[scene.patient.slot]
    scene.world.chain.state.slots[scene.patient.slot] = replace(slot, pre_key=bytes(SecretKey.random().public_key))
    scene.world.chain.mine()
    scene.refused(errors.Malformed)


def test_an_expired_or_withdrawn_grant_is_not_taken(scene: Scene) -> None:
    scene.world.anchor_grant(scene.grant)
    scene.world.withdraw_on_chain(scene.grant, final=False)
    scene.refused(errors.Withdrawn)
    scene.grant = scene.reopened(expiry=scene.world.clock.now)
    scene.refused(errors.Expired)


def test_a_grant_of_a_node_set_without_this_node_is_not_taken(scene: Scene) -> None:
    scene.grant = scene.reopened(node_set=2)
    scene.refused(errors.WrongNode)
    nodes = scene.world.chain.state.node_sets[1]
    scene.world.chain.state.node_sets[2] = replace(nodes, version=2, nodes=nodes.nodes[1:], keys=nodes.keys[1:])
    scene.world.chain.mine()
    scene.refused(errors.WrongNode)


def test_an_older_deposit_never_replaces_a_newer_one(scene: Scene) -> None:
    older = scene.body(time=scene.world.clock.now - 1)
    scene.node.service.deposit(scene.body())
    with pytest.raises(errors.StaleRequest):
        scene.node.service.deposit(older)


def test_a_slot_cannot_fill_the_database(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owners, "MAX_KFRAGS_PER_SLOT", 0)
    scene.refused(errors.TooManyRequests)


def test_a_withdrawal_that_arrives_while_kfrags_are_verified_wins(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = owners.verify_kfrag

    def meanwhile(*arguments: Any, **named: Any) -> Any:
        scene.node.service.withdraw(scene.world.withdrawal_body(scene.patient, scene.grant.id))
        return verify(*arguments, **named)

    monkeypatch.setattr(owners, "verify_kfrag", meanwhile)
    scene.refused(errors.Withdrawn)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": 3},
        {"kind": GrantKind.RECORDS},
        {"records": (bytes(32),)},
        {"sections": ()},
    ],
)
def test_an_opening_that_opens_nothing_or_both_cannot_be_made(scene: Scene, changes: dict[str, Any]) -> None:
    with pytest.raises(errors.Malformed):
        scene.reopened(**changes)


def test_as_many_kfrags_as_things_opened_and_none_twice(world: World) -> None:
    patient, who = world.patient(), world.professional()
    records = (world.record(patient), world.record(patient))
    content = world.prepare_grant(patient, who, records=records).contents[world.node_keys[0].address]
    assert DepositContent.from_json(content.to_json()) == content
    with pytest.raises(errors.Malformed):
        replace(content, keys=content.keys[:1])
    with pytest.raises(errors.Malformed):
        replace(content, opening=replace(content.opening, records=(records[0].id,) * 2))


# ---- withdrawals and removals --------------------------------------------------------------------------------------


def test_a_withdrawal_is_for_good_and_idempotent(scene: Scene) -> None:
    scene.node.service.deposit(scene.body())
    for _ in range(2):
        body = scene.world.withdrawal_body(scene.patient, scene.grant.id, secrets.token_bytes(32))
        assert scene.node.service.withdraw(body) == {"accepted": True}
    scene.refused(errors.Withdrawn)


def test_nobody_withdraws_for_somebody_else(scene: Scene) -> None:
    scene.node.service.deposit(scene.body())
    attacker = scene.world.patient()
    scene.node.service.withdraw(scene.world.withdrawal_body(attacker, scene.grant.id))
    assert scene.node.store.kfrag_count(scene.patient.slot) == 1
    forged = scene.world.withdrawal_body(scene.patient, scene.grant.id)
    forged["signature"] = scene.world.withdrawal_body(attacker, scene.grant.id)["signature"]
    with pytest.raises(errors.BadSignature):
        scene.node.service.withdraw(forged)
    assert not scene.node.store.is_withdrawn(scene.patient.slot, scene.grant.id)


def test_nobody_removes_somebody_elses_record(scene: Scene) -> None:
    scene.grant = scene.world.prepare_grant(scene.patient, scene.who, records=(scene.record,))
    scene.node.service.deposit(scene.body())
    scene.node.service.remove(scene.world.removal_body(scene.world.patient(), scene.record.id))
    assert scene.node.store.kfrag_count(scene.patient.slot) == 1
    scene.node.service.remove(scene.world.removal_body(scene.patient, scene.record.id))
    assert scene.node.store.kfrag_count(scene.patient.slot) == 0


def test_a_withdrawal_signed_for_another_contract_is_refused(scene: Scene) -> None:
    body = scene.world.withdrawal_body(scene.patient, scene.grant.id)
    message = from_json(owners.Withdrawal, body["message"])
    wrong = signed(message, scene.patient.slot_key, Domain("AccessGrants", "1", CHAIN_ID + 1, GRANTS_CONTRACT))
    with pytest.raises(errors.BadSignature):
        scene.node.service.withdraw(wrong)


def test_a_withdrawal_after_its_deadline_is_refused_as_the_contract_would(scene: Scene) -> None:
    with pytest.raises(errors.StaleRequest):
        scene.node.service.withdraw(scene.world.withdrawal_body(scene.patient, scene.grant.id, lifetime=0))


@pytest.mark.parametrize("count", [0, 1025])
def test_a_withdrawal_names_some_grants_but_not_endlessly_many(scene: Scene, count: int) -> None:
    with pytest.raises(errors.Malformed):
        scene.node.service.withdraw(scene.world.withdrawal_body(scene.patient, *[bytes(32)] * count))


# ---- the log -------------------------------------------------------------------------------------------------------


def log_body(scene: Scene, *, after: int = 0, key: bytes | None = None, **changes: Any) -> dict[str, Any]:
    request = LogRequest(scene.patient.slot, scene.node.address, after, scene.world.clock.now)
    return signed(replace(request, **changes), key or scene.patient.slot_key)


def test_an_owner_sees_every_entry_of_the_slot_and_its_proof_once_final(scene: Scene) -> None:
    world, node = scene.world, scene.node
    world.anchor_grant(scene.grant)
    node.give(scene.patient, scene.grant)
    other = Scene(world, node)
    world.anchor_grant(other.grant)
    node.give(other.patient, other.grant)
    for each in (scene, other, scene):
        node.ask(each.who, each.record.id, each.grant.id)
    rows = node.service.log(log_body(scene))["entries"]
    assert [row["entry"]["slotSeq"] for row in rows] == [1, 2]
    assert [row["root"] for row in rows] == [None, None]
    node.upkeep.commit_roots()
    world.chain.mine()
    node.upkeep.commit_roots()
    rows = node.service.log(log_body(scene, after=1))["entries"]
    (row,) = rows
    entry = from_json(LogEntry, row["entry"])
    proof = [parse_hex(sibling, "proof") for sibling in row["proof"]]
    root = world.chain.log_root(node.address, row["root"]["index"], world.chain.final().hash)
    assert root is not None
    assert verify_proof(hash_struct(entry), proof, root.root)
    assert (entry.outcome, entry.purpose, entry.slot) == ("given", "treatment", scene.patient.slot)


def test_only_the_owner_sees_the_log(scene: Scene) -> None:
    for body, error in (
        (log_body(scene, key=scene.who.signing), errors.BadSignature),
        (log_body(scene, time=scene.world.clock.now - 61), errors.StaleRequest),
        (log_body(scene, node=scene.world.node_keys[1].address), errors.WrongNode),
        (log_body(scene, slot=scene.who.wallet), errors.UnknownSlot),
    ):
        with pytest.raises(error):
            scene.node.service.log(body)


def test_a_log_question_past_all_numbers_is_answered_with_nothing(scene: Scene) -> None:
    assert scene.node.service.log(log_body(scene, after=(1 << 64) - 1))["entries"] == []


def test_grants_never_granted_are_none_on_chain(scene: Scene) -> None:
    head = scene.world.chain.head().hash
    assert scene.world.chain.grant(scene.patient.slot, scene.grant.id, head) == GrantFacts(GrantStatus.NONE, 0, 0)
