"""Who is speaking: every request and every answer between nodes is signed with a registry key.

A request's signature covers the network id (the handshake: nodes of different genesis configurations never exchange
more than a refusal), the addressee, the path, the body's hash, the time and a nonce that is accepted once. An answer's
signature covers the request it answers.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from eth_utils.address import to_canonical_address
from eth_utils.crypto import keccak

from consensus.node.clock import Clock
from consensus.node.errors import PeerRefused
from consensus.node.messages import read_bytes, to_hex
from consensus.node.signer import SealSigner
from consensus.rules.errors import BadSignature, MalformedMessage
from consensus.rules.signatures import check_signer, struct_hash, typed_digest, uint_word

PEER, NETWORK, TIME, NONCE, SIGNATURE = (
    f"x-medixain-{name}" for name in ("peer", "network", "time", "nonce", "signature")
)

MAX_SKEW_MS = 30_000
"""How far a request's time may lie from the receiver's clock, ms; a nonce is remembered for twice as long."""

NONCES_MAX = 100_000
"""Most nonces remembered. More requests than that within a minute are refused, not accepted unchecked."""

_REQUEST_TYPE = b"GossipRequest(bytes32 network,address to,string path,bytes32 bodyHash,uint64 timeMs,bytes32 nonce)"
_ANSWER_TYPE = b"GossipAnswer(bytes32 request,uint16 status,bytes32 bodyHash)"


@dataclass(frozen=True, slots=True)
class Request:
    """What a request's signature covers."""

    network: bytes
    to: str
    path: str
    body: bytes
    time_ms: int
    nonce: bytes

    def digest(self, chain_id: int) -> bytes:
        """The EIP-712 digest (32 bytes); it also identifies the request in its answer."""
        words = (
            self.network, to_canonical_address(self.to).rjust(32, b"\0"), keccak(self.path.encode()),
            keccak(self.body), uint_word(self.time_ms), self.nonce,
        )  # fmt: skip
        return typed_digest(chain_id, struct_hash(_REQUEST_TYPE, *words))


def answer_digest(chain_id: int, request_digest: bytes, status: int, body: bytes) -> bytes:
    """The EIP-712 digest of an answer."""
    return typed_digest(chain_id, struct_hash(_ANSWER_TYPE, request_digest, uint_word(status), keccak(body)))


class Identity:
    """This node's side: signs its requests and answers, checks those of others. Thread-safe."""

    def __init__(self, address: str, signer: SealSigner, network: bytes, chain_id: int, clock: Clock) -> None:
        self.address = address
        self._signer = signer
        self._network = network
        self._chain_id = chain_id
        self._clock = clock
        self._seen: OrderedDict[bytes, int] = OrderedDict()
        self._lock = threading.Lock()

    def sign_request(self, to: str, path: str, body: bytes) -> tuple[dict[str, str], bytes]:
        """Headers of a request, and its digest, which the answer must cover."""
        request = Request(self._network, to, path, body, self._clock.now_ms(), secrets.token_bytes(32))
        digest = request.digest(self._chain_id)
        headers = {
            PEER: self.address,
            NETWORK: to_hex(self._network),
            TIME: str(request.time_ms),
            NONCE: to_hex(request.nonce),
            SIGNATURE: to_hex(self._signer.sign_digest(self.address, digest)),
        }
        return headers, digest

    def check_sender(self, headers: Mapping[str, str], permitted: Collection[str]) -> str:
        """The claimed sender, before its body is read. Raises :class:`PeerRefused` for strangers and other networks."""
        if headers.get(NETWORK) != to_hex(self._network):
            raise PeerRefused("another network")
        peer = headers.get(PEER, "")
        if peer not in permitted:
            raise PeerRefused("not a registry key")
        return peer

    def check_request(self, headers: Mapping[str, str], peer: str, path: str, body: bytes) -> bytes:
        """The digest of a request that ``peer`` made just now and never before. Raises :class:`PeerRefused`."""
        try:
            time_ms = int(headers.get(TIME, ""))
            nonce = read_bytes(headers.get(NONCE), NONCE, 32)
            signature = read_bytes(headers.get(SIGNATURE), SIGNATURE, 65)
        except (ValueError, MalformedMessage) as error:
            raise PeerRefused("malformed headers") from error
        if not 0 <= time_ms < 2**64 or abs(self._clock.now_ms() - time_ms) > MAX_SKEW_MS:
            raise PeerRefused("its time is too far from this node's clock")
        digest = Request(self._network, self.address, path, body, time_ms, nonce).digest(self._chain_id)
        _check(digest, signature, peer)
        self._use_nonce(peer.encode() + nonce)
        return digest

    def sign_answer(self, request_digest: bytes, status: int, body: bytes) -> dict[str, str]:
        """Headers of an answer."""
        digest = answer_digest(self._chain_id, request_digest, status, body)
        return {PEER: self.address, SIGNATURE: to_hex(self._signer.sign_digest(self.address, digest))}

    def check_answer(
        self, headers: Mapping[str, str], peer: str, request_digest: bytes, status: int, body: bytes
    ) -> None:
        """Raises :class:`PeerRefused` unless ``peer`` gave this answer to this request."""
        try:
            signature = read_bytes(headers.get(SIGNATURE), SIGNATURE, 65)
        except MalformedMessage as error:
            raise PeerRefused(f"an unsigned answer with status {status}") from error
        _check(answer_digest(self._chain_id, request_digest, status, body), signature, peer)

    def _use_nonce(self, nonce: bytes) -> None:
        now = self._clock.now_ms()
        with self._lock:
            while self._seen and next(iter(self._seen.values())) < now - 2 * MAX_SKEW_MS:
                self._seen.popitem(last=False)
            if nonce in self._seen or len(self._seen) >= NONCES_MAX:
                raise PeerRefused("a replayed request")
            self._seen[nonce] = now


def _check(digest: bytes, signature: bytes, peer: str) -> None:
    try:
        check_signer(digest, signature, peer)
    except BadSignature as error:
        raise PeerRefused("a signature by another key") from error
