"""Gossip as the consensus client sees it, and the consensus client as gossip sees it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from consensus.node.messages import SealedBlock
from consensus.rules.votes import Vote


@dataclass(frozen=True, slots=True)
class ChainStatus:
    """Where a node's chain stands: head and final block (seal hash, height), work of the head's branch (hashes)."""

    head: bytes
    height: int
    work: int
    justified: bytes
    final: bytes
    final_height: int


class LocalNode(Protocol):
    """What gossip asks of its own node."""

    def chain_status(self) -> ChainStatus:
        """Where this node's chain stands."""

    def permitted_peers(self) -> Collection[str]:
        """Registry keys (EIP-55) that may talk to this node: keys of miners and voters."""

    def canonical_blocks(self, first: int, last: int) -> list[SealedBlock]:
        """Blocks of the head's branch between two heights."""

    def stored_votes(self, first: int, last: int) -> list[Vote]:
        """Votes whose target lies between two heights."""

    def receive_block(self, peer: str, block: SealedBlock) -> None:
        """Takes a block a peer announced. Raises :class:`ConsensusError` when it is refused."""

    def receive_votes(self, peer: str, votes: Sequence[Vote]) -> None:
        """Takes votes a peer announced. Raises :class:`ConsensusError` when one is refused."""


class Gossip(Protocol):
    """Talks to peers. Announcements return at once; fetches block and raise :class:`PeerUnavailable`."""

    def start(self, node: LocalNode) -> None:
        """Begins to serve ``node`` and to announce for it."""

    def stop(self) -> None:
        """Ends serving and announcing."""

    def announce_block(self, block: SealedBlock) -> None:
        """Sends a block to every peer, soon."""

    def announce_votes(self, votes: Sequence[Vote]) -> None:
        """Sends votes to every peer, soon."""

    def peers(self) -> Sequence[str]:
        """Addresses of the configured peers."""

    def status_of(self, peer: str) -> ChainStatus:
        """Where a peer's chain stands."""

    def blocks_of(self, peer: str, first: int, last: int) -> list[SealedBlock]:
        """Blocks of a peer's canonical branch."""

    def votes_of(self, peer: str, first: int, last: int) -> list[Vote]:
        """A peer's votes for targets between two heights."""


class NoGossip:
    """A network of one program, as in the demo: nobody to talk to."""

    def start(self, node: LocalNode) -> None:
        """Nothing to serve."""

    def stop(self) -> None:
        """Nothing to end."""

    def announce_block(self, block: SealedBlock) -> None:
        """Nobody to tell."""

    def announce_votes(self, votes: Sequence[Vote]) -> None:
        """Nobody to tell."""

    def peers(self) -> Sequence[str]:
        """None."""
        return ()

    def status_of(self, peer: str) -> ChainStatus:
        """Raises :class:`KeyError`: there are no peers."""
        raise KeyError(peer)

    def blocks_of(self, peer: str, first: int, last: int) -> list[SealedBlock]:
        """Raises :class:`KeyError`: there are no peers."""
        raise KeyError(peer)

    def votes_of(self, peer: str, first: int, last: int) -> list[Vote]:
        """Raises :class:`KeyError`: there are no peers."""
        raise KeyError(peer)
