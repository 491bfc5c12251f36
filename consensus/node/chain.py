"""The chain as one node knows it: imports blocks and votes, chooses the head, follows finality, drives execution."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable

from consensus.execution.base import ExecutionClient
from consensus.node.alarms import Alarms
from consensus.node.clock import Clock
from consensus.node.governance import GovernanceReader
from consensus.node.loading import catch_up, load_tree
from consensus.node.messages import SealedBlock, vote_to_json
from consensus.node.store import ConsensusStore, Evidence, StoredBlock
from consensus.node.tree import BlockTree, Entry
from consensus.node.validation import BlockValidator, ExecutionBehind
from consensus.rules.errors import ForksBeforeFinal, InvalidBlock, InvalidVote, ParentUnknown
from consensus.rules.finality import Finality, evaluate
from consensus.rules.fork_choice import choose_head, last_justified
from consensus.rules.genesis import GenesisConfig
from consensus.rules.seal import SealContext
from consensus.rules.votes import Vote

VOTE_WINDOW_BLOCKS = 256
"""How far above the head a vote's target may lie: votes may overtake their blocks, but not fill the store."""

INVALID_REMEMBERED = 1024
"""Seals of refused blocks kept in memory, so that a block built on one of them is refused without work."""


class Chain:
    """Block tree, votes and execution client of one node, behind one lock. Every public method is thread-safe."""

    def __init__(
        self,
        genesis: GenesisConfig,
        execution: ExecutionClient,
        governance: GovernanceReader,
        store: ConsensusStore,
        clock: Clock,
        alarms: Alarms,
    ) -> None:
        """Loads the store and replays into ``execution`` what it lacks of the payload log.

        Raises :class:`StoreDamaged`, :class:`ReplayFailed` or an :class:`ExecutionError`.
        """
        self.lock = threading.RLock()
        self.validator = BlockValidator(genesis.chain_id, governance, execution)
        self._genesis = genesis
        self._execution = execution
        self._governance = governance
        self._store = store
        self._clock = clock
        self._alarms = alarms
        self._invalid: OrderedDict[bytes, InvalidBlock] = OrderedDict()
        loaded = load_tree(genesis, execution, store)
        self._tree: BlockTree = loaded.tree
        self._finality: Finality = loaded.finality
        self._votes: dict[bytes, Vote] = {}
        for vote in store.votes_between(self.final.height + 1, self.final.height + 2**32):
            self._votes[self._key(vote)] = vote
        catch_up(execution, store)
        self._head = self.final
        self._settle(announce=True)

    # --- what others read --------------------------------------------------------------------------------------------

    @property
    def head(self) -> Entry:
        """The head by fork choice."""
        with self.lock:
            return self._head

    @property
    def justified(self) -> Entry:
        """The highest justified checkpoint above the final one, or that one."""
        with self.lock:
            return self._tree[last_justified(self._tree.nodes, self._finality.justified, self._finality.final)]

    @property
    def final(self) -> Entry:
        """The last final block."""
        with self.lock:
            return self._tree[self._finality.final]

    @property
    def genesis(self) -> GenesisConfig:
        """The configuration of the network."""
        return self._genesis

    @property
    def store(self) -> ConsensusStore:
        """The durable store."""
        return self._store

    def is_justified(self, seal: bytes) -> bool:
        """Whether the votes justify a block."""
        with self.lock:
            return seal in self._finality.justified

    def entry(self, seal: bytes) -> Entry | None:
        """The tree's entry of a seal hash."""
        with self.lock:
            return self._tree.get(seal)

    def canonical(self, first: int, last: int) -> list[Entry]:
        """The head's branch between two heights, upwards, as far as it is in memory."""
        with self.lock:
            branch = [entry for entry in self._tree.branch(self._head.seal, max(first, 0)) if entry.height <= last]
            return branch[::-1]

    def canonical_blocks(self, first: int, last: int) -> list[StoredBlock]:
        """Logged blocks of the head's branch between two heights, upwards; also those that have left memory."""
        with self.lock:
            settled = self.final.height
            seals = [entry.seal for entry in self.canonical(max(first, settled + 1), last)]
            stored = self._store.final_blocks(first, min(last, settled))
            return [item for item in (*stored, *map(self._store.block, seals)) if item is not None]

    def proposal_context(self, parent: Entry) -> tuple[SealContext, bytes]:
        """What a child of ``parent`` that reads its parameters from the last final block must agree with; its seal."""
        with self.lock:
            final = self.final
            return self.validator.context(self._tree, parent, final.payload_hash), final.seal

    def voters_of(self, entry: Entry) -> tuple[str, ...]:
        """Voters entitled to vote for a block: those of its checkpoint's state."""
        return self._governance.voters(entry.checkpoint.payload_hash)

    def voters_now(self) -> tuple[str, ...]:
        """Voters after the last final block."""
        return self._governance.voters(self.final.payload_hash)

    # --- blocks ------------------------------------------------------------------------------------------------------

    def import_block(self, block: SealedBlock) -> bool:
        """Validates, executes, stores and takes up a block; False when it was known already.

        Raises :class:`InvalidBlock` when it breaks a rule and :class:`NotYetAcceptable` when it must wait.
        """
        seal = block.seal
        with self.lock:
            if seal in self._tree:
                return False
            if seal in self._invalid:
                raise self._invalid[seal]
            try:
                return self._import(seal, block)
            except InvalidBlock as error:
                self._remember_invalid(seal, error)
                self._alarms.note("block-refused", f"block {block.header.height} was refused: {error.message}")
                raise

    def _import(self, seal: bytes, block: SealedBlock) -> bool:
        parent = self._tree.get(block.header.parent_seal)
        if parent is None:
            if (cause := self._invalid.get(block.header.parent_seal)) is not None:
                raise cause
            raise ParentUnknown(block.header.parent_seal)
        if parent.height < self.final.height:
            raise ForksBeforeFinal(parent.height + 1, self.final.height)
        entry = self.validator.check_seal(self._tree, self._finality.final, block, parent, self._clock.now_ms())
        self.validator.check_payload(block, parent)
        try:
            self.validator.execute(block)
        except ExecutionBehind:
            catch_up(self._execution, self._store)
            self.validator.execute(block)
        self._note_double_seal(block, entry)
        self._store.add_block(StoredBlock(block, entry.node.work, entry.institution, self._clock.now_ms()))
        self._tree.add(entry)
        self._settle()
        return True

    def _remember_invalid(self, seal: bytes, error: InvalidBlock) -> None:
        self._invalid[seal] = error
        while len(self._invalid) > INVALID_REMEMBERED:
            self._invalid.popitem(last=False)

    def _note_double_seal(self, block: SealedBlock, entry: Entry) -> None:
        for other in self._tree.siblings(entry.node.parent, entry.miner_id):
            stored = self._store.block(other.seal)
            if stored is None:
                continue
            texts = [json.dumps(item.to_json()["header"]) for item in (stored.block, block)]
            self._report("double-seal", "0x" + entry.miner_id.hex(), *texts)

    # --- votes -------------------------------------------------------------------------------------------------------

    def import_votes(self, votes: Iterable[Vote]) -> list[Vote]:
        """Checks and takes up votes; those that were new. Raises :class:`InvalidVote` for the first bad one.

        Votes for blocks already final are of no use any more and are passed over, unless they are evidence.
        """
        new = []
        with self.lock:
            try:
                for vote in votes:
                    if self._key(vote) not in self._votes and self._admit(vote):
                        new.append(vote)
            finally:
                if new:
                    self._store.add_votes((self._digest(vote), vote) for vote in new)
                    self._settle()
        return new

    def add_own_vote(self, vote: Vote) -> None:
        """Records an own vote durably; only then may it be sent. Raises :class:`UnsafeVote`."""
        with self.lock:
            self._store.add_own_vote(self._digest(vote), vote)
            self._votes[self._key(vote)] = vote
            self._settle()

    def votes_between(self, first: int, last: int) -> list[Vote]:
        """Stored votes whose target height lies in [first, last]."""
        return self._store.votes_between(first, last)

    def _admit(self, vote: Vote) -> bool:
        target = self._tree.get(vote.link.target)
        voters = self.voters_of(target) if target is not None else self.voters_now()
        if vote.voter not in voters:
            raise InvalidVote(f"comes from {vote.voter}, which is not a voter")
        if vote.link.target_height > self._head.height + VOTE_WINDOW_BLOCKS:
            raise InvalidVote(f"names height {vote.link.target_height}, far above the head at {self._head.height}")
        vote.check(self._genesis.chain_id)
        contradicted = self._store.conflicting_votes(vote)
        if contradicted:
            texts = [json.dumps(vote_to_json(item), sort_keys=True) for item in (contradicted[0], vote)]
            self._report("conflicting-votes", vote.voter, *sorted(texts))
        if vote.link.target_height <= self.final.height or len(contradicted) > 1:
            return False
        self._votes[self._key(vote)] = vote
        return True

    def _report(self, kind: str, offender: str, first: str, second: str) -> None:
        self._store.add_evidence(Evidence(kind, offender, first, second, self._clock.now_ms()))
        self._alarms.note(kind, f"{offender} signed two messages that contradict each other; see the evidence")

    def _digest(self, vote: Vote) -> bytes:
        return vote.link.digest(self._genesis.chain_id)

    def _key(self, vote: Vote) -> bytes:
        return vote.voter.encode() + self._digest(vote)

    # --- finality and head -------------------------------------------------------------------------------------------

    def _settle(self, *, announce: bool = False) -> None:
        """Recomputes finality and head after any change, and tells the execution client when they moved."""
        before = (self._head, self._finality)
        self._finality = evaluate(
            self._tree.nodes, self._votes.values(), lambda seal: self.voters_of(self._tree[seal]), self._finality
        )
        self._head = self._tree[choose_head(self._tree.nodes, self.justified.seal)]
        settled = [entry.seal for entry in self._tree.branch(self.final.seal, self._tree[before[1].final].height + 1)]
        if settled:
            self._forget_settled()
        if self._finality != before[1]:
            self._store.save_finality(self._finality, settled)
        if announce or (self._head, self._finality) != before:
            hashes = (self._head.payload_hash, self.justified.payload_hash, self.final.payload_hash)
            self._execution.set_head(*hashes)

    def _forget_settled(self) -> None:
        final = self.final
        self._tree.prune(final.height)
        self._votes = {key: vote for key, vote in self._votes.items() if vote.link.target_height > final.height}
        kept = frozenset(seal for seal in self._finality.justified if seal in self._tree)
        self._finality = Finality(kept, final.seal)
