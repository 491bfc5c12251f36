"""Gossip: who may speak, what is answered, what junk gets."""

import json

import httpx
import pytest
from starlette.testclient import TestClient

from consensus.node.errors import PeerRefused, PeerUnavailable
from consensus.node.gossip.auth import MAX_SKEW_MS, NETWORK, NONCE, PEER, SIGNATURE, TIME, Identity
from consensus.node.gossip.base import ChainStatus
from consensus.node.gossip.http import HttpGossip
from consensus.node.gossip.server import OPERATIONS, RANGE_MAX_BLOCKS, gossip_application
from consensus.node.signer import KeyNotHeld, LocalSigner
from consensus.rules.errors import InvalidVote
from consensus.rules.votes import Link
from tests.unit.consensus.cluster import free_port
from tests.unit.consensus.nodes import ManualClock
from tests.unit.consensus.support import CHAIN_ID, VOTERS, address, genesis, key, partner_signer, vote

NETWORK_ID = genesis().network_id
STATUS = ChainStatus(b"\x01" * 32, 3, 2**70, b"\x02" * 32, b"\x03" * 32, 1)
VOTE = vote(1, Link(b"\x01" * 32, 0, b"\x02" * 32, 1))


class FakeNode:
    """A local node that remembers what it was told."""

    def __init__(self):
        self.votes, self.ranges = [], []

    def chain_status(self):
        return STATUS

    def permitted_peers(self):
        return set(VOTERS)

    def canonical_blocks(self, first, last):
        self.ranges.append((first, last))
        return []

    def stored_votes(self, first, last):
        return [VOTE]

    def receive_block(self, peer, block):
        raise AssertionError("no test sends a valid block")

    def receive_votes(self, peer, votes):
        if not votes:
            raise InvalidVote("is missing")
        self.votes += votes


@pytest.fixture
def clock():
    return ManualClock()


def identity(number, clock, network=NETWORK_ID):
    return Identity(VOTERS[number - 1], partner_signer(number), network, CHAIN_ID, clock)


@pytest.fixture
def node():
    return FakeNode()


@pytest.fixture
def server(node, clock):
    return TestClient(gossip_application(identity(1, clock), node), raise_server_exceptions=True)


def call(server, sender, operation="status", body=b"{}", *, to=VOTERS[0], change=lambda headers: headers, sent=None):
    path = f"/consensus/v1/{operation}"
    headers, digest = sender.sign_request(to, path, body)
    response = server.post(path, content=sent or body, headers=change(headers))
    return response, digest


def test_a_peer_with_a_registry_key_is_answered_and_can_check_the_answer(server, clock):
    sender = identity(2, clock)
    response, digest = call(server, sender)
    assert response.status_code == 200
    sender.check_answer(response.headers, VOTERS[0], digest, 200, response.content)
    assert response.json()["work"] == str(2**70)


@pytest.mark.parametrize(
    "change",
    [
        lambda h: {**h, PEER: address("stranger")},
        lambda h: {**h, PEER: VOTERS[2]},
        lambda h: {**h, NETWORK: "0x" + "00" * 32},
        lambda h: {**h, TIME: "soon"},
        lambda h: {**h, TIME: str(int(h[TIME]) + 1)},
        lambda h: {**h, TIME: str(2**64)},
        lambda h: {**h, NONCE: "0x12"},
        lambda h: {**h, NONCE: "0x" + "00" * 32},
        lambda h: {**h, SIGNATURE: "0x" + "00" * 65},
        lambda h: {name: value for name, value in h.items() if name != SIGNATURE},
        lambda h: {},
    ],
    ids=["stranger", "peer", "network", "no-time", "time+1", "time", "short", "nonce", "junk", "unsigned", "bare"],
)
def test_a_request_that_does_not_prove_its_sender_is_refused_without_an_answer(server, clock, change):
    response, _ = call(server, identity(2, clock), change=change)
    assert (response.status_code, response.content) == (403, b"")


def test_another_body_path_or_addressee_than_signed_is_refused(server, clock):
    sender = identity(2, clock)
    assert call(server, sender, sent=b"[]")[0].status_code == 403
    assert call(server, sender, to=VOTERS[2])[0].status_code == 403
    headers, _ = sender.sign_request(VOTERS[0], "/consensus/v1/votes", b"{}")
    assert server.post("/consensus/v1/status", content=b"{}", headers=headers).status_code == 403


def test_a_network_with_another_genesis_is_refused(server, clock):
    assert call(server, identity(2, clock, network=b"\x09" * 32))[0].status_code == 403


