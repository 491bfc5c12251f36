"""The voter's duty: one vote for each new head, never two that contradict each other."""

from consensus.node.chain import Chain
from consensus.node.clock import Clock
from consensus.node.signer import SealSigner
from consensus.node.tree import Entry
from consensus.rules.votes import Link, Vote


class Voter:
    """Votes with every key it holds that is entitled to; keys may come and go. Use from one thread.

    A head is voted for once it has been the head for ``delay_ms``: when two miners find a seal at the same moment,
    every node has both blocks by then and the tie rule has picked the same one everywhere. Voting at once would split
    the votes of that height, and a voter cannot take its vote back.
    """

    def __init__(self, chain: Chain, signer: SealSigner, clock: Clock, delay_ms: int) -> None:
        self._chain = chain
        self._clock = clock
        self._delay_ms = delay_ms
        self._head_since: tuple[bytes, int] = (b"", 0)
        self._signer = signer
        self._considered: tuple[bytes, bytes] | None = None

    def step(self) -> list[Vote]:
        """New votes for the present head, already on disk; the caller sends them."""
        with self._chain.lock:
            head, source = self._chain.head, self._chain.justified
        if self._considered == (head.seal, source.seal) or head.seal == source.seal:
            return []
        now = self._clock.now_ms()
        if self._head_since[0] != head.seal:
            self._head_since = (head.seal, now)
        if now - self._head_since[1] < self._delay_ms:
            return []
        self._considered = (head.seal, source.seal)
        entitled = self._chain.voters_of(head)
        held = self._signer.addresses()
        votes = [self._vote(voter, source, head) for voter in entitled if voter in held]
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
