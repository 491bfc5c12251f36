"""The voter's duty."""

import pytest

from consensus.node.voter import Voter
from tests.unit.consensus.support import VOTERS, partner_signer


@pytest.fixture
def voter(bench):
    return Voter(bench.chain, partner_signer(1, 2, 3, 4), bench.clock, delay_ms=300)


def settle(bench, voter):
    """What the voter does once the head has stood long enough."""
    assert voter.step() == []
    bench.clock.time_ms += 300
    return voter.step()


def test_every_local_voter_votes_once_for_a_head_that_stands(bench, voter):
    one = bench.extend()
    votes = settle(bench, voter)
    assert [vote.voter for vote in votes] == list(VOTERS[:4])
    assert {vote.link.target for vote in votes} == {one.seal}
    assert voter.step() == []
    assert bench.chain.justified == one


def test_the_source_is_the_last_justified_checkpoint_so_children_finalise(bench, voter):
    one = bench.extend()
    settle(bench, voter)
    bench.extend()
    votes = settle(bench, voter)
    assert {vote.link.source for vote in votes} == {one.seal}
    assert bench.chain.final == one


def test_a_head_that_changes_in_time_is_not_voted_for(bench, voter):
    root = bench.chain.head
    first = bench.extend(root, rank=1)
    assert voter.step() == []
    second = bench.extend(root, rank=2)
    loser, winner = sorted((first, second), key=lambda entry: entry.seal, reverse=True)
    votes = settle(bench, voter)
    assert {vote.link.target for vote in votes} == {winner.seal} != {loser.seal}


def test_after_a_reorganisation_a_voter_waits_for_a_greater_height(bench, voter):
    root = bench.chain.head
    one = bench.extend(root, rank=1)
    alone = Voter(bench.chain, partner_signer(1), bench.clock, delay_ms=0)
    assert [vote.link.target for vote in alone.step()] == [one.seal]
    rival = bench.extend(root, rank=2)
    two = bench.extend(rival)
    assert bench.chain.head == two
    assert [vote.link.target for vote in alone.step()] == [two.seal]
    assert bench.store.evidence() == []


def test_a_restarted_voter_remembers(bench, voter):
    bench.extend()
    settle(bench, voter)
    other = bench.extend(bench.chain.canonical(0, 0)[0], rank=2)
    bench.reopen()
    again = Voter(bench.chain, partner_signer(1, 2, 3, 4), bench.clock, delay_ms=0)
    assert again.step() == []
    assert bench.store.voter_record(VOTERS[0]).target_height == other.height == 1
