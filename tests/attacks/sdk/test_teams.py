"""A platform that lies about a care team is caught before anybody is given anything (promise I8): one test per lie."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.messages import CareTeam
from keymgmt.keys.signing import SigningKey
from keymgmt.node.errors import TeamNotAttested, UnknownProfessional
from keymgmt.node.messages import ProfessionalStatement, StateStatement
from keymgmt.node.teams import Standing
from medixain.core.eip712 import hash_struct, off_chain_domain
from medixain.core.errors import InvalidInput
from medixain.core.typed_json import message_to_json
from medixain.sdk import team_grants, teams, withdrawal
from medixain.sdk.errors import Integrity, NotAttested, NotFound, Rollback, ServerRefused
from medixain.sdk.grants import Given, Wish
from medixain.sdk.transactions import Handed
from tests.attacks.sdk.stub import CHAIN_ID, StubContext, statement

NOW = 1_790_000_000
OFF_CHAIN = off_chain_domain(CHAIN_ID)
SECTIONS = ["profile/results"]


@dataclass
class World:
    """An institution, its team as it stands on chain, four professionals, and what the platform says of it."""

    house: SigningKey = field(default_factory=SigningKey.random)
    slot: str = field(default_factory=lambda: SigningKey.random().address)
    wallets: list[str] = field(
        default_factory=lambda: sorted((SigningKey.random().address for _ in range(4)), key=str.lower)
    )
    professionals: dict[str, ProfessionalStatement] = field(default_factory=dict)
    state: StateStatement = field(default_factory=lambda: statement("0x" + "00" * 20))
    row: Any = None
    given: list[str] = field(default_factory=list)
    rights: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for wallet in self.wallets:
            self.professionals[wallet] = self.professional(wallet)
        self.publish(self.team())

    def professional(self, wallet: str, **changes: Any) -> ProfessionalStatement:
        values: dict[str, Any] = {
            "chain_id": CHAIN_ID, "wallet": wallet, "signing_key": wallet, "umbral_key": b"\x02" * 33,
            "institution": self.house.address, "institution_key": self.house.address,
            "institution_profile": bytes(32), "level": 3, "authorised": True, "final_height": 1,
            "final_hash": bytes(32), "node_time": NOW,
        }  # fmt: skip
        return ProfessionalStatement(**(values | changes))

    def team(self, **changes: Any) -> CareTeam:
        made = CareTeam(self.slot, self.house.address, "Ward 3", tuple(self.wallets[:3]), 1, secrets.token_bytes(32))
        return replace(made, **changes)

    def publish(self, message: CareTeam) -> None:
        """Put a version on the chain, and let an honest platform serve it."""
        self.state = statement(
            self.slot, keyset_version=message.version, keyset_hash=hash_struct(message), final_time=NOW,
            final_height=10 + message.version, key=self.house.address,
        )  # fmt: skip
        self.row = self.served(message)

    def served(self, message: CareTeam, by: SigningKey | None = None) -> Any:
        return {
            "document": message_to_json(message),
            "signature": "0x" + (by or self.house).sign(OFF_CHAIN, message).hex(),
        }


class Patient(StubContext):
    """A patient's home whose platform and nodes are the world's."""

    def __init__(self, world: World) -> None:
        super().__init__(WalletKeys(b"\x01" * 32))
        self.platform.answers[f"/teams/{world.slot}"] = lambda _: world.row
        self.__dict__["unlocked"] = SimpleNamespace(device=SigningKey.random())
        self.__dict__["meta"] = SimpleNamespace(chain_id=CHAIN_ID, node_set=SimpleNamespace(named=sorted))
        self.__dict__["nodes"] = SimpleNamespace(
            state=lambda slot, signer: replace(world.state, slot=slot),
            professional=lambda wallet, signer: self._stated(world, wallet),
        )

    def _stated(self, world: World, wallet: str) -> ProfessionalStatement:
        if wallet not in world.professionals:
            raise UnknownProfessional
        return world.professionals[wallet]

    def now(self) -> int:
        return NOW


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    found = World()

    def give(
        _: Any, professional: ProfessionalStatement, wish: Wish, *, append: bool, authors: dict[str, str], team: str
    ) -> tuple[list[Any], list[Handed]]:
        found.given.append(professional.wallet)
        if append:
            found.rights[professional.wallet] = authors
        return [], []

    monkeypatch.setattr(team_grants, "give", give)
    monkeypatch.setattr(team_grants, "items_of", lambda *_: {})
    monkeypatch.setattr(team_grants, "inbox", SimpleNamespace(sync=lambda _: []))
    monkeypatch.setattr(team_grants, "live_grants", lambda *_: list[Given]())
    return found


def share(patient: Patient, world: World, *, append: bool = False) -> Any:
    return team_grants.grant_team(
        patient, world.slot, records=[], sections=SECTIONS, append=append, purpose=None, expiry=None, wait="received",
        timeout=1,
    )  # fmt: skip


def refused(world: World, patient: Patient, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        share(patient, world)
    assert world.given == []


def test_every_authorised_member_is_given_it_and_the_others_are_named(world: World) -> None:
    world.professionals[world.wallets[1]] = world.professional(world.wallets[1], authorised=False)
    shared = share(Patient(world), world)
    assert world.given == [world.wallets[0], world.wallets[2]] == list(shared.members)
    assert [(one.wallet, one.standing) for one in shared.left_out] == [(world.wallets[1], "suspended")]
    assert (shared.name, shared.version) == ("Ward 3", 1)


def asks(patient: Patient, wallet: str, **pseudonyms: str) -> None:
    """A professional has asked to add records, under these pseudonyms by layer."""
    with patient.changing("authors") as authors:
        authors[wallet] = pseudonyms


def test_the_right_to_add_goes_to_members_who_asked_for_these_layers_and_the_others_are_named(world: World) -> None:
    first, second, third = world.wallets[:3]
    patient, pen = Patient(world), SigningKey.random().address
    asks(patient, first, profile=pen, activity=SigningKey.random().address)
    asks(patient, second, activity=SigningKey.random().address)
    shared = share(patient, world, append=True)
    assert world.given == [first, second, third]
    assert world.rights == {first: {"profile": pen}}
    assert (shared.may_append, shared.must_ask) == ((first,), (second, third))
    world.rights.clear()
    assert share(patient, world).may_append == ()
    assert world.rights == {}, "sharing for reading gives no such right"


def test_who_has_it_and_asks_later_is_given_the_right_by_running_it_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient, pen = Patient(world), SigningKey.random().address
    until: dict[str, int] = {}
    registry = SimpleNamespace(author_until=lambda slot, author: until.get(author, 0))
    monkeypatch.setattr(team_grants, "contracts_of", lambda _: SimpleNamespace(record_registry=registry))
    monkeypatch.setattr(team_grants, "_given_already", lambda *_, **__: set(world.wallets[:3]))
    share(patient, world, append=True)
    assert world.given == []
    asks(patient, world.wallets[0], profile=pen)
    share(patient, world, append=True)
    assert world.rights == {world.wallets[0]: {"profile": pen}}
    world.rights.clear()
    until[pen] = NOW + 365 * 86_400
    assert share(patient, world, append=True).may_append == (world.wallets[0],)
    assert world.rights == {}, "the chain has it already"


def test_an_interrupted_act_still_carries_the_right_to_add(world: World) -> None:
    patient, pen = Patient(world), SigningKey.random().address
    asks(patient, world.wallets[1], profile=pen)
    with patient.changing("teaming") as teaming:
        teaming[world.slot] = {
            "records": [], "sections": SECTIONS, "append": True, "purpose": "care", "expiry": NOW + 9,
            "waiting": world.wallets[1:3],
        }  # fmt: skip
    team_grants.settle(patient)
    assert (world.given, world.rights) == (world.wallets[1:3], {world.wallets[1]: {"profile": pen}})


def test_records_are_added_to_sections_and_not_to_records(world: World) -> None:
    with pytest.raises(InvalidInput, match="name those that the team may add to"):
        team_grants.grant_team(
            Patient(world), world.slot, records=["0x" + "11" * 32], sections=[], append=True, purpose=None,
            expiry=None, wait="received", timeout=1,
        )  # fmt: skip
    assert world.given == []


def test_a_member_added_by_the_platform(world: World) -> None:
    world.row = world.served(world.team(members=tuple(world.wallets)), SigningKey.random())
    refused(world, Patient(world), TeamNotAttested, "other content")


def test_a_member_added_under_the_institutions_old_signature(world: World) -> None:
    world.row["document"]["members"] = list(world.wallets)
    refused(world, Patient(world), TeamNotAttested, "other content")


def test_an_older_version_in_which_somebody_still_stands_who_has_left(world: World) -> None:
    before = world.row
    world.publish(world.team(version=2, members=tuple(world.wallets[:1])))
    world.row = before
    refused(world, Patient(world), TeamNotAttested, "version 1 where 2 is on the chain")


def test_an_older_version_with_nodes_that_go_back_with_it(world: World) -> None:
    patient, before, state = Patient(world), world.row, world.state
    world.publish(world.team(version=2, members=tuple(world.wallets[:1])))
    assert len(teams.believed(patient, world.slot, patient.account).members) == 1
    world.row, world.state = before, state
    refused(world, patient, Rollback, "version 1 after 2")


def test_an_old_key_of_the_institution_counts_no_more_and_the_new_one_publishes_the_same_team_on(world: World) -> None:
    """ADR 59, "When the institution's key changes": the slot, and with it the id, stays."""
    new = SigningKey.random()
    for wallet in world.wallets:
        world.professionals[wallet] = world.professional(wallet, institution_key=new.address)
    refused(world, Patient(world), TeamNotAttested, "not signed by its institution")
    second = world.team(version=2)
    world.publish(second)
    world.row = world.served(second, new)
    shared = share(Patient(world), world)
    assert (shared.team, shared.version, list(shared.members)) == (world.slot, 2, world.wallets[:3])


def test_a_team_that_another_institution_signed(world: World) -> None:
    other = SigningKey.random()
    message = world.team(members=tuple(world.wallets))
    world.publish(message)
    world.row = world.served(message, other)
    refused(world, Patient(world), TeamNotAttested, "not signed by its institution")


def test_another_institutions_team_of_these_professionals(world: World) -> None:
    other = SigningKey.random()
    message = world.team(institution=other.address)
    world.publish(message)
    world.row = world.served(message, other)
    refused(world, Patient(world), TeamNotAttested, "no member is with the institution")


def test_another_teams_document(world: World) -> None:
    patient, elsewhere = Patient(world), SigningKey.random().address
    world.row = world.served(world.team(team=elsewhere))
    refused(world, patient, TeamNotAttested, "another team's document")


def test_a_member_who_changed_the_institution_is_left_out(world: World) -> None:
    mover = world.wallets[2]
    world.professionals[mover] = world.professional(mover, institution=SigningKey.random().address)
    del world.professionals[world.wallets[1]]
    patient = Patient(world)
    standings = {one.wallet: one.standing for one in teams.believed(patient, world.slot, patient.account).members}
    assert standings == {
        world.wallets[0]: Standing.AUTHORISED, world.wallets[1]: Standing.ELSEWHERE, mover: Standing.ELSEWHERE,
    }  # fmt: skip
    share(patient, world)
    assert world.given == [world.wallets[0]]


def test_a_dissolved_team_is_given_nothing(world: World) -> None:
    world.publish(world.team(version=2, members=()))
    refused(world, Patient(world), NotAttested, "Nobody in the care team")


def test_who_joins_later_waits_for_the_patient_also_when_an_interrupted_act_is_finished(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = Patient(world)
    whole = team_grants.give

    def interrupted(context: Any, professional: ProfessionalStatement, *rest: Any, **more: Any) -> Any:
        if len(world.given) == 1:
            raise ServerRefused("fault", 500, "The platform fell.")
        return whole(context, professional, *rest, **more)

    monkeypatch.setattr(team_grants, "give", interrupted)
    with pytest.raises(ServerRefused):
        share(patient, world)
    assert team_grants.pending(patient) == (world.slot,)
    world.publish(world.team(version=2, members=tuple(world.wallets)))
    monkeypatch.setattr(team_grants, "give", whole)
    team_grants.settle(patient)
    assert world.given == world.wallets[:3]
    assert team_grants.pending(patient) == ()


def test_an_interrupted_act_is_finished_for_who_is_still_authorised(world: World) -> None:
    patient = Patient(world)
    with patient.changing("teaming") as teaming:
        teaming[world.slot] = {
            "records": [], "sections": SECTIONS, "purpose": "care", "expiry": NOW + 9, "waiting": world.wallets[1:3],
        }  # fmt: skip
    world.professionals[world.wallets[1]] = world.professional(world.wallets[1], authorised=False)
    team_grants.settle(patient)
    assert (world.given, team_grants.pending(patient)) == ([world.wallets[2]], ())


def test_what_has_run_out_meanwhile_is_given_to_nobody(world: World) -> None:
    patient = Patient(world)
    with patient.changing("teaming") as teaming:
        teaming[world.slot] = {
            "records": [], "sections": SECTIONS, "purpose": "care", "expiry": NOW, "waiting": world.wallets,
        }  # fmt: skip
    team_grants.settle(patient)
    assert (world.given, team_grants.pending(patient)) == ([], ())


def test_what_is_taken_back_meanwhile_is_not_given_by_an_interrupted_act(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdrawal, "inbox", SimpleNamespace(sync=lambda _: []))
    patient = Patient(world)
    with patient.changing("teaming") as teaming:
        teaming[world.slot] = {
            "records": [], "sections": SECTIONS, "purpose": "care", "expiry": NOW + 9, "waiting": world.wallets[:3],
        }  # fmt: skip
    # Neither has anything yet, so there is nothing to withdraw; what was still to come is given up all the same.
    for what, left in ((world.wallets[1], (world.slot,)), (world.slot.lower(), ())):
        with pytest.raises(NotFound):
            withdrawal.withdraw(patient, what, wait="received", timeout=1)
        assert team_grants.pending(patient) == left
    team_grants.settle(patient)
    assert world.given == []


# ---- the clerk ------------------------------------------------------------------------------------------------------


class Clerk(StubContext):
    """An institution's home; ``sent`` is what it would have published."""

    def __init__(self, rows: Callable[[], Sequence[Any]]) -> None:
        super().__init__(WalletKeys(b"\x02" * 32))
        self.sent: list[Any] = []
        self.__dict__["institution"] = SimpleNamespace(address=self.keys.wallet.address)
        self.__dict__["desk"] = self.keys.wallet
        contracts = {"WalletRegistry": "0x" + "11" * 20}
        self.__dict__["meta"] = SimpleNamespace(chain_id=CHAIN_ID, contracts=contracts)
        self.platform.answers[f"/institutions/{self.keys.wallet.address}/teams"] = lambda _: {"teams": list(rows())}
        self.platform.put = self._put  # type: ignore[attr-defined]

    def _put(self, path: str, body: Any, by: Any) -> Any:
        self.sent.append(body)
        return {"transaction": {"id": "1", "state": "received"}}


