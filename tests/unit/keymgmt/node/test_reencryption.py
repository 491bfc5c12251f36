"""Who gets a fragment, who does not, and what each is told (docs/spec/nodes.md, "Permission")."""

import secrets
from dataclasses import replace
from typing import Any

import pytest
from eth_hash.auto import keccak

from contracts.bindings.messages import AccessLevel, GrantStatus, Role
from keymgmt.node import errors
from keymgmt.node.server.facts import SlotFacts
from keymgmt.node.server.limits import Buckets, Rate
from keymgmt.node.server.reencryption import Reencryption
from keymgmt.node.wire import parse_hex
from keymgmt.pre import Sealed, SecretKey, unseal_reencrypted, verify_cfrag
from medixain.core.addresses import address_of_secret_key
from tests.unit.keymgmt.node.world import IDENTITY, PROFILE, SEALED, STUDY, Grant, Node, Patient, Professional, World


class Scene:
    """A patient, a record, a clinician with a final section grant, deposited."""

    def __init__(self, world: World, node: Node, *, by_record: bool = False, **grantee: Any) -> None:
        self.world, self.node = world, node
        self.patient: Patient = world.patient()
        self.author = secrets.token_bytes(31) + b"\x01"
        self.record = world.record(self.patient, author=self.author)
        self.who: Professional = world.professional(**grantee)
        records = (self.record,) if by_record else ()
        self.grant: Grant = world.prepare_grant(self.patient, self.who, records=records)
        world.anchor_grant(self.grant)
        node.give(self.patient, self.grant)

    def ask(self, **changes: Any) -> dict[str, Any]:
        return self.node.ask(self.who, self.record.id, self.grant.id, **changes)

    def refused(self, error: type[errors.Refusal], outcome: str | None = None, **changes: Any) -> None:
        with pytest.raises(error):
            self.ask(**changes)
        assert self.node.outcomes()[-1] == (outcome or error.code)


@pytest.fixture
def scene(world: World, node: Node) -> Scene:
    return Scene(world, node)


def open_with_three(world: World, tmp_path: Any, *, by_record: bool) -> tuple[bytes, bytes]:
    nodes = [Node(world, tmp_path / f"{i}.sqlite", i) for i in range(3)]
    scene = Scene(world, nodes[0], by_record=by_record)
    for node in nodes[1:]:
        node.give(scene.patient, scene.grant)
    material = world.platform.records[scene.record.id]
    sealed = Sealed.parse(material.kc if by_record else material.envelope.blob)
    delegating = (scene.record.secret if by_record else scene.patient.section_key).public_key
    cfrags = [
        verify_cfrag(
            parse_hex(node.ask(scene.who, scene.record.id, scene.grant.id)["cfrag"], "cfrag"),
            sealed.capsule,
            verifying=scene.patient.pre_sign.public_key,
            delegating=delegating,
            receiving=scene.who.exchange.public_key,
        )
        for node in nodes
    ]
    for node in nodes:
        assert node.outcomes() == ["given"]
        node.store.close()
    return unseal_reencrypted(scene.who.exchange, delegating, sealed, cfrags), scene.record.secret.secret_bytes()


def test_three_nodes_let_the_grantee_of_a_section_recover_the_records_key(world: World, tmp_path: Any) -> None:
    opened, record_secret = open_with_three(world, tmp_path, by_record=False)
    assert opened == record_secret


def test_three_nodes_let_the_grantee_of_a_record_recover_its_data_key(world: World, tmp_path: Any) -> None:
    opened, _ = open_with_three(world, tmp_path, by_record=True)
    assert len(opened) == 33
    assert opened[-1] == 1


def test_the_answer_says_what_was_reencrypted(world: World, node: Node) -> None:
    assert Scene(world, node).ask()["of"] == "envelope"
    assert Scene(world, node, by_record=True).ask()["of"] == "record"


# ---- who asks ------------------------------------------------------------------------------------------------------


def test_a_request_for_another_node_is_refused(scene: Scene) -> None:
    with pytest.raises(errors.WrongNode):
        scene.ask(node=scene.world.node_keys[1].address)


