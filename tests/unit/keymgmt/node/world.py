"""A small world for node tests: a chain of immutable snapshots, a platform, people with real keys, real cryptography.

:class:`FakeChain` and :class:`FakePlatform` keep the promises of ``keymgmt.node.server.facts``; the conformance suite
(tests/conformance/node) runs the same cases against the contracts themselves.
"""

import copy
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from struct import Struct
from typing import Any

from eth_hash.auto import keccak

from contracts.bindings.messages import (
    AccessLevel,
    DocumentKind,
    GrantKind,
    GrantOpening,
    GrantStatus,
    Removal,
    Role,
    SectionEpoch,
    Withdrawal,
)
from keymgmt.node.errors import RecordUnavailable, StaleChain
from keymgmt.node.messages import (
    AccessRequest,
    DepositContent,
    DepositedKey,
    Envelope,
    KeyDeposit,
    grant_id,
)
from keymgmt.node.server.context import NodeContext, NodeKeys
from keymgmt.node.server.facts import (
    BlockRef,
    DocumentFacts,
    GrantFacts,
    NodeSetFacts,
    ProfessionalFacts,
    RecordFacts,
    RecordMaterial,
    RegistrationFacts,
    RootFacts,
    SignedEnvelope,
    SlotFacts,
    SlotHeads,
    WaitingDeposit,
)
from keymgmt.node.server.limits import Buckets, Rate
from keymgmt.node.server.service import NodeService
from keymgmt.node.server.state import NodeState
from keymgmt.node.server.storage import Store
from keymgmt.node.server.upkeep import Upkeep
from keymgmt.pre import PublicKey, SecretKey, make_kfrags, seal
from medixain.core.addresses import address_bytes, address_of_secret_key
from medixain.core.eip712 import Domain, off_chain_domain, sign
from medixain.core.typed_json import hex_bytes, message_to_json

CHAIN_ID = 8675
START = 1_800_000_000
GRANTS_CONTRACT = address_of_secret_key(b"\x01" * 32)
RECORDS_CONTRACT = address_of_secret_key(b"\x02" * 32)
PROFILE, IDENTITY, STUDY, SEALED = 2, 1, 17, 5
HEADER = Struct(">4sHB32sQ20s20sB33s32sQ16s")
DOMAIN = off_chain_domain(CHAIN_ID)


