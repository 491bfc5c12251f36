"""Where the contracts are: known from the deployer's address before anything is deployed."""

from dataclasses import dataclass, fields
from typing import Self

from medixain.core.addresses import created_address, to_address
from medixain.core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class ContractAddresses:
    """The six contracts' EIP-55 addresses, in the order of deployment."""

    institution_registry: str
    wallet_registry: str
    record_registry: str
    access_grants: str
    access_log: str
    consensus_governance: str

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, to_address(getattr(self, field.name)))

    def by_name(self) -> dict[str, str]:
        """Return the addresses by contract name, ``InstitutionRegistry`` first."""
        return {_contract_name(field.name): getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_names(cls, addresses: dict[str, str]) -> Self:
        """Inverse of :meth:`by_name`; raises :class:`InvalidInput` unless exactly the six contracts are named."""
        names = {_contract_name(field.name): field.name for field in fields(cls)}
        if set(addresses) != set(names):
            raise InvalidInput(f"Name exactly these contracts: {', '.join(names)}.", field="contracts")
        return cls(**{names[name]: address for name, address in addresses.items()})


CONTRACT_NAMES = tuple("".join(map(str.capitalize, f.name.split("_"))) for f in fields(ContractAddresses))
"""The contracts in the order of deployment, which fixes their addresses."""


def predict_addresses(deployer: str) -> ContractAddresses:
    """Return the addresses the contracts get when ``deployer`` creates them, in order, from its nonce 0."""
    return ContractAddresses(*(created_address(deployer, nonce) for nonce in range(len(CONTRACT_NAMES))))


def _contract_name(field_name: str) -> str:
    return "".join(word.capitalize() for word in field_name.split("_"))
