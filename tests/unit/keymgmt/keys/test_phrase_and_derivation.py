"""A wallet is its phrase: the same words give the same keys for ever, and no key tells anything about another."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keymgmt.keys.derivation import WalletKeys, scalar_of
from keymgmt.keys.errors import BadEntropy, BadPhrase, UnknownLayer, UnknownSection
from keymgmt.keys.layers import LAYERS, layer_of
from keymgmt.keys.phrase import entropy_of, new_entropy, phrase_of, seed_of
from keymgmt.keys.signing import SigningKey
from medixain.core.addresses import address_of_public_key, address_of_secret_key
from medixain.core.secp256k1 import GROUP_ORDER

PATIENT = "0x52908400098527886E0F7030069857D2E4169EE7"

# BIP-39's own test vectors (trezor/python-mnemonic vectors.json), the ones of 32 bytes; the seed there uses the
# passphrase TREZOR, so only words are compared here and the seed is checked by its definition below.
BIP39 = [
    ("00" * 32, " ".join(["abandon"] * 23 + ["art"])),
    (
        "7f" * 32,
        "legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful "
        "legal winner thank year wave sausage worth title",
    ),
    ("ff" * 32, " ".join(["zoo"] * 23 + ["vote"])),
]


@pytest.mark.parametrize(("entropy", "phrase"), BIP39)
def test_phrases_are_those_of_bip39(entropy: str, phrase: str) -> None:
    assert phrase_of(bytes.fromhex(entropy)) == phrase
    assert entropy_of(phrase).hex() == entropy


def test_seed_is_that_of_bip39_without_a_passphrase() -> None:
    # The seed of the all-zero entropy with an empty passphrase, as every BIP-39 tool shows it.
    assert seed_of(bytes(32)).hex().startswith("408b285c123836004f4b8842c89324c1")


@settings(max_examples=30)
@given(st.binary(min_size=32, max_size=32))
def test_a_phrase_brings_back_its_entropy_whatever_its_spacing_and_case(entropy: bytes) -> None:
    assert entropy_of("  " + phrase_of(entropy).upper().replace(" ", "\n \t") + "\n") == entropy


def test_a_wrong_word_is_named_by_its_place_and_never_shown() -> None:
    words = phrase_of(new_entropy()).split()
    words[6] = "medixain"
    with pytest.raises(BadPhrase, match="Word 7") as caught:
        entropy_of(" ".join(words))
    assert caught.value.position == 7
    assert "medixain" not in str(caught.value)


@pytest.mark.parametrize("phrase", ["", "abandon " * 23, "abandon " * 24, "abandon " * 25, " ".join(["zoo"] * 24)])
def test_words_that_do_not_belong_together_are_refused(phrase: str) -> None:
    with pytest.raises(BadPhrase):
        entropy_of(phrase)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_entropy_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(BadEntropy):
        WalletKeys(bytes(length))
    with pytest.raises(BadEntropy):
        phrase_of(bytes(length))


@pytest.mark.parametrize("generation", [-1, 2**32])
def test_a_generation_out_of_range_is_refused(generation: int) -> None:
    with pytest.raises(BadEntropy):
        WalletKeys(bytes(32), generation)


def every_secret(keys: WalletKeys) -> list[bytes]:
    secrets = [keys.wallet.secret_bytes(), keys.exchange.secret_bytes(), keys.keystore_key, keys.salt("kyc")]
    for layer in (*LAYERS, "forum/asthma", "study/7"):
        secrets += [keys.slot(layer).secret_bytes(), keys.pre_signer(layer).secret_bytes()]
        secrets += [keys.author(PATIENT, layer).secret_bytes()]
        for section in layer_of(layer).sections:
            secrets += [keys.section_key(layer, section, epoch).secret_bytes() for epoch in (1, 2)]
            secrets.append(keys.section_tag(layer, section))
    return secrets


def test_every_key_of_every_wallet_and_generation_differs_from_every_other() -> None:
    secrets = [
        secret
        for entropy in (bytes(32), bytes(31) + b"\x01")
        for generation in (0, 1)
        for secret in every_secret(WalletKeys(entropy, generation))
    ]
    assert len(set(secrets)) == len(secrets)


def test_the_phrase_brings_back_every_key() -> None:
    keys = WalletKeys.create()
    restored = WalletKeys.from_phrase(keys.phrase())
    assert restored == keys
    assert every_secret(restored) == every_secret(keys)


def test_ids_outlive_a_change_of_generation_while_keys_change() -> None:
    old, new = WalletKeys(b"\x07" * 32), WalletKeys(b"\x07" * 32, 1)
    assert old.wallet_id == new.wallet_id == old.wallet.address == old.id_key.address
    assert old.slot_id("profile") == new.slot_id("profile") == old.slot("profile").address
    assert new.wallet.address != new.wallet_id
    assert new.slot("profile").address != new.slot_id("profile")


def test_the_wallet_id_is_the_address_of_the_wallet_key() -> None:
    keys = WalletKeys(b"\x09" * 32)
    assert keys.wallet_id == address_of_secret_key(keys.wallet.secret_bytes())


def test_an_author_pseudonym_does_not_depend_on_how_the_patient_is_written() -> None:
    keys = WalletKeys(b"\x03" * 32)
    assert keys.author(PATIENT, "profile") == keys.author(PATIENT.lower(), "profile")


@pytest.mark.parametrize("layer", ["", "Profile", "forum", "forum/", "forum/UPPER", "study/../x", "forum/" + "a" * 65])
def test_unknown_layers_have_no_keys(layer: str) -> None:
    keys = WalletKeys(bytes(32))
    for derive in (keys.slot, keys.slot_id, keys.pre_signer, lambda name: keys.author(PATIENT, name)):
        with pytest.raises(UnknownLayer):
            derive(layer)


def test_unknown_sections_have_neither_key_nor_tag() -> None:
    keys = WalletKeys(bytes(32))
    with pytest.raises(UnknownSection, match="choose one of"):
        keys.section_key("profile", "bank", 1)
    with pytest.raises(UnknownSection):
        keys.section_tag("account", "name")


@given(st.binary(min_size=48, max_size=48))
def test_scalars_lie_in_the_group(wide: bytes) -> None:
    assert 0 < int.from_bytes(scalar_of(wide), "big") < GROUP_ORDER


def test_signing_keys_compare_by_their_secret_and_show_their_public_key() -> None:
    key = SigningKey.random()
    assert {key, SigningKey(key.secret_bytes())} == {key}
    assert key not in {SigningKey.random()}
    assert address_of_public_key(key.public_key) == key.address


def test_no_secret_shows_in_a_repr_and_none_is_pickled() -> None:
    keys = WalletKeys(bytes(range(32)))
    shown = repr(keys) + repr(keys.wallet) + repr(keys.exchange) + str(keys.slot("profile"))
    for secret in (keys.entropy, keys.wallet.secret_bytes(), keys.exchange.secret_bytes()):
        assert secret.hex() not in shown
        assert repr(secret) not in shown
    for secret_key in (keys.wallet, keys.exchange):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(secret_key)
