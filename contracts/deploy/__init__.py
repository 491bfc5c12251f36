"""Deployment: what the chain begins with, the six creations, and the record of them."""

from contracts.deploy.config import DeploymentConfig, Founder, FoundingNode, GovernanceGenesis, VotingInstitution
from contracts.deploy.deployment import deploy
from contracts.deploy.errors import CodeMismatch, DeployerNonceMismatch, DeploymentError, DeploymentTimeout
from contracts.deploy.manifest import DeployedContract, Manifest, read_manifest, write_manifest

__all__ = [
    "CodeMismatch",
    "DeployedContract",
    "DeployerNonceMismatch",
    "DeploymentConfig",
    "DeploymentError",
    "DeploymentTimeout",
    "Founder",
    "FoundingNode",
    "GovernanceGenesis",
    "Manifest",
    "VotingInstitution",
    "deploy",
    "read_manifest",
    "write_manifest",
]
