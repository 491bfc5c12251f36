"""Fork choice: most work above the justified checkpoint, whatever the order of arrival."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.rules.fork_choice import BlockNode, ancestor_at, choose_head, is_ancestor, last_justified
from tests.unit.consensus.support import vectors
from tests.unit.consensus.trees import ROOT, tree, trees


@pytest.mark.parametrize("vector", vectors("fork_choice.json"), ids=lambda vector: vector["description"])
def test_vectors(vector):
    blocks = {ROOT.seal: ROOT}
    for name, parent, height, work in vector["blocks"]:
        blocks[name.encode()] = BlockNode(name.encode(), parent.encode(), height, work)
    assert choose_head(blocks, vector["justified"].encode()) == vector["head"].encode()


@given(nodes=trees(), data=st.data())
def test_the_head_does_not_depend_on_the_order_of_arrival(nodes, data):
    justified = data.draw(st.sampled_from(sorted(nodes)))
    order = data.draw(st.permutations(sorted(nodes)))
    assert choose_head({seal: nodes[seal] for seal in order}, justified) == choose_head(nodes, justified)


@given(nodes=trees(), data=st.data())
def test_no_block_above_the_justified_checkpoint_beats_the_head(nodes, data):
    justified = data.draw(st.sampled_from(sorted(nodes)))
    head = nodes[choose_head(nodes, justified)]
    assert is_ancestor(nodes, justified, head.seal)
    for rival in nodes.values():
        if is_ancestor(nodes, justified, rival.seal) and rival != head:
            assert (rival.work, head.seal) < (head.work, rival.seal) or rival.work < head.work


def test_an_unknown_checkpoint_is_an_error_not_a_guess():
    with pytest.raises(KeyError):
        choose_head(tree(("A", "G")), b"unknown")


def test_ancestors_by_height():
    blocks = tree(("A", "G"), ("B", "A"), ("X", "G"))
    assert ancestor_at(blocks, b"B", 1) == b"A"
    assert ancestor_at(blocks, b"B", 3) is None
    assert ancestor_at(blocks, b"unknown", 0) is None
    assert is_ancestor(blocks, b"B", b"B")
    assert not is_ancestor(blocks, b"X", b"B")
    assert not is_ancestor(blocks, b"unknown", b"B")


def test_the_last_justified_checkpoint_is_the_highest_that_keeps_the_final_block():
    blocks = tree(("A", "G"), ("B", "A"), ("X", "G"), ("Y", "X"), ("Z", "Y"))
    assert last_justified(blocks, {b"A", b"B", b"Z"}, b"A") == b"B"
    assert last_justified(blocks, {b"Z", b"gone"}, b"A") == b"A"
    assert last_justified(blocks, {b"Y", b"B"}, b"G") == b"B"
