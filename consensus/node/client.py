"""The consensus client: one program that hosts the miners and voters of one or several partners."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from consensus.execution.base import ExecutionClient
from consensus.mining.searcher import Report, Searcher, ShareFound
from consensus.node.alarms import Alarms
from consensus.node.chain import Chain
from consensus.node.clock import Clock
from consensus.node.gossip.base import ChainStatus, Gossip
from consensus.node.governance import ContractGovernance, GovernanceReader
from consensus.node.messages import SealedBlock
from consensus.node.proposer import Proposer
from consensus.node.signer import SealSigner
from consensus.node.status import describe
from consensus.node.store import ConsensusStore
from consensus.node.sync import Synchroniser
from consensus.node.voter import Voter
from consensus.node.waiting import WaitingBlocks
from consensus.rules.constants import MIN_PARTNERS
from consensus.rules.errors import NotYetAcceptable
from consensus.rules.genesis import GenesisConfig
from consensus.rules.hash_power import bound_breaches, enough_partners
from consensus.rules.votes import Vote
from consensus.stats.hash_rate import plain_rates, rates_by_partner, won_seals
from consensus.stats.rows import BlockRow, block_row
from consensus.stats.shares import ShareBook
from medixain.core.errors import MedixainError

log = logging.getLogger(__name__)

TICK_S = 0.1
"""How often the client looks for something to do when nothing wakes it, s."""

SYNC_PERIOD_S = 5.0
"""How often chains are compared with all peers, s; gossip is best effort and this repairs what it lost."""

FAILURE_PAUSE_S = 1.0
"""Pause after a failed duty, s."""

POWER_WINDOW_BLOCKS = 100
"""Blocks over which the partners' parts of the hash power are watched."""

STORE_FILE = "consensus.sqlite3"
STALL_BLOCKS = 16
"""Blocks above the last final one from which on finality counts as stalled."""


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """``data``: folder of the durable store. ``race_width``: how many of the local miners race at once.

    ``vote_delay_ms``: how long a head must stand before it is voted for, when there are peers; a little more than a
    block takes to reach all of them.
    """

    genesis: GenesisConfig
    data: Path
    race_width: int = 5
    vote_delay_ms: int = 300


