"""A home folder: the keystore, the device's key, and what this device has seen, all readable by its owner only.

``config.json`` (server, pins, whose home it is), ``keystore.json`` (docs/spec/keys.md), ``device.key``, ``unlock.key``
(only when there is no password) and ``state.bin``: everything private this device remembers, sealed under the wallet's
own keystore key. Folder 0700, files 0600; every file is replaced atomically.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from keymgmt.keys import wrapping
from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.errors import WrongUnlocker
from keymgmt.keys.keystore import Keystore, Passkey, Password, Unlocker, seal_keystore
from keymgmt.keys.signing import SigningKey
from keymgmt.keys.wrapping import NONCE_LENGTH
from medixain.core import canonical
from medixain.core.errors import MedixainError
from medixain.sdk.errors import NoWallet, PasswordNeeded, SdkError, WalletExists
from records.container import atomic_file

CONFIG: Final = "config.json"
KEYSTORE: Final = "keystore.json"
DEVICE_KEY: Final = "device.key"
UNLOCK_KEY: Final = "unlock.key"
STATE: Final = "state.bin"

_STATE_HEADER: Final = b"medixain/home-state/v1"
_DEVICE_CREDENTIAL: Final = b"medixain-device-file"


class HomeDamaged(SdkError):
    """A file of the home is not what this program wrote."""

    code = "home-damaged"
    exit_code = 6

    def __init__(self, file: str) -> None:
        super().__init__(f"{file} in the home folder is damaged; restore it from a backup or restore the wallet.")
        self.file = file


@dataclass(frozen=True, slots=True)
class Unlocked:
    """An open home: the wallet's keys and this device's key."""

    keys: WalletKeys
    device: SigningKey


class Home:
    """The folder ``path``. Nothing is created before :meth:`create`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[bytes, dict[str, Any]] = (b"", {})

    @property
    def exists(self) -> bool:
        """Whether there is a keystore here."""
        return (self.path / KEYSTORE).exists()

    def require(self) -> None:
        """Return if there is a wallet here; raises :class:`NoWallet`."""
        if not self.exists:
            raise NoWallet(str(self.path))

    # ---- making and opening ----------------------------------------------------------------------------------------

    def create(self, keys: WalletKeys, *, password: str | None, version: int, config: dict[str, Any]) -> Keystore:
        """Write a new home for ``keys``; returns its keystore. Raises :class:`WalletExists`.

        Without a password the keystore opens with a file of this home, so that whoever can read the home can open it.
        """
        if self.exists:
            raise WalletExists(str(self.path))
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)
        unlocker: Unlocker
        if password is not None:
            unlocker = Password(password)
        else:
            unlocker = Passkey(_DEVICE_CREDENTIAL, secrets.token_bytes(32), secrets.token_bytes(32))
            self._write(UNLOCK_KEY, unlocker.prf_output.hex().encode("ascii"))
        keystore = seal_keystore(keys, [unlocker], version=version)
        self._write(DEVICE_KEY, SigningKey.random().secret_bytes().hex().encode("ascii"))
        self.write_config(config)
        self._write_state(keys, {})
        # The keystore comes last: a home without it counts as none.
        self._write(KEYSTORE, keystore.encode())
        return keystore

    def open(self, password: str | None) -> Unlocked:
        """Return the keys; raises :class:`NoWallet`, :class:`PasswordNeeded` or ``WrongUnlocker``."""
        self.require()
        device = SigningKey(self._read_secret(DEVICE_KEY))
        return Unlocked(self.keystore().open(self._unlocker(password)), device)

    def _unlocker(self, password: str | None) -> Unlocker:
        if (self.path / UNLOCK_KEY).exists():
            return Passkey(_DEVICE_CREDENTIAL, bytes(32), self._read_secret(UNLOCK_KEY))
        if password is None:
            raise PasswordNeeded
        return Password(password)

    def keystore(self) -> Keystore:
        """Return the stored keystore; raises :class:`HomeDamaged`."""
        try:
            return Keystore.parse((self.path / KEYSTORE).read_bytes())
        except MedixainError as error:
            raise HomeDamaged(KEYSTORE) from error

    # ---- configuration and state -----------------------------------------------------------------------------------

    def config(self) -> dict[str, Any]:
        """Return the configuration, empty when there is none; raises :class:`HomeDamaged`."""
        path = self.path / CONFIG
        if not path.exists():
            return {}
        try:
            return cast(dict[str, Any], canonical.parse(path.read_bytes()))
        except MedixainError as error:
            raise HomeDamaged(CONFIG) from error

    def write_config(self, config: dict[str, Any]) -> None:
        """Replace the configuration."""
        self._write(CONFIG, canonical.encode(config))

    def look_at_state(self, keys: WalletKeys) -> Mapping[str, Any]:
        """Return what this device remembers, to be looked at and not changed; raises :class:`HomeDamaged`.

        A list asks for every row of it: the file is opened anew only when somebody has written another.
        """
        blob = (self.path / STATE).read_bytes()
        if self._seen[0] != blob:
            self._seen = (blob, self._open_state(keys, blob))
        return self._seen[1]

    def read_state(self, keys: WalletKeys) -> dict[str, Any]:
        """Return what this device remembers, as a copy; raises :class:`HomeDamaged`."""
        return self._open_state(keys, (self.path / STATE).read_bytes())

    def _open_state(self, keys: WalletKeys, blob: bytes) -> dict[str, Any]:
        try:
            plaintext = wrapping.decrypt(keys.keystore_key, blob[:NONCE_LENGTH], blob[NONCE_LENGTH:], _STATE_HEADER)
        except WrongUnlocker as error:
            raise HomeDamaged(STATE) from error
        return cast(dict[str, Any], canonical.parse(plaintext))

    @contextmanager
    def changing_state(self, keys: WalletKeys) -> Iterator[dict[str, Any]]:
        """Give the state for changing and write it back; excludes other processes on this home meanwhile."""
        descriptor = os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            state = self.read_state(keys)
            before = canonical.encode(state)
            yield state
            if canonical.encode(state) != before:
                self._write_state(keys, state)
        finally:
            os.close(descriptor)

    def _write_state(self, keys: WalletKeys, state: dict[str, Any]) -> None:
        nonce, ciphertext = wrapping.encrypt(keys.keystore_key, canonical.encode(state), _STATE_HEADER)
        self._write(STATE, nonce + ciphertext)

    def _write(self, name: str, data: bytes) -> None:
        with atomic_file(self.path / name) as file:
            file.write(data)

    def _read_secret(self, name: str) -> bytes:
        try:
            return bytes.fromhex((self.path / name).read_text("ascii").strip())
        except (OSError, ValueError) as error:
            raise HomeDamaged(name) from error
