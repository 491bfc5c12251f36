"""What can go wrong in a running consensus client, beyond the rules' own errors."""

from consensus.rules.errors import ConsensusError


class StoreDamaged(ConsensusError):
    """The consensus store cannot be read or contradicts itself. It holds the own votes, so it is never replaced."""

    code = "consensus-store-damaged"
    status = 500
    exit_code = 31

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(
            f"the consensus store {path} is damaged ({problem}); restore it, or replace this node's voter key "
            "before starting it with an empty store"
        )
        self.path = path
        self.problem = problem


class ForeignStore(ConsensusError):
    """The consensus store belongs to another network."""

    code = "consensus-store-foreign"
    status = 500
    exit_code = 31

    def __init__(self, path: str, expected: bytes, actual: bytes) -> None:
        super().__init__(
            f"the consensus store {path} is of network 0x{actual.hex()}, not 0x{expected.hex()}; "
            "point at the right data folder or the right genesis configuration"
        )
        self.path = path
        self.expected = expected
        self.actual = actual


class ReplayFailed(ConsensusError):
    """The execution client refuses a block of the payload log that it, or another one, accepted before."""

    code = "payload-replay-failed"
    status = 500
    exit_code = 32

    def __init__(self, height: int, reason: str) -> None:
        super().__init__(f"the execution client refuses logged block {height} ({reason}); check genesis and version")
        self.height = height
        self.reason = reason


class PeerRefused(ConsensusError):
    """A request or answer between nodes that fails authentication; ``reason`` is for the log of this side only."""

    code = "peer-refused"
    status = 403

    def __init__(self, reason: str) -> None:
        super().__init__(f"the peer was refused ({reason}); check network id, registry key and clock")
        self.reason = reason


class PeerUnavailable(ConsensusError):
    """A peer that does not answer, or not in time."""

    code = "peer-unavailable"
    status = 503

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"peer {address} does not answer ({reason}); it will be tried again")
        self.address = address
        self.reason = reason


class GovernanceUnreadable(ConsensusError):
    """The code at the governance address does not answer as the governance contract does."""

    code = "governance-unreadable"
    status = 500

    def __init__(self, address: str, function: str) -> None:
        super().__init__(f"the contract at {address} does not answer {function}; check the genesis file's governance")
        self.address = address
        self.function = function
