"""Clients of the API as a test sees them: they sign in, prove their device, and sign messages."""

import base64
import hashlib
import io
import json
import time
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from eth_hash.auto import keccak

from contracts.bindings import messages as m
from contracts.bindings.contracts import Contracts
from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.signin import EMPTY_BODY, compose_sign_in, device_proof
from keymgmt.keys.signing import SigningKey
from keymgmt.pre import SecretKey
from medixain.core.eip712 import TypedStruct, hash_struct, off_chain_domain
from medixain.core.typed_json import message_to_json
from records.container import Envelope, Layer, RecordStatement, add_tree, cid_to_text, hash_of, new_header, seal_key
from tests.conformance.contracts.chains import CHAIN_ID

DOMAIN = off_chain_domain(CHAIN_ID)
ZERO = "0x" + "00" * 20


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def terms() -> dict[str, int]:
    return {"nonce": m.fresh_nonce(), "deadline": int(time.time()) + 3600}


class Device:
    """Somebody's device: an address with its key, a session of its own, and requests in its name."""

    def __init__(self, key: SigningKey, address: str | None = None) -> None:
        self.key = key
        self.address = address or key.address
        self.device = SigningKey.random()
        self._http = Client()
        self._token: str | None = None

    def sign_in(self) -> Any:
        challenge = self._http.post(
            "/api/v1/auth/challenges", {"address": self.address}, content_type="application/json"
        ).json()
        text = compose_sign_in(
            domain=challenge["domain"], address=self.address, device=self.device.address, uri=challenge["uri"],
            chain_id=challenge["chain_id"], nonce=challenge["nonce"], now=int(time.time()),
        )  # fmt: skip
        body = {"message": text, "signature": hexed(self.key.sign_text(text)), "device": self.device.address}
        answer = self._http.post("/api/v1/auth/sessions", body, content_type="application/json")
        if answer.status_code == 201:
            self._token = answer.json()["token"]
        return answer

    def headers(self, method: str, path: str, body_hash: str) -> dict[str, str]:
        proof = device_proof(self.device, method=method, path=path, body_sha256=body_hash, now=int(time.time()))
        return {"Authorization": f"Bearer {self._token}", "Device-Proof": proof}

    def request(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        if self._token is None:
            assert self.sign_in().status_code == 201
        path = "/api/v1" + path
        content = b"" if body is None else json.dumps(body).encode()
        return self._http.generic(
            method, path, content, content_type="application/json",
            headers=self.headers(method, path, hashlib.sha256(content).hexdigest()) | (headers or {}),
        )  # fmt: skip

    def get(self, path: str, headers: dict[str, str] | None = None) -> Any:
        return self.request("GET", path, headers=headers)

    def post(self, path: str, body: Any) -> Any:
        return self.request("POST", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self.request("PUT", path, body)

    def delete(self, path: str, body: Any = None) -> Any:
        return self.request("DELETE", path, body)

    def upload(self, content: bytes) -> Any:
        if self._token is None:
            assert self.sign_in().status_code == 201
        path = "/api/v1/uploads"
        return self._http.generic(
            "POST", path, content, content_type="application/octet-stream",
            headers=self.headers("POST", path, EMPTY_BODY),
        )  # fmt: skip


def signed(contracts: Contracts, contract: str, function: str, message: TypedStruct, *keys: SigningKey) -> Any:
    """The body of POST /transactions."""
    domain = contracts.by_name[contract].domain
    return {
        "contract": contract, "function": function, "message": message_to_json(message),
        "signatures": [hexed(key.sign(domain, message)) for key in keys],
    }  # fmt: skip


@dataclass
class Patient:
    """A wallet with an account and a profile slot."""

    contracts: Contracts
    keys: WalletKeys = field(default_factory=WalletKeys.create)

    def __post_init__(self) -> None:
        self.account = self.keys.slot_id("account")
        self.slot = self.keys.slot_id("profile")
        self.device = Device(self.keys.slot("account"))

    def opening(self, layer: str) -> Any:
        commitment = hash_struct(m.WalletCommitment(self.keys.wallet_id, self.keys.salt(f"slot/{layer}")))
        pre_key = bytes(self.keys.pre_signer(layer).public_key)
        slot = self.keys.slot(layer)
        message = m.SlotOpening(slot=slot.address, wallet_commitment=commitment, pre_key=pre_key, **terms())
        return signed(self.contracts, "WalletRegistry", "openSlot", message, slot)

    def account_body(self) -> Any:
        return {
            "account": self.account, "slots": [{"slot": self.slot, "layer_hint": None}],
            "card": {"lookup": hexed(keccak(self.account.encode())), "ciphertext": b64(b"sealed card"), "version": 1},
            "transactions": [self.opening("account"), self.opening("profile")],
        }  # fmt: skip

    def author_right(self, author: str, until: int | None = None) -> Any:
        message = m.AuthorRight(
            slot=self.slot, author=author, until=until if until is not None else int(time.time()) + 3600, **terms()
        )
        return signed(self.contracts, "RecordRegistry", "setAuthor", message, self.keys.slot("profile"))

    def grant(self, opening: m.GrantOpening) -> Any:
        message = m.Grant(
            slot=opening.slot,
            grant_id=hash_struct(opening),
            expiry=opening.expiry,
            node_set=opening.node_set,
            **terms(),
        )
        return signed(self.contracts, "AccessGrants", "grant", message, self.keys.slot("profile"))


@dataclass
class MadeRecord:
    """A record ready to be sent: its bytes, and the body of POST /records."""

    record_id: bytes
    content: bytes
    cid: str
    body: Any


def make_record(
    patient: Patient, author: SigningKey, *, content: bytes = b"ciphertext " * 50, epoch: int = 0
) -> MadeRecord:
    """Sign a record for the patient's profile slot as ``author``; the ciphertext itself is of no account here."""
    header = new_header(
        chain_id=CHAIN_ID, slot=patient.slot, author=author.address, layer=Layer.PROFILE,
        record_public_key=SecretKey.random().public_key, key=bytes(32), created=int(time.time()),
    )  # fmt: skip
    stored = header.encode() + content
    cid, size = add_tree(io.BytesIO(stored))
    kc, envelope = sealed_box(), sealed_box()
    section = patient.keys.section_tag("profile", "allergies")
    anchor = m.Anchor(
        record=header.record_id, slot=patient.slot, originator=author.address, ipfs=cid, kc_hash=hash_of(kc), **terms()
    )
    statement = RecordStatement(header.record_id, cid_to_text(cid), hash_of(kc), size, ZERO)
    return MadeRecord(header.record_id, stored, cid_to_text(cid), {
        "header": hexed(header.encode()), "cid": cid_to_text(cid), "size": size, "kc": b64(kc),
        "envelope": envelope_body(header.record_id, patient.slot, section, epoch, envelope, author),
        "statement_signature": hexed(author.sign(DOMAIN, statement)),
        "anchor": {
            "message": message_to_json(anchor),
            "signature": hexed(author.sign(patient.contracts.record_registry.domain, anchor)),
        },
    })  # fmt: skip


def envelope_body(record: bytes, slot: str, section: bytes, epoch: int, blob: bytes, key: SigningKey) -> Any:
    message = Envelope(record, slot, section, epoch, hash_of(blob))
    return {"section": hexed(section), "epoch": epoch, "blob": b64(blob), "signature": hexed(key.sign(DOMAIN, message))}


def sealed_box() -> bytes:
    """Something of a sealed key's form, encrypted to a key nobody keeps."""
    return seal_key(SecretKey.random().public_key, hashlib.sha256(str(time.time_ns()).encode()).digest())
