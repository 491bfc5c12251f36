"""A withdrawal that was lost on its way is sent again until the chain shows it, and then no more."""

from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from contracts.bindings.messages import GrantKind, GrantOpening
from keymgmt.keys.derivation import WalletKeys
from medixain.sdk import grants, withdrawal
from medixain.sdk.context import Context, NodeSet
from medixain.sdk.grants import Given
from medixain.sdk.results import RotationProgress
from medixain.sdk.transactions import Handed
from tests.attacks.sdk.stub import StubContext

KEYS = WalletKeys(bytes(range(32)))
NODES = {f"0x{index:040x}": f"node {index}" for index in range(3)}
NOW = 1_000


class Chain:
    """Which withdrawals have been sent, and which of them the attested history shows."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.shown: set[bytes] = set()
        self.nodes_up = tuple(NODES)

    def revoke(self, _: Context, layer: str, grants: Sequence[bytes]) -> tuple[set[str], list[Handed]]:
        self.sent += [(layer, grant) for grant in grants]
        return set(self.nodes_up), [Handed("1", "received")]

    def withdrawn_ids(self, _: Context, layer: str) -> set[bytes]:
        return self.shown


def given(number: int, layer: str = "profile", expiry: int = NOW + 1) -> Given:
    opening = GrantOpening(
        slot=KEYS.slot_id(layer), grantee="0x" + "22" * 20, grantee_key=b"", kind=GrantKind.RECORDS, records=(),
        sections=(), purpose="care", expiry=expiry, node_set=1, salt=bytes(32),
    )  # fmt: skip
    return Given(number.to_bytes(32, "big"), opening, layer)


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> Chain:
    chain = Chain()
    all_given = [given(1), given(2), given(3, "sealed"), given(4, expiry=NOW)]
    monkeypatch.setattr(withdrawal, "given_grants", lambda _: all_given)
    monkeypatch.setattr(grants, "withdrawn_ids", chain.withdrawn_ids)
    monkeypatch.setattr(withdrawal, "revoke", chain.revoke)
    monkeypatch.setattr(withdrawal, "plan_due", lambda _: None)
    monkeypatch.setattr(withdrawal, "rotate_pending", lambda _: (RotationProgress(0, 0), []))
    return chain


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch) -> StubContext:
    context = StubContext(KEYS)
    monkeypatch.setattr(StubContext, "now", lambda _: NOW)
    monkeypatch.setattr(StubContext, "meta", SimpleNamespace(node_set=NodeSet(1, 2, (), NODES)))
    with context.changing("withdrawing") as table:
        table.update({given(number).name: 1 for number in (1, 3, 4)})
    return context


def test_only_what_was_withdrawn_and_still_counts_is_sent_again(chain: Chain, context: StubContext) -> None:
    answer = withdrawal.resume(context)
    assert chain.sent == [("profile", given(1).id), ("sealed", given(3).id)]
    assert answer.grants == (given(1).name, given(3).name)
    assert (answer.state, answer.nodes) == ("withdrawal-incomplete", ("node 0", "node 1", "node 2"))


def test_it_ends_when_the_chain_shows_it(chain: Chain, context: StubContext) -> None:
    chain.shown = {given(1).id}
    chain.nodes_up = chain.nodes_up[:2]
    assert withdrawal.resume(context).nodes == ("node 0", "node 1")
    assert chain.sent == [("sealed", given(3).id)]
    chain.shown = {given(1).id, given(3).id}
    assert withdrawal.resume(context).state == "complete"
    assert withdrawal.resume(context).grants == ()
    assert len(chain.sent) == 1
    assert context.table("withdrawing") == {}