@pytest.mark.parametrize("offset", [-61, 61])
def test_a_request_outside_the_window_is_refused(scene: Scene, offset: int) -> None:
    with pytest.raises(errors.StaleRequest):
        scene.ask(time=scene.world.clock.now + offset)


@pytest.mark.parametrize("offset", [-60, 60])
def test_a_request_at_the_edge_of_the_window_counts(scene: Scene, offset: int) -> None:
    assert scene.ask(time=scene.world.clock.now + offset)["seq"] == 1


def test_a_signature_by_any_other_key_is_refused(scene: Scene) -> None:
    with pytest.raises(errors.BadSignature):
        scene.ask(key=secrets.token_bytes(31) + b"\x01")


def test_an_unregistered_requester_learns_nothing(scene: Scene) -> None:
    stranger = Professional(address_of_secret_key(b"\x07" * 32), b"\x07" * 32, SecretKey.random())
    with pytest.raises(errors.NoGrant) as caught:
        scene.node.ask(stranger, scene.record.id, scene.grant.id)
    assert caught.value.reason == "not-registered"
    assert scene.node.outcomes() == []


def test_the_same_request_counts_once(scene: Scene) -> None:
    body = scene.world.access_body(scene.who, scene.record.id, scene.grant.id, scene.node.address)
    scene.node.service.reencrypt(body)
    with pytest.raises(errors.Replayed):
        scene.node.service.reencrypt(body)
    assert scene.node.outcomes() == ["given", "replayed"]


def test_a_refused_request_counts_once_too(scene: Scene) -> None:
    body = scene.world.access_body(scene.who, secrets.token_bytes(32), scene.grant.id, scene.node.address)
    with pytest.raises(errors.UnknownRecord):
        scene.node.service.reencrypt(body)
    with pytest.raises(errors.Replayed):
        scene.node.service.reencrypt(body)


# ---- what outsiders learn ------------------------------------------------------------------------------------------


def test_outsiders_get_one_answer_whatever_exists(scene: Scene) -> None:
    world, node = scene.world, scene.node
    outsider = world.professional()
    by_record = Scene(world, node, by_record=True)
    hidden = world.record(scene.patient, layer=SEALED)
    cases = [
        (outsider, scene.record.id, scene.grant.id),
        (outsider, scene.record.id, secrets.token_bytes(32)),
        (outsider, secrets.token_bytes(32), secrets.token_bytes(32)),
        (outsider, hidden.id, scene.grant.id),
        (by_record.who, hidden.id, by_record.grant.id),
    ]
    answers = set()
    for who, record, grant in cases:
        with pytest.raises(errors.NoGrant) as caught:
            node.ask(who, record, grant)
        answers.add((caught.value.code, caught.value.status, caught.value.message))
    assert len(answers) == 1
    assert node.outcomes()[-5:] == ["not-grantee", "unknown-grant", "unknown-grant", "not-grantee", "not-covered"]
    assert world.platform.fetched == 0


def test_outsiders_learn_nothing_of_withdrawn_or_suspended(scene: Scene) -> None:
    outsider = scene.world.professional(suspended=True)
    scene.world.withdraw_on_chain(scene.grant)
    with pytest.raises(errors.NoGrant):
        scene.node.ask(outsider, scene.record.id, scene.grant.id)


def test_the_patient_sees_who_tried_without_a_grant(scene: Scene) -> None:
    outsider = scene.world.professional()
    with pytest.raises(errors.NoGrant):
        scene.node.ask(outsider, scene.record.id, scene.grant.id)
    (stored,) = scene.node.store.entries_of(scene.patient.slot, after=0, limit=9)
    assert (stored.entry.requester, stored.entry.outcome) == (outsider.wallet, "not-grantee")


# ---- the grant -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("final", [True, False])
def test_a_grant_withdrawn_on_chain_is_refused_from_the_first_block_on(scene: Scene, final: bool) -> None:
    scene.world.withdraw_on_chain(scene.grant, final=final)
    scene.refused(errors.Withdrawn)


