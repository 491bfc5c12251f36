"""Writes the vectors of keys, keystore, nullifier and re-encryption that Python and TypeScript both read.

Run as ``python -m tests.vectors.generate_keys``. Everything but ``pre/pre.json`` and ``oprf/claim.json`` is the same at
each run; those two hold fresh randomness of Umbral and of the proofs and are written only where they are missing.
``tests/unit/keymgmt/test_vectors.py`` checks that the files are current and that the code agrees with them.
"""

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest import mock

from keymgmt.keys import directory, wrapping
from keymgmt.keys import keystore as keystore_module
from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.group import Point, inverse
from keymgmt.keys.hash_to_curve import hash_to_curve
from keymgmt.keys.identity_fields import FIELDS
from keymgmt.keys.introduction import introduce
from keymgmt.keys.keyset import first_keyset, rotate
from keymgmt.keys.keystore import Passkey, Password, seal_keystore
from keymgmt.keys.layers import FAMILIES, LAYERS
from keymgmt.keys.messages import Envelope, ExportManifest, RecordStatement
from keymgmt.keys.national import nullifier_input
from keymgmt.keys.nullifier_wire import claim_to_json
from keymgmt.keys.oprf import DST, blind, evaluate, finish, nullifier_of
from keymgmt.keys.shamir import deal
from keymgmt.keys.signin import compose_sign_in, device_proof
from keymgmt.pre import Sealed, SecretKey, make_kfrags, reencrypt, seal
from medixain.core import canonical, eip712
from medixain.core.eip712 import TypedStruct, off_chain_domain
from medixain.core.secp256k1 import GROUP_ORDER

FOLDER = Path(__file__).parent
CHAIN_ID = 31337
NOW = 1_795_000_000
PATIENT, DOCTOR = WalletKeys(bytes(range(32))), WalletKeys(bytes(range(32, 64)))


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


@contextmanager
def fixed_randomness(label: str) -> Iterator[None]:
    """Nonces, salts and master keys from a counter, so that the files are the same at each run."""
    counter = itertools.count()

    def token_bytes(length: int) -> bytes:
        return sha256(f"{label}/{next(counter)}".encode()).digest()[:length]

    with (
        mock.patch.object(wrapping.secrets, "token_bytes", token_bytes),
        mock.patch.object(keystore_module.secrets, "token_bytes", token_bytes),
    ):
        yield


def derivation() -> dict[str, Any]:
    """Phrases and every key of two wallets, in two generations."""
    return {"wallets": [_wallet(keys) for keys in (PATIENT, WalletKeys(PATIENT.entropy, 1), DOCTOR)]}


def _wallet(keys: WalletKeys) -> dict[str, Any]:
    layers = ("identity", "profile", "sealed", "forum/asthma", "study/2026-07")
    sections = (("identity", "bank"), ("profile", "allergies"), ("profile", "genetics"), ("sealed", "restricted"))
    return {
        "entropy": hexed(keys.entropy),
        "generation": keys.generation,
        "phrase": keys.phrase(),
        "wallet_id": keys.wallet_id,
        "wallet_key": hexed(keys.wallet.secret_bytes()),
        "exchange_key": hexed(keys.exchange.secret_bytes()),
        "exchange_public_key": hexed(bytes(keys.exchange.public_key)),
        "keystore_key": hexed(keys.keystore_key),
        "salts": {name: hexed(keys.salt(name)) for name in ("kyc", "slot/profile")},
        "slots": {
            layer: {
                "id": keys.slot_id(layer),
                "key": hexed(keys.slot(layer).secret_bytes()),
                "pre_key": hexed(bytes(keys.pre_signer(layer).public_key)),
            }
            for layer in layers
        },
        "sections": [
            {
                "layer": layer,
                "section": section,
                "tag": hexed(keys.section_tag(layer, section)),
                "epochs": {
                    str(epoch): hexed(keys.section_key(layer, section, epoch).secret_bytes()) for epoch in (1, 2)
                },
            }
            for layer, section in sections
        ],
        "author": {
            "patient": PATIENT.wallet_id,
            "layer": "profile",
            "key": hexed(keys.author(PATIENT.wallet_id, "profile").secret_bytes()),
        },
    }


