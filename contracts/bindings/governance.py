"""Binding of ConsensusGovernance."""

from typing import ClassVar

from contracts.bindings import messages as m
from contracts.bindings.caller import BlockId
from contracts.bindings.contract import VOTED, Contract, MessageFunction, MessageTable
from contracts.bindings.messages import Miner
from contracts.bindings.state import ConsensusParameters, Limits


class ConsensusGovernance(Contract):
    """Parameters, miners, voters, senders."""

    NAME: ClassVar[str] = "ConsensusGovernance"
    MESSAGES: ClassVar[MessageTable] = {
        m.Parameters: MessageFunction("setParameters"),
        m.Bounds: MessageFunction("setBounds", VOTED),
        m.MinerSet: MessageFunction("setMiners", VOTED),
        m.VoterSet: MessageFunction("setVoters", VOTED),
        m.EngineKey: MessageFunction("setEngine", VOTED),
        m.SenderQuota: MessageFunction("setSender", VOTED),
        m.CreatorRight: MessageFunction("setCreator", VOTED),
        m.KnownContract: MessageFunction("setContract", VOTED),
    }

    def parameters(self, *, at: BlockId = "latest") -> ConsensusParameters:
        """Current (s, r, d)."""
        return ConsensusParameters(**self._view("parameters", at=at))

    def bounds(self, *, at: BlockId = "latest") -> Limits:
        """The voted limits of the parameters."""
        return Limits(**self._view("bounds", at=at))

    def miners(self, *, at: BlockId = "latest") -> tuple[Miner, ...]:
        """All authorised miners in their fixed order."""
        return tuple(Miner(**found) for found in self._view("miners", at=at))

    def active_miners(self, *, at: BlockId = "latest") -> tuple[Miner, ...]:
        """The s miners that are active, in order of activation."""
        return tuple(Miner(**found) for found in self._view("activeMiners", at=at))

    def voters(self, *, at: BlockId = "latest") -> tuple[str, ...]:
        """Accounts that vote on finality."""
        return tuple(self._view("voters", at=at))

    def voter_institutions(self, *, at: BlockId = "latest") -> tuple[str, ...]:
        """The voters' institutions, in the voters' order."""
        return tuple(self._view("voterInstitutions", at=at))

    def engine(self, *, at: BlockId = "latest") -> str:
        """The key that signs parameters."""
        return str(self._view("engine", at=at))

    def sender_quota(self, sender: str, *, at: BlockId = "latest") -> int:
        """Gas the account may use per block; 0 if it may not send."""
        return int(self._view("senderQuota", sender, at=at))

    def may_create(self, creator: str, *, at: BlockId = "latest") -> bool:
        """Whether the account may create contracts."""
        return bool(self._view("mayCreate", creator, at=at))

    def is_known_contract(self, target: str, *, at: BlockId = "latest") -> bool:
        """Whether transactions to the account are valid."""
        return bool(self._view("isKnownContract", target, at=at))
