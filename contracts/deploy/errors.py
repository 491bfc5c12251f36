"""Why a deployment stops."""

from medixain.core.errors import MedixainError


class DeploymentError(MedixainError):
    """Base of the deployment's errors."""

    code = "deployment-failed"
    status = 500


class CodeMismatch(DeploymentError):
    """Something else stands at a contract's address: other code, or the same code set up otherwise."""

    code = "deployed-code-mismatch"

    def __init__(self, name: str, address: str, what: str) -> None:
        super().__init__(
            f"{what} of {name} at {address} is not what this version deploys; start a new chain, or run the version "
            "that deployed it."
        )
        self.name = name
        self.address = address


class DeployerNonceMismatch(DeploymentError):
    """The deployer's account has sent other transactions, so contracts would get other addresses."""

    code = "deployer-nonce-mismatch"

    def __init__(self, deployer: str, expected: int, actual: int) -> None:
        super().__init__(
            f"The deployer {deployer} is at nonce {actual}, but its next contract must be created at {expected}; "
            "begin the chain with a deployer that has sent nothing."
        )
        self.deployer = deployer
        self.expected = expected
        self.actual = actual


class CreationFailed(DeploymentError):
    """A contract's constructor refused its arguments, or ran out of gas; ``reason`` as far as the node tells."""

    code = "contract-creation-failed"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} could not be created: {reason}. Check the deployment's configuration.")
        self.name = name
        self.reason = reason


class DeploymentTimeout(DeploymentError):
    """No block took a creation in time."""

    code = "deployment-timeout"

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(f"No block took the creation of {name} within {seconds:g} s; check that miners are running.")
        self.name = name
        self.seconds = seconds