def layers() -> dict[str, Any]:
    """The table of layers, sections and identity fields."""
    return {
        "layers": [
            {
                "name": layer.name,
                "code": layer.code,
                "clinical": layer.clinical,
                "sections": [
                    {
                        "name": section.name,
                        "title": section.title,
                        "sensitive": section.sensitive,
                        "writers": sorted(writer.value for writer in section.writers),
                    }
                    for section in layer.sections.values()
                ],
            }
            for layer in (*LAYERS.values(), *FAMILIES.values())
        ],
        "identity_fields": [
            {
                "name": field.name,
                "section": field.section,
                "title": field.title,
                "fhir": field.fhir,
                "required": field.required,
                "many": field.many,
            }
            for field in FIELDS
        ],
    }


def documents() -> dict[str, Any]:
    """Keysets before and after a rotation, and an introduction, as bytes with their hashes and signatures."""
    first = first_keyset(PATIENT, "profile")
    rotated = rotate(first, PATIENT, "profile", ["results", "allergies"])
    introduction = introduce(
        PATIENT,
        layer="profile",
        keyset=rotated,
        professional=DOCTOR.wallet_id,
        sections=["allergies", "results"],
        append=True,
        until=NOW + 86400,
        salt=bytes(range(32)),
        chain_id=CHAIN_ID,
    )
    text = first.encode().decode()
    tag = PATIENT.section_tag("profile", "results")
    return {
        "chain_id": CHAIN_ID,
        "layer": "profile",
        "patient_entropy": hexed(PATIENT.entropy),
        "keysets": [
            {"document": keyset.encode().decode(), "hash": hexed(keyset.hash())} for keyset in (first, rotated)
        ],
        "rotated_sections": ["allergies", "results"],
        "malformed_keysets": [
            "",
            "{}",
            text + " ",
            text.replace('"version":1', '"version":0'),
            text.replace('"live"', '"retired"', 1),
            text.replace('"epoch":1', '"epoch":0', 1),
            text.replace(first.slot, first.slot.lower()),
            text.replace(tag.hex(), tag.hex().upper()),
            text.replace('"v":1', '"v":2'),
        ],
        "introduction": {"document": introduction.encode().decode(), "slot_key": PATIENT.slot("profile").address},
    }


def messages() -> dict[str, Any]:
    """Digests and signatures of the off-chain messages that stand in no document above."""
    signer = PATIENT.slot("profile")
    examples: list[TypedStruct] = [
        Envelope(bytes(32), signer.address, bytes(range(16)), 3, b"\x11" * 32),
        RecordStatement(b"\x22" * 32, "bafkreigh2akiscaildc", b"\x33" * 32, 65536, DOCTOR.wallet_id),
        ExportManifest(PATIENT.wallet_id, b"\x44" * 32, NOW),
    ]
    domain = off_chain_domain(CHAIN_ID)
    return {
        "chain_id": CHAIN_ID,
        "key": hexed(signer.secret_bytes()),
        "messages": [
            {
                "typed_data": _json_values(eip712.typed_data(domain, message)),
                "hash_struct": hexed(eip712.hash_struct(message)),
                "digest": hexed(eip712.digest(domain, message)),
                "signature": hexed(signer.sign(domain, message)),
            }
            for message in examples
        ],
    }


def _json_values(value: Any) -> Any:
    if isinstance(value, bytes):
        return hexed(value)
    if isinstance(value, Mapping):
        return {name: _json_values(item) for name, item in value.items()}
    return [_json_values(item) for item in value] if isinstance(value, list) else value


def cards() -> dict[str, Any]:
    """Directory cards with and without a KYC salt."""
    with fixed_randomness("cards"):
        sealed = [
            directory.seal_card(PATIENT, kyc_salt=salt, version=version, chain_id=CHAIN_ID)
            for version, salt in ((1, None), (2, PATIENT.salt("kyc")))
        ]
    return {
        "chain_id": CHAIN_ID,
        "wallet_id": PATIENT.wallet_id,
        "lookup": hexed(directory.lookup(PATIENT.wallet_id)),
        "account": PATIENT.slot_id("account"),
        "exchange_key": hexed(bytes(PATIENT.exchange.public_key)),
        "cards": [
            {"blob": hexed(sealed[0]), "version": 1, "kyc_salt": None},
            {"blob": hexed(sealed[1]), "version": 2, "kyc_salt": hexed(PATIENT.salt("kyc"))},
        ],
    }