def publish(clerk: Clerk, members: Sequence[str], *, dissolve: bool = False) -> Any:
    return teams.publish(clerk, "Ward 3", members, dissolve=dissolve, wait="received", timeout=1)


def test_a_clerk_builds_on_what_the_institution_signed_and_on_nothing_else(world: World) -> None:
    rows: list[Any] = []
    clerk = Clerk(lambda: rows)
    first = publish(clerk, world.wallets[:2])
    assert [one["function"] for one in clerk.sent[0]["transactions"]] == ["openSlot", "rotateKey", "setDocument"]
    rows.append({"team": first.team, "transaction": {"id": "1", "state": "final"}, **clerk.sent[0]})
    assert publish(clerk, world.wallets[:2]).version == 1
    assert len(clerk.sent) == 1
    second = publish(clerk, world.wallets[:3])
    assert (second.team, second.version) == (first.team, 2)
    assert [one["function"] for one in clerk.sent[1]["transactions"]] == ["setDocument"]
    # Another slot under the same name would keep older versions alive that the platform can bring back.
    rows[0]["document"] = {**rows[0]["document"], "team": world.slot}
    with pytest.raises(Integrity, match="did not sign"):
        publish(clerk, world.wallets[:1])
    assert len(clerk.sent) == 2


def test_a_publication_that_was_interrupted_goes_on_with_the_same_team(world: World) -> None:
    clerk = Clerk(list)
    honest = clerk.platform.put  # type: ignore[attr-defined]

    def down(*_: Any, **__: Any) -> Any:
        raise ServerRefused("fault", 500, "The platform fell.")

    clerk.platform.put = down  # type: ignore[attr-defined]
    with pytest.raises(ServerRefused):
        publish(clerk, world.wallets[:2])
    (kept,) = clerk.table("team-openings").values()
    clerk.platform.put = honest  # type: ignore[attr-defined]
    assert publish(clerk, world.wallets[:2]).team == SigningKey(bytes.fromhex(kept["key"])).address
    assert clerk.table("team-openings") == {}
