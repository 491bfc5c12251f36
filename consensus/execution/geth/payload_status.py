"""From geth's verdicts to the domain's: what the consensus client may conclude from each."""

from __future__ import annotations

from consensus.execution.base import PayloadStatus, Status
from consensus.execution.errors import ExecutionUnavailable
from consensus.execution.geth.wire import PayloadStatusV1

_MEANING = {
    "VALID": Status.VALID,
    "INVALID": Status.INVALID,
    "INVALID_BLOCK_HASH": Status.INVALID,
    "SYNCING": Status.SYNCING,
    # A side block that geth keeps without executing it says nothing about validity yet.
    "ACCEPTED": Status.SYNCING,
}


def payload_status(answer: PayloadStatusV1) -> PayloadStatus:
    """The domain's verdict. Raises :class:`ExecutionUnavailable` for a status that the Engine API does not have."""
    status = _MEANING.get(answer.status)
    if status is None:
        raise ExecutionUnavailable(f"an unknown payload status {answer.status!r}")
    if status is Status.INVALID:
        return PayloadStatus.invalid(answer.validation_error or "geth gives no reason")
    return PayloadStatus(status)
