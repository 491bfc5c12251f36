"""The block tree in memory: headers of every valid block above a window below the last final one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from consensus.execution.base import BlockRef
from consensus.rules.fork_choice import BlockNode, ancestor_at, is_ancestor
from consensus.rules.genesis import GenesisConfig

WINDOW_BLOCKS = 1024
"""How many blocks below the last final one stay in memory: votes and checkpoints may still name them."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The final block a block reads s, r, miners and voters from: seal hash, height, payload hash."""

    seal: bytes
    height: int
    payload_hash: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A valid block: its place in the tree and what later blocks need to know about it.

    ``transactions_height`` is the height of the newest block with transactions on its branch (itself included), 0 for
    none in the window.
    """

    node: BlockNode
    payload_hash: bytes
    time_ms: int
    checkpoint: Checkpoint
    miner_id: bytes
    institution: str
    transactions_height: int

    @property
    def seal(self) -> bytes:
        """The seal hash."""
        return self.node.seal

    @property
    def height(self) -> int:
        """The block number."""
        return self.node.height

    @property
    def timestamp(self) -> int:
        """The payload's timestamp, s."""
        return self.time_ms // 1000

    def as_checkpoint(self) -> Checkpoint:
        """This block as the checkpoint of later ones."""
        return Checkpoint(self.seal, self.height, self.payload_hash)


def genesis_entry(genesis: GenesisConfig, block: BlockRef) -> Entry:
    """Block 0, which is its own checkpoint and which nobody mined."""
    seal = genesis.seal
    node = BlockNode(seal, bytes(32), 0, 0)
    return Entry(node, block.hash, genesis.time * 1000, Checkpoint(seal, 0, block.hash), bytes(32), "", 0)


class BlockTree:
    """Entries by seal hash. Not safe for several threads; the chain that owns it holds a lock."""

    def __init__(self, root: Entry) -> None:
        self._entries: dict[bytes, Entry] = {}
        self._nodes: dict[bytes, BlockNode] = {}
        self.add(root)

    @property
    def nodes(self) -> Mapping[bytes, BlockNode]:
        """The tree as the pure rules read it."""
        return self._nodes

    def __contains__(self, seal: bytes) -> bool:
        return seal in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: Entry) -> None:
        """Adds a block."""
        self._entries[entry.seal] = entry
        self._nodes[entry.seal] = entry.node

    def get(self, seal: bytes) -> Entry | None:
        """The entry of a seal hash."""
        return self._entries.get(seal)

    def __getitem__(self, seal: bytes) -> Entry:
        return self._entries[seal]

    def is_ancestor(self, ancestor: bytes, descendant: bytes) -> bool:
        """Whether ``ancestor`` lies on ``descendant``'s branch (or is it)."""
        return is_ancestor(self._nodes, ancestor, descendant)

    def ancestor(self, seal: bytes, height: int) -> Entry | None:
        """The entry at ``height`` on the branch that ends in ``seal``; None when it is not in memory."""
        found = ancestor_at(self._nodes, seal, height)
        return self._entries[found] if found is not None else None

    def branch(self, seal: bytes, down_to: int) -> Iterator[Entry]:
        """The branch from ``seal`` downwards, as far as height ``down_to``."""
        entry = self._entries.get(seal)
        while entry is not None and entry.height >= down_to:
            yield entry
            entry = self._entries.get(entry.node.parent)

    def siblings(self, parent: bytes, miner_id: bytes) -> list[Entry]:
        """Blocks one miner sealed on one parent."""
        return [entry for entry in self._entries.values() if entry.node.parent == parent and entry.miner_id == miner_id]

    def prune(self, final_height: int) -> None:
        """Forgets what lies more than the window below the final block."""
        floor = final_height - WINDOW_BLOCKS
        if floor <= 0:
            return
        for seal in [seal for seal, entry in self._entries.items() if entry.height < floor]:
            del self._entries[seal]
            del self._nodes[seal]
