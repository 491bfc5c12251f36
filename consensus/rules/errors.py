"""What a block, a vote or a configuration can do wrong. Each error carries the values that disagree.

:class:`InvalidBlock` is final: a block that raised it is invalid on every node for ever. :class:`NotYetAcceptable` may
change with time or with what else a node learns, so the block is kept and tried again.
"""

from medixain.core.errors import MedixainError


class ConsensusError(MedixainError):
    """Base of every error the consensus package raises on purpose."""

    code = "consensus"
    status = 422
    exit_code = 30


class MalformedGenesis(ConsensusError):
    """A genesis configuration that cannot start a network; ``field`` names the place."""

    code = "malformed-genesis"
    status = 400

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"genesis field {field} {problem}; correct the genesis file that all nodes share")
        self.field = field
        self.problem = problem


class MalformedMessage(ConsensusError):
    """Bytes or JSON that are no seal, block, vote or share; ``field`` names the place."""

    code = "malformed-consensus-message"
    status = 400

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field} {problem}; ask the sender for the message again")
        self.field = field
        self.problem = problem


class InvalidBlock(ConsensusError):
    """Base: the block breaks a rule and stays invalid for ever."""

    code = "invalid-block"


class SealMismatch(InvalidBlock):
    """A field of the seal header is not what the payload, the parent or the chain's state say it must be."""

    code = "seal-mismatch"

    def __init__(self, field: str, expected: object, actual: object) -> None:
        problem = f"the seal's {field} is {_show(actual)} where the rules require {_show(expected)}"
        super().__init__(f"{problem}; refuse the block")
        self.field = field
        self.expected = expected
        self.actual = actual


class InsufficientWork(InvalidBlock):
    """The seal's hash has fewer leading zero bits than required."""

    code = "insufficient-work"

    def __init__(self, required: int, actual: int) -> None:
        super().__init__(f"the seal shows {actual} leading zero bits of the required {required}; refuse the block")
        self.required = required
        self.actual = actual


class NonceOutsideSlice(InvalidBlock):
    """The nonce belongs to another miner's slice, or to none."""

    code = "nonce-outside-slice"

    def __init__(self, nonce: int, start: int, stop: int) -> None:
        super().__init__(f"nonce {nonce} lies outside the miner's slice {start}..{stop - 1}; refuse the block")
        self.nonce = nonce
        self.start = start
        self.stop = stop


class MinerNotActive(InvalidBlock):
    """The seal names a miner that is not the active miner of its rank."""

    code = "miner-not-active"

    def __init__(self, miner_id: bytes, miner_index: int) -> None:
        super().__init__(f"miner {_show(miner_id)} is not the active miner of rank {miner_index}; refuse the block")
        self.miner_id = miner_id
        self.miner_index = miner_index


class BadSignature(InvalidBlock):
    """A signature that is malformed, has a high s, or is another key's; ``actual`` is None when none recovers."""

    code = "bad-consensus-signature"

    def __init__(self, expected: str | None, actual: str | None) -> None:
        wanted = f" by {expected}" if expected else ""
        super().__init__(f"the signature is not a valid one{wanted}; refuse the message")
        self.expected = expected
        self.actual = actual


class TimestampNotAfterParent(InvalidBlock):
    """A timestamp that is not strictly greater than the parent's."""

    code = "timestamp-not-after-parent"

    def __init__(self, parent: int, actual: int) -> None:
        super().__init__(f"timestamp {actual} is not after the parent's {parent}; refuse the block")
        self.parent = parent
        self.actual = actual


class ForksBeforeFinal(InvalidBlock):
    """A block on a branch that leaves the chain before the last final block."""

    code = "forks-before-final"

    def __init__(self, height: int, final_height: int) -> None:
        super().__init__(f"the block of height {height} contradicts final block {final_height}; refuse it")
        self.height = height
        self.final_height = final_height


