"""Five nodes over HTTP on the real contracts and the embedded chain: grant, read, log on chain, withdraw, expire."""

import hashlib
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_hash.auto import keccak

from contracts.bindings.messages import (
    Anchor,
    AuthorRight,
    Grant,
    GrantKind,
    GrantOpening,
    Registration,
    SectionEpoch,
    SlotOpening,
    Suspension,
    Withdrawal,
)
from keymgmt.node import errors
from keymgmt.node.client import Delegation, NodeRef, Nodes, key_signer
from keymgmt.node.messages import DepositContent, DepositedKey, Envelope, grant_id
from keymgmt.node.server.config import NodeConfig
from keymgmt.node.server.context import NodeKeys
from keymgmt.node.server.facts import RecordMaterial, SignedEnvelope
from keymgmt.node.server.runner import NodeServer
from keymgmt.pre import Sealed, SecretKey, make_kfrags, seal, unseal_reencrypted
from medixain.core.addresses import address_bytes, address_of_secret_key
from medixain.core.eip712 import off_chain_domain, sign
from tests.conformance.contracts.chains import CHAIN_ID
from tests.conformance.contracts.consortium import INSTITUTION_NAMES, INSTITUTIONS, NODE_NAMES, key_of
from tests.conformance.node.real_chain import CID, RealDriver
from tests.unit.keymgmt.node.world import HEADER, PROFILE, FakePlatform

DOMAIN = off_chain_domain(CHAIN_ID)


class Platform(FakePlatform):
    """The real chain's platform."""


class Consortium:
    """Contracts on the embedded chain, and five nodes."""

    def __init__(self, folder: Path) -> None:
        self.driver = RealDriver(folder)
        self.chain = self.driver.world
        self.platform = Platform()
        self.keys = [NodeKeys(key_of(name), SecretKey.random()) for name in NODE_NAMES]
        self.servers = [self._server(folder, keys) for keys in self.keys]
        refs = [
            NodeRef(keys.address, server.start(), bytes(keys.exchange.public_key))
            for keys, server in zip(self.keys, self.servers, strict=True)
        ]
        self.nodes = Nodes(refs, threshold=3, chain_id=CHAIN_ID, clock=self.clock)

    def _server(self, folder: Path, keys: NodeKeys) -> NodeServer:
        config = NodeConfig(
            keys,
            folder / f"{keys.address}.sqlite",
            CHAIN_ID,
            self.driver.rpc_url,
            self.chain.manifest.addresses.by_name(),
            tick=0.1,
        )
        return NodeServer(config, records=self.platform, deposits=self.platform, clock=self.clock)

    def clock(self) -> int:
        # The chain's time advances with each block, faster than the wall clock.
        return self.chain.now

    def deliver(self, message: Any, *keys: bytes) -> None:
        contract = self.chain.contracts.taking(type(message))
        self.chain.deliver_signed(message, [contract.sign(message, key) for key in keys])

    def close(self) -> None:
        self.nodes.close()
        for server in self.servers:
            server.stop()
        self.driver.close()


class People:
    """A patient with a record by a clinician's pseudonym, and the clinician, granted the section."""

    def __init__(self, consortium: Consortium) -> None:
        self.consortium = consortium
        terms = consortium.chain.terms
        self.slot_key, self.author, wallet_key, self.signing = (secrets.token_bytes(31) + b"\x01" for _ in range(4))
        self.slot = address_of_secret_key(self.slot_key)
        self.pre_sign, self.section, self.exchange = (SecretKey.random() for _ in range(3))
        self.wallet = address_of_secret_key(wallet_key)
        self.tag = secrets.token_bytes(16)
        deliver = consortium.deliver
        deliver(SlotOpening(self.slot, b"\x0c" * 32, bytes(self.pre_sign.public_key), **terms()), self.slot_key)
        author = address_of_secret_key(self.author)
        deliver(AuthorRight(self.slot, author, consortium.clock() + 10**6, **terms()), self.slot_key)
        registration = Registration(
            self.wallet,
            address_of_secret_key(self.signing),
            bytes(self.exchange.public_key),
            INSTITUTIONS[0],
            3,
            consortium.clock() + 10**6,
            **terms(),
        )
        deliver(registration, wallet_key, key_of(INSTITUTION_NAMES[0]))
        self.record_secret = SecretKey.random()
        self.record, self.envelope = self._write(author)
        self.grant = self._grant()

    def _write(self, author: str) -> tuple[bytes, Sealed]:
        header = HEADER.pack(
            b"MXR1", HEADER.size, 1, b"UMBRAL-PRE/AES-256-GCM-STREAM-64", CHAIN_ID, address_bytes(self.slot),
            address_bytes(author), PROFILE, bytes(self.record_secret.public_key), bytes(32), 0, secrets.token_bytes(16),
        )  # fmt: skip
        record = hashlib.sha256(header).digest()
        kc = bytes(seal(self.record_secret.public_key, secrets.token_bytes(32) + b"\x01"))
        envelope = seal(self.section.public_key, self.record_secret.secret_bytes())
        statement = Envelope(record, self.slot, self.tag, 1, keccak(bytes(envelope)))
        signed = SignedEnvelope(self.tag, 1, bytes(envelope), sign(DOMAIN, statement, self.author))
        self.consortium.platform.records[record] = RecordMaterial(header, kc, signed)
        terms = self.consortium.chain.terms()
        self.consortium.deliver(Anchor(record, self.slot, author, CID, keccak(kc), **terms), self.author)
        return record, envelope

    def _grant(self) -> bytes:
        opening = GrantOpening(
            self.slot, self.wallet, bytes(self.exchange.public_key), GrantKind.SECTIONS, (),
            (SectionEpoch(self.tag, 1),), "treatment", self.consortium.clock() + 3600, 1, secrets.token_bytes(32),
        )  # fmt: skip
        frags = make_kfrags(self.section, self.exchange.public_key, self.pre_sign, threshold=3, shares=5)
        contents = {
            keys.address: DepositContent(opening, (DepositedKey(bytes(frag.delegating), bytes(frag)),))
            for keys, frag in zip(self.consortium.keys, frags, strict=True)
        }
        key = grant_id(opening)
        delivery = self.consortium.nodes.deposit(contents, signer=key_signer(self.slot_key, CHAIN_ID))
        assert len(delivery.taken) == 5, delivery.failed
        with pytest.raises(errors.WaitingForFinality):
            self.read(key)
        terms = self.consortium.chain.terms()
        self.consortium.deliver(Grant(self.slot, key, opening.expiry, 1, **terms), self.slot_key)
        return key

    def read(self, grant: bytes | None = None) -> bytes:
        delegation = Delegation(
            self.envelope.capsule, self.pre_sign.public_key, self.section.public_key, self.exchange.public_key
        )
        fragments = self.consortium.nodes.fragments(
            record=self.record,
            grant=grant or self.grant,
            requester=self.wallet,
            signer=key_signer(self.signing, CHAIN_ID),
            delegation=lambda: delegation,
        )
        return unseal_reencrypted(self.exchange, self.section.public_key, self.envelope, fragments.cfrags)


