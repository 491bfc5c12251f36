"""What can go wrong between Python and the contracts."""

from dataclasses import dataclass
from typing import Any

from medixain.core.errors import MedixainError


class ContractsError(MedixainError):
    """Base of the bindings' errors."""

    code = "contracts-error"


@dataclass(frozen=True, slots=True)
class ContractRevert:
    """Why a contract reverted: the custom error's ``name`` and its arguments by name (snake_case).

    Solidity's own appear as ``Error`` (``message``) and ``Panic`` (``panic_code``); a selector no contract of ours
    declares as ``UnknownError`` (``data``), and a revert that says nothing as ``EmptyRevert``.
    """

    name: str
    args: dict[str, Any]

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={_shown(value)}" for name, value in self.args.items())
        return f"{self.name}({inside})"


class ContractReverted(ContractsError):
    """A contract refused a call; ``revert`` says why."""

    code = "contract-reverted"
    status = 409

    def __init__(self, revert: ContractRevert) -> None:
        super().__init__(f"The contract refused the message: {revert}.")
        self.revert = revert

    @property
    def name(self) -> str:
        """The custom error's name."""
        return self.revert.name


class ContractMissing(ContractsError):
    """There is no contract at the address in the state that was asked."""

    code = "contract-missing"
    status = 503

    def __init__(self, name: str, address: str) -> None:
        super().__init__(f"There is no {name} at {address} yet; deploy the contracts, or ask a later block.")
        self.name = name
        self.address = address


class UnknownMessage(ContractsError):
    """The contract has no function for this message, or the number of signatures does not fit it."""

    code = "unknown-contract-message"


def _shown(value: object) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
