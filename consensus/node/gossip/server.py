"""The serving side of gossip: a Starlette application that answers authenticated peers."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from consensus.node.errors import PeerRefused
from consensus.node.gossip.auth import Identity
from consensus.node.gossip.base import ChainStatus, LocalNode
from consensus.node.messages import (
    SealedBlock,
    parse_json,
    read_bytes,
    read_integer,
    read_object,
    to_hex,
    vote_from_json,
    vote_to_json,
)
from consensus.rules.errors import MalformedMessage
from medixain.core.errors import MedixainError

log = logging.getLogger(__name__)

PATH = "/consensus/v1/{operation}"
BODY_MAX_BYTES = 32 * 2**20
BLOCKS_ANSWER_BYTES = 4 * 2**20
"""Transaction bytes after which an answer with several blocks ends early; JSON doubles them. The peer asks again."""

RANGE_MAX_BLOCKS = 128
VOTES_MAX = 1024

_STATUS_FIELDS = frozenset({"head", "height", "work", "justified", "final", "finalHeight"})
_RANGE_FIELDS = frozenset({"first", "last"})

Operation = Callable[[LocalNode, str, Any], Any]


def status_to_json(status: ChainStatus) -> dict[str, Any]:
    """A chain status for the wire; work is a decimal string, because it outgrows JSON's exact integers."""
    return {
        "head": to_hex(status.head),
        "height": status.height,
        "work": str(status.work),
        "justified": to_hex(status.justified),
        "final": to_hex(status.final),
        "finalHeight": status.final_height,
    }


def status_from_json(value: object) -> ChainStatus:
    """Reads what :func:`status_to_json` writes. Raises :class:`MalformedMessage`."""
    fields = read_object(value, _STATUS_FIELDS, "status")
    work = fields["work"]
    if not isinstance(work, str) or not work.isascii() or not work.isdecimal() or len(work) > 78:
        raise MalformedMessage("work", "is not a decimal number")
    return ChainStatus(
        read_bytes(fields["head"], "head", 32),
        read_integer(fields["height"], "height"),
        int(work),
        read_bytes(fields["justified"], "justified", 32),
        read_bytes(fields["final"], "final", 32),
        read_integer(fields["finalHeight"], "finalHeight"),
    )


def _status(node: LocalNode, peer: str, body: Any) -> Any:
    return status_to_json(node.chain_status())


def _blocks(node: LocalNode, peer: str, body: Any) -> Any:
    answer: list[Any] = []
    size = 0
    for block in node.canonical_blocks(*_range(body)):
        size += sum(map(len, block.payload.transactions))
        if answer and size > BLOCKS_ANSWER_BYTES:
            break
        answer.append(block.to_json())
    return answer


def _votes(node: LocalNode, peer: str, body: Any) -> Any:
    return [vote_to_json(vote) for vote in node.stored_votes(*_range(body))]


def _announce_block(node: LocalNode, peer: str, body: Any) -> Any:
    node.receive_block(peer, SealedBlock.from_json(body))
    return {}


def _announce_votes(node: LocalNode, peer: str, body: Any) -> Any:
    if not isinstance(body, list) or len(body) > VOTES_MAX:
        raise MalformedMessage("votes", f"is not a list of at most {VOTES_MAX}")
    node.receive_votes(peer, [vote_from_json(item) for item in body])
    return {}


def _range(body: Any) -> tuple[int, int]:
    fields = read_object(body, _RANGE_FIELDS, "range")
    first, last = (read_integer(fields[name], name) for name in ("first", "last"))
    return first, min(last, first + RANGE_MAX_BLOCKS - 1)


OPERATIONS: dict[str, Operation] = {
    "status": _status,
    "blocks": _blocks,
    "votes": _votes,
    "announce-block": _announce_block,
    "announce-votes": _announce_votes,
}


def gossip_application(identity: Identity, node: LocalNode) -> Starlette:
    """The application one node serves to its peers."""

    async def endpoint(request: HttpRequest) -> Response:
        path = request.url.path
        try:
            peer = identity.check_sender(request.headers, await run_in_threadpool(node.permitted_peers))
            body = await _read(request)
            digest = identity.check_request(request.headers, peer, path, body)
        except PeerRefused as refusal:
            log.warning("refused a gossip request: %s", refusal.reason)
            return Response(status_code=refusal.status)
        except ClientDisconnect:
            return Response(status_code=400)
        status, answer = await run_in_threadpool(_perform, request.path_params["operation"], node, peer, body)
        return Response(answer, status, identity.sign_answer(digest, status, answer), "application/json")

    return Starlette(routes=[Route(PATH, endpoint, methods=["POST"])])


async def _read(request: HttpRequest) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX_BYTES:
            raise PeerRefused("a body that is too large")
    return bytes(body)


def _perform(name: str, node: LocalNode, peer: str, body: bytes) -> tuple[int, bytes]:
    operation = OPERATIONS.get(name)
    try:
        if operation is None:
            raise MalformedMessage("path", "names no operation")
        return 200, _text(operation(node, peer, parse_json(body)))
    except MedixainError as error:
        log.info("gossip %s from %s refused: %s", name, peer, error.message)
        return error.status, _text({"code": error.code, "message": error.message})


def _text(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