class FakeClock:
    """A clock that stands until it is set."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@dataclass
class ChainState:
    """What the contracts hold after a block."""

    professionals: dict[str, ProfessionalFacts] = field(default_factory=dict)
    slots: dict[str, SlotFacts] = field(default_factory=dict)
    heads: dict[str, SlotHeads] = field(default_factory=dict)
    documents: dict[tuple[str, int], DocumentFacts] = field(default_factory=dict)
    records: dict[tuple[str, bytes], RecordFacts] = field(default_factory=dict)
    grants: dict[tuple[str, bytes], GrantFacts] = field(default_factory=dict)
    node_sets: dict[int, NodeSetFacts] = field(default_factory=dict)
    roots: dict[str, list[RootFacts]] = field(default_factory=dict)


class FakeChain:
    """Blocks with snapshots; ``state`` is what the next block will hold. ``down`` makes it unreadable."""

    chain_id = CHAIN_ID
    grants_contract = GRANTS_CONTRACT
    records_contract = RECORDS_CONTRACT

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.state = ChainState()
        self.down = False
        self.refuses_roots = False
        self.pool: list[tuple[str, RootFacts]] = []
        self.sent = 0
        self._blocks: list[tuple[BlockRef, ChainState]] = []
        self._final = 0
        self.mine()

    def mine(self, *, final: bool = True) -> BlockRef:
        """Put ``state`` and waiting roots into a block; finalise it unless told otherwise."""
        for node, root in self.pool:
            roots = self.state.roots.setdefault(node, [])
            if root.from_seq == (roots[-1].to_seq if roots else 0) + 1:
                roots.append(root)
        self.pool.clear()
        number = len(self._blocks)
        block = BlockRef(
            number, hashlib.sha256(b"block" + bytes([number % 256]) + secrets.token_bytes(8)).digest(), self.clock.now
        )
        self._blocks.append((block, copy.deepcopy(self.state)))
        if final:
            self._final = number
        return block

    def drop_block(self) -> None:
        """Reorganise: the newest block never was."""
        self._blocks.pop()
        self.state = copy.deepcopy(self._blocks[-1][1])

    def head(self) -> BlockRef:
        self._require_up()
        return self._blocks[-1][0]

    def final(self) -> BlockRef:
        self._require_up()
        return self._blocks[self._final][0]

    def final_and_head(self) -> tuple[BlockRef, BlockRef]:
        return self.final(), self.head()

    def together(self, *readings: Callable[[], object]) -> None:
        for reading in readings:
            reading()

    def professional(self, wallet: str, at: bytes) -> ProfessionalFacts | None:
        return self._at(at).professionals.get(wallet)

    def registrations(self, wallet: str, final: BlockRef) -> tuple[RegistrationFacts, ...]:
        self._at(final.hash)
        found: list[RegistrationFacts] = []
        for block, state in self._blocks[: final.number + 1]:
            facts = state.professionals.get(wallet)
            newest = (found[-1].signing_key, found[-1].institution) if found else None
            if facts is not None and (facts.signing_key, facts.institution) != newest:
                found.append(RegistrationFacts(facts.signing_key, facts.institution, block.timestamp))
        return tuple(found)

    def anchored_at(self, slot: str, record: bytes, at: bytes) -> int | None:
        facts = self.record(slot, record, at)
        if facts is None or facts.removed:
            return None
        return next(block.timestamp for block, state in self._blocks if (slot, record) in state.records)

    def slot(self, slot: str, at: bytes) -> SlotFacts | None:
        return self._at(at).slots.get(slot)

    def heads(self, slot: str, at: bytes) -> SlotHeads:
        return self._at(at).heads.get(slot, SlotHeads(bytes(32), 0, bytes(32), 0))

    def document(self, slot: str, kind: int, at: bytes) -> DocumentFacts:
        return self._at(at).documents.get((slot, kind), DocumentFacts(0, bytes(32)))

    def record(self, slot: str, record: bytes, at: bytes) -> RecordFacts | None:
        return self._at(at).records.get((slot, record))

    def grant(self, slot: str, grant_id: bytes, at: bytes) -> GrantFacts:
        return self._at(at).grants.get((slot, grant_id), GrantFacts(GrantStatus.NONE, 0, 0))

    def current_node_set(self, at: bytes) -> int:
        return max(self._at(at).node_sets, default=0)

    def node_set(self, version: int, at: bytes) -> NodeSetFacts | None:
        return self._at(at).node_sets.get(version)

    def log_root_count(self, node: str, at: bytes) -> int:
        return len(self._at(at).roots.get(node, []))

    def log_root(self, node: str, index: int, at: bytes) -> RootFacts | None:
        roots = self._at(at).roots.get(node, [])
        return roots[index] if index < len(roots) else None

    def send_log_root(self, root: RootFacts, node: str = "") -> bytes:
        self._require_up()
        if self.refuses_roots:
            raise StaleChain
        self.sent += 1
        if (node, root) not in self.pool:
            self.pool.append((node, root))
        return keccak(root.root)

    def _require_up(self) -> None:
        if self.down:
            raise StaleChain

    def _at(self, at: bytes) -> ChainState:
        self._require_up()
        for block, state in self._blocks:
            if block.hash == at:
                return state
        raise StaleChain


class NodeChain:
    """One node's view of a :class:`FakeChain`: what it sends comes from its own account."""

    def __init__(self, chain: FakeChain, address: str) -> None:
        self._chain = chain
        self._address = address

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)

    def send_log_root(self, root: RootFacts) -> bytes:
        return self._chain.send_log_root(root, self._address)


class FakePlatform:
    """Holds records' material and deposits that wait."""

    def __init__(self) -> None:
        self.records: dict[bytes, RecordMaterial] = {}
        self.deposits: dict[str, bytes] = {}
        self.down = False
        self.fetched = 0

    def fetch(self, record: bytes) -> RecordMaterial:
        self.fetched += 1
        if self.down or record not in self.records:
            raise RecordUnavailable
        return self.records[record]

    def waiting(self) -> list[WaitingDeposit]:
        if self.down:
            raise RecordUnavailable
        return [WaitingDeposit(key, blob) for key, blob in self.deposits.items()]

    def remove(self, deposit_id: str) -> None:
        del self.deposits[deposit_id]


@dataclass
class Professional:
    """A registered professional with keys."""

    wallet: str
    signing: bytes
    exchange: SecretKey


@dataclass
class Record:
    """An anchored record; ``secret`` is sk_r."""

    id: bytes
    secret: SecretKey
    kc: bytes


@dataclass
class Patient:
    """A slot of one layer with its keys and one section."""

    slot_key: bytes
    pre_sign: SecretKey = field(default_factory=SecretKey.random)
    section_key: SecretKey = field(default_factory=SecretKey.random)
    tag: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    epoch: int = 1

    @property
    def slot(self) -> str:
        return address_of_secret_key(self.slot_key)


@dataclass
class Grant:
    """A grant with each node's content, by node address."""

    id: bytes
    opening: GrantOpening
    contents: dict[str, DepositContent]