def test_a_direct_withdrawal_counts_before_any_block(scene: Scene) -> None:
    scene.ask()
    scene.node.service.withdraw(scene.world.withdrawal_body(scene.patient, scene.grant.id))
    scene.refused(errors.Withdrawn)
    assert scene.node.store.kfrag_count(scene.patient.slot) == 0


def test_a_grant_ends_at_its_time_by_the_nodes_own_clock(scene: Scene) -> None:
    scene.world.clock.now = scene.grant.opening.expiry - 1
    scene.world.chain.mine()
    scene.ask()
    scene.world.clock.now += 1
    scene.refused(errors.Expired)


def test_a_slow_node_clock_does_not_prolong_a_grant(scene: Scene) -> None:
    scene.world.clock.now = scene.grant.opening.expiry
    scene.world.chain.mine()
    scene.world.clock.now -= 30
    scene.refused(errors.Expired)


def test_a_shorter_expiry_on_chain_counts(scene: Scene) -> None:
    scene.world.anchor_grant(scene.grant, expiry=scene.world.clock.now)
    scene.refused(errors.Expired)


def test_a_grant_waits_until_it_is_final(world: World, node: Node) -> None:
    scene = Scene(world, node)
    fresh = world.prepare_grant(scene.patient, scene.who)
    node.give(scene.patient, fresh)
    scene.grant = fresh
    scene.refused(errors.WaitingForFinality)  # deposited, not on chain yet
    world.anchor_grant(fresh, final=False)
    scene.refused(errors.WaitingForFinality)
    world.chain.mine()
    scene.ask()


def test_a_grant_undone_by_a_reorganisation_waits(world: World, node: Node) -> None:
    scene = Scene(world, node)
    fresh = scene.grant = world.prepare_grant(scene.patient, scene.who)
    node.give(scene.patient, fresh)
    world.anchor_grant(fresh, final=False)
    world.chain.drop_block()
    scene.refused(errors.WaitingForFinality)


@pytest.mark.parametrize("silence", [46, 3600, 24 * 3600])
def test_grants_final_before_a_stall_stay_open_and_new_ones_wait(world: World, node: Node, silence: int) -> None:
    scene = Scene(world, node)
    old = world.prepare_grant(scene.patient, scene.who, lifetime=10**6)
    new = world.prepare_grant(scene.patient, scene.who, lifetime=10**6)
    for grant in (old, new):
        node.give(scene.patient, grant)
    world.anchor_grant(old)
    world.anchor_grant(new, final=False)
    world.clock.now += silence
    scene.grant = old
    scene.ask()
    scene.grant = new
    with pytest.raises(errors.WaitingForFinality, match="stands still"):
        scene.ask()


def test_after_a_day_of_silence_nothing_opens(scene: Scene) -> None:
    scene.world.anchor_grant(scene.grant, expiry=10**11)
    scene.world.clock.now += 24 * 3600 + 1
    with pytest.raises(errors.StaleChain):
        scene.ask()


def test_a_node_whose_clock_is_behind_the_chain_gives_nothing(scene: Scene) -> None:
    scene.world.clock.now -= 61
    with pytest.raises(errors.StaleChain):
        scene.ask()


def test_a_chain_that_cannot_be_read_closes_the_node(scene: Scene) -> None:
    scene.world.chain.down = True
    with pytest.raises(errors.StaleChain):
        scene.ask()


def test_a_chain_that_fails_half_way_closes_the_node_and_is_logged(scene: Scene) -> None:
    def fail(*_arguments: object) -> None:
        raise errors.StaleChain

    scene.world.chain.record = fail  # type: ignore[method-assign]
    scene.refused(errors.StaleChain)


def test_a_grant_under_another_node_set_than_its_opening_is_refused(scene: Scene) -> None:
    scene.world.anchor_grant(scene.grant, node_set=2)
    scene.refused(errors.StaleKeys)


