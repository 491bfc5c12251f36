"""However many grants are withdrawn: the nodes know of all first, and the chain is told in transactions it can take."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.bindings.messages import GrantKind, GrantOpening, Withdrawal
from keymgmt.keys.derivation import WalletKeys
from medixain.core.eip712 import Domain, verify
from medixain.sdk import grants, withdrawal
from medixain.sdk.context import NodeSet
from medixain.sdk.errors import ServerRefused
from medixain.sdk.grants import Given
from medixain.sdk.results import RotationProgress
from medixain.sdk.transactions import Handed, Signed
from medixain.sdk.withdrawal import WITHDRAWN_AT_ONCE
from tests.attacks.sdk.stub import StubContext

KEYS = WalletKeys(bytes(range(32)))
DOMAIN = Domain("AccessGrants", "1", 77, "0x" + "33" * 20)
PROFESSIONAL = "0x" + "22" * 20
NOW = 1_000


def given(number: int, layer: str) -> Given:
    opening = GrantOpening(
        slot=KEYS.slot_id(layer), grantee=PROFESSIONAL, grantee_key=b"", kind=GrantKind.RECORDS, records=(),
        sections=(), purpose="care", expiry=NOW + 1, node_set=1, salt=bytes(32),
    )  # fmt: skip
    return Given(number.to_bytes(32, "big"), opening, layer)


GIVEN = [given(number, "activity") for number in range(1000)] + [
    given(number, "profile") for number in range(1000, 1003)
]


class World:
    """Nodes and a platform; what reaches them, in order. The platform breaks down after ``room`` transactions."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Withdrawal]] = []
        self.room = 99

    def node(self, message: Withdrawal, signature: bytes) -> Any:
        verify(DOMAIN, message, signature, signer=message.slot)
        self.told.append(("nodes", message))
        return SimpleNamespace(taken=("0xa", "0xb"))

    def platform(self, _: Any, signed: Signed) -> Handed:
        if not self.room:
            raise ServerRefused("unavailable", 503, "Try again.")
        self.room -= 1
        assert isinstance(signed.message, Withdrawal)
        verify(DOMAIN, signed.message, signed.signatures[0], signer=signed.message.slot)
        self.told.append(("chain", signed.message))
        return Handed("1", "final")

    def ids(self, where: str) -> set[bytes]:
        return {one for place, message in self.told if place == where for one in message.grant_ids}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr("medixain.sdk.inbox.sync", lambda _: [])
    monkeypatch.setattr(withdrawal, "given_grants", lambda _: GIVEN)
    monkeypatch.setattr(grants, "withdrawn_ids", lambda _, layer: world.ids("chain"))
    monkeypatch.setattr(withdrawal, "hand_in", world.platform)
    monkeypatch.setattr(withdrawal, "plan_due", lambda _: None)
    monkeypatch.setattr(withdrawal, "rotate_pending", lambda _: (RotationProgress(0, 0), []))
    return world


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch, world: World) -> StubContext:
    monkeypatch.setattr(StubContext, "now", lambda _: NOW)
    names = {"0xa": "a", "0xb": "b", "0xc": "c"}
    monkeypatch.setattr(StubContext, "meta", SimpleNamespace(node_set=NodeSet(1, 2, (), names)))
    monkeypatch.setattr(StubContext, "nodes", SimpleNamespace(withdraw=world.node))
    monkeypatch.setattr(StubContext, "contract_domain", lambda _, contract: DOMAIN)
    return StubContext(KEYS)


def test_the_nodes_know_of_all_before_the_chain_is_told_in_parts(world: World, context: StubContext) -> None:
    answer = withdrawal.withdraw(context, PROFESSIONAL, wait="final", timeout=1)
    everything = {grant.id for grant in GIVEN}
    places = [place for place, _ in world.told]
    assert places == ["nodes"] * 4 + ["chain"] * 4
    assert world.ids("nodes") == world.ids("chain") == everything
    assert max(len(message.grant_ids) for _, message in world.told) == WITHDRAWN_AT_ONCE
    assert len({message.nonce for _, message in world.told}) == 4
    assert (len(answer.grants), answer.nodes, answer.state) == (1003, ("a", "b"), "final")


def test_what_did_not_reach_the_chain_is_sent_when_it_is_resumed(world: World, context: StubContext) -> None:
    world.room = 2
    with pytest.raises(ServerRefused):
        withdrawal.withdraw(context, PROFESSIONAL, wait="final", timeout=1)
    assert world.ids("nodes") == {grant.id for grant in GIVEN}
    reached = world.ids("chain")
    assert len(reached) == 2 * WITHDRAWN_AT_ONCE

    world.room = 99
    world.told.clear()
    world.told.append(("chain", Withdrawal(KEYS.slot_id("activity"), tuple(reached), 1, 1)))
    answer = withdrawal.resume(context)
    assert len(answer.grants) == len(GIVEN) - len(reached)
    assert world.ids("chain") == {grant.id for grant in GIVEN}
    assert withdrawal.resume(context).state == "complete"
    assert context.table("withdrawing") == {}


def test_the_right_to_add_ends_for_members_of_a_team_who_have_nothing_else_of_the_layer(
    world: World, context: StubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, other, pen = "0x" + "44" * 20, "0x" + "55" * 20, "0x" + "66" * 20
    through = [replace(given(number, "profile"), team=team) for number in (1, 2)]
    through[1] = replace(through[1], opening=replace(through[1].opening, grantee=other))
    alone = given(3, "profile")
    ended: list[tuple[str, str, int]] = []
    with context.changing("authors") as authors:
        authors.update({PROFESSIONAL: {"profile": "0x" + "77" * 20}, other: {"profile": pen}})
    for module in (grants, withdrawal):
        monkeypatch.setattr(module, "given_grants", lambda _: [*through, alone])

    def set_author(_: Any, layer: str, author: str, until: int) -> Handed:
        ended.append((layer, author, until))
        return Handed("1", "final")

    monkeypatch.setattr(withdrawal, "set_author", set_author)
    withdrawal.withdraw(context, team, wait="final", timeout=1)
    assert world.ids("nodes") == {through[0].id, through[1].id}
    assert ended == [("profile", pen, 0)], "who has a grant of her own goes on adding"
    withdrawal.withdraw(context, PROFESSIONAL, wait="final", timeout=1)
    assert ended[1:] == [("profile", "0x" + "77" * 20, 0)]
