"""Finality votes: what is signed, what contradicts, what an honest voter refuses to sign."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.rules.errors import BadSignature, InvalidVote, UnsafeVote
from consensus.rules.votes import Link, Vote, VoterRecord, conflict
from tests.unit.consensus.support import CHAIN_ID, VOTERS, data, vectors, vote

VECTORS = vectors("votes.json")


@pytest.mark.parametrize("vector", VECTORS["votes"], ids=lambda vector: vector["targetHeight"])
def test_vectors(vector):
    ends = (data(vector["sourceSeal"]), vector["sourceHeight"], data(vector["targetSeal"]), vector["targetHeight"])
    link = Link(*ends)
    assert link.digest(VECTORS["chainId"]) == data(vector["digest"])
    Vote(vector["voter"], link, data(vector["signature"])).check(VECTORS["chainId"])


@pytest.mark.parametrize("vector", VECTORS["conflicts"])
def test_conflict_vectors(vector):
    first = Link(b"s", vector["first"][0], b"t", vector["first"][1])
    second = Link(b"s", vector["second"][0], b"t" if vector["sameTarget"] else b"u", vector["second"][1])
    assert conflict(first, second) == conflict(second, first) == vector["conflict"]


LINK = Link(b"\x01" * 32, 3, b"\x02" * 32, 4)


def test_a_vote_by_another_key_on_another_chain_or_with_a_broken_signature_is_refused():
    good = vote(1, LINK)
    good.check(CHAIN_ID)
    for bad in (replace(good, voter=VOTERS[1]), replace(good, link=replace(LINK, target_height=5))):
        with pytest.raises(InvalidVote):
            bad.check(CHAIN_ID)
    with pytest.raises(InvalidVote):
        good.check(CHAIN_ID + 1)
    with pytest.raises(BadSignature):
        replace(good, signature=bytes(65)).check(CHAIN_ID)


def test_a_vote_must_lead_upwards():
    with pytest.raises(InvalidVote):
        vote(1, replace(LINK, target_height=3)).check(CHAIN_ID)


heights = st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] < pair[1])
links = st.builds(lambda pair, seal: Link(b"s", pair[0], seal, pair[1]), heights, st.binary(min_size=1, max_size=1))


@given(st.lists(links, max_size=30))
def test_a_voter_that_asks_its_record_never_contradicts_itself(offered):
    record, signed = VoterRecord(), []
    for link in offered:
        try:
            record = record.after(link)
        except UnsafeVote:
            continue
        signed.append(link)
    assert not any(conflict(first, second) for first in signed for second in signed if first is not second)


def test_the_record_lets_a_voter_go_on():
    record = VoterRecord().after(Link(b"s", 0, b"t", 1)).after(Link(b"s", 0, b"u", 5))
    assert record == VoterRecord(0, 5)
    assert record.after(Link(b"s", 4, b"v", 6)) == VoterRecord(4, 6)
    for unsafe in (Link(b"s", 4, b"v", 5), Link(b"s", 0, b"v", 2)):
        with pytest.raises(UnsafeVote):
            record.after(unsafe)
    with pytest.raises(UnsafeVote):
        VoterRecord(4, 6).after(Link(b"s", 3, b"w", 9))
