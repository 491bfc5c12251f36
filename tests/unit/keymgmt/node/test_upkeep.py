"""What a node does by itself: comparing with the chain, committing roots, purging, taking sealed deposits."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from keymgmt.node import errors
from keymgmt.node.server.facts import RootFacts
from keymgmt.node.server.upkeep import (
    COMMIT_ALARM_AFTER,
    OPENING_MEMORY,
    PURGE_EVERY,
    RESEND_AFTER,
    UNGRANTED_AFTER,
    Upkeep,
)
from keymgmt.node.wire import canonical_json
from keymgmt.pre import PublicKey, seal
from tests.unit.keymgmt.node.world import Grant, Node, Patient, Professional, Record, World

Open = Callable[..., Node]


class Scene:
    def __init__(self, world: World, node: Node, *, by_record: bool = False) -> None:
        self.world = world
        self.patient: Patient = world.patient()
        self.record: Record = world.record(self.patient)
        self.who: Professional = world.professional()
        self.grant: Grant = world.prepare_grant(
            self.patient, self.who, records=(self.record,) if by_record else (), lifetime=10**6
        )
        world.anchor_grant(self.grant)
        node.give(self.patient, self.grant)

    def look(self, node: Node, times: int = 1) -> None:
        for _ in range(times):
            node.ask(self.who, self.record.id, self.grant.id)


@pytest.fixture
def reopen(world: World, tmp_path: Path) -> Iterator[Open]:
    """Open a database file as the first node, closing it at the end."""
    opened: list[Node] = []

    def open_node(name: str = "node.sqlite", *, accept_log_loss: bool = False) -> Node:
        node = Node(world, tmp_path / name, accept_log_loss=accept_log_loss)
        opened.append(node)
        return node

    yield open_node
    for node in opened:
        node.store.close()


def backup(node: Node, tmp_path: Path) -> None:
    node.store.truncate_journal()
    shutil.copy(tmp_path / "node.sqlite", tmp_path / "backup.sqlite")


# ---- roots ---------------------------------------------------------------------------------------------------------


def test_every_block_with_new_entries_gets_one_root(world: World, node: Node) -> None:
    scene = Scene(world, node)
    for looks in (1, 3):
        scene.look(node, looks)
        node.upkeep.tick()
        world.chain.mine()
        node.upkeep.tick()
    assert [(root.from_seq, root.to_seq) for root in world.chain.state.roots[node.address]] == [(1, 1), (2, 4)]
    assert node.service.health()["uncommitted"] == 0


def test_a_root_is_sent_again_as_it_was_until_a_block_has_it(world: World, node: Node) -> None:
    scene = Scene(world, node)
    scene.look(node)
    node.upkeep.commit_roots()
    world.chain.pool.clear()  # lost
    scene.look(node)
    node.upkeep.commit_roots()
    assert world.chain.sent == 1
    world.clock.now += RESEND_AFTER
    node.upkeep.commit_roots()
    assert world.chain.sent == 2
    assert [root.to_seq for _, root in world.chain.pool] == [1]


def test_a_root_undone_by_a_reorganisation_is_sent_again(world: World, node: Node) -> None:
    scene = Scene(world, node)
    scene.look(node)
    node.upkeep.commit_roots()
    world.chain.mine(final=False)
    node.upkeep.commit_roots()
    world.chain.drop_block()
    node.upkeep.commit_roots()
    world.chain.mine()
    node.upkeep.commit_roots()
    assert node.store.last_root() == world.chain.log_root(node.address, 0, world.chain.final().hash)


def test_entries_without_a_final_root_count_as_uncommitted(world: World, node: Node) -> None:
    scene = Scene(world, node)
    scene.look(node)
    node.upkeep.commit_roots()
    world.chain.mine(final=False)
    node.upkeep.commit_roots()
    assert node.service.health()["uncommitted"] == 1


def test_a_root_that_no_block_takes_is_an_alarm(world: World, node: Node) -> None:
    scene = Scene(world, node)
    scene.look(node)
    node.upkeep.tick()
    world.chain.pool.clear()
    world.clock.now += COMMIT_ALARM_AFTER + 1
    for _ in range(2):
        node.upkeep.tick()
    assert "commit" in node.service.health()["alarms"]
    world.chain.mine()
    node.upkeep.tick()
    assert node.service.health()["alarms"] == {}


def test_a_root_that_cannot_be_sent_is_an_alarm_and_no_reason_to_stop(world: World, node: Node) -> None:
    scene = Scene(world, node)
    scene.look(node)
    world.chain.refuses_roots = True
    for _ in range(2):
        node.upkeep.tick()
    assert "commit" in node.service.health()["alarms"]
    scene.look(node)
    world.chain.refuses_roots = False
    node.upkeep.tick()
    assert world.chain.sent == 1
    assert node.service.health()["alarms"] == {}


def test_a_foreign_root_under_this_nodes_name_closes_it(world: World, node: Node) -> None:
    scene = Scene(world, node)
    scene.look(node)
    world.chain.state.roots[node.address] = [RootFacts(1, 1, bytes(32), bytes(32))]
    world.chain.mine()
    node.upkeep.tick()
    assert "log" in node.service.health()["alarms"]
    with pytest.raises(errors.LogDamaged):
        scene.look(node)
    node.state.clear_alarm("log")
    assert "log" in node.service.health()["alarms"]


def test_a_chain_that_contradicts_itself_is_not_believed(world: World, node: Node) -> None:
    world.chain.state.roots[node.address] = []
    node.chain.log_root_count = lambda *_: 1  # type: ignore[attr-defined]
    with pytest.raises(errors.StaleChain):
        node.upkeep._keep_final_roots()


# ---- restored backups and damaged logs -----------------------------------------------------------------------------


def test_a_restored_backup_purges_what_was_withdrawn_before_it_answers(
    world: World, node: Node, reopen: Open, tmp_path: Path
) -> None:
    scene = Scene(world, node)
    removed = Scene(world, node, by_record=True)
    kept = Scene(world, node)
    backup(node, tmp_path)
    world.withdraw_on_chain(scene.grant)
    key = (removed.patient.slot, removed.record.id)
    world.chain.state.records[key] = replace(world.chain.state.records[key], removed=True)
    world.chain.mine()
    restored = reopen("backup.sqlite")
    assert [each.grant_id for each in restored.store.grants_with_kfrags()] == [kept.grant.id]
    with pytest.raises(errors.Withdrawn):
        scene.look(restored)
    kept.look(restored)


def test_a_restored_backup_gives_nothing_while_the_chain_is_away(
    world: World, node: Node, reopen: Open, tmp_path: Path
) -> None:
    scene = Scene(world, node)
    backup(node, tmp_path)
    world.withdraw_on_chain(scene.grant)
    world.chain.down = True
    restored = reopen("backup.sqlite")
    world.chain.down = False
    with pytest.raises(errors.StaleChain):
        scene.look(restored)
    assert "reconcile" in restored.service.health()["alarms"]
    restored.upkeep.tick()
    with pytest.raises(errors.Withdrawn):
        scene.look(restored)


def test_a_backup_whose_log_the_chain_has_overtaken_stays_shut_until_the_operator_accepts(
    world: World, node: Node, reopen: Open, tmp_path: Path
) -> None:
    scene = Scene(world, node)
    scene.look(node)
    node.upkeep.commit_roots()
    world.chain.mine()
    backup(node, tmp_path)
    scene.look(node, 2)
    node.upkeep.commit_roots()
    world.chain.mine()
    restored = reopen("backup.sqlite")
    with pytest.raises(errors.LogDamaged):
        scene.look(restored)
    accepted = reopen("backup.sqlite", accept_log_loss=True)
    scene.look(accepted)
    assert accepted.store.last_entry()[0] == 4  # numbers on chain are never used twice
    accepted.upkeep.commit_roots()
    world.chain.mine()
    accepted.upkeep.commit_roots()
    roots = world.chain.state.roots[node.address]
    assert [(root.from_seq, root.to_seq) for root in roots] == [(1, 1), (2, 3), (4, 4)]
    page = accepted.context.log.page(scene.patient.slot, after=0)
    assert [(proven.stored.entry.seq, proven.index) for proven in page] == [(1, None), (4, 2)]
    again = reopen("backup.sqlite")
    scene.look(again)


def test_a_rewritten_log_closes_the_node_even_when_loss_is_accepted(world: World, node: Node, reopen: Open) -> None:
    scene = Scene(world, node)
    scene.look(node, 2)
    node.upkeep.commit_roots()
    world.chain.mine()
    with node.store.transaction():
        node.store._db.execute("UPDATE log SET hash = ? WHERE seq = 2", (bytes(32),))
    for accept in (False, True):
        with pytest.raises(errors.LogDamaged):
            scene.look(reopen(accept_log_loss=accept))


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM log WHERE seq = 2",
        "UPDATE log SET entry = (SELECT entry FROM log WHERE seq = 1) WHERE seq = 2",
        "UPDATE log SET hash = zeroblob(32) WHERE seq = 2",
    ],
)
def test_entries_missing_or_changed_before_they_reach_the_chain_close_the_node(
    world: World, node: Node, reopen: Open, damage: str
) -> None:
    scene = Scene(world, node)
    scene.look(node, 3)
    with node.store.transaction():
        node.store._db.execute(damage)
    with pytest.raises(errors.LogDamaged):
        scene.look(reopen())


# ---- purging -------------------------------------------------------------------------------------------------------


def test_kfrags_go_when_their_grant_has_finally_ended(world: World, node: Node) -> None:
    withdrawn, expired, waiting = Scene(world, node), Scene(world, node), Scene(world, node)
    world.withdraw_on_chain(withdrawn.grant, final=False)
    node.upkeep.purge()
    assert len(node.store.grants_with_kfrags()) == 3  # not final yet
    world.chain.mine()
    node.upkeep.purge()
    assert len(node.store.grants_with_kfrags()) == 2
    world.clock.now = expired.grant.opening.expiry
    node.upkeep.purge()
    assert len(node.store.grants_with_kfrags()) == 2  # a clock alone destroys nothing
    world.chain.mine()
    node.upkeep.purge()
    assert node.store.grants_with_kfrags() == []
    with pytest.raises(errors.Expired):  # the opening stays, so the grantee is told why
        waiting.look(node)
    world.clock.now += OPENING_MEMORY + 1
    world.chain.mine()
    node.upkeep.purge()
    with pytest.raises(errors.NoGrant):
        waiting.look(node)


def test_a_deposit_whose_grant_never_comes_is_forgotten(world: World, node: Node) -> None:
    patient, who = world.patient(), world.professional()
    node.give(patient, world.prepare_grant(patient, who, lifetime=10**7))
    world.clock.now += UNGRANTED_AFTER
    world.chain.mine()
    node.upkeep.purge()
    assert node.store.kfrag_count(patient.slot) == 1
    world.clock.now += 1
    world.chain.mine()
    node.upkeep.purge()
    assert node.store.kfrag_count(patient.slot) == 0


def test_purging_happens_by_itself_but_not_at_every_tick(world: World, node: Node) -> None:
    scene = Scene(world, node)
    node.upkeep.tick()
    world.withdraw_on_chain(scene.grant)
    node.upkeep.tick()
    assert len(node.store.grants_with_kfrags()) == 1
    world.clock.now += PURGE_EVERY
    node.upkeep.tick()
    assert node.store.grants_with_kfrags() == []


def test_purged_kfrags_leave_no_trace_in_the_files(world: World, node: Node, tmp_path: Path) -> None:
    scene = Scene(world, node)
    kfrag = scene.grant.contents[node.address].keys[0].kfrag
    files = [path for path in tmp_path.iterdir() if path.name.startswith("node.sqlite")]
    assert any(kfrag[:64] in path.read_bytes() for path in files)
    world.withdraw_on_chain(scene.grant)
    node.upkeep.purge()
    assert not any(kfrag[:64] in path.read_bytes() for path in tmp_path.iterdir())


# ---- sealed deposits -----------------------------------------------------------------------------------------------


def leave(world: World, node: Node, patient: Patient, grant: Grant, name: str = "1") -> None:
    body = world.deposit_body(patient, grant, node.address)
    sealed = seal(PublicKey(bytes(node.keys.exchange.public_key)), canonical_json(body))
    world.platform.deposits[name] = bytes(sealed)


def test_deposits_left_while_the_node_was_down_are_taken(world: World, node: Node) -> None:
    patient, who = world.patient(), world.professional()
    record = world.record(patient)
    grant = world.prepare_grant(patient, who, lifetime=10**7)
    world.anchor_grant(grant)
    leave(world, node, patient, grant)
    world.clock.now += 29 * 24 * 3600
    world.change_professional(who, valid_until=world.clock.now + 10**6)
    node.upkeep.tick()
    assert world.platform.deposits == {}
    assert node.ask(who, record.id, grant.id)["of"] == "envelope"


def test_a_deposit_left_for_too_long_is_refused_and_removed(world: World, node: Node) -> None:
    patient = world.patient()
    leave(world, node, patient, world.prepare_grant(patient, world.professional(), lifetime=10**7))
    world.clock.now += 31 * 24 * 3600
    world.chain.mine()
    node.upkeep.take_deposits()
    assert world.platform.deposits == {}
    assert node.store.kfrag_count(patient.slot) == 0


@pytest.mark.parametrize("blob", [b"", b"junk", secrets.token_bytes(300)])
def test_junk_left_at_the_platform_is_removed(world: World, node: Node, blob: bytes) -> None:
    world.platform.deposits["1"] = blob
    node.upkeep.take_deposits()
    assert world.platform.deposits == {}


def test_sealed_nonsense_is_removed(world: World, node: Node) -> None:
    key = PublicKey(bytes(node.keys.exchange.public_key))
    for index, body in enumerate((b"not json", b"[]", b"{}")):
        world.platform.deposits[str(index)] = bytes(seal(key, body))
    node.upkeep.take_deposits()
    assert world.platform.deposits == {}


def test_a_deposit_the_chain_is_not_ready_for_waits(world: World, node: Node) -> None:
    patient = Patient(secrets.token_bytes(31) + b"\x01")
    leave(world, node, patient, world.prepare_grant(patient, world.professional()))
    node.upkeep.take_deposits()
    assert list(world.platform.deposits) == ["1"]


def test_a_platform_that_is_down_is_an_alarm(world: World, node: Node) -> None:
    world.platform.down = True
    node.upkeep.tick()
    assert "deposits" in node.service.health()["alarms"]


def test_a_node_may_have_no_platform_to_poll(node: Node) -> None:
    Upkeep(node.context, service=node.service, deposits=None).take_deposits()
