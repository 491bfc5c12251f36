"""Chains over the embedded EVM, and hand-made sealed blocks, for the tests of the consensus client."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from consensus.execution.base import PayloadAttributes
from consensus.execution.embedded import EmbeddedExecution, Genesis
from consensus.node.alarms import Alarms
from consensus.node.chain import Chain
from consensus.node.governance import ContractGovernance, GovernanceReader
from consensus.node.messages import SealedBlock
from consensus.node.store import ConsensusStore
from consensus.node.tree import Entry
from consensus.rules.genesis import GenesisConfig
from consensus.rules.seal import SealHeader, prev_randao
from consensus.rules.votes import Link, Vote
from tests.unit.consensus.support import GENESIS_TIME, MINERS, genesis, mine, raw_transaction, sign_seal, vote


@dataclass
class ManualClock:
    """A clock that a test sets."""

    time_ms: int = (GENESIS_TIME + 1000) * 1000

    def now_ms(self) -> int:
        return self.time_ms


def embedded(path: Path, config: GenesisConfig) -> EmbeddedExecution:
    return EmbeddedExecution(path, Genesis(config.chain_id, config.time, config.gas_limit))


@dataclass
class Bench:
    """One node without threads: a chain whose blocks and votes the test makes itself."""

    folder: Path
    config: GenesisConfig = field(default_factory=genesis)
    governance: Callable[[GenesisConfig, EmbeddedExecution], GovernanceReader] = ContractGovernance
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.execution = embedded(self.folder / "chain.sqlite3", self.config)
        self.store = ConsensusStore(self.folder / "consensus.sqlite3", self.config.network_id)
        self.alarms = Alarms(self.clock)
        self.reader = self.governance(self.config, self.execution)
        self.chain = Chain(self.config, self.execution, self.reader, self.store, self.clock, self.alarms)

    def close(self) -> None:
        self.store.close()
        self.execution.close()

    def reopen(self) -> None:
        self.close()
        self.open()

    def submit(self, **fields: Any) -> None:
        """Puts a transaction of the deployer to a system contract into the pool."""
        self.execution.submit(raw_transaction("deployer", to=self.config.contracts[0], **fields))

    def build(
        self,
        parent: Entry | None = None,
        rank: int = 1,
        *,
        seconds: int = 1,
        attempt: int = 0,
        header: Callable[[SealHeader], SealHeader] = lambda header: header,
        **payload_changes: Any,
    ) -> SealedBlock:
        """A sealed block on ``parent`` (the head), valid unless the changes make it otherwise."""
        parent = parent or self.chain.head
        miner = MINERS[rank - 1]
        time_s = parent.timestamp + seconds
        attributes = PayloadAttributes(time_s, prev_randao(parent.seal, miner.id, attempt), parent.seal)
        payload = replace(self.execution.build(parent.payload_hash, attributes), **payload_changes)
        context, checkpoint = self.chain.proposal_context(parent)
        plain = SealHeader(
            chain_id=self.config.chain_id, height=parent.height + 1, parent_seal=parent.seal,
            payload_hash=payload.hash, time_ms=time_s * 1000, s=context.parameters.s, r=context.parameters.r,
            d=context.parameters.d, miner_index=rank, miner_id=miner.id, attempt=attempt, checkpoint=checkpoint,
            nonce=0,
        )  # fmt: skip
        sealed = mine(header(plain))
        return SealedBlock(sealed, 0, sign_seal(sealed), payload)

    def extend(self, parent: Entry | None = None, rank: int = 1, **changes: Any) -> Entry:
        """Imports a valid block on ``parent`` (the head)."""
        block = self.build(parent, rank, **changes)
        self.chain.import_block(block)
        entry = self.chain.entry(block.seal)
        if entry is None:
            raise AssertionError("an imported block is not in the tree")
        return entry

    def vote(self, source: Entry, target: Entry, voters: range | tuple[int, ...] = range(1, 5)) -> list[Vote]:
        """Imports votes of partners for a link."""
        link = Link(source.seal, source.height, target.seal, target.height)
        return self.chain.import_votes([vote(voter, link) for voter in voters])
