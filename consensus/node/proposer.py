"""The proposer: decides when a block is due, builds payloads for the local miners, has their slices searched."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from consensus.execution.base import ExecutionClient, Payload, PayloadAttributes
from consensus.mining.searcher import Exhausted, Found, Lane, Searcher, SearchJob, ShareFound
from consensus.node.alarms import Alarms
from consensus.node.chain import Chain
from consensus.node.clock import Clock
from consensus.node.messages import SealedBlock
from consensus.node.signer import SealSigner
from consensus.node.tree import Entry
from consensus.rules.errors import InvalidBlock
from consensus.rules.miners import Miner
from consensus.rules.schedule import Situation, due_ms
from consensus.rules.seal import SealContext, SealHeader, prev_randao, seal_digest
from consensus.rules.slices import nonce_slice
from consensus.stats.shares import Share, checked_share, share_bits

REFRESH_MS = 5_000
"""A search is restarted on a fresh payload after this long, ms, so that time and transactions do not grow stale. The
search has no memory: a restart costs one build and no progress."""

BUILD_BUDGET_S = 0.25
"""After this long, s, no further local miner gets a payload in this race: full blocks take a second to execute, and
what is spent on building is missing from the search. Miners are drawn in random order, so none is favoured."""

IDLE_MS = 500
"""How long the proposer waits after a build that found no transaction although the pool claimed one, ms."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A miner's block before its nonce is found."""

    miner: Miner
    header: SealHeader
    payload: Payload


@dataclass(frozen=True, slots=True)
class Race:
    """What is being searched: job number, parent, start (ms), and one candidate per lane."""

    number: int
    parent: bytes
    started_ms: int
    candidates: tuple[Candidate, ...]

    @property
    def empty(self) -> bool:
        """Whether the candidates carry no transaction."""
        return not any(candidate.payload.transactions for candidate in self.candidates)


class Proposer:
    """Keeps the searcher at work on the right block. Use from one thread.

    ``race_width`` is how many of the local miners race at once; they are drawn anew for every race. Each needs a
    payload of its own (prevRandao names the miner), so a program that hosts many miners on one processor may draw one:
    searching is memoryless, hence winner and solve time follow the same law as if all of them took turns.
    """

    def __init__(
        self,
        chain: Chain,
        execution: ExecutionClient,
        signer: SealSigner,
        searcher: Searcher,
        clock: Clock,
        alarms: Alarms,
        *,
        race_width: int,
    ) -> None:
        self._chain = chain
        self._execution = execution
        self._signer = signer
        self._keys = frozenset(signer.addresses())
        self._searcher = searcher
        self._clock = clock
        self._alarms = alarms
        self._race_width = race_width
        self._draw = random.SystemRandom()
        self._race: Race | None = None
        self._number = 0
        self._attempts: tuple[bytes, int] = (b"", 0)
        self._idle_until_ms = 0

    def step(self) -> None:
        """Starts, restarts or cancels the search as head, pool and clock demand."""
        now = self._clock.now_ms()
        head = self._chain.head
        pending = self._execution.has_pending()
        if self._race is not None:
            outdated = self._race.parent != head.seal
            stale = now - self._race.started_ms >= REFRESH_MS
            if not (outdated or stale or (pending and self._race.empty and now >= self._idle_until_ms)):
                return
            if outdated:
                self._end_race()
        if now >= self._idle_until_ms and now >= self._due(head, pending=pending):
            self._start_race(head, now)

    def on_report(self, report: Found | Exhausted) -> SealedBlock | None:
        """The sealed, not yet imported block of a successful search; None when the report ends nothing of interest."""
        race = self._race
        if race is None or report.job != race.number:
            return None
        self._race = None
        if isinstance(report, Exhausted):
            return None
        candidate = race.candidates[report.lane]
        header = candidate.header.with_nonce(report.nonce)
        digest = seal_digest(header.chain_id, header.seal_hash, report.search_ms)
        signature = self._signer.sign_digest(candidate.miner.key, digest)
        return SealedBlock(header, report.search_ms, signature, candidate.payload)

    def on_share(self, report: ShareFound) -> Share | None:
        """The share behind a report; None when it belongs to no present race."""
        race = self._race
        if race is None or report.job != race.number:
            return None
        candidate = race.candidates[report.lane]
        return checked_share(
            candidate.header.with_nonce(report.nonce), candidate.miner.institution, self._clock.now_ms()
        )

    def _due(self, head: Entry, *, pending: bool) -> int:
        return due_ms(
            Situation(
                head_time_ms=head.time_ms,
                head_justified=self._chain.is_justified(head.seal),
                pending=pending,
                unfinal_transactions=head.transactions_height > self._chain.final.height,
                empty_run=head.height - head.transactions_height,
            )
        )

    def _start_race(self, head: Entry, now: int) -> None:
        context, checkpoint = self._chain.proposal_context(head)
        ranked = [(rank, miner) for rank, miner in enumerate(context.active, 1) if miner.key in self._keys]
        if not ranked:
            return
        drawn = self._draw.sample(ranked, min(self._race_width, len(ranked)))
        attempt = self._next_attempt(head.seal)
        candidates: list[Candidate] = []
        started = time.monotonic()
        for rank, miner in drawn:
            candidate = self._candidate(head, context, checkpoint, now, attempt, rank, miner)
            if candidate is not None:
                candidates.append(candidate)
            if time.monotonic() - started > BUILD_BUDGET_S:
                break
        self._number += 1
        race = Race(self._number, head.seal, now, tuple(candidates))
        if not race.candidates or (race.empty and now < self._due(head, pending=False)):
            self._idle_until_ms = now + IDLE_MS
            return
        if race.empty:
            self._idle_until_ms = now + IDLE_MS
        self._race = race
        d = context.parameters.d
        lanes = tuple(
            Lane(item.header.prefix, nonce_slice(item.header.miner_index, item.header.s, item.header.r))
            for item in race.candidates
        )
        self._searcher.search(SearchJob(race.number, d, lanes, share_bits(d)))

    def _candidate(
        self, head: Entry, context: SealContext, checkpoint: bytes, now: int, attempt: int, rank: int, miner: Miner
    ) -> Candidate | None:
        attributes = PayloadAttributes(now // 1000, prev_randao(head.seal, miner.id, attempt), head.seal)
        payload = self._execution.build(head.payload_hash, attributes)
        parameters = context.parameters
        header = SealHeader(
            chain_id=context.chain_id,
            height=head.height + 1,
            parent_seal=head.seal,
            payload_hash=payload.hash,
            time_ms=now,
            s=parameters.s,
            r=parameters.r,
            d=parameters.d,
            miner_index=rank,
            miner_id=miner.id,
            attempt=attempt,
            checkpoint=checkpoint,
            nonce=0,
        )
        try:
            self._chain.validator.check_payload(SealedBlock(header, 0, b"", payload), head)
        except InvalidBlock as error:
            # The pool offered what the rules forbid. Sealing it would waste the work: every node would refuse it.
            self._alarms.note("own-payload-refused", f"block {header.height} would be refused: {error.message}")
            return None
        self._alarms.clear("own-payload-refused")
        return Candidate(miner, header, payload)

    def _next_attempt(self, parent: bytes) -> int:
        """Numbers the payloads on one parent, so that each has another prevRandao and is built anew."""
        seen, count = self._attempts
        self._attempts = (parent, count + 1 if seen == parent else 0)
        return self._attempts[1]

    def _end_race(self) -> None:
        self._race = None
        self._searcher.cancel()
