"""The typed messages between people, re-encryption nodes and the platform (docs/spec/nodes.md).

All are EIP-712 structs of the off-chain domain ``{name: "medixain", version: "1", chainId}``; addresses of nodes are
the addresses of their node keys. ``time`` is the signer's clock in Unix seconds.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from eth_hash.auto import keccak

from contracts.bindings.messages import GrantKind, GrantOpening, Removal, SectionEpoch, Withdrawal
from keymgmt.keys.messages import Envelope
from keymgmt.node.errors import Malformed
from keymgmt.node.wire import canonical_json, from_json, parse_hex
from medixain.core.addresses import address_of_secret_key, to_address
from medixain.core.eip712 import (
    AddressField,
    Bool,
    Bytes,
    Bytes32,
    String,
    TypedStruct,
    Uint8,
    Uint32,
    Uint64,
    Uint256,
    hash_struct,
)
from medixain.core.errors import InvalidInput
from medixain.core.secp256k1 import personal_message_digest, sign_digest, verify_digest
from medixain.core.typed_json import hex_bytes, message_to_json

__all__ = [
    "REQUEST_WINDOW",
    "UMBRAL_KEY_LENGTH",
    "AccessRequest",
    "DepositContent",
    "DepositedKey",
    "Envelope",
    "Fragment",
    "GrantOpening",
    "KeyDeposit",
    "LogEntry",
    "LogLength",
    "LogRequest",
    "Look",
    "ProfessionalRequest",
    "ProfessionalStatement",
    "RegistrationRequest",
    "RegistrationStatement",
    "Removal",
    "SectionEpoch",
    "StateRequest",
    "StateStatement",
    "Withdrawal",
    "capsule_and_ciphertext",
    "grant_id",
    "node_proof",
    "verify_node_proof",
]

REQUEST_WINDOW = 60
"""Seconds by which a message's time may differ from the node's clock, either way (nodes.md, "Freshness")."""

UMBRAL_KEY_LENGTH = 33
"""Bytes of a compressed Umbral public key."""

MAX_DEPOSITED_KEYS = 1024
"""Records or sections one grant may name."""


@dataclass(frozen=True, slots=True)
class KeyDeposit(TypedStruct):
    """The slot's current key leaves kfrags with ``node``; ``content_hash`` is :attr:`DepositContent.hash`."""

    slot: AddressField
    grant_id: Bytes32
    content_hash: Bytes32
    node: AddressField
    time: Uint64


@dataclass(frozen=True, slots=True)
class AccessRequest(TypedStruct):
    """A professional asks ``node`` for a fragment of one record, signed by the registered signing key.

    All nodes asked for one look get the same random ``nonce``; it names a record, never a capsule.
    """

    record: Bytes32
    grant_id: Bytes32
    requester: AddressField
    node: AddressField
    nonce: Bytes32
    time: Uint64

    @property
    def request_hash(self) -> bytes:
        """What joins the log entries that several nodes keep of one look, 32 bytes."""
        return hash_struct(Look(self.record, self.grant_id, self.requester, self.nonce))


@dataclass(frozen=True, slots=True)
class Look(TypedStruct):
    """One look of one professional at one record, whichever nodes are asked; its hash is ``requestHash``."""

    record: Bytes32
    grant_id: Bytes32
    requester: AddressField
    nonce: Bytes32


@dataclass(frozen=True, slots=True)
class StateRequest(TypedStruct):
    """Somebody asks ``node`` what the chain finally says of a slot; any key may sign."""

    slot: AddressField
    node: AddressField
    nonce: Bytes32
    time: Uint64


@dataclass(frozen=True, slots=True)
class ProfessionalRequest(TypedStruct):
    """Somebody asks ``node`` what the chain finally says of a professional; any key may sign."""

    wallet: AddressField
    node: AddressField
    nonce: Bytes32
    time: Uint64


@dataclass(frozen=True, slots=True)
class RegistrationRequest(TypedStruct):
    """Somebody asks ``node`` how a professional was registered when a record was anchored; any key may sign."""

    wallet: AddressField
    slot: AddressField
    record: Bytes32
    node: AddressField
    nonce: Bytes32
    time: Uint64


@dataclass(frozen=True, slots=True)
class LogRequest(TypedStruct):
    """The slot's current key asks ``node`` for its log entries with ``slot_seq`` > ``after``."""

    slot: AddressField
    node: AddressField
    after: Uint64
    time: Uint64