class World:
    """Chain, platform, five node identities (3-of-5), one institution of each kind."""

    def __init__(self, nodes: int = 5, threshold: int = 3) -> None:
        self.clock = FakeClock()
        self.chain = FakeChain(self.clock)
        self.platform = FakePlatform()
        self.threshold = threshold
        self.node_keys = [NodeKeys(secrets.token_bytes(31) + b"\x01", SecretKey.random()) for _ in range(nodes)]
        self.hospital = address_of_secret_key(b"\x11" * 32)
        self.chain.state.node_sets[1] = NodeSetFacts(
            1,
            threshold,
            tuple(keys.address for keys in self.node_keys),
            tuple(bytes(keys.exchange.public_key) for keys in self.node_keys),
        )
        self.chain.mine()

    def professional(self, **changes: Any) -> Professional:
        """Register a professional, a clinician unless changed."""
        signing, exchange = secrets.token_bytes(31) + b"\x01", SecretKey.random()
        wallet = address_of_secret_key(secrets.token_bytes(31) + b"\x01")
        facts = ProfessionalFacts(
            signing_key=address_of_secret_key(signing),
            umbral_key=bytes(exchange.public_key),
            institution=self.hospital,
            level=AccessLevel.CLINICAL,
            valid_until=self.clock.now + 10_000_000,
            suspended=False,
            institution_active=True,
            institution_roles=Role.KYC | Role.CLINICAL,
            institution_key=self.hospital,
            institution_profile=keccak(b"Tarn University Hospital"),
        )
        self.chain.state.professionals[wallet] = replace(facts, **changes)
        self.chain.mine()
        return Professional(wallet, signing, exchange)

    def change_professional(self, who: Professional, *, final: bool = True, **changes: Any) -> None:
        facts = self.chain.state.professionals[who.wallet]
        self.chain.state.professionals[who.wallet] = replace(facts, **changes)
        self.chain.mine(final=final)

    def patient(self) -> Patient:
        """Open a slot with a keyset and a keystore."""
        patient = Patient(secrets.token_bytes(31) + b"\x01")
        state = self.chain.state
        state.slots[patient.slot] = SlotFacts(patient.slot, bytes(patient.pre_sign.public_key))
        state.documents[patient.slot, DocumentKind.KEYSET] = DocumentFacts(1, keccak(b"keyset"))
        state.documents[patient.slot, DocumentKind.KEYSTORE] = DocumentFacts(1, keccak(b"keystore"))
        state.heads[patient.slot] = SlotHeads(keccak(b"records"), 1, keccak(b"grants"), 1)
        self.chain.mine()
        return patient

    def record(
        self, patient: Patient, *, layer: int = PROFILE, author: bytes | None = None, secret: SecretKey | None = None
    ) -> Record:
        """Anchor a record by ``author`` (a secret key; the patient's own slot key by default)."""
        author = author or patient.slot_key
        secret = secret or SecretKey.random()
        data_key = secrets.token_bytes(32)
        header = HEADER.pack(
            b"MXR1", HEADER.size, 1, b"UMBRAL-PRE/AES-256-GCM-STREAM-64", CHAIN_ID, address_bytes(patient.slot),
            address_bytes(address_of_secret_key(author)), layer, bytes(secret.public_key), bytes(32), START,
            secrets.token_bytes(16),
        )  # fmt: skip
        record = hashlib.sha256(header).digest()
        kc = bytes(seal(secret.public_key, data_key + b"\x01"))
        blob = bytes(seal(patient.section_key.public_key, secret.secret_bytes()))
        statement = Envelope(record, patient.slot, patient.tag, patient.epoch, keccak(blob))
        envelope = SignedEnvelope(patient.tag, patient.epoch, blob, sign(DOMAIN, statement, author))
        self.platform.records[record] = RecordMaterial(header, kc, envelope)
        originator = address_of_secret_key(author)
        self.chain.state.records[patient.slot, record] = RecordFacts(originator, keccak(kc), False)
        self.chain.mine()
        return Record(record, secret, kc)

    def prepare_grant(
        self,
        patient: Patient,
        grantee: Professional,
        *,
        records: tuple[Record, ...] = (),
        lifetime: int = 3600,
        purpose: str = "treatment",
        **changes: Any,
    ) -> Grant:
        """Make opening and kfrags without telling anybody; of the patient's section unless records are given."""
        sections = () if records else (SectionEpoch(patient.tag, patient.epoch),)
        opening = GrantOpening(
            slot=patient.slot,
            grantee=grantee.wallet,
            grantee_key=bytes(grantee.exchange.public_key),
            kind=GrantKind.RECORDS if records else GrantKind.SECTIONS,
            records=tuple(record.id for record in records),
            sections=sections,
            purpose=purpose,
            expiry=self.clock.now + lifetime,
            node_set=1,
            salt=secrets.token_bytes(32),
        )
        opening = replace(opening, **changes)
        delegating = [record.secret for record in records] or [patient.section_key]
        shares = [
            make_kfrags(
                secret,
                PublicKey(opening.grantee_key),
                patient.pre_sign,
                threshold=self.threshold,
                shares=len(self.node_keys),
            )
            for secret in delegating
        ]
        contents = {
            keys.address: DepositContent(
                opening,
                tuple(DepositedKey(bytes(frags[i].delegating), bytes(frags[i])) for frags in shares),
            )
            for i, keys in enumerate(self.node_keys)
        }
        return Grant(grant_id(opening), opening, contents)

    def anchor_grant(self, grant: Grant, *, final: bool = True, **changes: Any) -> None:
        """Put the grant on chain."""
        opening = grant.opening
        facts = GrantFacts(GrantStatus.ACTIVE, opening.expiry, opening.node_set)
        self.chain.state.grants[opening.slot, grant.id] = replace(facts, **changes)
        self.chain.mine(final=final)

    def withdraw_on_chain(self, grant: Grant, *, final: bool = True) -> None:
        facts = self.chain.state.grants[grant.opening.slot, grant.id]
        self.chain.state.grants[grant.opening.slot, grant.id] = replace(facts, status=GrantStatus.WITHDRAWN)
        self.chain.mine(final=final)

    def deposit_body(self, patient: Patient, grant: Grant, to: str, **changes: Any) -> dict[str, Any]:
        """Return the body of POST /v1/deposits for a node."""
        content = grant.contents[to]
        message = KeyDeposit(grant.opening.slot, grant.id, content.hash, to, self.clock.now)
        message = replace(message, **changes)
        return {**signed(message, patient.slot_key), "content": content.to_json()}

    def access_body(
        self, who: Professional, record: bytes, grant: bytes, to: str, *, key: bytes | None = None, **changes: Any
    ) -> dict[str, Any]:
        """Return the body of POST /v1/reencrypt for the node at address ``to``."""
        request = AccessRequest(record, grant, who.wallet, to, secrets.token_bytes(32), self.clock.now)
        return signed(replace(request, **changes), key or who.signing)

    def withdrawal_body(self, patient: Patient, *grants: bytes, lifetime: int = 3600) -> dict[str, Any]:
        message = Withdrawal(patient.slot, grants, secrets.randbits(256), self.clock.now + lifetime)
        return signed(message, patient.slot_key, Domain("AccessGrants", "1", CHAIN_ID, GRANTS_CONTRACT))

    def removal_body(self, patient: Patient, record: bytes, lifetime: int = 3600) -> dict[str, Any]:
        message = Removal(patient.slot, record, secrets.randbits(256), self.clock.now + lifetime)
        return signed(message, patient.slot_key, Domain("RecordRegistry", "1", CHAIN_ID, RECORDS_CONTRACT))


