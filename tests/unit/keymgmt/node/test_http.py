"""A node over HTTP, several of them asked at once, and what happens when some are down or lie."""

import json
import logging
import secrets
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from eth_hash.auto import keccak
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.bindings.messages import DocumentKind, Removal, Withdrawal
from keymgmt.node import asking, errors
from keymgmt.node.client import Delegation, NodeRef, Nodes, SeenState, key_signer
from keymgmt.node.errors import BadAnswer, NodeDown, NodeError, NotEnoughNodes, StatementsDisagree
from keymgmt.node.server.app import MAX_BODY, MAX_DEPOSIT_BODY, MAX_WITHDRAWAL_BODY, create_app
from keymgmt.node.server.config import NodeConfig
from keymgmt.node.server.facts import DocumentFacts, SlotHeads
from keymgmt.node.server.limits import Buckets, Rate
from keymgmt.node.server.runner import NodeServer
from keymgmt.node.wire import from_json
from keymgmt.pre import Sealed, SecretKey, unseal_reencrypted
from medixain.core.eip712 import Domain, sign
from tests.unit.keymgmt.node.world import (
    CHAIN_ID,
    GRANTS_CONTRACT,
    RECORDS_CONTRACT,
    Grant,
    NodeChain,
    Patient,
    Professional,
    Record,
    World,
)

PATHS = ["deposits", "reencrypt", "withdrawals", "removals", "state", "professional", "log"]


class Cluster:
    """Five nodes over HTTP on one fake chain."""

    def __init__(self, folder: Path) -> None:
        self.world = World()
        self.servers = [self._server(folder, index) for index in range(5)]
        for server in self.servers:
            server.start()
        self.nodes = self.client()

    def _server(self, folder: Path, index: int) -> NodeServer:
        keys = self.world.node_keys[index]
        config = NodeConfig(keys, folder / f"{index}.sqlite", CHAIN_ID, "http://unused", {}, tick=0.02)
        return NodeServer(
            config,
            chain=NodeChain(self.world.chain, keys.address),  # type: ignore[arg-type]
            records=self.world.platform,
            deposits=self.world.platform,
            clock=self.world.clock,
        )

    def ref(self, index: int) -> NodeRef:
        keys = self.world.node_keys[index]
        return NodeRef(keys.address, self.servers[index].url, bytes(keys.exchange.public_key))

    def client(self, *, transport: httpx.BaseTransport | None = None) -> Nodes:
        http = None if transport is None else httpx.Client(transport=transport)
        refs = [self.ref(index) for index in range(5)]
        return Nodes(refs, threshold=3, chain_id=CHAIN_ID, clock=self.world.clock, http=http)

    def stop(self) -> None:
        self.nodes.close()
        for server in self.servers:
            server.stop()


class Scene:
    def __init__(self, cluster: Cluster) -> None:
        self.cluster, self.world = cluster, cluster.world
        self.patient: Patient = self.world.patient()
        self.record: Record = self.world.record(self.patient)
        self.who: Professional = self.world.professional()
        self.grant: Grant = self.world.prepare_grant(self.patient, self.who)
        self.owner = key_signer(self.patient.slot_key, CHAIN_ID)
        self.reader = key_signer(self.who.signing, CHAIN_ID)
        self.world.anchor_grant(self.grant)

    @property
    def sealed(self) -> Sealed:
        envelope = self.world.platform.records[self.record.id].envelope
        assert envelope is not None
        return Sealed.parse(envelope.blob)

    @property
    def delegation(self) -> Delegation:
        return Delegation(
            self.sealed.capsule,
            self.patient.pre_sign.public_key,
            self.patient.section_key.public_key,
            self.who.exchange.public_key,
        )

    def read(self, nodes: Nodes | None = None, **changes: Any) -> bytes:
        asked: dict[str, Any] = {
            "record": self.record.id,
            "grant": self.grant.id,
            "requester": self.who.wallet,
            "signer": self.reader,
            "delegation": self.delegation,
            **changes,
        }
        delegation = asked.pop("delegation")
        fragments = (nodes or self.cluster.nodes).fragments(**asked, delegation=lambda: delegation)
        assert len(fragments.cfrags) == len(fragments.given_by) == 3
        key = self.patient.section_key.public_key
        return unseal_reencrypted(self.who.exchange, key, self.sealed, fragments.cfrags)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("nodes"))
    yield cluster
    cluster.stop()


