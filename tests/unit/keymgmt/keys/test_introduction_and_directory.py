"""Introductions and directory cards count for one reader, signed by their owner, and never in an old version."""

import dataclasses
import json
from typing import Any

import pytest

from keymgmt.keys import directory
from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.errors import BadDocument, UnknownSection
from keymgmt.keys.introduction import SignedIntroduction, introduce
from keymgmt.keys.keyset import first_keyset, rotate
from keymgmt.keys.messages import DirectoryCard
from keymgmt.keys.wrapping import encrypt
from keymgmt.pre import SecretKey
from medixain.core import canonical
from medixain.core.addresses import address_bytes
from medixain.core.eip712 import off_chain_domain
from medixain.core.secp256k1 import WrongSigner

CHAIN = 31337
PATIENT, DOCTOR = WalletKeys(b"\x31" * 32), WalletKeys(b"\x32" * 32)
KEYSET = first_keyset(PATIENT, "profile")


def introduction(**changes: Any) -> SignedIntroduction:
    arguments: dict[str, Any] = {
        "layer": "profile",
        "keyset": KEYSET,
        "professional": DOCTOR.wallet_id,
        "sections": ["allergies", "results"],
        "append": True,
        "until": 2_000,
        "salt": bytes(32),
        "chain_id": CHAIN,
    }
    return introduce(PATIENT, **(arguments | changes))


def verify(signed: SignedIntroduction, **changes: Any) -> None:
    arguments: dict[str, Any] = {
        "chain_id": CHAIN,
        "slot_key": PATIENT.slot("profile").address,
        "professional": DOCTOR.wallet_id,
        "attested_keyset": KEYSET.hash(),
        "now": 1_999,
    }
    signed.verify(**(arguments | changes))


def test_an_introduction_arrives_as_it_was_sent() -> None:
    received = SignedIntroduction.parse(introduction().encode())
    assert received == introduction()
    verify(received)
    assert received.tag("results") == PATIENT.section_tag("profile", "results")
    assert received.message.wallet_id == address_bytes(PATIENT.wallet_id)


def test_sections_that_were_not_introduced_stay_opaque() -> None:
    received = SignedIntroduction.parse(introduction().encode())
    assert PATIENT.section_tag("profile", "genetics").hex() not in json.dumps(
        {name: tag.hex() for name, tag in received.sections.items()}
    )
    with pytest.raises(BadDocument, match="genetics"):
        received.tag("genetics")


@pytest.mark.parametrize(
    "changes",
    [
        {"professional": PATIENT.wallet_id},
        {"attested_keyset": rotate(KEYSET, PATIENT, "profile", ["results"]).hash()},
        {"now": 2_000},
    ],
)
def test_an_introduction_for_others_of_other_keys_or_past_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadDocument):
        verify(introduction(), **changes)


def test_an_introduction_by_another_key_or_for_another_chain_is_refused() -> None:
    with pytest.raises(WrongSigner):
        verify(introduction(), slot_key=DOCTOR.slot("profile").address)
    with pytest.raises(WrongSigner):
        verify(introduction(), chain_id=CHAIN + 1)


def test_a_keyset_of_another_slot_is_refused() -> None:
    foreign = first_keyset(DOCTOR, "profile")
    with pytest.raises(BadDocument, match="another slot"):
        verify(introduction(keyset=foreign), attested_keyset=foreign.hash())


def test_unknown_sections_cannot_be_introduced() -> None:
    with pytest.raises(UnknownSection):
        introduction(sections=["bank"])


@pytest.mark.parametrize(
    "change",
    [
        {"sections": {"bank": "0x" + "00" * 16}},
        {"sections": {"results": "0x00"}},
        {"sections": []},
        {"append": 1},
        {"until": -1},
        {"signature": "0x00"},
        {"keyset": "{}"},
        {"keyset": None},
        {"wallet": "0x00"},
        {"v": 3},
    ],
)
def test_a_malformed_introduction_is_one_typed_error(change: dict[str, Any]) -> None:
    value = json.loads(introduction().encode()) | change
    with pytest.raises(BadDocument):
        SignedIntroduction.parse(canonical.encode(value))


