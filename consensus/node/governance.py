"""What the chain's state says about parameters, miners, voters and permissions at a block.

Reads are pure functions of the block hash: a block's answers never change, so every reader may cache them.
"""

from collections.abc import Collection
from typing import Protocol

from consensus.rules.genesis import GenesisConfig
from consensus.rules.miners import Miner, Parameters


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
