"""The contract functions that the relay delivers: those that take a message which people or institutions sign.

The bindings list them. What a key of a machine sends itself (``AccessLog.commitRoot``), what the deployer does once and
``completeRecovery``, which anybody may send, are not relayed.
"""

from dataclasses import dataclass
from functools import cache

from contracts.bindings.access import AccessGrants
from contracts.bindings.contract import Contract
from contracts.bindings.governance import ConsensusGovernance
from contracts.bindings.messages import Cancellation
from contracts.bindings.registries import InstitutionRegistry, RecordRegistry, WalletRegistry
from medixain.core.eip712 import TypedStruct
from medixain.core.errors import InvalidInput

_CONTRACTS: tuple[type[Contract], ...] = (
    InstitutionRegistry, WalletRegistry, RecordRegistry, AccessGrants, ConsensusGovernance,
)  # fmt: skip

_SUBJECT_FIELDS = ("slot", "wallet", "commitment", "signer", "institution")
"""What a message is about, most specific first."""


class FunctionNotRelayed(InvalidInput):
    """A contract function that is not in the allow-list."""

    code = "function-not-relayed"

    def __init__(self, contract: str, function: str) -> None:
        super().__init__(
            f"The platform does not relay {contract}.{function}; docs/spec/contracts.md lists what it does."
        )
        self.contract, self.function = contract, function


@dataclass(frozen=True, slots=True)
class RelayedFunction:
    """A function and the message it takes; ``signatures`` is their exact number, None for votes and guardians."""

    contract: str
    name: str
    message: type[TypedStruct]
    signatures: int | None


@cache
def relayed_functions() -> dict[tuple[str, str], RelayedFunction]:
    """Return the allow-list by contract and function name."""
    found: dict[tuple[str, str], RelayedFunction] = {}
    for contract in _CONTRACTS:
        for message in (*contract.MESSAGES, Cancellation):
            function = contract.message_function(message)
            found[contract.NAME, function.name] = RelayedFunction(
                contract.NAME, function.name, message, function.signatures
            )
    return found


def relayed_function(contract: str, function: str) -> RelayedFunction:
    """Return the entry of the allow-list; raises :class:`FunctionNotRelayed`."""
    try:
        return relayed_functions()[contract, function]
    except KeyError:
        raise FunctionNotRelayed(contract, function) from None


def subject_of(function: RelayedFunction, message: TypedStruct) -> str:
    """Return what orders the row among others: an EIP-55 address, a 0x commitment, or the contract's name."""
    for name in _SUBJECT_FIELDS:
        value = getattr(message, name, None)
        if value is not None:
            return "0x" + value.hex() if isinstance(value, bytes) else str(value)
    return function.contract
