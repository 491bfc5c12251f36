"""The Engine API's JSON structures (execution-apis, engine/paris.md to engine/cancun.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consensus.execution.base import Payload, PayloadAttributes
from consensus.execution.errors import ExecutionUnavailable, MalformedPayload

INVALID_FORKCHOICE_STATE = -38002
INVALID_PAYLOAD_ATTRIBUTES = -38003


@dataclass(frozen=True, slots=True)
class PayloadStatusV1:
    """geth's verdict as it sends it."""

    status: str
    validation_error: str | None


@dataclass(frozen=True, slots=True)
class ForkchoiceResult:
    """The answer to engine_forkchoiceUpdated."""

    status: PayloadStatusV1
    payload_id: str | None


def forkchoice_state(head: bytes, safe: bytes, finalized: bytes) -> dict[str, str]:
    """ForkchoiceStateV1."""
    return {
        "headBlockHash": "0x" + head.hex(),
        "safeBlockHash": "0x" + safe.hex(),
        "finalizedBlockHash": "0x" + finalized.hex(),
    }


def payload_attributes(attributes: PayloadAttributes) -> dict[str, Any]:
    """PayloadAttributesV3; withdrawals are always empty."""
    return {
        "timestamp": hex(attributes.timestamp),
        "prevRandao": "0x" + attributes.prev_randao.hex(),
        "suggestedFeeRecipient": "0x" + attributes.fee_recipient.hex(),
        "withdrawals": [],
        "parentBeaconBlockRoot": "0x" + attributes.parent_beacon_block_root.hex(),
    }


def new_payload_params(payload: Payload) -> list[Any]:
    """The parameters of engine_newPayloadV3: payload, blob hashes, parent beacon block root."""
    body = payload.to_json()
    root = body.pop("parentBeaconBlockRoot")
    return [body, [], root]


def payload_from_envelope(envelope: object, parent_beacon_block_root: bytes) -> Payload:
    """The payload of an engine_getPayloadV3 answer, with the root its hash commits to beside it.

    Raises :class:`ExecutionUnavailable` for an answer of another shape.
    """
    try:
        body = dict(_mapping(envelope)["executionPayload"])
        return Payload.from_json({**body, "parentBeaconBlockRoot": "0x" + parent_beacon_block_root.hex()})
    except (KeyError, TypeError, MalformedPayload) as error:
        raise ExecutionUnavailable(f"engine_getPayload answered with something else: {error}") from error


def read_status(value: object) -> PayloadStatusV1:
    """PayloadStatusV1. Raises :class:`ExecutionUnavailable`."""
    status = _mapping(value)
    if not isinstance(status.get("status"), str):
        raise ExecutionUnavailable("a payload status has no status")
    error = status.get("validationError")
    return PayloadStatusV1(status["status"], None if error is None else str(error))


def read_forkchoice_result(value: object) -> ForkchoiceResult:
    """The answer to engine_forkchoiceUpdatedV3. Raises :class:`ExecutionUnavailable`."""
    result = _mapping(value)
    payload_id = result.get("payloadId")
    return ForkchoiceResult(read_status(result.get("payloadStatus")), None if payload_id is None else str(payload_id))


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ExecutionUnavailable("an Engine API answer is not an object")
    return value
