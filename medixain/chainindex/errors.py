"""What can go wrong between the platform and the chain."""

from typing import Any

from medixain.core.errors import InvalidInput, MedixainError


class ChainError(MedixainError):
    """Base of the errors of outbox, relay and index."""

    code = "chain"
    status = 502
    exit_code = 20


class ChainUnavailable(ChainError):
    """The JSON-RPC address does not answer, or is not configured; ``detail`` is its own wording."""

    code = "chain-unavailable"
    status = 503

    def __init__(self, detail: str) -> None:
        super().__init__(f"The chain cannot be reached now ({detail}); nothing is lost, try again in a few seconds.")
        self.detail = detail


class WrongChain(ChainError):
    """The chain at the JSON-RPC address is not the one that the index or the manifest is of."""

    code = "wrong-chain"
    status = 500

    def __init__(self, what: str, expected: str, actual: str) -> None:
        super().__init__(
            f"The chain's {what} is {actual}, not {expected}; point the platform at the right chain or data."
        )
        self.expected, self.actual = expected, actual


class SignerUnavailable(ChainError):
    """The relay's signer process does not answer or refuses."""

    code = "signer-unavailable"
    status = 503

    def __init__(self, detail: str) -> None:
        super().__init__(f"The relay's signer cannot be used ({detail}); start it, the outbox waits.")
        self.detail = detail


class RelayRefused(ChainError):
    """The execution client refuses the relay's transaction; ``detail`` is its own wording."""

    code = "relay-refused"

    def __init__(self, detail: str) -> None:
        super().__init__(f"The chain's door refused the relay's transaction ({detail}); the operator must look at it.")
        self.detail = detail


class ContractRefused(ChainError):
    """A contract reverts on this message; ``code`` is the custom error in kebab-case, ``revert`` name and values."""

    code = "reverted"
    status = 409
    exit_code = 5

    def __init__(self, name: str, arguments: dict[str, Any], *, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name
        self.code = code
        self.revert = {"name": name, "args": arguments}


class MessageNotDeliverable(InvalidInput):
    """A message whose deadline is over, or whose signatures are not of the expected number or form."""

    code = "message-not-deliverable"


class UnknownTransaction(ChainError):
    """No outbox row has this id."""

    code = "unknown-transaction"
    status = 404

    def __init__(self, transaction_id: object) -> None:
        super().__init__(f"There is no transaction {transaction_id}; check the id.")
