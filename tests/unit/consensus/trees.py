"""Block trees for tests: named blocks, and a strategy for random trees."""

from hypothesis import strategies as st

from consensus.rules.fork_choice import BlockNode

ROOT = BlockNode(b"G", b"", 0, 0)


def tree(*blocks):
    """A tree over the root ``G`` from (name, parent name[, work of the block]) triples."""
    nodes = {ROOT.seal: ROOT}
    for name, parent, *work in blocks:
        above = nodes[parent.encode()]
        nodes[name.encode()] = BlockNode(name.encode(), above.seal, above.height + 1, above.work + (work or [1])[0])
    return nodes


@st.composite
def trees(draw, max_blocks=12):
    """A random tree: each new block chooses its parent among all before it."""
    nodes = [ROOT]
    for number in range(draw(st.integers(1, max_blocks))):
        parent = draw(st.sampled_from(nodes))
        work = draw(st.sampled_from([1, 2, 4]))
        seal = bytes([draw(st.integers(0, 255)), number])
        nodes.append(BlockNode(seal, parent.seal, parent.height + 1, parent.work + work))
    return {node.seal: node for node in nodes}