@pytest.fixture(scope="module")
def consortium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Consortium]:
    consortium = Consortium(tmp_path_factory.mktemp("consortium"))
    yield consortium
    consortium.close()


@pytest.fixture
def people(consortium: Consortium) -> People:
    return People(consortium)


def wait_until(condition: Callable[[], object]) -> None:
    for _ in range(300):
        if condition():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it never came true")


def test_a_granted_clinician_reads_and_the_look_stands_on_chain(people: People) -> None:
    consortium = people.consortium
    assert people.read() == people.record_secret.secret_bytes()

    def final_entries() -> list[Any]:
        owner = key_signer(people.slot_key, CHAIN_ID)
        logs, failed = consortium.nodes.log(people.slot, signer=owner)
        assert not failed
        return [entry for entries in logs.values() for entry in entries if entry.root is not None]

    # The refusals while waiting for finality are in the log as well.
    wait_until(lambda: len([entry for entry in final_entries() if entry.entry.outcome == "given"]) >= 3)
    log = consortium.chain.contracts.access_log
    for entry in final_entries():
        root = log.root_at(entry.node, entry.root_index, at="finalized")
        assert root is not None
        assert root.root == entry.root
    assert {entry.entry.outcome for entry in final_entries()} == {"given", "waiting-for-finality"}


def test_a_withdrawal_on_chain_closes_every_node(people: People) -> None:
    consortium = people.consortium
    consortium.deliver(Withdrawal(people.slot, (people.grant,), **consortium.chain.terms()), people.slot_key)
    with pytest.raises(errors.Withdrawn):
        people.read()


def test_a_withdrawal_sent_directly_closes_every_node_before_any_block(people: People) -> None:
    consortium = people.consortium
    height = consortium.chain.height
    message = Withdrawal(people.slot, (people.grant,), **consortium.chain.terms())
    signature = consortium.chain.contracts.access_grants.sign(message, people.slot_key)
    assert len(consortium.nodes.withdraw(message, signature).taken) == 5
    with pytest.raises(errors.Withdrawn):
        people.read()
    assert consortium.chain.contracts.access_grants.is_active(people.slot, people.grant, consortium.clock())
    assert consortium.chain.height >= height


def test_a_suspended_clinician_is_refused_although_granted(people: People) -> None:
    consortium = people.consortium
    suspension = Suspension(people.wallet, True, **consortium.chain.terms())
    consortium.deliver(suspension, key_of(INSTITUTION_NAMES[0]))
    with pytest.raises(errors.Suspended):
        people.read()


def test_what_nodes_attest_is_what_the_contracts_say(people: People) -> None:
    consortium = people.consortium
    owner = key_signer(people.slot_key, CHAIN_ID)
    state = consortium.nodes.state(people.slot, signer=owner)
    records, grants = consortium.chain.records, consortium.chain.grants
    assert (state.records_head, state.records_count) == (records.head(people.slot), 1)
    assert (state.grants_head, state.grants_count) == (grants.head(people.slot), 1)
    assert state.pre_key == bytes(people.pre_sign.public_key)
    statement = consortium.nodes.professional(people.wallet, signer=owner)
    assert statement.umbral_key == bytes(people.exchange.public_key)
    assert statement.authorised
    assert replace(statement, node_time=0) != statement
