"""An institution's client signs the bounds it shows, for the contract it pinned, and nothing else."""

import uuid
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.bindings import LocalKey
from contracts.bindings.messages import Bounds
from medixain.core.eip712 import Domain, digest
from medixain.core.secp256k1 import recover_digest
from medixain.sdk import governance
from medixain.sdk.errors import BadServerAnswer, NotFound

KEY = LocalKey(b"\x07" * 32)
DOMAIN = Domain("ConsensusGovernance", "1", 7, "0x" + "11" * 20)
BOUNDS = Bounds(s_min=4, s_max=5, r_min=28, r_max=30, d_min=19, d_max=23, nonce=9, deadline=1_800_000_000)
MESSAGE = {"sMin": 4, "sMax": 5, "rMin": 28, "rMax": 30, "dMin": 19, "dMax": 23, "nonce": 9, "deadline": 1_800_000_000}


class Platform:
    """Answers with one proposal and keeps what is posted."""

    def __init__(self, **changed: Any) -> None:
        self.id = str(uuid.UUID(int=1))
        self.proposal = {
            "id": self.id, "message": MESSAGE, "votes": [], "needed": 3, "state": "collecting", "digest": "0x00",
        } | changed  # fmt: skip
        self.posted: list[tuple[str, dict[str, str]]] = []

    def get(self, path: str) -> Any:
        assert path == "/proposals"
        return {"proposals": [self.proposal]}

    def post(self, path: str, body: dict[str, str], *, by: object) -> Any:
        self.posted.append((path, body))
        return self.proposal | {"votes": [KEY.address]}


def context_of(platform: Platform) -> Any:
    desk = SimpleNamespace(sign=lambda domain, message: KEY.sign_digest(digest(domain, message)))
    return SimpleNamespace(
        api=platform, desk=desk, institution=SimpleNamespace(address=KEY.address), contract_domain=lambda name: DOMAIN
    )


def test_what_is_signed_is_what_is_shown_whatever_digest_the_platform_names() -> None:
    platform = Platform()
    voted = governance.vote(context_of(platform), platform.id)
    assert (voted.s_min, voted.s_max, voted.d_min, voted.d_max) == (4, 5, 19, 23)
    assert (voted.votes, voted.needed, voted.state) == (1, 3, "collecting")
    [(path, body)] = platform.posted
    assert path == f"/proposals/{platform.id}/votes"
    assert recover_digest(digest(DOMAIN, BOUNDS), bytes.fromhex(body["signature"][2:])) == KEY.address


def test_the_list_says_whether_this_institution_voted() -> None:
    [row] = governance.proposals(context_of(Platform(votes=[KEY.address])))
    assert (row.voted, row.until, row.r_max) == (True, 1_800_000_000, 30)


def test_another_proposals_id_signs_nothing() -> None:
    platform = Platform()
    with pytest.raises(NotFound):
        governance.vote(context_of(platform), str(uuid.UUID(int=2)))
    assert platform.posted == []


@pytest.mark.parametrize("message", [None, {}, MESSAGE | {"evil": 1}, MESSAGE | {"sMin": -1}, MESSAGE | {"dMax": 256}])
def test_a_message_that_is_no_bounds_is_not_signed(message: Any) -> None:
    platform = Platform(message=message)
    with pytest.raises(BadServerAnswer):
        governance.vote(context_of(platform), platform.id)
    assert platform.posted == []