@pytest.fixture
def scene(cluster: Cluster) -> Scene:
    scene = Scene(cluster)
    delivery = cluster.nodes.deposit(scene.grant.contents, signer=scene.owner)
    assert len(delivery.taken) == 5
    assert not delivery.failed
    return scene


class Tamper(httpx.BaseTransport):
    """Passes requests on, except to nodes that are down, hang or lie."""

    def __init__(self, *, down: tuple[str, ...] = (), lies: dict[str, Any] | None = None) -> None:
        self._down, self._lies = down, lies or {}
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = f"{request.url.scheme}://{request.url.netloc.decode()}"
        if host in self._down:
            raise httpx.ConnectError("down")
        response = self._inner.handle_request(request)
        lie = self._lies.get(host)
        if lie is None:
            return response
        content = response.read()
        changed = lie(json.loads(content))
        return httpx.Response(
            response.status_code, content=changed if isinstance(changed, bytes) else json.dumps(changed)
        )


def with_down(scene: Scene, count: int) -> Nodes:
    down = tuple(scene.cluster.ref(index).url for index in range(count))
    return scene.cluster.client(transport=Tamper(down=down))


def with_liars(scene: Scene, count: int, lie: Any) -> Nodes:
    return scene.cluster.client(transport=Tamper(lies={scene.cluster.ref(i).url: lie for i in range(count)}))


# ---- m of n --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("down", [0, 1, 2])
def test_up_to_two_of_five_nodes_down_change_nothing(scene: Scene, down: int) -> None:
    assert scene.read(with_down(scene, down)) == scene.record.secret.secret_bytes()


def test_with_three_down_it_says_so_at_once_and_works_when_one_is_back(scene: Scene) -> None:
    with pytest.raises(NotEnoughNodes, match=r"^not enough nodes \(2 of 3\)") as caught:
        scene.read(with_down(scene, 3))
    assert (caught.value.have, caught.value.need, len(caught.value.causes)) == (2, 3, 3)
    assert all(isinstance(cause, NodeDown) for cause in caught.value.causes.values())
    assert scene.read(with_down(scene, 2)) == scene.record.secret.secret_bytes()


