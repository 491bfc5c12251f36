"""Fork choice: from the last justified checkpoint the most accumulated work, ties to the lower seal hash."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BlockNode:
    """A valid block in the tree: seal hash, parent's seal hash, height, work of the whole branch (expected hashes)."""

    seal: bytes
    parent: bytes
    height: int
    work: int


def ancestor_at(blocks: Mapping[bytes, BlockNode], seal: bytes, height: int) -> bytes | None:
    """The seal at ``height`` on the branch that ends in ``seal``; None when the branch does not reach there."""
    node = blocks.get(seal)
    while node is not None and node.height > height:
        node = blocks.get(node.parent)
    return node.seal if node is not None and node.height == height else None


def is_ancestor(blocks: Mapping[bytes, BlockNode], ancestor: bytes, descendant: bytes) -> bool:
    """Whether ``ancestor`` lies on the branch that ends in ``descendant``; a block counts as its own ancestor."""
    node = blocks.get(ancestor)
    return node is not None and ancestor_at(blocks, descendant, node.height) == ancestor


def last_justified(blocks: Mapping[bytes, BlockNode], justified: Iterable[bytes], final: bytes) -> bytes:
    """The highest justified checkpoint that descends from ``final``, ties to the lower seal; else ``final``.

    Two justified checkpoints of one height need more than a third of the voters to have voted twice.
    """
    candidates = [seal for seal in justified if seal in blocks and is_ancestor(blocks, final, seal)]
    return min(candidates, key=lambda seal: (-blocks[seal].height, seal), default=final)


def choose_head(blocks: Mapping[bytes, BlockNode], justified: bytes) -> bytes:
    """The head of the chain: among ``justified`` and its descendants the block of most work, then of lowest seal.

    It depends on the set of blocks alone, not on the order in which they arrived.
    Raises :class:`KeyError` when the justified checkpoint is not in the tree.
    """
    floor = blocks[justified]
    above = (node for node in blocks.values() if node.height >= floor.height and node.work >= floor.work)
    ranked = sorted(above, key=lambda node: (-node.work, node.seal))
    return next(node.seal for node in ranked if ancestor_at(blocks, node.seal, floor.height) == justified)
