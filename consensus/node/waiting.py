"""Blocks that cannot be judged yet: their parent, the votes for their checkpoint, or their time has not come."""

from collections import OrderedDict

from consensus.node.messages import SealedBlock

WAITING_MAX = 128
"""Most blocks kept; the oldest is dropped first. Only authenticated peers can add to them, and sync fetches again."""


class WaitingBlocks:
    """Blocks by seal hash. Not safe for several threads."""

    def __init__(self) -> None:
        self._blocks: OrderedDict[bytes, SealedBlock] = OrderedDict()

    def __len__(self) -> int:
        return len(self._blocks)

    def add(self, block: SealedBlock) -> None:
        """Keeps a block."""
        self._blocks[block.seal] = block
        while len(self._blocks) > WAITING_MAX:
            self._blocks.popitem(last=False)

    def take(self) -> list[SealedBlock]:
        """All blocks, lowest first; those that still cannot be judged are added again by the caller."""
        blocks = sorted(self._blocks.values(), key=lambda block: block.header.height)
        self._blocks.clear()
        return blocks