@pytest.mark.parametrize("kyc_salt", [None, b"\x05" * 32])
def test_a_card_opens_with_its_wallet_id(kyc_salt: bytes | None) -> None:
    blob = directory.seal_card(PATIENT, kyc_salt=kyc_salt, version=4, chain_id=CHAIN)
    card = directory.open_card(PATIENT.wallet_id.lower(), blob, chain_id=CHAIN, least_version=4)
    assert card.wallet == PATIENT.wallet_id
    assert card.account == PATIENT.slot_id("account")
    assert card.exchange_key == PATIENT.exchange.public_key
    assert (card.kyc_salt, card.version) == (kyc_salt, 4)


def test_a_card_shows_neither_wallet_nor_account_to_whoever_stores_it() -> None:
    blob = directory.seal_card(PATIENT, kyc_salt=None, version=1, chain_id=CHAIN)
    for secret in (PATIENT.wallet_id, PATIENT.slot_id("account")):
        assert address_bytes(secret) not in blob
        assert secret.lower().encode() not in blob.lower()
        assert address_bytes(secret) not in directory.lookup(PATIENT.wallet_id)


def test_a_card_of_another_wallet_an_old_one_and_a_changed_one_are_refused() -> None:
    blob = directory.seal_card(PATIENT, kyc_salt=None, version=1, chain_id=CHAIN)
    with pytest.raises(BadDocument, match="does not open"):
        directory.open_card(DOCTOR.wallet_id, blob, chain_id=CHAIN)
    with pytest.raises(BadDocument, match="older than version 2"):
        directory.open_card(PATIENT.wallet_id, blob, chain_id=CHAIN, least_version=2)
    for changed in (b"", blob[:11], blob[:-1], blob + b"\x00", bytes([blob[0] ^ 1]) + blob[1:], bytes(5000)):
        with pytest.raises(BadDocument):
            directory.open_card(PATIENT.wallet_id, changed, chain_id=CHAIN)
    with pytest.raises(WrongSigner):
        directory.open_card(PATIENT.wallet_id, blob, chain_id=CHAIN + 1)


def forged_card(**changes: Any) -> bytes:
    """A card sealed by the platform, which learned the wallet id somehow but has not the wallet's key."""
    genuine = directory.seal_card(PATIENT, kyc_salt=None, version=1, chain_id=CHAIN)
    wallet = PATIENT.wallet_id
    plaintext = directory.wrapping.decrypt(
        directory._card_key(wallet), genuine[:12], genuine[12:], directory.lookup(wallet)
    )
    value = json.loads(plaintext) | changes
    nonce, ciphertext = encrypt(directory._card_key(wallet), canonical.encode(value), directory.lookup(wallet))
    return nonce + ciphertext


def test_who_knows_a_wallet_id_still_cannot_put_another_key_or_account_in_its_card() -> None:
    other_key = "0x" + bytes(SecretKey.random().public_key).hex()
    for changes in ({"exchange_key": other_key}, {"account": DOCTOR.slot_id("account")}, {"version": 9}):
        with pytest.raises(WrongSigner):
            directory.open_card(PATIENT.wallet_id, forged_card(**changes), chain_id=CHAIN)
    for changes in ({"wallet": DOCTOR.wallet_id}, {"exchange_key": "0x" + "00" * 33}, {"kyc_salt": 7}, {"v": 2}):
        with pytest.raises(BadDocument):
            directory.open_card(PATIENT.wallet_id, forged_card(**changes), chain_id=CHAIN)


def test_a_card_is_signed_by_the_wallet_ids_own_key_in_every_generation() -> None:
    rotated = dataclasses.replace(PATIENT, generation=1)
    card = directory.open_card(
        PATIENT.wallet_id, directory.seal_card(rotated, kyc_salt=None, version=2, chain_id=CHAIN), chain_id=CHAIN
    )
    assert card.exchange_key == rotated.exchange.public_key != PATIENT.exchange.public_key
    message = DirectoryCard(rotated.wallet_id, rotated.slot_id("account"), bytes(card.exchange_key), bytes(32), 2)
    assert rotated.id_key.sign(off_chain_domain(CHAIN), message) == PATIENT.id_key.sign(
        off_chain_domain(CHAIN), message
    )
