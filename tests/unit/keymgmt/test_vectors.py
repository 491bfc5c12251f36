"""The shared vectors are current, and this implementation agrees with every one of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from keymgmt.keys import directory
from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.errors import KeysError, SignInRefused, WeakKeystore, WrongUnlocker
from keymgmt.keys.group import Point
from keymgmt.keys.introduction import SignedIntroduction
from keymgmt.keys.keyset import Keyset, require_own
from keymgmt.keys.keystore import Keystore, Passkey, Password
from keymgmt.keys.national import nullifier_input
from keymgmt.keys.nullifier_wire import claim_from_json
from keymgmt.keys.oprf import verify_claim
from keymgmt.keys.shamir import PublicShares
from keymgmt.keys.signin import parse_sign_in, verify_device_proof, verify_sign_in
from keymgmt.keys.signing import SigningKey
from keymgmt.pre import (
    Capsule,
    MalformedEncoding,
    Sealed,
    SecretKey,
    unseal,
    unseal_reencrypted,
    verify_cfrag,
    verify_kfrag,
)
from medixain.core import canonical
from tests.vectors import generate_keys

FOLDER = Path(generate_keys.__file__).parent


def load(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def unhex(text: str) -> bytes:
    return bytes.fromhex(text[2:])


@pytest.mark.parametrize("name", list(generate_keys.DETERMINISTIC))
def test_the_file_is_what_the_code_makes(name: str) -> None:
    made = generate_keys.rendered(generate_keys.DETERMINISTIC[name]())
    assert (FOLDER / name).read_text(encoding="utf-8") == made


def test_a_phrase_alone_brings_back_the_wallet() -> None:
    for wallet in load("keys/derivation.json")["wallets"]:
        keys = WalletKeys.from_phrase(wallet["phrase"], wallet["generation"])
        assert keys.wallet_id == wallet["wallet_id"]
        for layer, slot in wallet["slots"].items():
            assert keys.slot_id(layer) == slot["id"]
            assert keys.slot(layer).secret_bytes() == unhex(slot["key"])


def test_documents_parse_and_junk_does_not() -> None:
    vectors = load("keys/documents.json")
    keys = WalletKeys(unhex(vectors["patient_entropy"]))
    for item in vectors["keysets"]:
        keyset = Keyset.parse(item["document"].encode())
        assert keyset.hash() == unhex(item["hash"])
        require_own(keyset, keys, vectors["layer"])
    for text in vectors["malformed_keysets"]:
        with pytest.raises(KeysError):
            Keyset.parse(text.encode())
    introduction = SignedIntroduction.parse(vectors["introduction"]["document"].encode())
    introduction.verify(
        chain_id=vectors["chain_id"],
        slot_key=vectors["introduction"]["slot_key"],
        professional=introduction.message.professional,
        attested_keyset=unhex(vectors["keysets"][1]["hash"]),
        now=introduction.message.until - 1,
    )


def test_cards_open() -> None:
    vectors = load("keys/cards.json")
    assert directory.lookup(vectors["wallet_id"]) == unhex(vectors["lookup"])
    for item in vectors["cards"]:
        card = directory.open_card(vectors["wallet_id"], unhex(item["blob"]), chain_id=vectors["chain_id"])
        assert (card.version, card.account) == (item["version"], vectors["account"])
        assert card.kyc_salt == (None if item["kyc_salt"] is None else unhex(item["kyc_salt"]))
        assert bytes(card.exchange_key) == unhex(vectors["exchange_key"])


def test_sign_ins_and_device_proofs_verify() -> None:
    v = load("keys/signin.json")
    here = {name: v[name] for name in ("domain", "uri", "chain_id", "nonce", "now")}
    verify_sign_in(v["text"], unhex(v["signature"]), **here)
    device = SigningKey(unhex(v["device_key"])).address
    verify_device_proof(v["device_proof"], device=device, now=v["now"], **v["request"])
    for text in v["refused_texts"]:
        with pytest.raises(SignInRefused):
            parse_sign_in(text)


def test_canonical_json() -> None:
    vectors = load("keys/canonical.json")
    for item in vectors["encodings"]:
        assert canonical.encode(item["value"]).decode() == item["encoding"]
        assert canonical.parse(item["encoding"].encode()) == item["value"]
    for text in vectors["refused"]:
        with pytest.raises(canonical.NotCanonical):
            canonical.parse(text.encode())


def test_keystores_open_and_weak_ones_are_refused() -> None:
    v = load("keystore/keystore.json")
    keystore = Keystore.parse(v["document"].encode())
    assert (keystore.version, keystore.hash()) == (v["version"], unhex(v["hash"]))
    passkey = Passkey(*(unhex(v["prf"][name]) for name in ("credential", "salt", "output")))
    for unlocker in (Password(v["password"]), passkey):
        assert keystore.open(unlocker) == WalletKeys(unhex(v["entropy"]), v["generation"])
    for text in v["weak"]:
        with pytest.raises(WeakKeystore):
            Keystore.parse(text.encode())
    for text in v["does_not_open"]:
        with pytest.raises(WrongUnlocker):
            Keystore.parse(text.encode()).open(Password(v["password"]))


def test_nullifiers() -> None:
    vectors = load("oprf/nullifier.json")
    for item in vectors["numbers"]:
        assert nullifier_input(item["country"], item["written"]).decode() == item["input"]
    for country, number in vectors["refused_numbers"]:
        with pytest.raises(KeysError):
            nullifier_input(country, number)


def test_claims() -> None:
    v = load("oprf/claim.json")
    public, blinded = PublicShares.parse(v["public"].encode()), Point.parse(unhex(v["blinded"]))
    assert verify_claim(public, claim_from_json(v["claim"]), blinded) == unhex(v["nullifier"])
    for refused in v["refused"]:
        with pytest.raises(KeysError):
            verify_claim(public, claim_from_json(refused), blinded)


def test_reencryption() -> None:
    v = load("pre/pre.json")
    owner, reader, signer = (SecretKey(unhex(v[name])) for name in ("owner", "reader", "signer"))
    keys = {
        "verifying": signer.public_key,
        "delegating": owner.public_key,
        "receiving": reader.public_key,
    }
    sealed = Sealed.parse(unhex(v["sealed"]))
    assert unseal(owner, sealed) == unhex(v["plaintext"])
    for kfrag in v["kfrags"]:
        verify_kfrag(unhex(kfrag), **keys)
    cfrags = [verify_cfrag(unhex(cfrag), sealed.capsule, **keys) for cfrag in v["cfrags"]]
    assert unseal_reencrypted(reader, owner.public_key, sealed, cfrags[1:4]) == unhex(v["plaintext"])
    parsers = {
        "capsule": Capsule,
        "sealed": Sealed.parse,
        "kfrag": lambda data: verify_kfrag(data, **keys),
        "cfrag": lambda data: verify_cfrag(data, sealed.capsule, **keys),
    }
    for kind, junk in v["malformed"].items():
        for data in junk:
            with pytest.raises(MalformedEncoding):
                parsers[kind](unhex(data))
