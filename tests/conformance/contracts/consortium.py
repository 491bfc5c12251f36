"""Five institutions with their nodes, miners and voters: what a chain under test begins with, and who signs for it."""

from dataclasses import dataclass
from itertools import count

from eth_hash.auto import keccak

from contracts.bindings import LocalKey
from contracts.bindings.messages import Miner, Role
from contracts.bindings.state import ConsensusParameters, Limits
from contracts.deploy import DeploymentConfig, Founder, FoundingNode, GovernanceGenesis, VotingInstitution

ROLES = (
    Role.KYC | Role.CLINICAL | Role.MINER,
    Role.KYC | Role.CLINICAL | Role.MINER,
    Role.KYC | Role.INSURER | Role.MINER,
    Role.PHARMA | Role.MINER,
    Role.RESEARCH | Role.MINER,
)
PROFILE = b"\x70" * 32
NODE_THRESHOLD = 3
KYC_QUORUM = 2
RECOVERY_DELAY = 3600
SENDER_QUOTA = 50_000_000

_fresh = count(1)


def key_of(name: str) -> bytes:
    """A secret key that depends on its name alone."""
    return keccak(name.encode())


def address_of(name: str) -> str:
    return LocalKey(key_of(name)).address


def fresh_name(kind: str) -> str:
    """A name nobody has used, so that tests on one chain do not meet."""
    return f"{kind} {next(_fresh)}"


def public_key(name: str) -> bytes:
    """Something of the shape of a compressed public key."""
    return b"\x02" + keccak(b"public " + name.encode())


INSTITUTION_NAMES = tuple(f"institution {number}" for number in range(len(ROLES)))
INSTITUTIONS = tuple(address_of(name) for name in INSTITUTION_NAMES)
NODE_NAMES = tuple(f"node {number}" for number in range(len(ROLES)))
DEPLOYER = LocalKey(key_of("deployer"))
RELAY = LocalKey(key_of("relay"))
ENGINE_KEY = key_of("engine")


@dataclass(frozen=True, slots=True)
class MinerSpec:
    """A miner by number, its institution's number, and whether it is enabled."""

    number: int
    institution: int
    enabled: bool = True

    @property
    def message(self) -> Miner:
        name = f"miner {self.number}"
        return Miner(keccak(name.encode()), address_of(name), INSTITUTIONS[self.institution], self.enabled)


# Institutions 0 and 1 have two miners each; they stand before the others, so the order of activation must reorder.
MINERS = tuple(MinerSpec(number, institution).message for number, institution in enumerate((0, 0, 1, 1, 2, 3, 4)))

CONFIG = DeploymentConfig(
    founders=tuple(
        Founder(institution, roles, PROFILE) for institution, roles in zip(INSTITUTIONS, ROLES, strict=True)
    ),
    node_threshold=NODE_THRESHOLD,
    nodes=tuple(
        FoundingNode(address_of(name), public_key(name), institution)
        for name, institution in zip(NODE_NAMES, INSTITUTIONS, strict=True)
    ),
    kyc_quorum=KYC_QUORUM,
    recovery_delay=RECOVERY_DELAY,
    governance=GovernanceGenesis(
        parameters=ConsensusParameters(s=5, r=32, d=8),
        limits=Limits(s_min=3, s_max=6, r_min=24, r_max=40, d_min=4, d_max=16),
        miners=MINERS,
        voters=tuple(
            VotingInstitution(address_of(f"voter {number}"), institution)
            for number, institution in enumerate(INSTITUTIONS)
        ),
        engine=LocalKey(ENGINE_KEY).address,
        senders=(
            (RELAY.address, SENDER_QUOTA),
            (DEPLOYER.address, SENDER_QUOTA),
            *((address_of(name), SENDER_QUOTA) for name in NODE_NAMES),
        ),
    ),
)