# ---- the professional ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"suspended": True}, errors.Suspended),
        ({"institution_active": False}, errors.Suspended),
        ({"valid_until": 1}, errors.NotAuthorised),
        ({"level": AccessLevel.RESEARCH}, errors.Ceiling),
        ({"institution_roles": Role.PHARMA}, errors.Ceiling),
    ],
)
@pytest.mark.parametrize("final", [True, False])
def test_a_grantee_who_lost_the_right_is_refused_at_once(
    scene: Scene, changes: dict[str, Any], error: type[errors.Refusal], final: bool
) -> None:
    scene.world.change_professional(scene.who, final=final, **changes)
    scene.refused(error)


def test_a_suspension_ends_only_when_its_end_is_final(scene: Scene) -> None:
    scene.world.change_professional(scene.who, suspended=True)
    scene.world.change_professional(scene.who, final=False, suspended=False)
    scene.refused(errors.Suspended)


def test_a_registration_ends_by_the_nodes_clock(scene: Scene) -> None:
    scene.world.change_professional(scene.who, valid_until=scene.world.clock.now + 10)
    scene.ask()
    scene.world.clock.now += 10
    scene.refused(errors.NotAuthorised)


def test_a_registration_that_is_not_final_waits(scene: Scene) -> None:
    facts = scene.world.chain.state.professionals.pop(scene.who.wallet)
    scene.world.chain.mine()
    scene.world.chain.state.professionals[scene.who.wallet] = facts
    scene.world.chain.mine(final=False)
    scene.refused(errors.WaitingForFinality)


def test_a_grantee_with_a_new_key_needs_a_new_grant(scene: Scene) -> None:
    scene.world.change_professional(scene.who, umbral_key=bytes(SecretKey.random().public_key))
    scene.refused(errors.StaleKeys)


def test_a_new_key_counts_when_it_is_final(scene: Scene) -> None:
    granted = scene.world.chain.state.professionals[scene.who.wallet].umbral_key
    scene.world.change_professional(scene.who, umbral_key=bytes(SecretKey.random().public_key))
    scene.world.change_professional(scene.who, final=False, umbral_key=granted)
    scene.refused(errors.WaitingForFinality)


# ---- the ceiling (promise G4) --------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", [0, PROFILE, 3, 4, SEALED, 16])
def test_pharma_never_opens_clinical_layers_even_over_granted(world: World, node: Node, layer: int) -> None:
    who = world.professional(level=AccessLevel.RESEARCH, institution_roles=Role.PHARMA)
    patient = world.patient()
    record = world.record(patient, layer=layer)
    grant = world.prepare_grant(patient, who, records=(record,))
    world.anchor_grant(grant)
    node.give(patient, grant)
    with pytest.raises(errors.Ceiling):
        node.ask(who, record.id, grant.id)
    assert node.outcomes() == ["ceiling"]


@pytest.mark.parametrize("layer", [IDENTITY, STUDY])
def test_pharma_opens_granted_records_of_study_and_identity(world: World, node: Node, layer: int) -> None:
    who = world.professional(level=AccessLevel.RESEARCH, institution_roles=Role.PHARMA)
    patient = world.patient()
    record = world.record(patient, layer=layer)
    grant = world.prepare_grant(patient, who, records=(record,))
    world.anchor_grant(grant)
    node.give(patient, grant)
    assert node.ask(who, record.id, grant.id)["of"] == "record"


# ---- record and capsule --------------------------------------------------------------------------------------------


def test_a_record_of_another_slot_is_unknown_under_the_grant(scene: Scene) -> None:
    other = scene.world.patient()
    scene.record = scene.world.record(other)
    scene.refused(errors.UnknownRecord)


@pytest.mark.parametrize("directly", [True, False])
def test_a_removed_record_is_unknown(scene: Scene, directly: bool) -> None:
    if directly:
        scene.node.service.remove(scene.world.removal_body(scene.patient, scene.record.id))
    else:
        key = (scene.patient.slot, scene.record.id)
        scene.world.chain.state.records[key] = replace(scene.world.chain.state.records[key], removed=True)
        scene.world.chain.mine(final=False)
    scene.refused(errors.UnknownRecord)


