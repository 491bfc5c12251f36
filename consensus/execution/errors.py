"""What can go wrong between the consensus client and an execution client."""

from medixain.core.errors import MedixainError


class ExecutionError(MedixainError):
    """Base of every error an execution client raises on purpose."""

    code = "execution"
    status = 502
    exit_code = 20


class MalformedPayload(ExecutionError):
    """A payload that does not have the Engine API's shape; ``field`` names the place.

    Withdrawals and execution requests are refused here too: the chain has neither, so no payload type holds them.
    """

    code = "malformed-payload"
    status = 400

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"payload field {field} {problem}; ask the sender for the payload again")
        self.field = field
        self.problem = problem


class UnknownBlock(ExecutionError):
    """No block of this hash is known to the execution client."""

    code = "unknown-block"
    status = 404

    def __init__(self, block_hash: bytes) -> None:
        super().__init__(f"block 0x{block_hash.hex()} is not known here; send its payload and its ancestors' first")
        self.block_hash = block_hash


class InvalidAttributes(ExecutionError):
    """Payload attributes no valid block can have on this parent."""

    code = "invalid-attributes"


class NotTheHead(ExecutionError):
    """The client builds on its canonical head alone, and was asked to build on another known block."""

    code = "not-the-head"
    status = 409

    def __init__(self, parent: bytes, head: bytes) -> None:
        super().__init__(f"cannot build on 0x{parent.hex()}: the head is 0x{head.hex()}; set the head to it first")
        self.parent = parent
        self.head = head


class InvalidForkchoice(ExecutionError):
    """Head, safe and finalized blocks that do not lie on one branch, in that order."""

    code = "invalid-forkchoice"


class CallReverted(ExecutionError):
    """A call failed: by REVERT (``reverted``, with what the contract returned in ``data``), or for want of gas …"""

    code = "call-reverted"
    status = 400

    def __init__(self, data: bytes, reason: str = "execution reverted", *, reverted: bool = True) -> None:
        super().__init__(f"{reason}{': 0x' + data.hex() if data else ''}")
        self.data = data
        self.reason = reason
        self.reverted = reverted


class InvalidTransaction(ExecutionError):
    """A transaction the pool refuses: undecodable, badly signed, of another chain, nonce too low, too much gas."""

    code = "invalid-transaction"
    status = 400


class DatabaseDamaged(ExecutionError):
    """The chain database cannot be read, or contradicts itself; it is never replaced by a new genesis."""

    code = "chain-database-damaged"
    status = 500

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(
            f"the chain database {path} is damaged ({problem}); restore it from a backup or move it away to resync"
        )
        self.path = path
        self.problem = problem


class DatabaseInUse(ExecutionError):
    """Another process has the chain database open."""

    code = "chain-database-in-use"
    status = 500

    def __init__(self, path: str) -> None:
        super().__init__(f"the chain database {path} is open in another process; stop that one first")
        self.path = path


class ForeignDatabase(ExecutionError):
    """The chain database belongs to another genesis: block 0's hash followed by the chain id, 40 bytes, differs."""

    code = "chain-database-foreign"
    status = 500

    def __init__(self, path: str, expected: bytes, actual: bytes) -> None:
        super().__init__(
            f"the chain database {path} is of genesis 0x{actual.hex()}, not of 0x{expected.hex()}; "
            "point at the right data folder or at the right genesis configuration"
        )
        self.path = path
        self.expected = expected
        self.actual = actual


class ExecutionUnavailable(ExecutionError):
    """The execution client does not answer, or answers what it must not; ``detail`` is its own wording."""

    code = "execution-unavailable"
    status = 503

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"the execution client is not available ({detail}); check that it runs and that the JWT secret is its own"
        )
        self.detail = detail