def test_a_node_that_hangs_holds_nobody_up(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    class Hang(Tamper):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if f"{request.url.scheme}://{request.url.netloc.decode()}" in self._down:
                released.wait(20)
                raise httpx.ReadTimeout("hung")
            return super().handle_request(request)

    def hung(count: int) -> Nodes:
        return scene.cluster.client(transport=Hang(down=tuple(scene.cluster.ref(i).url for i in range(count))))

    assert scene.read(hung(2)) == scene.record.secret.secret_bytes()
    assert not released.is_set()
    # Two down and one hanging: the end is certain as soon as a third answer cannot come.
    monkeypatch.setattr(asking, "GRACE", 0.05)
    nodes = hung(1)
    nodes.nodes = tuple(
        replace(node, url="http://127.0.0.1:1") if index in (1, 2, 3) else node
        for index, node in enumerate(nodes.nodes)
    )
    with pytest.raises(NotEnoughNodes):
        scene.read(nodes)
    assert not released.is_set()
    released.set()


def test_a_stopped_and_restarted_node_serves_again(scene: Scene, cluster: Cluster) -> None:
    for server in cluster.servers[:2]:
        server.stop()
    with pytest.raises(NodeDown):
        raise next(iter(cluster.nodes.withdraw(withdrawal(scene), b"\x00" * 65).failed.values()))
    for server in cluster.servers[:2]:
        server.start()
    cluster.nodes.close()
    cluster.nodes = cluster.client()
    assert scene.read() == scene.record.secret.secret_bytes()


# ---- refusals and lies ---------------------------------------------------------------------------------------------


def withdrawal(scene: Scene) -> Withdrawal:
    return Withdrawal(scene.patient.slot, (scene.grant.id,), secrets.randbits(256), scene.world.clock.now + 60)


def test_a_withdrawal_told_to_every_node_counts_at_once(scene: Scene) -> None:
    message = withdrawal(scene)
    signature = sign(Domain("AccessGrants", "1", CHAIN_ID, GRANTS_CONTRACT), message, scene.patient.slot_key)
    assert len(scene.cluster.nodes.withdraw(message, signature).taken) == 5
    with pytest.raises(errors.Withdrawn):
        scene.read()


def test_a_withdrawal_that_reaches_three_of_five_nodes_is_enough(scene: Scene) -> None:
    message = withdrawal(scene)
    signature = sign(Domain("AccessGrants", "1", CHAIN_ID, GRANTS_CONTRACT), message, scene.patient.slot_key)
    delivery = with_down(scene, 2).withdraw(message, signature)
    assert (len(delivery.taken), len(delivery.failed)) == (3, 2)
    with pytest.raises(errors.Withdrawn):
        scene.read()


def test_a_removal_told_to_every_node_counts_at_once(scene: Scene) -> None:
    message = Removal(scene.patient.slot, scene.record.id, secrets.randbits(256), scene.world.clock.now + 60)
    signature = sign(Domain("RecordRegistry", "1", CHAIN_ID, RECORDS_CONTRACT), message, scene.patient.slot_key)
    assert len(scene.cluster.nodes.remove(message, signature).taken) == 5
    with pytest.raises(errors.UnknownRecord):
        scene.read()


def test_an_outsider_is_told_no_grant(scene: Scene) -> None:
    outsider = scene.world.professional()
    with pytest.raises(errors.NoGrant):
        scene.read(requester=outsider.wallet, signer=key_signer(outsider.signing, CHAIN_ID))


def test_refusals_of_live_nodes_are_shown_rather_than_dead_ones(scene: Scene) -> None:
    scene.world.withdraw_on_chain(scene.grant)
    with pytest.raises(errors.Withdrawn):
        scene.read(with_down(scene, 3))


@pytest.mark.parametrize(
    "lie",
    [
        lambda answer: {**answer, "cfrag": "0x00"},
        lambda answer: {**answer, "seq": answer["seq"] + 1},
        lambda answer: {**answer, "seq": "1"},
        lambda answer: {**answer, "signature": "0x" + "11" * 65},
        lambda answer: {"of": "record"},
        lambda answer: [],
        lambda answer: b"not json",
        lambda answer: b"[" * 100_000,
        lambda answer: b" " * (asking.MAX_ANSWER + 1),
    ],
)
def test_two_lying_nodes_change_nothing_and_three_are_found_out(scene: Scene, lie: Any) -> None:
    assert scene.read(with_liars(scene, 2, lie)) == scene.record.secret.secret_bytes()
    with pytest.raises(NotEnoughNodes) as caught:
        scene.read(with_liars(scene, 3, lie))
    assert all(isinstance(cause, BadAnswer) for cause in caught.value.causes.values())


def test_a_correctly_signed_fragment_of_another_capsule_does_not_count(scene: Scene) -> None:
    other = Scene(scene.cluster)
    with pytest.raises(NotEnoughNodes):
        scene.read(delegation=replace(scene.delegation, capsule=other.sealed.capsule))
    with pytest.raises(NotEnoughNodes):
        scene.read(delegation=replace(scene.delegation, receiving=SecretKey.random().public_key))


def test_an_unknown_refusal_is_a_fault(scene: Scene) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(500, json={"code": "new", "detail": 5}))
    with pytest.raises(errors.NodeFault):
        scene.read(scene.cluster.client(transport=transport))


def test_an_error_of_the_callers_own_is_not_blamed_on_a_node(scene: Scene) -> None:
    def locked(_message: object) -> bytes:
        raise PermissionError("wallet locked")

    with pytest.raises(PermissionError):
        scene.read(signer=locked)
    with pytest.raises(PermissionError):
        scene.cluster.nodes.log(scene.patient.slot, signer=locked)