@dataclass(frozen=True, slots=True)
class StateStatement(TypedStruct):
    """A node's word on a slot at the newest final block; hashes are zero where there is no such document yet."""

    chain_id: Uint256
    slot: AddressField
    key: AddressField
    pre_key: Bytes
    keyset_version: Uint64
    keyset_hash: Bytes32
    keystore_version: Uint64
    keystore_hash: Bytes32
    records_head: Bytes32
    records_count: Uint64
    grants_head: Bytes32
    grants_count: Uint64
    final_height: Uint64
    final_hash: Bytes32
    final_time: Uint64
    node_time: Uint64
    node_set: Uint32


@dataclass(frozen=True, slots=True)
class ProfessionalStatement(TypedStruct):
    """A node's word on a professional at the newest final block: what a patient encrypts to, and who may name it.

    ``institution_key`` is the institution's present key, which signs names; ``institution_profile`` the hash of the
    institution's own name, as the institutions admitted it.
    """

    chain_id: Uint256
    wallet: AddressField
    signing_key: AddressField
    umbral_key: Bytes
    institution: AddressField
    institution_key: AddressField
    institution_profile: Bytes32
    level: Uint8
    authorised: Bool
    final_height: Uint64
    final_hash: Bytes32
    node_time: Uint64


@dataclass(frozen=True, slots=True)
class RegistrationStatement(TypedStruct):
    """A node's word on the registration that stood when ``record`` was anchored: what a past signature counts under."""

    chain_id: Uint256
    wallet: AddressField
    slot: AddressField
    record: Bytes32
    anchored_at: Uint64
    signing_key: AddressField
    institution: AddressField
    final_height: Uint64
    final_hash: Bytes32
    node_time: Uint64


@dataclass(frozen=True, slots=True)
class Fragment(TypedStruct):
    """A node vouches for the cfrag it gave out; ``cfrag_hash`` is its keccak256, ``seq`` the log entry's number."""

    record: Bytes32
    grant_id: Bytes32
    requester: AddressField
    nonce: Bytes32
    cfrag_hash: Bytes32
    seq: Uint64


@dataclass(frozen=True, slots=True)
class LogEntry(TypedStruct):
    """One numbered entry of a node's log; ``previous`` is the hash of entry ``seq`` - 1, zero for the first (seq 1).

    ``outcome`` is ``given`` or the true error code, ``slot_seq`` counts the entries of one slot from 1 so that an
    owner sees a missing one. The slot is zero when the request leads to none.
    """

    seq: Uint64
    previous: Bytes32
    slot_seq: Uint64
    slot: AddressField
    record: Bytes32
    grant_id: Bytes32
    requester: AddressField
    purpose: String
    outcome: String
    time: Uint64
    request_hash: Bytes32


@dataclass(frozen=True, slots=True)
class LogLength(TypedStruct):
    """A node's word on how far a slot's log goes: ``slot_seq`` of its newest entry, 0 if there is none.

    Without it, whoever stands between a node and the owner could leave out the newest looks.
    """

    slot: AddressField
    node: AddressField
    slot_seq: Uint64
    time: Uint64


@dataclass(frozen=True, slots=True)
class DepositedKey:
    """A kfrag and the public key it delegates from: a record's pk_r, or a section epoch's key; Umbral bytes."""

    delegating: bytes
    kfrag: bytes