class Node:
    """One node in this process, without HTTP."""

    def __init__(self, world: World, path: Any, index: int = 0, *, accept_log_loss: bool = False) -> None:
        self.world = world
        self.keys = world.node_keys[index]
        self.address = self.keys.address
        self.store = Store(path, node=self.address, chain_id=CHAIN_ID, seal=self.keys.row_seal)
        self.state = NodeState()
        self.chain = NodeChain(world.chain, self.address)
        self.context = NodeContext(
            keys=self.keys, store=self.store, chain=self.chain, clock=world.clock, state=self.state
        )
        self.service = NodeService(
            self.context,
            records=world.platform,
            requesters=Buckets(Rate(burst=1000, per_second=0), lambda: 0.0),
        )
        self.upkeep = Upkeep(
            self.context, service=self.service, deposits=world.platform, accept_log_loss=accept_log_loss
        )
        self.upkeep.tick()

    def give(self, patient: Patient, grant: Grant) -> None:
        """Deposit a grant's kfrags here."""
        self.service.deposit(self.world.deposit_body(patient, grant, self.address))

    def ask(self, who: Professional, record: bytes, grant: bytes, **changes: Any) -> dict[str, Any]:
        """Ask for a fragment."""
        return self.service.reencrypt(self.world.access_body(who, record, grant, self.address, **changes))

    def outcomes(self) -> list[str]:
        """Return every log entry's outcome, oldest first."""
        last, _ = self.store.last_entry()
        return [stored.entry.outcome for stored in self.store.entries(1, last)]


def signed(message: Any, key: bytes, domain: Domain = DOMAIN) -> dict[str, Any]:
    """Return a body of message and signature."""
    return {"message": message_to_json(message), "signature": hex_bytes(sign(domain, message, key))}