def test_a_delegation_that_nodes_could_not_attest_is_not_blamed_on_the_nodes_that_answered(scene: Scene) -> None:
    def unattested() -> Delegation:
        raise NotEnoughNodes(2, 3, {})

    with pytest.raises(NotEnoughNodes, match="2 of 3"):
        scene.cluster.nodes.fragments(
            record=scene.record.id,
            grant=scene.grant.id,
            requester=scene.who.wallet,
            signer=scene.reader,
            delegation=unattested,
        )


# ---- deposits ------------------------------------------------------------------------------------------------------


def test_deposits_for_nodes_that_are_down_come_back_sealed_and_are_taken_later(cluster: Cluster) -> None:
    scene = Scene(cluster)
    delivery = with_down(scene, 2).deposit(scene.grant.contents, signer=scene.owner)
    assert (len(delivery.taken), set(delivery.sealed)) == (3, {cluster.ref(0).address, cluster.ref(1).address})
    for index in range(2):
        blob = delivery.sealed[cluster.ref(index).address]
        assert b"opening" not in blob
        with pytest.raises(NodeError):
            scene.read(with_only(scene, index))
        scene.world.platform.deposits["1"] = blob
        node = cluster.servers[index]
        wait_until(lambda: not scene.world.platform.deposits)
        assert node.url


def with_only(scene: Scene, index: int) -> Nodes:
    nodes = scene.cluster.client()
    nodes.nodes = (nodes.nodes[index],)
    nodes.threshold = 1
    return nodes


def wait_until(condition: Any) -> None:
    waiting = threading.Event()
    for _ in range(500):
        if condition():
            return
        waiting.wait(0.02)
    raise AssertionError("it never came true")


# ---- statements ----------------------------------------------------------------------------------------------------


def test_a_state_is_what_three_nodes_agree_on(scene: Scene) -> None:
    state = scene.cluster.nodes.state(scene.patient.slot, signer=scene.owner)
    assert (state.slot, state.keyset_hash, state.records_count) == (scene.patient.slot, keccak(b"keyset"), 1)
    assert scene.cluster.nodes.state(scene.patient.slot, signer=scene.owner, seen=SeenState.of(state)) is not None


def test_what_a_patient_encrypts_to_is_what_three_nodes_agree_on(scene: Scene) -> None:
    statement = scene.cluster.nodes.professional(scene.who.wallet, signer=scene.owner)
    assert statement.umbral_key == bytes(scene.who.exchange.public_key)


def test_a_rolled_back_state_is_recognised(scene: Scene) -> None:
    world, slot = scene.world, scene.patient.slot
    world.chain.state.heads[slot] = SlotHeads(keccak(b"r"), 2, keccak(b"g"), 2)
    world.chain.state.documents[slot, DocumentKind.KEYSTORE] = DocumentFacts(5, keccak(b"5"))
    world.chain.mine()
    seen = SeenState.of(scene.cluster.nodes.state(slot, signer=scene.owner))
    world.chain.state.documents[slot, DocumentKind.KEYSTORE] = DocumentFacts(4, keccak(b"4"))
    world.chain.mine()
    with pytest.raises(errors.RolledBack) as caught:
        scene.cluster.nodes.state(slot, signer=scene.owner, seen=seen)
    assert (caught.value.field, caught.value.seen, caught.value.told) == ("keystore_version", 5, 4)


def replayed(statements: list[dict[str, Any]]) -> Any:
    """A lie: answer with what was captured before, whatever is asked."""
    return lambda _answer: statements[0]


@pytest.mark.parametrize("what", ["state", "professional"])
def test_old_statements_of_others_and_forged_ones_do_not_count(scene: Scene, what: str) -> None:
    captured: list[dict[str, Any]] = []

    def capture(answer: dict[str, Any]) -> dict[str, Any]:
        captured.append(answer)
        return answer

    ask = {
        "state": lambda nodes, other=False: nodes.state(
            (scene.world.patient() if other else scene.patient).slot, signer=scene.owner
        ),
        "professional": lambda nodes, other=False: nodes.professional(
            (scene.world.professional() if other else scene.who).wallet, signer=scene.owner
        ),
    }[what]
    only = scene.cluster.client(transport=Tamper(lies={scene.cluster.ref(0).url: capture}))
    only.nodes, only.threshold = only.nodes[:1], 1
    ask(only)
    liar = with_liars(scene, 1, replayed(captured))
    liar.nodes, liar.threshold = liar.nodes[:1], 1
    ask(liar)  # the same within a minute: nothing changed
    with pytest.raises(NotEnoughNodes):
        ask(liar, other=True)
    scene.world.clock.now += 61
    scene.world.chain.mine()
    with pytest.raises(NotEnoughNodes):
        ask(liar)
    forged = with_liars(scene, 3, lambda answer: {**answer, "signature": "0x" + "11" * 65})
    with pytest.raises(NotEnoughNodes):
        ask(forged)