def test_a_direct_removal_deletes_the_records_kfrags(world: World, node: Node) -> None:
    scene = Scene(world, node, by_record=True)
    node.service.remove(world.removal_body(scene.patient, scene.record.id))
    assert node.store.kfrag_count(scene.patient.slot) == 0
    scene.refused(errors.UnknownRecord)


def test_the_platform_cannot_swap_the_sealed_key(scene: Scene) -> None:
    material = scene.world.platform.records[scene.record.id]
    other = scene.world.record(scene.patient, author=scene.author)
    stolen = scene.world.platform.records[other.id]
    for swapped in (
        replace(material, kc=stolen.kc),
        replace(material, header=stolen.header),
        replace(material, header=material.header[:-1]),
        replace(material, envelope=stolen.envelope),
        replace(material, envelope=None),
        replace(material, envelope=replace(material.envelope, blob=stolen.envelope.blob)),
        replace(material, envelope=replace(material.envelope, epoch=2)),
        replace(material, envelope=replace(material.envelope, section=bytes(16))),
        replace(material, envelope=replace(material.envelope, signature=bytes(65))),
    ):
        scene.world.platform.records[scene.record.id] = swapped
        scene.refused(errors.BadCapsule)
    scene.world.platform.records[scene.record.id] = material
    scene.ask()


def test_a_platform_that_is_down_is_said_so(scene: Scene) -> None:
    scene.world.platform.down = True
    scene.refused(errors.RecordUnavailable)


def test_an_envelope_of_a_section_or_epoch_that_was_not_granted_stays_shut(scene: Scene) -> None:
    patient = scene.patient
    tag, epoch = patient.tag, patient.epoch
    for patient.tag, patient.epoch in ((secrets.token_bytes(16), epoch), (tag, epoch + 1)):
        scene.record = scene.world.record(patient, author=scene.author)
        scene.refused(errors.NoGrant, "not-covered")


def test_envelopes_are_signed_by_author_or_current_slot_key_and_nobody_else(world: World, node: Node) -> None:
    scene = Scene(world, node)
    scene.ask()  # by the author
    scene.record = world.record(scene.patient)  # the owner's own, by the slot's key
    scene.ask()
    new_key = secrets.token_bytes(31) + b"\x01"
    facts = SlotFacts(address_of_secret_key(new_key), bytes(scene.patient.pre_sign.public_key))
    world.chain.state.slots[scene.patient.slot] = facts
    world.chain.mine()
    scene.refused(errors.BadCapsule)  # the key the owner gave up signs nothing any more


def test_a_kc_that_is_no_sealed_message_is_refused(world: World, node: Node) -> None:
    scene = Scene(world, node, by_record=True)
    world.platform.records[scene.record.id] = replace(world.platform.records[scene.record.id], kc=b"junk")
    key = (scene.patient.slot, scene.record.id)
    world.chain.state.records[key] = replace(world.chain.state.records[key], kc_hash=keccak(b"junk"))
    world.chain.mine()
    scene.refused(errors.BadCapsule)


# ---- kfrags --------------------------------------------------------------------------------------------------------


def test_kfrags_swapped_in_the_database_give_nothing(world: World, node: Node) -> None:
    scene = Scene(world, node, by_record=True)
    other = Scene(world, node, by_record=True)
    with node.store.transaction():
        node.store._db.execute(
            "UPDATE kfrags SET kfrag = (SELECT kfrag FROM kfrags WHERE grant_id = ?) WHERE grant_id = ?",
            (other.grant.id, scene.grant.id),
        )
    scene.refused(errors.StaleKeys)


def test_a_deposit_for_another_key_than_the_records_gives_nothing(world: World, node: Node) -> None:
    scene = Scene(world, node)
    fake = world.record(scene.patient)
    grant = world.prepare_grant(scene.patient, scene.who, records=(replace(fake, id=scene.record.id),))
    world.anchor_grant(grant)
    node.give(scene.patient, grant)
    scene.grant = grant
    scene.refused(errors.StaleKeys)


