"""What the chain's state says about parameters, miners, voters and permissions at a block.

Reads are pure functions of the block hash: a block's answers never change, so every reader may cache them.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import Any, Protocol

from eth_abi.exceptions import DecodingError

from consensus.execution.base import CallReverted, ExecutionClient
from consensus.node.errors import GovernanceUnreadable
from consensus.rules.genesis import GenesisConfig
from consensus.rules.miners import Miner, Parameters
from contracts.bindings.caller import BlockId
from contracts.bindings.governance import ConsensusGovernance
from contracts.bindings.state import ConsensusParameters

CACHED_ANSWERS = 4096
"""Answers kept; a few hundred cover the blocks that are not final yet."""


class GovernanceReader(Protocol):
    """Governance at the state after an execution block ``at`` (its 32-byte hash, of any known branch)."""

    def parameters(self, at: bytes) -> Parameters:
        """(s, r, d)."""

    def active_miners(self, at: bytes) -> tuple[Miner, ...]:
        """The first s enabled miners in the order of activation."""

    def voters(self, at: bytes) -> tuple[str, ...]:
        """Addresses entitled to vote on finality."""

    def sender_quota(self, sender: str, at: bytes) -> int:
        """Gas one account may use per block; 0 for an account that is not a registered sender."""

    def may_create(self, sender: str, at: bytes) -> bool:
        """Whether an account may create contracts."""

    def known_contracts(self, candidates: Collection[str], at: bytes) -> frozenset[str]:
        """Those of ``candidates`` that may be called."""


class GenesisGovernance:
    """The genesis configuration as governance: what holds while the governance contract has no code."""

    def __init__(self, genesis: GenesisConfig) -> None:
        self._genesis = genesis

    def parameters(self, at: bytes) -> Parameters:
        """(s, r, d) of the genesis configuration."""
        return self._genesis.parameters

    def active_miners(self, at: bytes) -> tuple[Miner, ...]:
        """The first s miners of the genesis configuration."""
        return self._genesis.active_miners

    def voters(self, at: bytes) -> tuple[str, ...]:
        """The voters of the genesis configuration."""
        return self._genesis.voters

    def sender_quota(self, sender: str, at: bytes) -> int:
        """The whole block for the deployer, nothing for anyone else."""
        return self._genesis.gas_limit if sender == self._genesis.deployer else 0

    def may_create(self, sender: str, at: bytes) -> bool:
        """The deployer alone."""
        return sender == self._genesis.deployer

    def known_contracts(self, candidates: Collection[str], at: bytes) -> frozenset[str]:
        """The system contracts' addresses, which follow from the deployer's."""
        return frozenset(candidates) & frozenset(self._genesis.contracts)


class ExecutionCaller:
    """Lets the contracts' bindings read through an execution client, at any known block of any branch."""

    def __init__(self, execution: ExecutionClient) -> None:
        self._execution = execution

    def call(self, to: str, data: bytes, at: BlockId) -> bytes:
        """What the contract at ``to`` returns after the block of hash ``at``; only hashes name blocks of any branch."""
        if not isinstance(at, bytes):
            raise TypeError("consensus reads the chain at block hashes only")
        return self._execution.call(to, data, at)


class ContractGovernance:
    """The governance contract read through the execution client at any block of any branch.

    Where the contract has no code yet, the genesis configuration holds. Thread-safe.
    Raises :class:`GovernanceUnreadable` where other code stands at its address.
    """

    def __init__(self, genesis: GenesisConfig, execution: ExecutionClient) -> None:
        self._genesis = GenesisGovernance(genesis)
        self._execution = execution
        self._contract = ConsensusGovernance(ExecutionCaller(execution), genesis.governance, genesis.chain_id)
        self._answers: OrderedDict[tuple[object, ...], Any] = OrderedDict()
        self._lock = threading.Lock()

    def parameters(self, at: bytes) -> Parameters:
        """(s, r, d) after block ``at``."""
        if not self._is_deployed(at):
            return self._genesis.parameters(at)
        found: ConsensusParameters = self._read(at, self._contract.parameters)
        return Parameters(found.s, found.r, found.d)

    def active_miners(self, at: bytes) -> tuple[Miner, ...]:
        """The first s enabled miners in the order of activation, as the contract lists them after block ``at``."""
        if not self._is_deployed(at):
            return self._genesis.active_miners(at)
        found = self._read(at, self._contract.active_miners)
        return tuple(Miner(bytes(miner.id), miner.key, miner.institution, miner.enabled) for miner in found)

    def voters(self, at: bytes) -> tuple[str, ...]:
        """Addresses entitled to vote on finality after block ``at``."""
        if not self._is_deployed(at):
            return self._genesis.voters(at)
        return tuple(self._read(at, self._contract.voters))

    def sender_quota(self, sender: str, at: bytes) -> int:
        """Gas one account may use per block after block ``at``."""
        if not self._is_deployed(at):
            return self._genesis.sender_quota(sender, at)
        return int(self._read(at, self._contract.sender_quota, sender))

    def may_create(self, sender: str, at: bytes) -> bool:
        """Whether an account may create contracts after block ``at``."""
        if not self._is_deployed(at):
            return self._genesis.may_create(sender, at)
        return bool(self._read(at, self._contract.may_create, sender))

    def known_contracts(self, candidates: Collection[str], at: bytes) -> frozenset[str]:
        """Those of ``candidates`` that may be called after block ``at``."""
        if not self._is_deployed(at):
            return self._genesis.known_contracts(candidates, at)
        return frozenset(item for item in candidates if self._read(at, self._contract.is_known_contract, item))

    def _is_deployed(self, at: bytes) -> bool:
        return bool(self._cached((at,), lambda: bool(self._execution.code(self._contract.address, at))))

    def _read(self, at: bytes, view: Callable[..., Any], *arguments: str) -> Any:
        return self._cached((at, view.__name__, *arguments), lambda: self._ask(at, view, *arguments))

    def _ask(self, at: bytes, view: Callable[..., Any], *arguments: str) -> Any:
        try:
            return view(*arguments, at=at)
        except (DecodingError, CallReverted) as error:
            raise GovernanceUnreadable(self._contract.address, view.__name__) from error

    def _cached(self, key: tuple[object, ...], compute: Callable[[], Any]) -> Any:
        with self._lock:
            if key in self._answers:
                return self._answers[key]
        value = compute()
        with self._lock:
            self._answers[key] = value
            if len(self._answers) > CACHED_ANSWERS:
                self._answers.popitem(last=False)
        return value
