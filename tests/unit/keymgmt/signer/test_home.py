"""Keys at rest are sealed, whole, and open only with their passphrase and under their own name."""

import json
import stat
from pathlib import Path

import pytest

from keymgmt.keys.errors import BadDocument, WeakKeystore, WeakPassword, WrongUnlocker
from keymgmt.keys.signing import SigningKey
from keymgmt.signer.errors import HomeUnusable, UnknownKeyring
from keymgmt.signer.home import KEYRINGS, LOCK, TOKEN, Role, SignerHome, read_passphrase
from medixain.core import canonical
from tests.unit.keymgmt.signer.conftest import INSTITUTIONS, PASSPHRASE


def test_the_passphrase_brings_back_every_key(home: SignerHome) -> None:
    again = SignerHome.open(home.path, PASSPHRASE)
    assert again.token == home.token
    before, after = home.keyrings(), again.keyrings()
    assert list(after) == sorted([*INSTITUTIONS, "relay", "voter", "engine"])
    for name, keyring in before.items():
        assert after[name].address == keyring.address
        assert after[name].exchange.public_key == keyring.exchange.public_key
        assert after[name].share == keyring.share


def test_another_passphrase_opens_nothing(home: SignerHome) -> None:
    with pytest.raises(WrongUnlocker):
        SignerHome.open(home.path, PASSPHRASE + "!")


def test_a_new_folder_wants_a_real_passphrase(tmp_path: Path) -> None:
    with pytest.raises(WeakPassword):
        SignerHome.open(tmp_path / "new", "short")
    assert not (tmp_path / "new").exists()


def test_files_are_their_owners_and_hold_no_secret_in_clear(home: SignerHome) -> None:
    secrets = [keyring.signing.secret_bytes() for keyring in home.keyrings().values()]
    secrets += [keyring.exchange.secret_bytes() for keyring in home.keyrings().values()]
    files = [path for path in home.path.rglob("*") if path.is_file()]
    assert {home.path / LOCK, home.path / TOKEN} <= set(files)
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        for secret in secrets:
            assert secret.hex().encode() not in path.read_bytes()
            assert secret not in path.read_bytes()


def test_creating_twice_keeps_the_keys_and_refuses_another_role(home: SignerHome) -> None:
    relay = home.create("relay", Role.RELAY)
    assert relay.address == home.load("relay").address
    assert home.create("relay", Role.RELAY, signing=relay.signing) == relay
    with pytest.raises(HomeUnusable, match="another keyring"):
        home.create("relay", Role.ENGINE)
    with pytest.raises(HomeUnusable, match="another keyring"):
        home.create("relay", Role.RELAY, signing=SigningKey.random())


def test_dealing_twice_keeps_the_shares(home: SignerHome) -> None:
    share = home.load(INSTITUTIONS[0]).share
    assert home.deal_nullifier_key(INSTITUTIONS, 3) == home.public_shares
    assert home.load(INSTITUTIONS[0]).share == share


@pytest.mark.parametrize("name", ["", "..", "../relay", "Relay", "a" * 64])
def test_names_that_leave_the_folder_are_refused(home: SignerHome, name: str) -> None:
    with pytest.raises(HomeUnusable):
        home.create(name, Role.RELAY)
    with pytest.raises(UnknownKeyring):
        home.load(name)


@pytest.fixture
def copy(home: SignerHome, tmp_path: Path) -> SignerHome:
    """A copy of the folder's files that a test may change, unlocked with the same key."""
    (tmp_path / KEYRINGS).mkdir()
    for path in home.path.rglob("*"):
        if path.is_file():
            (tmp_path / path.relative_to(home.path)).write_bytes(path.read_bytes())
    return SignerHome(tmp_path, home._key)


def keyring_file(home: SignerHome, name: str) -> Path:
    return home.path / KEYRINGS / f"{name}.json"


def test_a_keyring_under_another_name_or_role_does_not_open(copy: SignerHome) -> None:
    keyring_file(copy, "engine").write_bytes(keyring_file(copy, "relay").read_bytes())
    with pytest.raises(WrongUnlocker):
        copy.load("engine")
    path = keyring_file(copy, "relay")
    path.write_bytes(path.read_bytes().replace(b'"relay","v"', b'"engine","v"'))
    with pytest.raises(WrongUnlocker):
        copy.load("relay")
    path.write_bytes(path.read_bytes().replace(b'"engine","v"', b'"owner","v"'))
    with pytest.raises(BadDocument):
        copy.load("relay")


def test_a_weakened_or_damaged_lock_is_refused(copy: SignerHome) -> None:
    lock = copy.path / LOCK
    original = json.loads(lock.read_bytes())
    lock.write_bytes(canonical.encode(original | {"m": 8}))
    with pytest.raises(WeakKeystore):
        SignerHome.open(copy.path, PASSPHRASE)
    lock.write_bytes(b"{}")
    with pytest.raises(BadDocument):
        SignerHome.open(copy.path, PASSPHRASE)


def test_passphrase_files_that_others_can_read_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "passphrase"
    with pytest.raises(HomeUnusable, match="Cannot read"):
        read_passphrase(path)
    path.write_text("first line\nsecond\n")
    path.chmod(0o644)
    with pytest.raises(HomeUnusable, match="chmod 600"):
        read_passphrase(path)
    path.chmod(0o600)
    assert read_passphrase(path) == "first line"


def test_a_keyring_shows_no_secret(home: SignerHome) -> None:
    keyring = home.load(INSTITUTIONS[0])
    assert keyring.share is not None
    shown = repr(keyring)
    for secret in (keyring.signing.secret_bytes().hex(), str(keyring.share.value)):
        assert secret not in shown