class PayloadRuleBroken(InvalidBlock):
    """A field of the payload that the EVM would accept and medixain's chain does not."""

    code = "payload-rule-broken"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"payload field {field} {problem}; refuse the block")
        self.field = field
        self.problem = problem


class PayloadInvalid(InvalidBlock):
    """The execution client found the payload invalid."""

    code = "payload-invalid"

    def __init__(self, reason: str) -> None:
        super().__init__(f"the execution client refuses the payload ({reason}); refuse the block")
        self.reason = reason


class TransactionRefused(InvalidBlock):
    """A transaction that medixain's permissions do not allow; ``index`` is its place in the block."""

    code = "transaction-refused"

    def __init__(self, index: int, problem: str) -> None:
        super().__init__(f"transaction {index} {problem}; refuse it")
        self.index = index
        self.problem = problem


class SenderNotRegistered(TransactionRefused):
    """The sender has no gas quota."""

    code = "sender-not-registered"

    def __init__(self, index: int, sender: str) -> None:
        super().__init__(index, f"comes from {sender}, which is not a registered sender")
        self.sender = sender


class QuotaExceeded(TransactionRefused):
    """The gas limits of one sender's transactions in a block sum to more than its quota."""

    code = "sender-quota-exceeded"

    def __init__(self, index: int, sender: str, quota: int, wanted: int) -> None:
        super().__init__(index, f"takes {sender} to {wanted} gas in this block, above its quota of {quota}")
        self.sender = sender
        self.quota = quota
        self.wanted = wanted


class RecipientNotKnown(TransactionRefused):
    """The recipient is none of medixain's contracts."""

    code = "recipient-not-known"

    def __init__(self, index: int, recipient: str) -> None:
        super().__init__(index, f"calls {recipient}, which is not one of medixain's contracts")
        self.recipient = recipient


class CreationNotPermitted(TransactionRefused):
    """A contract creation by an account without that right."""

    code = "creation-not-permitted"

    def __init__(self, index: int, sender: str) -> None:
        super().__init__(index, f"creates a contract, which {sender} may not")
        self.sender = sender


class NotYetAcceptable(ConsensusError):
    """Base: the block cannot be judged or accepted yet; keep it and try again."""

    code = "not-yet-acceptable"
    status = 425


class FutureTime(NotYetAcceptable):
    """The seal's time lies further ahead of this node's clock than allowed."""

    code = "future-time"

    def __init__(self, time_ms: int, now_ms: int) -> None:
        super().__init__(f"the seal's time is {time_ms - now_ms} ms ahead of this node's clock; check both clocks")
        self.time_ms = time_ms
        self.now_ms = now_ms


class ParentUnknown(NotYetAcceptable):
    """The parent has not arrived yet."""

    code = "parent-unknown"

    def __init__(self, parent_seal: bytes) -> None:
        super().__init__(f"parent seal {_show(parent_seal)} is not known here; fetch it first")
        self.parent_seal = parent_seal


class CheckpointNotFinal(NotYetAcceptable):
    """The block reads its parameters from a checkpoint whose finality this node has not seen yet."""

    code = "checkpoint-not-final"

    def __init__(self, checkpoint: bytes) -> None:
        super().__init__(f"checkpoint {_show(checkpoint)} is not final here; fetch the votes for it first")
        self.checkpoint = checkpoint


class InvalidVote(ConsensusError):
    """A vote that no honest voter could have sent."""

    code = "invalid-vote"

    def __init__(self, problem: str) -> None:
        super().__init__(f"the vote {problem}; refuse it")
        self.problem = problem


class UnsafeVote(ConsensusError):
    """A vote this voter must not sign, because it would contradict one it signed before."""

    code = "unsafe-vote"
    status = 409

    def __init__(self, problem: str) -> None:
        super().__init__(f"signing would {problem}; wait for a higher block")
        self.problem = problem


def _show(value: object) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