def test_kfrags_signed_with_a_key_the_owner_gave_up_give_nothing(scene: Scene) -> None:
    slot = scene.world.chain.state.slots[scene.patient.slot]
    scene.world.chain.state.slots[scene.patient.slot] = replace(slot, pre_key=bytes(SecretKey.random().public_key))
    scene.world.chain.mine()
    scene.refused(errors.StaleKeys)


def test_purged_kfrags_give_nothing(scene: Scene) -> None:
    scene.node.store.purge_grants([scene.grant.id])
    scene.refused(errors.StaleKeys)


# ---- write-ahead ---------------------------------------------------------------------------------------------------


def test_the_entry_is_on_disk_before_the_fragment_is_made(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    class Crash(BaseException):
        pass

    def crash(*_arguments: object) -> None:
        raise Crash

    monkeypatch.setattr("keymgmt.node.server.reencryption.reencrypt", crash)
    with pytest.raises(Crash):
        scene.ask()
    scene.node.store.close()  # what a restart finds
    again = Node(scene.world, tmp_path / "node.sqlite")
    assert again.outcomes() == ["given"]
    again.store.close()


def test_without_a_log_entry_nothing_is_given(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError("disk full")

    made: list[object] = []
    monkeypatch.setattr(scene.node.store, "add_entry", full)
    monkeypatch.setattr("keymgmt.node.server.reencryption.reencrypt", lambda *a: made.append(a))
    with pytest.raises(OSError, match="disk full"):
        scene.ask()
    assert made == []


@pytest.mark.parametrize("what", ["withdrawal", "removal", "replay"])
def test_what_arrives_between_decision_and_entry_wins(scene: Scene, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    world, store = scene.world, scene.node.store
    body = world.access_body(scene.who, scene.record.id, scene.grant.id, scene.node.address)
    fetch = world.platform.fetch

    def meanwhile(record: bytes) -> Any:
        if what == "withdrawal":
            scene.node.service.withdraw(world.withdrawal_body(scene.patient, scene.grant.id))
            store.put_deposit(scene.grant.contents[scene.node.address], time=world.clock.now)
        elif what == "removal":
            scene.node.service.remove(world.removal_body(scene.patient, scene.record.id))
        else:
            nonce = parse_hex(body["message"]["nonce"], "nonce")
            store.use_nonce(scene.who.wallet, nonce, time=world.clock.now)
        return fetch(record)

    monkeypatch.setattr(world.platform, "fetch", meanwhile)
    expected = {"withdrawal": errors.Withdrawn, "removal": errors.UnknownRecord, "replay": errors.Replayed}[what]
    with pytest.raises(expected):
        scene.node.service.reencrypt(body)
    assert "given" not in scene.node.outcomes()


def test_a_node_that_has_not_compared_itself_with_the_chain_gives_nothing(world: World, tmp_path: Any) -> None:
    world.chain.down = True
    node = Node(world, tmp_path / "closed.sqlite")
    world.chain.down = False
    who = world.professional()
    with pytest.raises(errors.StaleChain, match="starting"):
        node.ask(who, bytes(32), bytes(32))
    node.store.close()


def test_somebody_who_keeps_being_refused_is_slowed_down(scene: Scene) -> None:
    slow = Reencryption(scene.node.context, records=scene.world.platform, requesters=Buckets(Rate(2, 0), lambda: 0.0))
    outsider = scene.world.professional()

    def ask(who: Professional) -> None:
        slow.reencrypt(scene.world.access_body(who, scene.record.id, scene.grant.id, scene.node.address))

    for expected in (errors.NoGrant, errors.NoGrant, errors.TooManyRequests):
        with pytest.raises(expected):
            ask(outsider)
    ask(scene.who)
    assert scene.node.outcomes() == ["not-grantee", "not-grantee", "given"]


def test_a_withdrawn_grant_status_has_no_way_back(scene: Scene) -> None:
    scene.node.service.withdraw(scene.world.withdrawal_body(scene.patient, scene.grant.id))
    assert scene.world.chain.state.grants[scene.patient.slot, scene.grant.id].status is GrantStatus.ACTIVE
    with pytest.raises(errors.Withdrawn):
        scene.node.give(scene.patient, scene.grant)
