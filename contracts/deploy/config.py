"""What the contracts' constructors are told."""

from dataclasses import dataclass
from typing import Any

from contracts.bindings.addresses import CONTRACT_NAMES, ContractAddresses
from contracts.bindings.messages import Miner, Role
from contracts.bindings.state import ConsensusParameters, Limits


@dataclass(frozen=True, slots=True)
class Founder:
    """A founding institution; ``profile`` is the hash of its public profile (32 bytes)."""

    institution: str
    roles: Role
    profile: bytes


@dataclass(frozen=True, slots=True)
class FoundingNode:
    """A re-encryption node of the first set: its account, Umbral public key (33 bytes) and institution."""

    address: str
    key: bytes
    institution: str


@dataclass(frozen=True, slots=True)
class VotingInstitution:
    """The account that votes on finality for an institution."""

    voter: str
    institution: str


@dataclass(frozen=True, slots=True)
class GovernanceGenesis:
    """The consensus the chain begins with. ``senders`` are (account, gas per block)."""

    parameters: ConsensusParameters
    limits: Limits
    miners: tuple[Miner, ...]
    voters: tuple[VotingInstitution, ...]
    engine: str
    senders: tuple[tuple[str, int], ...]
    creators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeploymentConfig:
    """Everything the six constructors need beside each other's addresses. ``recovery_delay`` in seconds."""

    founders: tuple[Founder, ...]
    node_threshold: int
    nodes: tuple[FoundingNode, ...]
    kyc_quorum: int
    recovery_delay: int
    governance: GovernanceGenesis

    def constructor_arguments(self, addresses: ContractAddresses) -> dict[str, tuple[Any, ...]]:
        """Return each contract's constructor arguments by contract name, in the order of deployment."""
        arguments: tuple[tuple[Any, ...], ...] = (
            self._institution_registry(),
            (addresses.institution_registry, self.kyc_quorum, self.recovery_delay),
            (addresses.wallet_registry,),
            (addresses.institution_registry, addresses.wallet_registry),
            (addresses.institution_registry,),
            (addresses.institution_registry, self._governance(addresses)),
        )
        return dict(zip(CONTRACT_NAMES, arguments, strict=True))

    def _institution_registry(self) -> tuple[Any, ...]:
        return (
            tuple((founder.institution, int(founder.roles), founder.profile) for founder in self.founders),
            self.node_threshold,
            tuple(node.address for node in self.nodes),
            tuple(node.key for node in self.nodes),
            tuple(node.institution for node in self.nodes),
        )

    def _governance(self, addresses: ContractAddresses) -> tuple[Any, ...]:
        """The ``Genesis`` struct, in its order."""
        genesis, limits = self.governance, self.governance.limits
        others = [address for name, address in addresses.by_name().items() if name != CONTRACT_NAMES[-1]]
        return (
            genesis.parameters.s,
            genesis.parameters.r,
            genesis.parameters.d,
            (limits.s_min, limits.s_max, limits.r_min, limits.r_max, limits.d_min, limits.d_max),
            genesis.miners,
            tuple(voter.voter for voter in genesis.voters),
            tuple(voter.institution for voter in genesis.voters),
            genesis.engine,
            tuple(sender for sender, _ in genesis.senders),
            tuple(quota for _, quota in genesis.senders),
            genesis.creators,
            tuple(others),
        )
