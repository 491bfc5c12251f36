"""Synchronisation: compares chains with each peer and fetches what is missing, blocks and the votes for them."""

from __future__ import annotations

import logging
from collections.abc import Callable

from consensus.node.alarms import Alarms
from consensus.node.chain import Chain
from consensus.node.errors import PeerRefused, PeerUnavailable
from consensus.node.gossip.base import ChainStatus, Gossip
from consensus.node.messages import SealedBlock
from consensus.rules.errors import ConsensusError, ParentUnknown

log = logging.getLogger(__name__)

BATCH_BLOCKS = 32


class Synchroniser:
    """Brings the chain level with its peers. Use from one thread."""

    def __init__(self, chain: Chain, gossip: Gossip, alarms: Alarms, take_block: Callable[[SealedBlock], None]) -> None:
        self._chain = chain
        self._gossip = gossip
        self._alarms = alarms
        self._take_block = take_block

    def round(self) -> None:
        """Compares with every peer once. A peer that fails is skipped until the next round."""
        for peer in self._gossip.peers():
            try:
                self._with(peer)
            except (PeerUnavailable, PeerRefused) as error:
                log.info("synchronising with %s failed: %s", peer, error.message)
            except ConsensusError as error:
                self._alarms.note("peer-sent-invalid", f"{peer} sent what the rules refuse: {error.message}")

    def _with(self, peer: str) -> None:
        remote = self._gossip.status_of(peer)
        if self._level_with(remote):
            return
        first = self._chain.final.height + 1
        while first <= remote.height:
            last = min(first + BATCH_BLOCKS - 1, remote.height)
            blocks = self._gossip.blocks_of(peer, first, last)
            votes = self._gossip.votes_of(peer, first, last)
            if not blocks:
                return
            for block in blocks:
                self._take(peer, block)
                height = block.header.height
                self._chain.import_votes(vote for vote in votes if vote.link.target_height == height)
            first = blocks[-1].header.height + 1

    def _take(self, peer: str, block: SealedBlock) -> None:
        try:
            self._take_block(block)
        except ParentUnknown:
            # The peer's canonical branch does not pass through our final block at all.
            self._alarms.note("peer-diverges", f"{peer} is on a branch that does not hold our final block")
            raise

    def _level_with(self, remote: ChainStatus) -> bool:
        """Whether the peer has nothing for us: its head and its checkpoints are known here."""
        chain = self._chain
        with chain.lock:
            known = chain.entry(remote.head) is not None
            judged = chain.is_justified(remote.justified) or remote.final_height <= chain.final.height
            return known and judged and remote.final_height <= chain.final.height