def signin() -> dict[str, Any]:
    """A sign-in and a device proof with their signatures, and texts that must be refused."""
    person, device = PATIENT.slot("account"), DOCTOR.slot("account")
    here: dict[str, Any] = {
        "domain": "localhost:8000",
        "uri": "http://localhost:8000",
        "chain_id": CHAIN_ID,
        "nonce": "0123456789abcdef",
    }
    text = compose_sign_in(address=person.address, device=device.address, now=NOW, **here)
    request = {"method": "POST", "path": "/api/v1/records?slot=0x1", "body_sha256": sha256(b"{}").hexdigest()}
    return {
        **here,
        "now": NOW,
        "key": hexed(person.secret_bytes()),
        "device_key": hexed(device.secret_bytes()),
        "text": text,
        "signature": hexed(person.sign_text(text)),
        "refused_texts": [
            text + "\n",
            text.replace("\n", "\r\n"),
            text.replace("Version: 1", "Version: 2"),
            text.replace("Sign in to medixain", "Sign in elsewhere"),
            text.replace(person.address, person.address.lower()),
            text.replace("0123456789abcdef", "short"),
        ],
        "request": request,
        "device_proof": device_proof(device, now=NOW, **request),
    }


def canonical_json() -> dict[str, Any]:
    """Values with their one encoding, and encodings that are refused."""
    values: list[Any] = [
        None,
        {"b": [1, 2, {}], "a": "text"},
        {"text": 'quote " backslash \\ newline \n control \x01 é € 🩺 \x7f \u2028'},
        [canonical.MAX_INTEGER, -canonical.MAX_INTEGER, 0, True, False],
    ]
    refused = [
        '{"a": 1}',
        '{"b":1,"a":2}',
        '{"a":1,"a":1}',
        "1.0",
        "1e3",
        "-0",
        '"\\u00e9"',
        "9007199254740992",
        "[1,]",
    ]
    return {
        "encodings": [{"value": value, "encoding": canonical.encode(value).decode()} for value in values],
        "refused": refused,
    }


def keystore() -> dict[str, Any]:
    """A keystore with both unlockers, and weakened ones that are refused before a password is used."""
    keys = WalletKeys(PATIENT.entropy, 2)
    passkey = Passkey(b"credential-1", b"\x01" * 32, b"\x02" * 32)
    with fixed_randomness("keystore"):
        sealed = seal_keystore(keys, [Password("correct horse battery"), passkey], version=4)
    text = sealed.encode().decode()
    return {
        "document": text,
        "hash": hexed(sealed.hash()),
        "entropy": hexed(keys.entropy),
        "generation": keys.generation,
        "version": sealed.version,
        "password": "correct horse battery",
        "prf": {
            "credential": hexed(passkey.credential),
            "salt": hexed(passkey.salt),
            "output": hexed(passkey.prf_output),
        },
        "weak": [
            text.replace('"m":65536', '"m":65535'),
            text.replace('"t":3', '"t":2'),
            text.replace('"m":65536', '"m":2097152'),
            text.replace('"t":3', '"t":17'),
        ],
        "does_not_open": [text.replace('"version":4', '"version":5'), text.replace('"t":3', '"t":4')],
    }


def nullifier() -> dict[str, Any]:
    """A person's way from number to nullifier under a fixed key and a fixed blinding, and national numbers."""
    person = nullifier_input("GB", "943 476 5919")
    key, blinding = int.from_bytes(b"\x0b" * 32, "big") % GROUP_ORDER, int.from_bytes(b"\x0c" * 32, "big") % GROUP_ORDER
    point = hash_to_curve(person, DST)
    blinded = point.times(blinding)
    evaluated = blinded.times(key)
    unblinded = evaluated.times(inverse(blinding))
    return {
        "dst": DST.decode(),
        "person": person.decode(),
        "point": hexed(bytes(point)),
        "key": hexed(key.to_bytes(32, "big")),
        "blinding": hexed(blinding.to_bytes(32, "big")),
        "blinded": hexed(bytes(blinded)),
        "evaluated": hexed(bytes(evaluated)),
        "unblinded": hexed(bytes(unblinded)),
        "nullifier": hexed(nullifier_of(unblinded)),
        "numbers": [
            {"country": country, "written": written, "input": nullifier_input(country, written).decode()}
            for country, written in (
                ("GB", "943 476 5919"),
                ("GB", "999-000-0018"),
                ("DE", "a123456780"),
                ("FR", "2 55 08 14 168 025 38"),
                ("US", "219-09-9999"),
            )
        ],
        "refused_numbers": [["GB", "9434765918"], ["GB", ""], ["DE", "A123456781"], ["US", "000-12-3456"], ["XX", "1"]],
    }