@dataclass(frozen=True, slots=True)
class DepositContent:
    """What a :class:`KeyDeposit` carries: the opening of a grant and one kfrag for each thing it opens.

    ``keys[i]`` belongs to ``opening.records[i]`` (kind RECORDS) or ``opening.sections[i]`` (kind SECTIONS).
    Raises :class:`Malformed` when the numbers do not fit.
    """

    opening: GrantOpening
    keys: tuple[DepositedKey, ...]

    def __post_init__(self) -> None:
        opening = self.opening
        if opening.kind == GrantKind.RECORDS and not opening.sections:
            wanted: tuple[Any, ...] = opening.records
        elif opening.kind == GrantKind.SECTIONS and not opening.records:
            wanted = opening.sections
        else:
            raise Malformed("A grant opens either records or sections.", field="opening.kind")
        if not 0 < len(wanted) <= MAX_DEPOSITED_KEYS or len(set(wanted)) != len(wanted):
            raise Malformed("A grant names at least one record or section, and none twice.", field="opening")
        if len(self.keys) != len(wanted):
            raise Malformed("A deposit holds exactly one kfrag for each record or section.", field="kfrags")

    def items(self) -> tuple[tuple[bytes, DepositedKey], ...]:
        """Return each kfrag under what it opens: a record id, or :func:`section_item` of a section epoch."""
        if self.opening.kind == GrantKind.RECORDS:
            return tuple(zip(self.opening.records, self.keys, strict=True))
        return tuple(
            (section_item(section.tag, section.epoch), key)
            for section, key in zip(self.opening.sections, self.keys, strict=True)
        )

    def to_json(self) -> dict[str, Any]:
        """Return the content as the JSON object that travels and whose canonical form is hashed."""
        return {
            "opening": message_to_json(self.opening),
            "kfrags": [{"delegating": hex_bytes(key.delegating), "kfrag": hex_bytes(key.kfrag)} for key in self.keys],
        }

    @classmethod
    def from_json(cls, document: object) -> "DepositContent":
        """Return the content in a JSON object; raises :class:`Malformed`."""
        if not isinstance(document, dict) or document.keys() != {"opening", "kfrags"}:
            raise Malformed("A deposit's content holds exactly opening and kfrags.", field="content")
        rows = document["kfrags"]
        if not isinstance(rows, list) or len(rows) > MAX_DEPOSITED_KEYS:
            raise Malformed("A deposit's kfrags are a list.", field="kfrags")
        keys = tuple(_deposited_key(row, f"kfrags[{index}]") for index, row in enumerate(rows))
        return cls(from_json(GrantOpening, document["opening"], place="opening"), keys)

    @property
    def hash(self) -> bytes:
        """keccak256 of the canonical JSON, 32 bytes."""
        return keccak(canonical_json(self.to_json()))


def _deposited_key(row: object, place: str) -> DepositedKey:
    if not isinstance(row, dict) or row.keys() != {"delegating", "kfrag"}:
        raise Malformed(f"{place} holds exactly delegating and kfrag.", field=place)
    return DepositedKey(
        parse_hex(row["delegating"], f"{place}.delegating", size=UMBRAL_KEY_LENGTH),
        parse_hex(row["kfrag"], f"{place}.kfrag"),
    )


def section_item(tag: bytes, epoch: int) -> bytes:
    """Return the key under which the kfrag of a section epoch is kept: tag || epoch (4 bytes), 20 bytes."""
    return tag + epoch.to_bytes(4, "big")


def grant_id(opening: GrantOpening) -> bytes:
    """Return the grant id, hashStruct of its opening, 32 bytes (docs/spec/contracts.md, AccessGrants)."""
    return hash_struct(opening)


def capsule_and_ciphertext(sealed: bytes) -> tuple[bytes, bytes]:
    """Split ``uint16(len capsule) || capsule || ciphertext`` (Kc and E of container.md); raises :class:`Malformed`."""
    if len(sealed) < 2:
        raise Malformed("A sealed key is longer than its length field.")
    length = int.from_bytes(sealed[:2], "big")
    if not length or len(sealed) <= 2 + length:
        raise Malformed("A sealed key holds a capsule and a ciphertext.")
    return sealed[2 : 2 + length], sealed[2 + length :]


def node_proof(node_key: bytes, method: str, path_and_query: str, body: bytes, time: int) -> str:
    """Return the ``Node-Proof`` header by which a node shows the platform who asks (docs/spec/api.md)."""
    signature = sign_digest(_proof_digest(method, path_and_query, body, time), node_key)
    return f"{address_of_secret_key(node_key)}.{time}.{hex_bytes(signature)}"


def verify_node_proof(header: str, method: str, path_and_query: str, body: bytes, *, now: int) -> str:
    """Return the EIP-55 address of the node whose ``Node-Proof`` this is; the caller looks for it in a node set.

    Raises :class:`Malformed`, :class:`InvalidInput` (a time outside :data:`REQUEST_WINDOW`) or a ``SignatureError``.
    """
    parts = header.split(".")
    if len(parts) != 3 or not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) <= 19):
        raise Malformed("A Node-Proof is an address, a time and a signature joined by dots.")
    address, time = to_address(parts[0]), int(parts[1])
    if abs(now - time) > REQUEST_WINDOW:
        raise InvalidInput("The Node-Proof's time is too far from this clock; check the clocks.", field="time")
    verify_digest(_proof_digest(method, path_and_query, body, time), parse_hex(parts[2], "signature"), address)
    return address


def _proof_digest(method: str, path_and_query: str, body: bytes, time: int) -> bytes:
    text = f"medixain-node-proof\n{method.upper()}\n{path_and_query}\n{time}\n{hashlib.sha256(body).hexdigest()}"
    return personal_message_digest(text.encode("utf-8"))