def test_a_statement_of_another_chain_does_not_count(scene: Scene) -> None:
    nodes = scene.cluster.client()
    nodes._chain_id = CHAIN_ID + 1
    with pytest.raises(NotEnoughNodes):
        nodes.state(scene.patient.slot, signer=scene.owner)


def test_two_statements_that_differ_are_outvoted_and_three_that_differ_stop_the_client(scene: Scene) -> None:
    world, slot = scene.world, scene.patient.slot
    documents = world.chain.document

    def two_faced(faces: int) -> None:
        calls: dict[int, int] = {}

        def document(self: NodeChain, slot: str, kind: int, at: bytes) -> DocumentFacts:
            index = [keys.address for keys in world.node_keys].index(self._address)
            calls[index] = calls.get(index, 0) + 1
            return DocumentFacts(9, keccak(bytes([index]))) if index < faces else documents(slot, kind, at)

        NodeChain.document = document  # type: ignore[attr-defined]

    try:
        two_faced(2)
        assert scene.cluster.nodes.state(slot, signer=scene.owner).keyset_version == 1
        two_faced(3)
        with pytest.raises(StatementsDisagree) as caught:
            scene.cluster.nodes.state(slot, signer=scene.owner)
        assert (caught.value.largest, caught.value.need) == (2, 3)
    finally:
        del NodeChain.document  # type: ignore[attr-defined]


def test_a_stranger_to_the_chain_is_said_so(scene: Scene) -> None:
    with pytest.raises(errors.UnknownSlot):
        scene.cluster.nodes.state(scene.world.hospital, signer=scene.owner)
    with pytest.raises(errors.UnknownProfessional):
        scene.cluster.nodes.professional(scene.world.hospital, signer=scene.owner)


# ---- the log -------------------------------------------------------------------------------------------------------


def test_a_patient_sees_each_look_at_every_node_that_helped(scene: Scene) -> None:
    scene.read()

    def seen() -> list[Any]:
        logs, failed = scene.cluster.nodes.log(scene.patient.slot, signer=scene.owner)
        assert not failed
        return [entry for entries in logs.values() for entry in entries]

    wait_until(lambda: len(seen()) >= 3)
    assert len({entry.entry.request_hash for entry in seen()}) == 1
    for entry in seen():
        assert (entry.entry.outcome, entry.entry.requester) == ("given", scene.who.wallet)
    wait_until(lambda: scene.world.chain.mine() and all(entry.root is not None for entry in seen()))


def test_entries_already_seen_are_not_sent_again(scene: Scene) -> None:
    scene.read()
    nodes = scene.cluster.nodes
    wait_until(lambda: sum(map(len, nodes.log(scene.patient.slot, signer=scene.owner)[0].values())) >= 3)
    after = {ref.address: 1 for ref in nodes.nodes}
    logs, _ = nodes.log(scene.patient.slot, signer=scene.owner, after=after)
    assert not any(logs.values())


