"""The voter's duty: one vote for each new head, never two that contradict each other."""

from consensus.node.chain import Chain
from consensus.node.signer import SealSigner
from consensus.node.tree import Entry
from consensus.rules.votes import Link, Vote


class Voter:
    """Votes with every key it holds that is entitled to. Use from one thread."""

    def __init__(self, chain: Chain, signer: SealSigner) -> None:
        self._chain = chain
        self._signer = signer
        self._keys = frozenset(signer.addresses())
        self._considered: tuple[bytes, bytes] | None = None

    def step(self) -> list[Vote]:
        """New votes for the present head, already on disk; the caller sends them."""
        with self._chain.lock:
            head, source = self._chain.head, self._chain.justified
        if self._considered == (head.seal, source.seal) or head.seal == source.seal:
            return []
        self._considered = (head.seal, source.seal)
        entitled = self._chain.voters_of(head)
        votes = [self._vote(voter, source, head) for voter in entitled if voter in self._keys]
        return [vote for vote in votes if vote is not None]

    def _vote(self, voter: str, source: Entry, head: Entry) -> Vote | None:
        record = self._chain.store.voter_record(voter)
        if head.height <= record.target_height or source.height < record.source_height:
            return None  # It has voted at this height, or further on: another vote could contradict that one.
        link = Link(source.seal, source.height, head.seal, head.height)
        signature = self._signer.sign_digest(voter, link.digest(self._chain.genesis.chain_id))
        vote = Vote(voter, link, signature)
        self._chain.add_own_vote(vote)
        return vote
