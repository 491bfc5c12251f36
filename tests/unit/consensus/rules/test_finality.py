"""Casper FFG: what votes finalise; safety and liveness."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consensus.rules.constants import FAULT_DENOMINATOR
from consensus.rules.errors import UnsafeVote
from consensus.rules.finality import Finality, evaluate, evidence, is_supermajority
from consensus.rules.fork_choice import is_ancestor
from consensus.rules.votes import Link, Vote, VoterRecord
from tests.unit.consensus.support import vectors
from tests.unit.consensus.trees import tree, trees

START = Finality(frozenset({b"G"}), b"G")


def link(blocks, source, target):
    return Link(source, blocks[source].height, target, blocks[target].height)


def judge(blocks, votes, voters, known=START):
    return evaluate(blocks, votes, lambda _: [str(i) for i in range(voters)], known)


def votes_of(blocks, groups):
    return [
        Vote(str(voter), link(blocks, source, target), b"") for voters, source, target in groups for voter in voters
    ]


@pytest.mark.parametrize("vector", vectors("finality.json"), ids=lambda vector: vector["description"])
def test_vectors(vector):
    blocks = tree(*vector["blocks"].items())
    votes = votes_of(blocks, [(who, source.encode(), target.encode()) for who, source, target in vector["votes"]])
    found = judge(blocks, votes, vector["voters"])
    assert sorted(seal.decode() for seal in found.justified) == vector["justified"]
    assert found.final.decode() == vector["final"]


@pytest.mark.parametrize(("votes", "voters", "enough"), [(3, 4, True), (2, 3, False), (4, 5, True), (3, 5, False)])
def test_more_than_two_thirds(votes, voters, enough):
    assert is_supermajority(votes, voters) == enough


@st.composite
def voted_trees(draw):
    """A tree, and links on it with the voters (of four) that support each; voters need not be honest."""
    blocks = draw(trees(max_blocks=7))
    pairs = [
        (source, target)
        for source in blocks
        for target in blocks
        if source != target and is_ancestor(blocks, source, target)
    ]
    crowd = st.sets(st.integers(0, 3), min_size=2)
    groups = draw(st.lists(st.tuples(crowd, st.sampled_from(sorted(pairs))), max_size=10))
    return blocks, votes_of(blocks, [(sorted(who), *pair) for who, pair in groups])


BRANCHES = tree(*[(f"{b}{i}", f"{b}{i - 1}" if i > 1 else "G") for b in "AX" for i in range(1, 5)])


@st.composite
def branch_votes(draw, branch):
    """Votes of crowds, mostly sufficient ones, for links up one branch, each from where an earlier one led."""
    names = ["G", *(f"{branch}{i}" for i in range(1, 5))]
    reached, groups = [0], []
    for _ in range(draw(st.integers(2, 4))):
        source = draw(st.sampled_from(reached))
        target = draw(st.integers(source + 1, 4)) if source < 4 else 4
        if target > source:
            crowd = draw(st.sampled_from([(0, 1, 2), (1, 2, 3), (0, 1), (2, 3)]))
            groups.append((crowd, names[source].encode(), names[target].encode()))
            reached.append(target)
    return votes_of(BRANCHES, groups)


@given(first=branch_votes("A"), second=branch_votes("X"))
@settings(max_examples=1000)
def test_two_conflicting_finals_need_more_than_a_third_to_have_broken_a_commandment(first, second):
    finals = [judge(BRANCHES, view, 4).final for view in (first, second)]
    if b"G" not in finals:
        offenders = {pair[0].voter for pair in evidence(first + second)}
        assert len(offenders) * FAULT_DENOMINATOR > 4


def test_conflicting_finals_are_possible_and_the_evidence_names_the_culprits():
    blocks = tree(("A", "G"), ("B", "A"), ("X", "G"), ("Y", "X"))
    one = votes_of(blocks, [((0, 1, 2), b"G", b"A"), ((0, 1, 2), b"A", b"B")])
    other = votes_of(blocks, [((1, 2, 3), b"G", b"X"), ((1, 2, 3), b"X", b"Y")])
    assert (judge(blocks, one, 4).final, judge(blocks, other, 4).final) == (b"A", b"X")
    assert {pair[0].voter for pair in evidence(one + other)} == {"1", "2"}


def test_a_justified_child_by_an_older_link_would_be_unsafe_hence_it_does_not_finalise():
    """B's link leaves G, not A, so a surround-free later link G->Z may still justify another branch."""
    blocks = tree(("A", "G"), ("B", "A"), ("X", "G"), ("Y", "X"), ("Z", "Y"), ("W", "Z"))
    votes = votes_of(blocks, [((0, 1, 2), b"G", b"A"), ((0, 1, 2), b"G", b"B")])
    later = votes_of(blocks, [((0, 1, 2), b"G", b"Z"), ((0, 1, 2), b"Z", b"W")])
    assert evidence(votes + later) == ()
    assert judge(blocks, votes, 4).final == b"G"
    assert judge(blocks, votes + later, 4).final == b"Z"


@given(case=voted_trees(), data=st.data())
def test_the_order_of_votes_does_not_matter_and_nothing_is_taken_back(case, data):
    blocks, votes = case
    whole = judge(blocks, votes, 4)
    assert judge(blocks, data.draw(st.permutations(votes)), 4) == whole
    early = judge(blocks, data.draw(st.permutations(votes))[: len(votes) // 2], 4)
    late = judge(blocks, votes, 4, known=early)
    assert early.justified <= late.justified
    assert is_ancestor(blocks, early.final, late.final)


@given(
    split=st.lists(st.lists(st.sampled_from("AX"), min_size=4, max_size=4), max_size=6),
    absent=st.one_of(st.none(), st.integers(0, 3)),
)
def test_three_of_four_honest_voters_always_reach_finality_again(split, absent):
    """Whatever honest voters signed on two branches, three of them finalise what is built above all of it."""
    length = len(split) + 3
    blocks = tree(*[(f"{b}{i}", f"{b}{i - 1}" if i > 1 else "G") for b in "AX" for i in range(1, length + 1)])
    records, votes = [VoterRecord()] * 4, []

    def cast(voter, target, source):
        wish = link(blocks, source, target)
        try:
            records[voter] = records[voter].after(wish)
        except UnsafeVote:
            return
        votes.append(Vote(str(voter), wish, b""))

    def top(branch):
        names = [seal for seal in judge(blocks, votes, 4).justified if seal == b"G" or seal[:1] == branch]
        return max(names, key=lambda seal: blocks[seal].height)

    for height, branches in enumerate(split, 1):
        sources = {name: top(name.encode()) for name in "AX"}
        for voter, name in enumerate(branches):
            cast(voter, f"{name}{height}".encode(), sources[name])
    settled = judge(blocks, votes, 4)
    highest = max(settled.justified, key=lambda seal: blocks[seal].height)
    branch = (highest if highest != b"G" else b"A")[:1]
    for height in range(len(split) + 1, length + 1):
        source = top(branch)
        for voter in range(4):
            if voter != absent:
                cast(voter, branch + str(height).encode(), source)
    assert blocks[judge(blocks, votes, 4).final].height > len(split)