@pytest.mark.parametrize(
    "lie",
    [
        lambda rows: rows[1:],  # an entry hidden
        lambda rows: rows[:-1],  # the newest look hidden
        lambda rows: [{**rows[0], "entry": {**rows[0]["entry"], "outcome": "no-grant"}}],
        lambda rows: [{**rows[0], "entry": {**rows[0]["entry"], "slotSeq": 2}}],
        lambda rows: [{**rows[0], "request": {**rows[0]["request"], "nonce": "0x" + "00" * 32}}],
        lambda rows: [{**rows[0], "root": {**rows[0]["root"], "root": "0x" + "00" * 32}}],
        lambda rows: [{**rows[0], "root": {"index": "0"}}],
        lambda rows: [{**rows[0], "proof": None}],
        lambda rows: [{}],
        lambda rows: None,
    ],
)
def test_a_node_that_falsifies_its_log_is_found_out(scene: Scene, lie: Any) -> None:
    for _ in range(2):
        scene.read(with_only_three(scene))
    nodes = scene.cluster.nodes

    def first_log() -> Any:
        return nodes.log(scene.patient.slot, signer=scene.owner)[0][scene.cluster.ref(0).address]

    wait_until(lambda: scene.world.chain.mine() and len(first_log()) == 2 and all(e.root for e in first_log()))
    liar = with_liars(
        scene, 1, lambda answer: answer | {"entries": lie(answer["entries"]) if answer["entries"] else []}
    )
    logs, failed = liar.log(scene.patient.slot, signer=scene.owner)
    if scene.cluster.ref(0).address in logs:  # only an honest shorter log could verify
        pytest.fail("a falsified log was believed")
    assert isinstance(failed[scene.cluster.ref(0).address], BadAnswer)


@pytest.mark.parametrize(
    "lie",
    [
        lambda length: None,
        lambda length: {"statement": length["statement"]},
        lambda length: {**length, "statement": {**length["statement"], "slotSeq": 9}},
        lambda length: {**length, "statement": {**length["statement"], "time": 1}},
    ],
)
def test_a_log_without_its_nodes_word_on_its_length_is_not_believed(scene: Scene, lie: Any) -> None:
    liar = with_liars(scene, 1, lambda answer: {"entries": [], "length": lie(answer["length"])})
    _, failed = liar.log(scene.patient.slot, signer=scene.owner)
    assert isinstance(failed[scene.cluster.ref(0).address], BadAnswer)


def test_a_nodes_word_on_another_log_is_not_believed(scene: Scene) -> None:
    other = Scene(scene.cluster)
    words: list[Any] = []
    with_liars(scene, 1, lambda answer: words.append(answer["length"]) or answer).log(
        other.patient.slot, signer=other.owner
    )
    liar = with_liars(scene, 1, lambda answer: answer | {"length": words[0]})
    _, failed = liar.log(scene.patient.slot, signer=scene.owner)
    assert isinstance(failed[scene.cluster.ref(0).address], BadAnswer)


def with_only_three(scene: Scene) -> Nodes:
    nodes = scene.cluster.client()
    nodes.nodes = nodes.nodes[:3]
    return nodes


# ---- HTTP ----------------------------------------------------------------------------------------------------------


def test_answers_are_problems_with_a_code(cluster: Cluster) -> None:
    url = cluster.servers[0].url
    response = httpx.post(f"{url}/v1/reencrypt", content=b"junk")
    assert response.headers["content-type"] == "application/problem+json"
    assert set(response.json()) == {"type", "title", "status", "detail", "code"}
    assert (response.status_code, response.json()["code"]) == (400, "malformed")
    for method, path in (("GET", "/"), ("GET", "/v1/reencrypt"), ("POST", "/v1/info")):
        answer = httpx.request(method, url + path)
        assert answer.json()["code"] == "malformed"


def test_info_and_health_are_open(cluster: Cluster) -> None:
    url = cluster.servers[0].url
    assert httpx.get(f"{url}/v1/info").json()["node"] == cluster.ref(0).address
    assert "log_seq" in httpx.get(f"{url}/v1/health").json()


@pytest.mark.parametrize(
    ("path", "limit"), [("state", MAX_BODY), ("withdrawals", MAX_WITHDRAWAL_BODY), ("deposits", MAX_DEPOSIT_BODY)]
)
def test_bodies_are_bounded(cluster: Cluster, path: str, limit: int) -> None:
    response = httpx.post(f"{cluster.servers[0].url}/v1/{path}", content=b" " * (limit + 1))
    assert "larger" in response.json()["detail"]


