"""A home folder: only its owner reads it, nothing is overwritten, damage is noticed."""

import stat
from pathlib import Path

import pytest

from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.errors import WrongUnlocker
from medixain.sdk.errors import NoWallet, PasswordNeeded, WalletExists
from medixain.sdk.home import Home, HomeDamaged

KEYS = WalletKeys(bytes(range(32)))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create(KEYS, password=None, version=1, config={"v": 1, "kind": "wallet"})
    return made


def test_it_opens_again_with_the_same_keys(home: Home) -> None:
    unlocked = Home(home.path).open(None)
    assert unlocked.keys == KEYS
    assert Home(home.path).open(None).device == unlocked.device
    assert home.config() == {"v": 1, "kind": "wallet"}


def test_only_its_owner_can_read_it(home: Home) -> None:
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
    for file in home.path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_no_file_holds_the_entropy_the_phrase_or_what_is_remembered(home: Home) -> None:
    with home.changing_state(KEYS) as state:
        state["introductions"] = {"0xPATIENT": "allergies"}
    for file in home.path.iterdir():
        content = file.read_bytes()
        assert KEYS.entropy not in content
        assert KEYS.entropy.hex().encode() not in content
        assert b"0xPATIENT" not in content
        assert KEYS.phrase().split()[0].encode() + b" " not in content


def test_a_wallet_is_never_overwritten(home: Home) -> None:
    with pytest.raises(WalletExists):
        home.create(WalletKeys.create(), password=None, version=1, config={})
    assert home.open(None).keys == KEYS


def test_a_password_is_needed_and_must_be_the_right_one(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.create(KEYS, password="correct horse", version=1, config={})
    assert not (tmp_path / "unlock.key").exists()
    with pytest.raises(PasswordNeeded):
        home.open(None)
    with pytest.raises(WrongUnlocker):
        home.open("wrong horse")
    assert home.open("correct horse").keys == KEYS


def test_an_empty_home_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path / "nothing")
    assert not home.exists
    assert home.config() == {}
    with pytest.raises(NoWallet):
        home.open(None)


def test_state_is_kept_and_a_failed_change_is_not(home: Home) -> None:
    with home.changing_state(KEYS) as state:
        state["seen"] = {"slot": 3}

    def fail() -> None:
        with home.changing_state(KEYS) as state:
            state["seen"] = {}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert home.read_state(KEYS) == {"seen": {"slot": 3}}


def test_looking_at_the_state_sees_what_another_program_wrote(home: Home) -> None:
    with home.changing_state(KEYS) as state:
        state["seen"] = {"slot": 3}
    seen = home.look_at_state(KEYS)
    assert seen == {"seen": {"slot": 3}}
    assert home.look_at_state(KEYS) is seen

    with Home(home.path).changing_state(KEYS) as state:
        state["seen"]["slot"] = 4
    assert home.look_at_state(KEYS) == {"seen": {"slot": 4}}
    assert seen == {"seen": {"slot": 3}}


@pytest.mark.parametrize("file", ["config.json", "keystore.json", "state.bin", "device.key", "unlock.key"])
def test_damage_is_named(home: Home, file: str) -> None:
    (home.path / file).write_bytes(b"\x00junk")

    def read_everything() -> None:
        home.config()
        home.open(None)
        home.read_state(KEYS)

    with pytest.raises(HomeDamaged) as refusal:
        read_everything()
    assert refusal.value.file == file
