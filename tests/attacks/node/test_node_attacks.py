"""Attacks on running nodes over HTTP: each is refused, logged and leaves nothing behind (THREAT_MODEL.md)."""

import logging
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from keymgmt.node.server.logs import JsonFormatter
from keymgmt.node.server.storage import Store
from medixain.core.addresses import address_bytes
from tests.unit.keymgmt.node.test_http import Cluster, Scene
from tests.unit.keymgmt.node.world import CHAIN_ID, Professional


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("attacked")


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Iterator[Cluster]:
    cluster = Cluster(folder)
    yield cluster
    cluster.stop()


@pytest.fixture
def scene(cluster: Cluster) -> Scene:
    scene = Scene(cluster)
    cluster.nodes.deposit(scene.grant.contents, signer=scene.owner)
    return scene


class Attack:
    """Sends bodies to the first node and tells code and newest log outcome."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        self.scene = scene
        self.node = scene.cluster.ref(0)
        self._database = folder / "0.sqlite"

    def body(self, who: Professional | None = None, *, named: bytes | None = None, **changes: Any) -> dict[str, Any]:
        scene = self.scene
        return scene.world.access_body(
            who or scene.who, named or scene.record.id, scene.grant.id, self.node.address, **changes
        )

    def send(self, body: dict[str, Any], path: str = "reencrypt") -> str:
        answer = httpx.post(f"{self.node.url}/v1/{path}", json=body).json()
        assert "cfrag" not in answer or "code" not in answer
        return str(answer.get("code", "given"))

    def logged(self) -> list[str]:
        seal = self.scene.world.node_keys[0].row_seal
        store = Store(self._database, node=self.node.address, chain_id=CHAIN_ID, seal=seal)
        try:
            last, _ = store.last_entry()
            return [stored.entry.outcome for stored in store.entries(1, last)]
        finally:
            store.close()


@pytest.fixture
def attack(scene: Scene, folder: Path) -> Attack:
    return Attack(scene, folder)


def test_a_forged_request(attack: Attack) -> None:
    assert attack.send(attack.body(key=secrets.token_bytes(31) + b"\x01")) == "bad-signature"
    body = attack.body()
    body["message"]["record"] = "0x" + "00" * 32
    assert attack.send(body) == "bad-signature"


def test_a_replayed_request(attack: Attack) -> None:
    body = attack.body()
    assert [attack.send(body), attack.send(body)] == ["given", "replayed"]
    assert attack.logged()[-2:] == ["given", "replayed"]


def test_a_request_forwarded_from_another_node(attack: Attack) -> None:
    body = attack.body()
    other = attack.scene.cluster.ref(1)
    assert httpx.post(f"{other.url}/v1/reencrypt", json=body).json()["code"] == "wrong-node"


@pytest.mark.parametrize("offset", [-61, 61, 10**9])
def test_a_stale_clock(attack: Attack, offset: int) -> None:
    assert attack.send(attack.body(time=attack.scene.world.clock.now + offset)) == "stale-request"


def test_another_persons_grant(attack: Attack) -> None:
    thief = attack.scene.world.professional()
    assert attack.send(attack.body(thief)) == "no-grant"
    assert attack.logged()[-1] == "not-grantee"


def test_a_request_in_another_persons_name(attack: Attack) -> None:
    thief = attack.scene.world.professional()
    assert attack.send(attack.body(thief, requester=attack.scene.who.wallet)) == "bad-signature"


def test_another_records_capsule(attack: Attack) -> None:
    platform = attack.scene.world.platform
    own = platform.records[attack.scene.record.id]
    other = Scene(attack.scene.cluster)
    platform.records[attack.scene.record.id] = platform.records[other.record.id]
    assert attack.send(attack.body()) == "bad-capsule"
    assert attack.logged()[-1] == "bad-capsule"
    platform.records[attack.scene.record.id] = own


def test_another_patients_record_under_ones_own_grant(attack: Attack) -> None:
    other = Scene(attack.scene.cluster)
    assert attack.send(attack.body(named=other.record.id)) == "unknown-record"


def test_substituted_kfrags(attack: Attack) -> None:
    scene = attack.scene
    other = Scene(scene.cluster)
    body = scene.world.deposit_body(scene.patient, scene.grant, attack.node.address)
    stolen = scene.world.deposit_body(other.patient, other.grant, attack.node.address)
    body["content"]["kfrags"] = stolen["content"]["kfrags"]
    assert attack.send(body, "deposits") == "malformed"
    assert attack.send(attack.body()) == "given"


def test_somebody_else_deposits_for_a_slot(attack: Attack) -> None:
    scene = attack.scene
    thief = scene.world.patient()
    grant = scene.world.prepare_grant(scene.patient, scene.world.professional())
    body = scene.world.deposit_body(thief, grant, attack.node.address)
    assert attack.send(body, "deposits") == "bad-signature"


def test_a_withdrawn_grant_is_not_revived_by_an_old_deposit(attack: Attack) -> None:
    scene = attack.scene
    old = scene.world.deposit_body(scene.patient, scene.grant, attack.node.address)
    assert attack.send(scene.world.withdrawal_body(scene.patient, scene.grant.id), "withdrawals") == "given"
    assert attack.send(old, "deposits") == "withdrawn"
    assert attack.send(attack.body()) == "withdrawn"


def test_files_and_logs_hold_no_secret_no_plaintext_and_no_wallet_of_a_patient(
    attack: Attack, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    scene = attack.scene
    with caplog.at_level(logging.DEBUG, logger="medixain.node"):
        assert attack.send(attack.body()) == "given"
        assert attack.send(attack.body(key=secrets.token_bytes(31) + b"\x01")) == "bad-signature"
    keys = scene.world.node_keys[0]
    secret = [
        keys.node_secret,
        keys.exchange.secret_bytes(),
        scene.patient.slot_key,
        scene.patient.section_key.secret_bytes(),
        scene.patient.pre_sign.secret_bytes(),
        scene.record.secret.secret_bytes(),
        scene.who.signing,
        scene.who.exchange.secret_bytes(),
    ]
    stored = b"".join(path.read_bytes() for path in folder.iterdir())
    assert address_bytes(scene.patient.slot) in stored  # the search would find what is there
    lines = "\n".join(JsonFormatter().format(record) for record in caplog.records)
    assert "node.served" in lines
    for value in secret:
        assert value not in stored
        assert value.hex().encode() not in stored
        assert value.hex() not in lines
    for name in (scene.patient.slot, scene.who.wallet, scene.record.id.hex(), scene.grant.id.hex()):
        assert name.lower().removeprefix("0x") not in lines.lower()