def test_a_body_that_ends_early_or_never_comes_is_refused(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keymgmt.node.server.app.BODY_TIMEOUT", 0.05)
    host, port = cluster.servers[0].url.removeprefix("http://").split(":")
    head = b"POST /v1/state HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123"
    with socket.create_connection((host, int(port))) as slow:
        slow.sendall(head)
        answer = b""
        while b"did not arrive" not in answer:
            received = slow.recv(65536)
            assert received, answer
            answer += received
    with socket.create_connection((host, int(port))) as cut:
        cut.sendall(head)
    assert httpx.get(f"{cluster.servers[0].url}/v1/info").is_success


@given(body=st.binary(max_size=300) | st.text(max_size=100).map(str.encode), path=st.sampled_from(PATHS))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_junk_of_every_kind_is_a_problem_and_never_a_fault(cluster: Cluster, body: bytes, path: str) -> None:
    response = asgi_post(cluster, path, body)
    assert response.status_code in (400, 429)


@given(path=st.sampled_from(PATHS), data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_junk_in_a_good_body_is_a_problem_and_never_a_fault(cluster: Cluster, path: str, data: st.DataObject) -> None:
    world = cluster.world
    names = {"reencrypt": "record", "state": "slot", "professional": "wallet", "log": "slot"}
    junk = st.none() | st.booleans() | st.integers() | st.text(max_size=10) | st.lists(st.integers(), max_size=2)
    document: dict[str, Any] = {"message": {names.get(path, "slot"): data.draw(junk)}, "signature": data.draw(junk)}
    if path == "deposits":
        document["content"] = data.draw(junk)
    assert asgi_post(cluster, path, json.dumps(document).encode()).status_code in (400, 429)
    assert world.chain.head()


def asgi_post(cluster: Cluster, path: str, body: bytes) -> httpx.Response:
    return cluster.nodes._http.post(f"{cluster.servers[4].url}/v1/{path}", content=body)


class Broken:
    """A service whose every part fails in a way nobody foresaw."""

    def __getattr__(self, _name: str) -> Any:
        def fail(*_arguments: object) -> None:
            raise ZeroDivisionError("planted-secret")

        return fail


def app_client(service: Any, *, burst: int = 100) -> httpx.AsyncClient:
    app = create_app(
        service,
        failures=Buckets(Rate(burst, 0), lambda: 0.0),
        statements=Buckets(Rate(2, 0), lambda: 0.0),
        origins=("https://vault.example",),
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://node")


def run(coroutine: Any) -> Any:
    import asyncio  # noqa: PLC0415

    return asyncio.run(coroutine)


def test_a_fault_gives_nothing_away(caplog: pytest.LogCaptureFixture) -> None:
    async def ask() -> list[httpx.Response]:
        async with app_client(Broken()) as client:
            return [await client.post("/v1/reencrypt", json={}), await client.get("/v1/info")]

    with caplog.at_level(logging.INFO):
        for response in run(ask()):
            assert (response.status_code, response.json()["code"]) == (500, "node-fault")
            assert "planted-secret" not in response.text
    assert "planted-secret" not in caplog.text


def test_who_keeps_failing_or_asking_for_signatures_is_slowed_down() -> None:
    class Service:
        def __getattr__(self, _name: str) -> Any:
            return lambda *_: {}

    async def ask() -> list[list[int]]:
        async with app_client(Service(), burst=2) as client:
            statements = [(await client.post("/v1/state", json={})).status_code for _ in range(3)]
            failures = [(await client.post("/v1/log", content=b"junk")).status_code for _ in range(3)]
            return [statements, failures]

    assert run(ask()) == [[200, 200, 429], [400, 400, 429]]


def test_only_named_origins_may_read_answers() -> None:
    async def ask(origin: str) -> httpx.Response:
        async with app_client(Broken()) as client:
            return await client.get("/v1/info", headers={"Origin": origin})

    assert run(ask("https://vault.example")).headers["access-control-allow-origin"] == "https://vault.example"
    assert "access-control-allow-origin" not in run(ask("https://evil.example")).headers


def test_the_withdrawal_the_client_sends_is_the_contracts_message(scene: Scene) -> None:
    body = scene.world.withdrawal_body(scene.patient, scene.grant.id)
    assert from_json(Withdrawal, body["message"]).grant_ids == (scene.grant.id,)
