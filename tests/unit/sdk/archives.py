"""Exports as the vault makes them, with real keys: an owner, a professional, five nodes, records and a removal."""

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.messages import ExportManifest, RecordStatement
from keymgmt.keys.signing import SigningKey
from keymgmt.node.messages import ProfessionalStatement, RegistrationStatement, StateStatement
from keymgmt.pre import SecretKey
from medixain.core.addresses import ZERO_ADDRESS
from medixain.core.eip712 import TypedStruct, off_chain_domain
from medixain.core.typed_json import hex_bytes, message_to_json
from medixain.sdk.exported.archive import EVIDENCE, SIGNATURE, SUMS
from medixain.sdk.slots import RecordItem, records_head
from records.container import (
    Layer,
    Preamble,
    RecordType,
    add_tree,
    cid_to_text,
    new_header,
    seal,
    seal_key,
)

CHAIN_ID = 7
NOW = 1_800_000_000
DOMAIN = off_chain_domain(CHAIN_ID)
OWNER, DOCTOR = WalletKeys(bytes(range(32))), WalletKeys(bytes(range(32, 64)))
NODES = [SigningKey(bytes([number]) * 32) for number in (21, 22, 23, 24, 25)]
INSTITUTION = SigningKey(bytes([31]) * 32).address
SLOT = OWNER.slot("profile")

Files = dict[str, bytes]
Json = dict[str, Any]


def signed_by_nodes(statement: Callable[[int], TypedStruct]) -> list[Json]:
    """Return the words of three nodes, each at its own moment."""
    words = []
    for moment, node in enumerate(NODES[:3]):
        said = statement(moment)
        signature = hex_bytes(node.sign(DOMAIN, said))
        words.append({"node": node.address, "statement": message_to_json(said), "signature": signature})
    return words


def a_record(name: str, body: bytes, *, registered: str | None = None) -> tuple[Json, Json]:
    """Return a record's evidence and its item in the history; a professional wrote it who is ``registered`` so."""
    key, secret = keccak(name.encode()), SecretKey.random()
    author = OWNER.slot("profile") if registered is None else DOCTOR.author(OWNER.wallet_id, "profile")
    header = new_header(
        chain_id=CHAIN_ID, slot=SLOT.address, author=author.address, layer=Layer.PROFILE,
        record_public_key=secret.public_key, key=key, created=NOW,
    )  # fmt: skip
    preamble = Preamble(OWNER.wallet_id, name, RecordType.TEXT)
    cid, size = add_tree(seal([body], header=header, key=key, preamble=preamble))
    kc = seal_key(secret.public_key, key)

    def statement(professional: str) -> RecordStatement:
        return RecordStatement(header.record_id, cid_to_text(cid), keccak(kc), size, professional)

    row: Json = {
        "path": f"records/profile/{name}", "record": hex_bytes(header.record_id), "header": hex_bytes(header.encode()),
        "key": hex_bytes(key), "name": name, "type": int(RecordType.TEXT), "cid": cid_to_text(cid), "size": size,
        "kc": base64.b64encode(kc).decode(), "provenance": None,
        "statement_signature": hex_bytes(author.sign(DOMAIN, statement(ZERO_ADDRESS))),
    }  # fmt: skip
    if registered is not None:
        row["provenance"] = {
            "professional": DOCTOR.wallet_id, "institution": INSTITUTION, "registered": registered,
            "signature": hex_bytes(DOCTOR.wallet.sign(DOMAIN, statement(DOCTOR.wallet_id))),
            "words": signed_by_nodes(_standing(registered, header.record_id)),
        }  # fmt: skip
    item = {
        "kind": "anchor", "record": row["record"], "ipfs": hex_bytes(cid), "kc_hash": hex_bytes(keccak(kc)),
        "originator": author.address, "time": NOW,
    }  # fmt: skip
    return row, item


def _standing(registered: str, record: bytes) -> Callable[[int], TypedStruct]:
    if registered == "then":
        return lambda moment: RegistrationStatement(
            CHAIN_ID, DOCTOR.wallet_id, SLOT.address, record, NOW, DOCTOR.wallet.address, INSTITUTION, moment,
            bytes([moment]) * 32, NOW + moment,
        )  # fmt: skip
    return lambda moment: ProfessionalStatement(
        CHAIN_ID, DOCTOR.wallet_id, DOCTOR.wallet.address, bytes(33), INSTITUTION, INSTITUTION, bytes(32), 3, True,
        moment, bytes([moment]) * 32, NOW + moment,
    )  # fmt: skip


def history_items(history: list[Json]) -> list[RecordItem]:
    """Return the history as the SDK folds it."""
    return [
        RecordItem(
            row["kind"], bytes.fromhex(row["record"][2:]), bytes.fromhex(row.get("ipfs", "0x")[2:]),
            bytes.fromhex(row.get("kc_hash", "0x")[2:]), row.get("originator", ""), seq, NOW, True,
        )
        for seq, row in enumerate(history, 1)
    ]  # fmt: skip


def an_export() -> Files:
    """Return an export's files but those that name and sign the others."""
    bodies = {"note.txt": b"Slept badly.", "letter.txt": b"Seen today." * 9000, "old.txt": b"Seen long ago."}
    made = [
        a_record("note.txt", bodies["note.txt"]),
        a_record("letter.txt", bodies["letter.txt"], registered="now"),
        a_record("old.txt", bodies["old.txt"], registered="then"),
    ]
    gone = a_record("gone.txt", b"Removed.")[1]
    history = [gone, *(item for _, item in made), {"kind": "remove", "record": gone["record"], "time": NOW}]
    head = records_head(history_items(history))

    def state(moment: int) -> StateStatement:
        return StateStatement(
            CHAIN_ID, SLOT.address, SLOT.address, bytes(33), 1, bytes(32), 0, bytes(32), head, len(history), bytes(32),
            0, moment, bytes([moment]) * 32, NOW, NOW + moment, 2,
        )  # fmt: skip

    evidence = {
        "v": 2, "chain_id": CHAIN_ID, "contracts": {"RecordRegistry": INSTITUTION},
        "node_set": {"version": 2, "threshold": 3, "nodes": [node.address for node in NODES]},
        "slots": [{"layer": "profile", "words": signed_by_nodes(state), "history": history}],
        "records": [row for row, _ in made],
    }  # fmt: skip
    files = {f"records/profile/{name}": body for name, body in bodies.items()}
    return {**files, "profile.json": b"{}", EVIDENCE: json.dumps(evidence).encode(), "left-out.json": b"[]"}


def signed(files: Mapping[str, bytes], *, by: WalletKeys = OWNER) -> Files:
    """Return the files with their hashes and a wallet's signature, as the vault writes both last."""
    sums = "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in files.items()).encode()
    message = ExportManifest(by.wallet_id, keccak(sums), NOW)
    signature = {
        "chain_id": CHAIN_ID, "wallet": by.wallet_id, "time": NOW,
        "signature": hex_bytes(by.id_key.sign(DOMAIN, message)),
    }  # fmt: skip
    return {**files, SUMS: sums, SIGNATURE: json.dumps(signature).encode()}


def zipped(files: Mapping[str, bytes], path: Path) -> Path:
    """Write the files into a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return path


def with_evidence(files: Mapping[str, bytes], change: Callable[[Json], object]) -> Files:
    """Return the files with the evidence changed."""
    evidence = json.loads(files[EVIDENCE])
    change(evidence)
    return {**files, EVIDENCE: json.dumps(evidence).encode()}