class ConsensusClient:
    """Validates, votes, proposes and gossips over one execution client.

    ``keys`` signs for every miner and voter whose key it holds; all of them are hosted. Three threads: duties (votes,
    proposals, waiting blocks), synchronisation, and the searcher's reader; gossip adds its own. ``start()`` replays the
    payload log before anything else and raises when store or execution client are damaged.
    """

    def __init__(
        self,
        config: ClientConfig,
        execution: ExecutionClient,
        keys: SealSigner,
        gossip: Gossip,
        clock: Clock,
        governance: GovernanceReader | None = None,
    ) -> None:
        self._config = config
        self._execution = execution
        self._keys = keys
        self._gossip = gossip
        self._clock = clock
        self._governance = governance or ContractGovernance(config.genesis, execution)
        self._alarms = Alarms(clock)
        self._events: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        self._searcher = Searcher(self._events.put)
        self._shares = ShareBook()
        self._waiting = WaitingBlocks()
        self._waiting_lock = threading.Lock()
        self._stopping = threading.Event()
        self._sync_wanted = threading.Event()
        self._threads: list[threading.Thread] = []
        self._chain: Chain | None = None

    # --- life --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Opens the store, replays the payload log and begins to work."""
        config = self._config
        config.data.mkdir(parents=True, exist_ok=True)
        store = ConsensusStore(config.data / STORE_FILE, config.genesis.network_id)
        self._chain = Chain(config.genesis, self._execution, self._governance, store, self._clock, self._alarms)
        self._voter = Voter(self._chain, self._keys, self._clock, config.vote_delay_ms if self._gossip.peers() else 0)
        self._proposer = Proposer(
            self._chain, self._execution, self._keys, self._searcher, self._clock, self._alarms,
            race_width=config.race_width,
        )  # fmt: skip
        self._sync = Synchroniser(self._chain, self._gossip, self._alarms, self._take_block)
        self._stopping.clear()
        self._searcher.start()
        self._gossip.start(self)
        self._threads = [
            threading.Thread(target=self._duties, name="consensus-duties", daemon=True),
            threading.Thread(target=self._synchronise, name="consensus-sync", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends all threads and the search, and closes the store. Nothing is lost when it is killed instead."""
        self._stopping.set()
        self._sync_wanted.set()
        self._events.put(None)
        for thread in self._threads:
            thread.join()
        self._gossip.stop()
        self._searcher.stop()
        self.chain.store.close()

    @property
    def chain(self) -> Chain:
        """The chain as this node knows it. Raises :class:`RuntimeError` before ``start()``."""
        if self._chain is None:
            raise RuntimeError("the consensus client has not been started")
        return self._chain

    @property
    def shares(self) -> ShareBook:
        """Shares of the hosted miners."""
        return self._shares

    def status(self) -> dict[str, Any]:
        """Head, justified and final block, parameters, voters, pending work, hash rate and alarms, for JSON."""
        chain = self.chain
        if chain.head.height - chain.final.height > STALL_BLOCKS:
            self._alarms.note("finality-stalled", f"no block after {chain.final.height} is final; check the voters")
        else:
            self._alarms.clear("finality-stalled")
        partners = self._watch_hash_power()
        self._watch_partners()
        with self._waiting_lock:
            waiting = len(self._waiting)
        report = describe(
            chain,
            self._governance,
            pending=self._execution.has_pending(),
            waiting=waiting,
            hash_rate=self._searcher.hash_rate,
            alarms=self._alarms.current(),
        )
        return {**report, "wonSeals": partners}

    def block_rows(self, first: int, last: int) -> list[BlockRow]:
        """One row per block of the head's branch between two heights (1 at the lowest), upwards."""
        chain = self.chain
        final_height = chain.final.height
        previous_ms = chain.genesis.time * 1000
        rows = []
        for stored in chain.canonical_blocks(max(first - 1, 1), last):
            header = stored.block.header
            rows.append(
                block_row(
                    header,
                    partner=stored.institution,
                    search_ms=stored.block.search_ms,
                    transactions=len(stored.block.payload.transactions),
                    parent_ms=previous_ms,
                    final=header.height <= final_height,
                )
            )
            previous_ms = header.time_ms
        return [row for row in rows if row.height >= first]

    def _watch_hash_power(self) -> dict[str, float]:
        """Each partner's part of the recent seals; alarms when one is above the bound for sure, not by luck.

        The bound is on shares of the total (promise K13), and a share is surely above it when even the low end of the
        partner's interval is.
        """
        head = self.chain.head.height
        rows = self.block_rows(max(1, head - POWER_WINDOW_BLOCKS + 1), head)
        estimates = rates_by_partner(rows)
        lows = {partner: rate.low for partner, rate in estimates.items()}
        surely = bound_breaches(lows, sum(plain_rates(estimates).values()))
        if surely:
            self._alarms.note("hash-power-bound", f"{', '.join(surely)} hold more than a third of the hash power")
        else:
            self._alarms.clear("hash-power-bound")
        return won_seals(rows)

    def _watch_partners(self) -> None:
        """Alarms while so few partners mine that the bound would not outlast the loss of one of them."""
        mining = {miner.institution for miner in self._governance.active_miners(self.chain.final.payload_hash)}
        if enough_partners(mining):
            self._alarms.clear("few-partners")
        else:
            message = f"{len(mining)} partners mine; with fewer than {MIN_PARTNERS} the loss of one breaks the bound"
            self._alarms.note("few-partners", message)

    # --- what gossip asks (LocalNode) --------------------------------------------------------------------------------

    def chain_status(self) -> ChainStatus:
        """Where this node's chain stands."""
        chain = self.chain
        with chain.lock:
            head, final = chain.head, chain.final
            return ChainStatus(head.seal, head.height, head.node.work, chain.justified.seal, final.seal, final.height)

    def permitted_peers(self) -> Collection[str]:
        """Keys of the miners and voters after the last final block, and of those the network began with."""
        at = self.chain.final.payload_hash
        genesis = self._config.genesis
        miners = {miner.key for miner in (*self._governance.active_miners(at), *genesis.miners)}
        return miners | set(self._governance.voters(at)) | set(genesis.voters)

    def canonical_blocks(self, first: int, last: int) -> list[SealedBlock]:
        """Blocks of the head's branch between two heights."""
        return [stored.block for stored in self.chain.canonical_blocks(first, last)]

    def stored_votes(self, first: int, last: int) -> list[Vote]:
        """Votes whose target lies between two heights."""
        return self.chain.votes_between(first, last)

    def receive_block(self, peer: str, block: SealedBlock) -> None:
        """Takes a block a peer announced; one that cannot be judged yet is kept. Raises :class:`InvalidBlock`."""
        try:
            self._take_block(block)
        except NotYetAcceptable as reason:
            log.debug("block %d from %s waits: %s", block.header.height, peer, reason.message)
            self._sync_wanted.set()

    def receive_votes(self, peer: str, votes: Sequence[Vote]) -> None:
        """Takes votes a peer announced. Raises :class:`InvalidVote`."""
        if self.chain.import_votes(votes):
            self._events.put(None)

    # --- work --------------------------------------------------------------------------------------------------------

    def _take_block(self, block: SealedBlock) -> None:
        try:
            new = self.chain.import_block(block)
        except NotYetAcceptable:
            with self._waiting_lock:
                self._waiting.add(block)
            raise
        if new:
            self._events.put(None)

    def _duties(self) -> None:
        while not self._stopping.is_set():
            try:
                report = self._events.get(timeout=TICK_S)
            except queue.Empty:
                report = None
            self._guarded("duty-failed", partial(self._work, report))

    def _guarded(self, alarm: str, work: Callable[[], None]) -> None:
        """Does a piece of a thread's work. A failure is logged and alarmed, and never ends the thread: a signer or an
        execution client that is away for a while must not silence this node for good."""
        try:
            work()
        except MedixainError as error:
            self._alarms.note(alarm, error.message)
            log.warning("%s: %s", alarm, error.message)
        except Exception as error:  # The outermost edge of a thread.
            self._alarms.note(alarm, f"unexpected {type(error).__name__}; see the log")
            log.exception("%s", alarm)
        else:
            self._alarms.clear(alarm)
            return
        self._stopping.wait(FAILURE_PAUSE_S)

    def _work(self, report: Report | None) -> None:
        if isinstance(report, ShareFound):
            if (share := self._proposer.on_share(report)) is not None:
                self._shares.add(share)
            return
        if report is not None:
            block = self._proposer.on_report(report)
            if block is not None and self.chain.import_block(block):
                self._gossip.announce_block(block)
        self._retry_waiting()
        if votes := self._voter.step():
            self._gossip.announce_votes(votes)
        self._proposer.step()

    def _retry_waiting(self) -> None:
        with self._waiting_lock:
            blocks = self._waiting.take()
        for block in blocks:
            try:
                self._take_block(block)
            except NotYetAcceptable:
                continue  # It was put back to wait.
            except MedixainError as error:
                log.info("a waiting block was refused: %s", error.message)

    def _synchronise(self) -> None:
        while not self._stopping.is_set():
            self._sync_wanted.clear()
            self._guarded("sync-failed", self._sync.round)
            self._sync_wanted.wait(SYNC_PERIOD_S)
            self._stopping.wait(TICK_S)
