"""Gossip over mutually authenticated HTTP."""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import uvicorn

from consensus.node.clock import Clock
from consensus.node.errors import PeerRefused, PeerUnavailable
from consensus.node.gossip.auth import Identity
from consensus.node.gossip.base import ChainStatus, LocalNode
from consensus.node.gossip.server import BODY_MAX_BYTES, gossip_application, status_from_json
from consensus.node.messages import SealedBlock, parse_json, vote_from_json, vote_to_json
from consensus.node.signer import SealSigner
from consensus.rules.errors import MalformedMessage
from consensus.rules.genesis import GenesisConfig
from consensus.rules.votes import Vote
from medixain.core.listening import listen

log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
QUEUE_MAX = 256
"""Announcements kept per peer; when a peer falls behind, the oldest is dropped and synchronisation makes up for it."""

CONCURRENT_REQUESTS_MAX = 64
KEEP_ALIVE_S = 30
"""Seconds a connection may lie idle: longer than clients keep one (httpx: 5 s), because a server that closes first
takes along the request that is just arriving."""

JOIN_TIMEOUT_S = TIMEOUT_S + 5


class HttpGossip:
    """Serves this node at ``endpoint`` (host, port) and talks to ``peers`` (registry address -> base URL).

    ``address`` is the registry key this node speaks with; ``signer`` holds it. ``transport`` replaces the network in
    fault tests. TLS belongs in front of it where links leave a site: messages are authenticated here, not encrypted,
    and carry nothing that is not on the chain.
    """

    def __init__(
        self,
        genesis: GenesisConfig,
        address: str,
        signer: SealSigner,
        endpoint: tuple[str, int],
        peers: Mapping[str, str],
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._identity = Identity(address, signer, genesis.network_id, genesis.chain_id, clock)
        self._endpoint = endpoint
        self._peers = {peer: url.rstrip("/") for peer, url in peers.items()}
        self._client = httpx.Client(timeout=TIMEOUT_S, transport=transport, follow_redirects=False, trust_env=False)
        self._queues: dict[str, queue.Queue[tuple[str, bytes] | None]] = {}
        self._threads: list[threading.Thread] = []
        self._server: uvicorn.Server | None = None

    def start(self, node: LocalNode) -> None:
        """Begins to serve and to announce. Raises :class:`OSError` when the address is taken."""
        listener = listen(*self._endpoint)
        config = uvicorn.Config(
            gossip_application(self._identity, node), log_level="warning", access_log=False, lifespan="off",
            limit_concurrency=CONCURRENT_REQUESTS_MAX, timeout_keep_alive=KEEP_ALIVE_S,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        serve = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="gossip-server", daemon=True
        )
        self._queues = {peer: queue.Queue(QUEUE_MAX) for peer in self._peers}
        senders = [
            threading.Thread(target=self._send_all, args=(peer,), name=f"gossip-{peer[:8]}", daemon=True)
            for peer in self._peers
        ]
        self._threads = [serve, *senders]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends serving and announcing; what is still queued is dropped."""
        if self._server is not None:
            self._server.should_exit = True
        for waiting in self._queues.values():
            _put(waiting, None)
        for thread in self._threads:
            thread.join(JOIN_TIMEOUT_S)
        self._client.close()

    def announce_block(self, block: SealedBlock) -> None:
        """Sends a block to every peer, soon."""
        self._announce("announce-block", block.to_json())

    def announce_votes(self, votes: Sequence[Vote]) -> None:
        """Sends votes to every peer, soon."""
        self._announce("announce-votes", [vote_to_json(vote) for vote in votes])

    def peers(self) -> Sequence[str]:
        """Addresses of the configured peers."""
        return tuple(self._peers)

    def status_of(self, peer: str) -> ChainStatus:
        """Where a peer's chain stands. Raises :class:`PeerUnavailable`, :class:`PeerRefused`."""
        return status_from_json(self._request(peer, "status", {}))

    def blocks_of(self, peer: str, first: int, last: int) -> list[SealedBlock]:
        """Blocks of a peer's canonical branch. Raises as :meth:`status_of`."""
        return [SealedBlock.from_json(item) for item in self._list(peer, "blocks", first, last)]

    def votes_of(self, peer: str, first: int, last: int) -> list[Vote]:
        """A peer's votes for targets between two heights. Raises as :meth:`status_of`."""
        return [vote_from_json(item) for item in self._list(peer, "votes", first, last)]

    def _list(self, peer: str, operation: str, first: int, last: int) -> list[Any]:
        value = self._request(peer, operation, {"first": first, "last": last})
        if not isinstance(value, list):
            raise MalformedMessage(operation, "is not a list")
        return value

    def _request(self, peer: str, operation: str, body: Any) -> Any:
        return self._post(peer, operation, json.dumps(body, separators=(",", ":")).encode())

    def _post(self, peer: str, operation: str, body: bytes) -> Any:
        path = f"/consensus/v1/{operation}"
        headers, digest = self._identity.sign_request(peer, path, body)
        try:
            with self._client.stream("POST", self._peers[peer] + path, content=body, headers=headers) as response:
                answer = bytearray()
                for chunk in response.iter_bytes():
                    answer += chunk
                    if len(answer) > BODY_MAX_BYTES:
                        raise PeerRefused("an answer that is too large")
        except httpx.HTTPError as error:
            raise PeerUnavailable(peer, type(error).__name__) from error
        self._identity.check_answer(response.headers, peer, digest, response.status_code, bytes(answer))
        if response.status_code != httpx.codes.OK:
            raise PeerRefused(f"it refused {operation} with status {response.status_code}")
        return parse_json(bytes(answer))

    def _announce(self, operation: str, body: Any) -> None:
        text = json.dumps(body, separators=(",", ":")).encode()
        for waiting in self._queues.values():
            _put(waiting, (operation, text))

    def _send_all(self, peer: str) -> None:
        waiting = self._queues[peer]
        while (item := waiting.get()) is not None:
            try:
                self._post(peer, *item)
            except (PeerUnavailable, PeerRefused, MalformedMessage) as error:
                log.info("announcing to %s failed: %s", peer, error.message)


def _put(waiting: queue.Queue[tuple[str, bytes] | None], item: tuple[str, bytes] | None) -> None:
    """Queues an announcement; the oldest gives way when the queue is full."""
    while True:
        try:
            waiting.put_nowait(item)
            return
        except queue.Full:
            try:
                waiting.get_nowait()
            except queue.Empty:
                continue
