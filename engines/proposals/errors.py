"""What can be refused between an answer of the optimiser and the chain's bounds."""

from medixain.core.errors import MedixainError


class ProposalError(MedixainError):
    """Base of the errors of runs, proposals and their votes."""

    code = "proposal"
    status = 409
    exit_code = 7


class NothingToPropose(ProposalError):
    """The run is not done, or its answer has no row."""

    code = "nothing-to-propose"

    def __init__(self) -> None:
        super().__init__("This run has no certified row to propose; change the requirements and ask again.")


class TooFewMiners(ProposalError):
    """The contract would refuse the bounds, because fewer miners are enabled than they ask for."""

    code = "too-few-miners"

    def __init__(self, *, enabled: int, needed: int) -> None:
        super().__init__(
            f"The bounds need at least {needed} enabled miners and the chain has {enabled}; vote on the miners first."
        )
        self.enabled, self.needed = enabled, needed


class ProposalExpired(ProposalError):
    """The message's deadline passed before enough votes were together."""

    code = "proposal-expired"

    def __init__(self) -> None:
        super().__init__("This proposal's deadline has passed; the operator has to propose the bounds again.")


class UnknownProposal(ProposalError):
    """There is no proposal, or no run, of this id."""

    code = "unknown-proposal"
    status = 404
    exit_code = 4

    def __init__(self, what: str, identifier: object) -> None:
        super().__init__(f"There is no {what} {identifier}; check the id.")


class NotAVoter(ProposalError):
    """The signature is not by the current key of an active institution."""

    code = "not-a-voter"
    status = 403
    exit_code = 3

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is not the current key of an active institution; sign these very bounds with it.")
        self.key = key


class TookTooLong(ProposalError):
    """A run did not end within its time."""

    code = "took-too-long"
    status = 503

    def __init__(self, seconds: float) -> None:
        super().__init__(f"No answer within {seconds:g} s; narrow the ranges of miners and difficulty and ask again.")
        self.seconds = seconds
