"""Founding the demo's consortium: keys, genesis, node set, nullifier key. An interrupted run is finished by the next.

Secrets go to sealed keyrings of the signer, to the nodes' own key files, and (the deployer's alone, until the contracts
are final) to a file; `consortium.json` holds public facts only and is written last.
"""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from eth_hash.auto import keccak

from consensus.rules.genesis import GenesisConfig
from consensus.rules.miners import Miner as GenesisMiner
from consensus.rules.miners import Parameters
from contracts.bindings.addresses import ContractAddresses, predict_addresses
from contracts.bindings.messages import Miner
from contracts.bindings.sending import LocalKey
from contracts.bindings.state import ConsensusParameters, Limits
from contracts.deploy.config import DeploymentConfig, Founder, FoundingNode, GovernanceGenesis, VotingInstitution
from keymgmt.pre import SecretKey
from keymgmt.signer.config import SignerConfig
from keymgmt.signer.home import Role, SignerHome
from medixain.core import canonical
from medixain.core.addresses import address_of_secret_key
from medixain.demo.consortium import CHAIN_ID, PARTNERS, THRESHOLD, Partner
from medixain.demo.layout import Layout
from medixain.sdk.words import role_names
from records.container import atomic_file

GAS_LIMIT = 400_000_000
"""Of a block; half of it may be used (docs/spec/consensus.md)."""
RELAY_QUOTA = 150_000_000
NODE_QUOTA = 2_000_000
RECOVERY_DELAY = 600
"""Seconds; 72 hours in production."""
PARAMETERS = ConsensusParameters(s=5, r=28, d=20)
"""A row of the optimiser's answer to its preset demo-cpu. 2^20 hashes take a niced core about half a second; building,
executing and voting take as much again."""
LIMITS = Limits(s_min=5, s_max=15, r_min=24, r_max=64, d_min=16, d_max=28)
PASSPHRASE_FILE = "passphrase"


@dataclass(frozen=True, slots=True)
class PartnerFacts:
    """Public facts of a partner: its institution id, miner and voter accounts, node account and node key (hex)."""

    key: str
    name: str
    roles: list[str]
    institution: str
    miner: str
    voter: str
    node: str
    node_key: str


@dataclass(frozen=True, slots=True)
class Founding:
    """Public facts of the consortium."""

    chain_id: int
    deployer: str
    relay: str
    engine: str
    partners: tuple[PartnerFacts, ...]

    @property
    def addresses(self) -> ContractAddresses:
        """Where the contracts stand, or will."""
        return predict_addresses(self.deployer)

    @classmethod
    def load(cls, layout: Layout) -> Self:
        """Read the facts that :func:`found` wrote."""
        document: dict[str, Any] = json.loads(layout.consortium.read_text(encoding="utf-8"))
        partners = tuple(PartnerFacts(**entry) for entry in document.pop("partners"))
        return cls(**document, partners=partners)

    def deployment(self) -> DeploymentConfig:
        """What the contracts' constructors are told."""
        roles = {partner.key: partner.roles for partner in PARTNERS}
        return DeploymentConfig(
            founders=tuple(Founder(p.institution, roles[p.key], keccak(p.name.encode())) for p in self.partners),
            node_threshold=THRESHOLD,
            nodes=tuple(FoundingNode(p.node, bytes.fromhex(p.node_key), p.institution) for p in self.partners),
            kyc_quorum=THRESHOLD,
            recovery_delay=RECOVERY_DELAY,
            governance=GovernanceGenesis(
                parameters=PARAMETERS,
                limits=LIMITS,
                miners=tuple(Miner(miner_id(p.key), p.miner, p.institution, True) for p in self.partners),
                voters=tuple(VotingInstitution(p.voter, p.institution) for p in self.partners),
                engine=self.engine,
                senders=((self.relay, RELAY_QUOTA), *((p.node, NODE_QUOTA) for p in self.partners)),
            ),
        )

    def genesis(self, *, time: int) -> GenesisConfig:
        """The consensus configuration of block 0 at ``time``."""
        return GenesisConfig(
            chain_id=self.chain_id,
            time=time,
            deployer=self.deployer,
            gas_limit=GAS_LIMIT,
            parameters=Parameters(PARAMETERS.s, PARAMETERS.r, PARAMETERS.d),
            miners=tuple(GenesisMiner(miner_id(p.key), p.miner, p.institution) for p in self.partners),
            voters=tuple(p.voter for p in self.partners),
            governance=self.addresses.consensus_governance,
        )


