"""What each role may sign. A message is named, rebuilt from its fields and hashed here, never taken as a digest."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from contracts.bindings import messages as m
from contracts.bindings.access import AccessGrants, AccessLog
from contracts.bindings.governance import ConsensusGovernance
from contracts.bindings.registries import InstitutionRegistry, RecordRegistry, WalletRegistry
from keymgmt.keys.messages import CareTeam, DeletionReceipt, OprfRequest, ProfessionalName, VaultManifest
from keymgmt.node.errors import Malformed
from keymgmt.node.wire import from_json
from keymgmt.signer.config import SignerConfig
from keymgmt.signer.errors import MalformedRequest, NotPermitted
from keymgmt.signer.home import Keyring, Role
from medixain.core.eip712 import Domain, TypedStruct, off_chain_domain

_CONTRACTS: Final = (InstitutionRegistry, WalletRegistry, RecordRegistry, AccessGrants, AccessLog, ConsensusGovernance)

# An Attestation is not among them: it is signed only with the claim that the nullifier follows from (attesting.py).
_BY_ROLE: Final[Mapping[Role, tuple[type[TypedStruct], ...]]] = MappingProxyType(
    {
        Role.INSTITUTION: (
            m.Admission,
            m.InstitutionSuspension,
            m.InstitutionKey,
            m.Registration,
            m.Suspension,
            m.SuspensionVote,
            m.NodeSet,
            m.AttestationRevocation,
            m.Bounds,
            m.MinerSet,
            m.VoterSet,
            m.EngineKey,
            m.SenderQuota,
            m.CreatorRight,
            m.KnownContract,
            # The slots of care teams hand themselves over to the institution's key (docs/spec/nodes.md).
            m.Document,
            m.KeyRotation,
            CareTeam,
            OprfRequest,
            ProfessionalName,
            VaultManifest,
        ),
        Role.RELAY: (DeletionReceipt,),
        Role.CONSENSUS: (),
        Role.ENGINE: (m.Parameters,),
    }
)


def permitted_message(keyring: Keyring, name: str, fields: Any) -> TypedStruct:
    """Return the message ``name`` with the JSON ``fields`` if the keyring's role signs such.

    Raises :class:`NotPermitted` or :class:`MalformedRequest`.
    """
    struct = {message.__name__: message for message in _BY_ROLE[keyring.role]}.get(name)
    if struct is None:
        raise NotPermitted(f"A keyring of the role {keyring.role.value} does not sign a {name}.")
    return read_message(struct, fields)


def read_message(struct: type[TypedStruct], fields: Any) -> TypedStruct:
    """Return the message of the JSON ``fields``; raises :class:`MalformedRequest`."""
    try:
        return from_json(struct, fields)
    except Malformed as error:
        raise MalformedRequest(error.message) from error


def domain_of(message: TypedStruct, config: SignerConfig) -> Domain:
    """Return the domain a message is signed in: the one contract's that takes it, or the off-chain domain."""
    for contract in _CONTRACTS:
        if type(message) in contract.MESSAGES:
            return Domain(contract.NAME, "1", config.chain_id, config.contracts.by_name()[contract.NAME])
    return off_chain_domain(config.chain_id)


def require_role(keyring: Keyring, *roles: Role) -> None:
    """Return if the keyring has one of ``roles``; raises :class:`NotPermitted`."""
    if keyring.role not in roles:
        raise NotPermitted(f"A keyring of the role {keyring.role.value} does not do this.")