def claim() -> dict[str, Any]:
    """Public shares, an honest claim, and the same claim changed in each place."""
    public, shares = deal(3, 5)
    blinding = blind(nullifier_input("GB", "943 476 5919"))
    session, commitment = b"\x51" * 32, b"\xc0" * 32
    partials = [evaluate(share, blinding.blinded, session) for share in (shares[0], shares[2], shares[4])]
    honest = finish(public, blinding, partials, session=session, commitment=commitment)
    good = claim_to_json(honest)
    wrong_point = hexed(bytes(honest.unblinded + Point.generator_times(1)))
    return {
        "public": public.encode().decode(),
        "blinded": hexed(bytes(blinding.blinded)),
        "claim": good,
        "nullifier": hexed(honest.nullifier),
        "refused": [
            good | {"unblinded": wrong_point},
            good | {"session": hexed(bytes(32))},
            good | {"commitment": hexed(bytes(32))},
            good | {"proof": hexed(bytes(64))},
            good | {"partials": good["partials"][:2]},
            good | {"partials": [good["partials"][0], *good["partials"][:2]]},
            good | {"partials": [good["partials"][0] | {"index": 2}, *good["partials"][1:]]},
        ],
    }


def pre() -> dict[str, Any]:
    """A sealed message, kfrags and cfrags of 3-of-5 with their keys, and encodings that are refused."""
    owner, reader, signer = (SecretKey((n).to_bytes(32, "big")) for n in (11, 12, 13))
    sealed: Sealed = seal(owner.public_key, b"a data key of thirty-two bytes!!")
    kfrags = make_kfrags(owner, reader.public_key, signer, threshold=3, shares=5)
    cfrags = [reencrypt(sealed.capsule, kfrag) for kfrag in kfrags]
    return {
        "owner": hexed(owner.secret_bytes()),
        "reader": hexed(reader.secret_bytes()),
        "signer": hexed(signer.secret_bytes()),
        "threshold": 3,
        "plaintext": hexed(b"a data key of thirty-two bytes!!"),
        "sealed": hexed(bytes(sealed)),
        "kfrags": [hexed(bytes(kfrag)) for kfrag in kfrags],
        "cfrags": [hexed(bytes(cfrag)) for cfrag in cfrags],
        "malformed": {
            "capsule": [
                "0x",
                hexed(bytes(sealed.capsule)[:-1]),
                hexed(bytes(sealed.capsule) + b"\x00"),
                hexed(bytes(98)),
            ],
            "kfrag": ["0x", hexed(bytes(kfrags[0])[:-1]), hexed(bytes(kfrags[0]) + b"\x00")],
            "cfrag": ["0x", hexed(bytes(cfrags[0])[:-1]), hexed(bytes(cfrags[0]) + b"\x00")],
            "sealed": ["0x", "0x00", "0xffff", hexed(bytes(sealed)[:110])],
        },
    }


DETERMINISTIC = {
    "keys/derivation.json": derivation,
    "keys/layers.json": layers,
    "keys/documents.json": documents,
    "keys/messages.json": messages,
    "keys/cards.json": cards,
    "keys/signin.json": signin,
    "keys/canonical.json": canonical_json,
    "keystore/keystore.json": keystore,
    "oprf/nullifier.json": nullifier,
}
RANDOM = {"oprf/claim.json": claim, "pre/pre.json": pre}


def rendered(value: Any) -> str:
    """Return the text of a vector file."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every file."""
    for name, make in DETERMINISTIC.items():
        (FOLDER / name).write_text(rendered(make()), encoding="utf-8")
    for name, make in RANDOM.items():
        if not (FOLDER / name).exists():
            (FOLDER / name).write_text(rendered(make()), encoding="utf-8")


if __name__ == "__main__":
    main()