def miner_id(key: str) -> bytes:
    """The 32-byte id of a partner's miner."""
    return keccak(f"medixain-demo/miner/{key}".encode())


def found(layout: Layout, *, now: int) -> Founding:
    """Make the consortium of this data folder, or read it when it is there. ``now`` becomes the genesis time."""
    if layout.consortium.exists():
        return Founding.load(layout)
    signers = open_signers(layout)
    founding = Founding(
        chain_id=CHAIN_ID,
        deployer=address_of_secret_key(_secret_file(layout.deployer_key)),
        relay=signers.create("relay", Role.RELAY).address,
        engine=signers.create("engine", Role.ENGINE).address,
        partners=tuple(_found_partner(layout, signers, index, partner) for index, partner in enumerate(PARTNERS)),
    )
    signers.deal_nullifier_key([partner.key for partner in PARTNERS], THRESHOLD)
    _write(layout.genesis, canonical.encode(founding.genesis(time=now).to_json()))
    _write(layout.consortium, canonical.encode(_document(founding)))
    return founding


def open_signers(layout: Layout) -> SignerHome:
    """The signer's folder, unlocked by its passphrase file (made on first use)."""
    layout.signers.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = layout.signers / PASSPHRASE_FILE
    if not file.exists():
        _write(file, secrets.token_urlsafe(32).encode())
    return SignerHome.open(layout.signers, file.read_text(encoding="utf-8"))


def write_signer_config(layout: Layout, founding: Founding, rpc_url: str) -> Path:
    """Tell the signer which chain it signs for; the JSON-RPC address may change with every start."""
    path = layout.signers / "signer.json"
    _write(path, SignerConfig(founding.chain_id, founding.addresses, rpc_url).encode())
    return path


def deployer_key(layout: Layout) -> LocalKey | None:
    """The deployer's key while the deployment is not final; None afterwards."""
    path = layout.deployer_key
    return LocalKey(bytes.fromhex(path.read_text("ascii"))) if path.exists() else None


def forget_deployer_key(layout: Layout) -> None:
    """Delete the deployer's key: governance rules from now on."""
    (layout.deployer_key).unlink(missing_ok=True)


def _found_partner(layout: Layout, signers: SignerHome, index: int, partner: Partner) -> PartnerFacts:
    folder = layout.node(index)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    exchange = SecretKey(_secret_file(folder / "exchange.key"))
    return PartnerFacts(
        key=partner.key,
        name=partner.name,
        roles=list(role_names(partner.roles)),
        institution=signers.create(partner.key, Role.INSTITUTION).address,
        miner=signers.create(f"{partner.key}-miner", Role.CONSENSUS).address,
        voter=signers.create(f"{partner.key}-voter", Role.CONSENSUS).address,
        node=address_of_secret_key(_secret_file(folder / "node.key")),
        node_key=bytes(exchange.public_key).hex(),
    )


def _document(founding: Founding) -> dict[str, Any]:
    fields = ("chain_id", "deployer", "relay", "engine")
    partner_fields = PartnerFacts.__slots__
    return {name: getattr(founding, name) for name in fields} | {
        "partners": [{name: getattr(p, name) for name in partner_fields} for p in founding.partners]
    }


def _secret_file(path: Path) -> bytes:
    """A 32-byte secp256k1 secret kept as hexadecimal digits, made on first use."""
    if not path.exists():
        _write(path, SecretKey.random().secret_bytes().hex().encode("ascii"))
    return bytes.fromhex(path.read_text("ascii"))


def _write(path: Path, data: bytes) -> None:
    """Write whole or not at all, readable by the owner only."""
    with atomic_file(path) as file:
        file.write(data)
