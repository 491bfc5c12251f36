"""Writes the container's vectors: ``python -m tests.vectors.container.make``.

Kc, envelope and provenance are randomised ciphertexts: a new run gives new, equally valid vectors, the rest stays the
same. Bodies are named by size: byte i is ``i * 31 % 251``.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from keymgmt.pre import SecretKey
from medixain.core.addresses import to_address
from records.container import (
    Header,
    Layer,
    Preamble,
    Provenance,
    RecordType,
    add_tree,
    cid_to_text,
    seal,
    seal_envelope,
    seal_key,
    seal_provenance,
)
from records.container.content_address import LEAF_SIZE
from records.container.header import commitment_of

HERE = Path(__file__).parent
KEY = hashlib.sha256(b"data key").digest()
RECORD_SECRET = SecretKey(hashlib.sha256(b"record secret").digest())
SECTION_SECRET = SecretKey(hashlib.sha256(b"section secret").digest())
BODY_SIZES = (0, 1, 1000, 65_449, 65_450, 65_451, 65_450 + 65_536, 65_450 + 65_537, 300_000)
TREE_SIZES = (0, 1, LEAF_SIZE - 1, LEAF_SIZE, LEAF_SIZE + 1, 2 * LEAF_SIZE, 174 * LEAF_SIZE, 174 * LEAF_SIZE + 1)


def body(size: int) -> bytes:
    pattern = bytes(i * 31 % 251 for i in range(251))
    return (pattern * (size // 251 + 1))[:size]


def leaves(size: int) -> Any:
    """Leaf n is n in 8 bytes, repeated, so that no two leaves are equal."""
    for number in range(-(-size // LEAF_SIZE)):
        leaf = number.to_bytes(8, "big") * (LEAF_SIZE // 8)
        yield leaf[: min(LEAF_SIZE, size - number * LEAF_SIZE)]


def header() -> Header:
    return Header(
        chain_id=20_261_122,
        slot=to_address(b"\x11" * 20),
        author=to_address(b"\x22" * 20),
        layer=Layer.PROFILE,
        record_public_key=RECORD_SECRET.public_key,
        key_commitment=commitment_of(KEY),
        created=1_795_000_000,
        random=bytes(range(16)),
    )


def main() -> None:
    head = header()
    preamble = Preamble(to_address(b"\x33" * 20), "Blutbild März.json", RecordType.FHIR_BUNDLE)
    containers = []
    for size in BODY_SIZES:
        container = b"".join(seal([body(size)], header=head, key=KEY, preamble=preamble))
        entry = {"body_size": size, "size": len(container), "sha256": hashlib.sha256(container).hexdigest()}
        entry["cid"] = cid_to_text(add_tree([container])[0])
        if size <= 1000:
            entry["container"] = container.hex()
        containers.append(entry)
    provenance = Provenance(to_address(b"\x44" * 20), to_address(b"\x55" * 20), bytes(range(65)))
    vectors = {
        "key": KEY.hex(),
        "record_secret": RECORD_SECRET.secret_bytes().hex(),
        "section_secret": SECTION_SECRET.secret_bytes().hex(),
        "header": {
            "chain_id": head.chain_id,
            "slot": head.slot,
            "author": head.author,
            "layer": int(head.layer),
            "record_public_key": bytes(head.record_public_key).hex(),
            "key_commitment": head.key_commitment.hex(),
            "created": head.created,
            "random": head.random.hex(),
            "encoded": head.encode().hex(),
            "record_id": head.record_id.hex(),
        },
        "preamble": {"owner": preamble.owner, "name": preamble.name, "type": int(preamble.type)},
        "containers": containers,
        "sealed_key": seal_key(head.record_public_key, KEY).hex(),
        "envelope": seal_envelope(SECTION_SECRET.public_key, RECORD_SECRET).hex(),
        "provenance": {
            "professional": provenance.professional,
            "institution": provenance.institution,
            "signature": provenance.signature.hex(),
            "sealed": seal_provenance(provenance, header=head, key=KEY).hex(),
        },
    }
    _write("container.json", vectors)
    trees = [{"size": size, "cid": cid_to_text(add_tree(leaves(size))[0])} for size in TREE_SIZES]
    _write("content_address.json", trees)
    _write("malformed.json", _malformed(head, preamble))


def _malformed(head: Header, preamble: Preamble) -> list[dict[str, str]]:
    """Each entry: what is wrong, the container, and the code of the error every implementation raises."""
    good = bytearray(b"".join(seal([body(1000)], header=head, key=KEY, preamble=preamble)))

    def changed(place: int, value: bytes) -> str:
        data = bytearray(good)
        data[place : place + len(value)] = value
        return data.hex()

    def flipped(place: int) -> str:
        return changed(place, bytes([good[place] ^ 1]))

    cases = [
        ("empty", "", "invalid-header"),
        ("header cut", good[:176].hex(), "invalid-header"),
        ("other magic", changed(0, b"MXR2"), "invalid-header"),
        ("header length 178", changed(4, b"\x00\xb2"), "invalid-header"),
        ("version 2", changed(6, b"\x02"), "invalid-header"),
        ("other scheme", changed(7, b"umbral"), "invalid-header"),
        ("unknown layer", changed(87, b"\x06"), "invalid-header"),
        ("pk_r no point", changed(88, b"\x05"), "invalid-header"),
        ("other slot", flipped(60), "wrong-record"),
        ("other commitment", flipped(121), "wrong-record"),
        ("no chunk", good[:177].hex(), "container-damaged"),
        ("chunk shorter than a tag", good[:190].hex(), "container-damaged"),
        ("cut by one byte", good[:-1].hex(), "container-damaged"),
        ("one byte more", good.hex() + "00", "container-damaged"),
        ("bit of the ciphertext", flipped(177), "container-damaged"),
        ("bit of the tag", flipped(len(good) - 1), "container-damaged"),
    ]
    return [{"name": name, "container": data, "error": code} for name, data, code in cases]


def _write(name: str, document: Any) -> None:
    (HERE / name).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
