"""A keystore opens for its unlockers only, never below the floor, and never after a change of a byte that counts."""

import json
from typing import Any

import pytest

from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.errors import BadDocument, WeakKeystore, WeakPassword, WrongUnlocker
from keymgmt.keys.keystore import MAX_UNLOCKERS, Keystore, Passkey, Password, PasswordWrap, seal_keystore
from keymgmt.keys.wrapping import Argon2Parameters
from medixain.core import canonical

KEYS = WalletKeys(b"\x22" * 32, 5)
PASSWORD = Password("correct horse")
PASSKEY = Passkey(b"credential-1", b"\x01" * 32, b"\x02" * 32)


@pytest.fixture(scope="module")
def keystore() -> Keystore:
    return seal_keystore(KEYS, [PASSWORD, PASSKEY], version=3)


def test_each_unlocker_brings_back_the_wallet(keystore: Keystore) -> None:
    assert keystore.open(PASSWORD) == KEYS
    assert keystore.open(PASSKEY) == KEYS


def test_the_stored_form_is_canonical_and_carries_no_secret(keystore: Keystore) -> None:
    blob = keystore.encode()
    assert Keystore.parse(blob) == keystore
    assert Keystore.parse(blob).hash() == keystore.hash()
    assert KEYS.entropy.hex() not in blob.decode()
    assert PASSWORD.password not in blob.decode()


def test_a_password_counts_in_its_normal_form() -> None:
    sealed = seal_keystore(KEYS, [Password("cafe\u0301-parole")], version=1)
    assert sealed.open(Password("caf\u00e9-parole")) == KEYS


@pytest.mark.parametrize(
    "unlocker",
    [
        Password("correct horsf"),
        Passkey(b"credential-1", b"\x01" * 32, b"\x03" * 32),
        Passkey(b"credential-1", b"\x01" * 32, b"\x02" * 31),
        Passkey(b"credential-2", b"\x01" * 32, b"\x02" * 32),
    ],
)
def test_whoever_is_no_unlocker_learns_nothing(keystore: Keystore, unlocker: Password | Passkey) -> None:
    with pytest.raises(WrongUnlocker):
        keystore.open(unlocker)


def test_the_second_of_two_passwords_opens_too() -> None:
    both = seal_keystore(KEYS, [Password("first password"), Password("second password")], version=1)
    assert both.open(Password("second password")) == KEYS


def document(keystore: Keystore) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(keystore.encode())
    return value


def flipped(text: str) -> str:
    return text[:-1] + ("0" if text[-1] != "0" else "1")


@pytest.mark.parametrize("place", ["nonce", "data", "version"])
def test_a_changed_keystore_does_not_open(keystore: Keystore, place: str) -> None:
    value = document(keystore)
    value[place] = value[place] + 1 if place == "version" else flipped(value[place])
    with pytest.raises(WrongUnlocker):
        Keystore.parse(canonical.encode(value)).open(PASSKEY)


@pytest.mark.parametrize("place", ["nonce", "key", "salt", "credential"])
def test_a_changed_wrap_does_not_open(keystore: Keystore, place: str) -> None:
    value = document(keystore)
    value["wrapped"][1][place] = flipped(value["wrapped"][1][place])
    with pytest.raises(WrongUnlocker):
        Keystore.parse(canonical.encode(value)).open(PASSKEY)


@pytest.mark.parametrize("changes", [{"m": 65535}, {"m": 8}, {"t": 2}, {"p": 0}, {"m": 2**21}, {"t": 17}, {"p": 9}])
def test_parameters_outside_the_bounds_are_refused_before_a_password_is_used(
    keystore: Keystore, changes: dict[str, int]
) -> None:
    value = document(keystore)
    value["wrapped"][0] |= changes
    with pytest.raises(WeakKeystore):
        Keystore.parse(canonical.encode(value))
    with pytest.raises(WeakKeystore):
        Argon2Parameters(**({"m": 65536, "t": 3, "p": 1} | changes))


def test_the_cost_is_bound_to_the_wrapped_key(keystore: Keystore) -> None:
    value = document(keystore)
    value["wrapped"][0]["t"] = 4
    with pytest.raises(WrongUnlocker):
        Keystore.parse(canonical.encode(value)).open(PASSWORD)


def test_weak_passwords_and_malformed_passkeys_are_refused_when_sealing() -> None:
    with pytest.raises(WeakPassword):
        seal_keystore(KEYS, [Password("short")], version=1)
    with pytest.raises(BadDocument):
        seal_keystore(KEYS, [Passkey(b"c", b"short salt", bytes(32))], version=1)
    with pytest.raises(BadDocument):
        seal_keystore(KEYS, [], version=1)
    with pytest.raises(BadDocument):
        seal_keystore(KEYS, [PASSKEY] * (MAX_UNLOCKERS + 1), version=1)
    with pytest.raises(BadDocument):
        seal_keystore(KEYS, [PASSKEY], version=0)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"wrapped": []},
        {"wrapped": [None]},
        {"wrapped": [{"kind": "none"}]},
        {"wrapped": [{"kind": "argon2id"}]},
        {"wrapped": [{"kind": "prf", "credential": 1}]},
        {"data": "0x00"},
        {"nonce": "0x"},
        {"version": 0},
    ],
)
def test_malformed_keystores_are_one_typed_error(keystore: Keystore, change: dict[str, Any]) -> None:
    with pytest.raises(BadDocument, match="keystore"):
        Keystore.parse(canonical.encode(document(keystore) | change))


def test_sealing_again_shares_nothing_with_the_last_version() -> None:
    first, second = (seal_keystore(KEYS, [PASSKEY], version=version) for version in (1, 2))
    assert first.data != second.data
    assert first.wrapped[0].key != second.wrapped[0].key
    assert first.hash() != second.hash()


def test_no_unlocker_shows_its_secret() -> None:
    assert "correct horse" not in repr(PASSWORD)
    assert repr(PASSKEY.prf_output) not in repr(PASSKEY)
    assert PasswordWrap(b"", Argon2Parameters(), b"", b"").header()["kind"] == "argon2id"