def test_a_request_counts_once_and_only_near_its_time(server, clock):
    sender = identity(2, clock)
    headers, _ = sender.sign_request(VOTERS[0], "/consensus/v1/status", b"{}")
    assert server.post("/consensus/v1/status", content=b"{}", headers=headers).status_code == 200
    assert server.post("/consensus/v1/status", content=b"{}", headers=headers).status_code == 403
    late, _ = sender.sign_request(VOTERS[0], "/consensus/v1/status", b"{}")
    clock.time_ms += MAX_SKEW_MS + 1
    assert server.post("/consensus/v1/status", content=b"{}", headers=late).status_code == 403
    clock.time_ms += 2 * MAX_SKEW_MS
    assert call(server, sender)[0].status_code == 200


def test_an_answer_by_another_node_or_to_another_request_is_refused(server, clock):
    sender = identity(2, clock)
    response, digest = call(server, sender)
    for peer, request, status, body in (
        (VOTERS[2], digest, 200, response.content),
        (VOTERS[0], b"\x01" * 32, 200, response.content),
        (VOTERS[0], digest, 404, response.content),
        (VOTERS[0], digest, 200, response.content + b" "),
    ):
        with pytest.raises(PeerRefused):
            sender.check_answer(response.headers, peer, request, status, body)
    with pytest.raises(PeerRefused):
        sender.check_answer({}, VOTERS[0], digest, 200, response.content)


@pytest.mark.parametrize("operation", [*sorted(OPERATIONS), "no-such-operation"])
@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"\xff", b"[" * 100_000, b'{"first":-1,"last":1}', b"7"],
    ids=["empty", "nonsense", "bytes", "deep", "negative", "number"],
)
def test_junk_from_a_peer_gets_a_signed_refusal_or_is_ignored(server, clock, operation, body):
    sender = identity(2, clock)
    response, digest = call(server, sender, operation, body)
    assert response.status_code in (200, 400)
    sender.check_answer(response.headers, VOTERS[0], digest, response.status_code, response.content)
    assert response.status_code == 400 or operation == "status"


def test_votes_travel_both_ways_and_a_refusal_is_told(server, node, clock):
    from_peer = {"voter": VOTE.voter, "sourceSeal": "0x" + "01" * 32, "sourceHeight": 0, "targetSeal": "0x" + "02" * 32}
    from_peer |= {"targetHeight": 1, "signature": "0x" + VOTE.signature.hex()}
    sender = identity(2, clock)
    assert call(server, sender, "announce-votes", json.dumps([from_peer]).encode())[0].status_code == 200
    assert node.votes == [VOTE]
    assert call(server, sender, "votes", b'{"first":1,"last":2}')[0].json() == [from_peer]
    assert call(server, sender, "announce-votes", b"[]")[0].status_code == InvalidVote.status


def test_a_peer_cannot_ask_for_the_whole_chain_at_once(server, node, clock):
    call(server, identity(2, clock), "blocks", b'{"first":5,"last":1000000}')
    assert node.ranges == [(5, 5 + RANGE_MAX_BLOCKS - 1)]


def http_gossip(number, clock, port, peers, transport=None):
    own = (VOTERS[number - 1], partner_signer(number))
    return HttpGossip(genesis(), *own, ("127.0.0.1", port), peers, clock, transport)


def test_two_nodes_talk_over_http(node, clock):
    port = free_port()
    first = http_gossip(1, clock, port, {})
    second = http_gossip(2, clock, free_port(), {VOTERS[0]: f"http://127.0.0.1:{port}/"})
    first.start(node)
    try:
        assert second.peers() == (VOTERS[0],)
        assert second.status_of(VOTERS[0]) == STATUS
        assert second.votes_of(VOTERS[0], 1, 2) == [VOTE]
        assert second.blocks_of(VOTERS[0], 1, 2) == []
        with pytest.raises(OSError, match="in use"):
            http_gossip(3, clock, port, {}).start(node)
    finally:
        first.stop()
        second.stop()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, content=b"{}"), PeerRefused),
        (httpx.Response(302, headers={"location": "http://elsewhere/"}), PeerRefused),
    ],
    ids=["unsigned", "redirect"],
)
def test_an_impostor_is_not_believed(clock, answer, error):
    gossip = http_gossip(2, clock, 0, {VOTERS[0]: "http://peer"}, httpx.MockTransport(lambda request: answer))
    with pytest.raises(error):
        gossip.status_of(VOTERS[0])


def test_a_dead_peer_is_unavailable(clock):
    gossip = http_gossip(2, clock, 0, {VOTERS[0]: f"http://127.0.0.1:{free_port()}"})
    with pytest.raises(PeerUnavailable):
        gossip.status_of(VOTERS[0])


def test_a_signer_refuses_keys_it_does_not_hold():
    with pytest.raises(KeyNotHeld):
        LocalSigner([key("miner 1")]).sign_digest(VOTERS[0], bytes(32))
