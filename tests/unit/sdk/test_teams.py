"""With whom a wallet shares through a care team: who has something now, who was stopped, and who has joined since."""

from dataclasses import replace

import pytest
from hypothesis import given as holds
from hypothesis import strategies as st

from contracts.bindings.messages import GrantKind, GrantOpening
from keymgmt.keys.derivation import WalletKeys
from keymgmt.node.teams import Standing, Team, TeamMember
from medixain.sdk import grants, teams
from medixain.sdk.grants import Given
from tests.attacks.sdk.stub import StubContext

KEYS = WalletKeys(bytes(range(32)))
NOW = 1_000
TEAM, OTHER = "0x" + "aa" * 20, "0x" + "bb" * 20
WALLETS = tuple("0x" + f"{number:040x}" for number in range(1, 5))


class Owner(StubContext):
    def now(self) -> int:
        return NOW


@st.composite
def givens(draw: st.DrawFn) -> list[tuple[Given, bool]]:
    """Grants of a wallet, each with whether it was withdrawn."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        opening = GrantOpening(
            slot=KEYS.slot_id("profile"), grantee=draw(st.sampled_from(WALLETS)), grantee_key=b"",
            kind=GrantKind.RECORDS, records=(), sections=(), purpose="care",
            expiry=draw(st.sampled_from([NOW - 1, NOW + 1])), node_set=1, salt=bytes(32),
        )  # fmt: skip
        through = draw(st.sampled_from([TEAM, OTHER, None]))
        found.append((Given(number.to_bytes(32, "big"), opening, "profile", through), draw(st.booleans())))
    return found


@holds(givens())
def test_the_three_kinds_of_members_never_overlap_and_follow_from_the_grants(drawn: list[tuple[Given, bool]]) -> None:
    withdrawn = {grant.id for grant, is_over in drawn if is_over}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(teams, "given_grants", lambda _: [grant for grant, _ in drawn])
        patch.setattr(grants, "withdrawn_ids", lambda *_: withdrawn)
        sharing = teams.sharing_with(Owner(KEYS), TEAM)
    live = [one for one, is_over in drawn if one.team == TEAM and not is_over and one.opening.expiry > NOW]
    assert sharing.now == {grant.opening.grantee for grant in live}
    assert not sharing.now & sharing.stopped
    assert sharing.now | sharing.stopped <= sharing.ever
    if not sharing.now:
        assert sharing.stopped == frozenset()
    members = tuple(TeamMember(wallet, Standing.AUTHORISED, None) for wallet in WALLETS)
    joined = teams.joined_since(Team(TEAM, OTHER, "Ward 3", 1, members), sharing)
    assert set(joined) == (set(WALLETS) - sharing.ever if sharing.now else set())
    suspended = tuple(replace(member, standing=Standing.SUSPENDED) for member in members)
    assert teams.joined_since(Team(TEAM, OTHER, "Ward 3", 1, suspended), sharing) == ()
