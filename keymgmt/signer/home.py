"""A signer's folder: sealed keyrings, the token, and the lock that a passphrase opens.

``lock.json`` holds the Argon2id salt and cost; the passphrase's key, by HKDF, gives each keyring a key of its own,
under which AES-256-GCM seals it with its header as associated data. Files are written whole or not at all, mode 0600.
"""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Final

from keymgmt.keys import wrapping
from keymgmt.keys.encoding import Fields, to_hex
from keymgmt.keys.hkdf import derive
from keymgmt.keys.shamir import PublicShares, Share, deal
from keymgmt.keys.signing import SigningKey
from keymgmt.keys.wrapping import Argon2Parameters
from keymgmt.pre import SecretKey
from keymgmt.signer.errors import HomeUnusable, UnknownKeyring
from medixain.core import canonical
from medixain.core.addresses import Address

KIND: Final = "keyring"
LOCK: Final = "lock.json"
TOKEN: Final = "token"
KEYRINGS: Final = "keyrings"
NULLIFIER_KEY: Final = "nullifier-key.json"
MAX_FILE_LENGTH: Final = 1 << 16
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Role(Enum):
    """What a keyring's signing key is for; ``policy.py`` says what each role may sign."""

    INSTITUTION = "institution"
    RELAY = "relay"
    CONSENSUS = "consensus"
    ENGINE = "engine"


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of one party. ``exchange`` opens messages; ``share`` is an institution's part of the nullifier's key."""

    name: str
    role: Role
    signing: SigningKey
    exchange: SecretKey
    share: Share | None = field(default=None, repr=False)

    @property
    def address(self) -> Address:
        """The signing key's address."""
        return self.signing.address


class SignerHome:
    """An unlocked folder."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key

    @classmethod
    def open(cls, path: Path, passphrase: str) -> "SignerHome":
        """Unlock the folder, making it on first use.

        Raises :class:`HomeUnusable`, ``WrongUnlocker`` or, for a new folder, ``WeakPassword``.
        """
        lock = path / LOCK
        if not lock.exists():
            wrapping.require_password(passphrase)
            (path / KEYRINGS).mkdir(mode=0o700, parents=True, exist_ok=True)
            path.chmod(0o700)
            _write(path / TOKEN, secrets.token_hex(32).encode())
            _write(lock, _new_lock(passphrase))
        return cls(path, _unlock(_read(lock), passphrase))

    @property
    def token(self) -> str:
        """The bearer token a client of this signer sends."""
        return _read(self.path / TOKEN).decode("ascii")

    @property
    def public_shares(self) -> PublicShares | None:
        """The nullifier key's public image, None before :meth:`deal_nullifier_key`."""
        path = self.path / NULLIFIER_KEY
        return PublicShares.parse(_read(path)) if path.exists() else None

    def create(self, name: str, role: Role, *, signing: SigningKey | None = None) -> Keyring:
        """Return the keyring, with fresh keys if there is none of that name yet.

        ``signing`` brings an existing key along. Raises :class:`HomeUnusable` for a bad name or another role.
        """
        if not _NAME.fullmatch(name):
            raise HomeUnusable(f"A keyring's name has lower-case letters, digits and hyphens; {name!r} does not.")
        if self._file(name).exists():
            keyring = self.load(name)
            if keyring.role is not role or signing not in (None, keyring.signing):
                raise HomeUnusable(f"There is already another keyring {name}; choose another name.")
            return keyring
        keyring = Keyring(name, role, signing or SigningKey.random(), SecretKey.random())
        self._save(keyring)
        return keyring

    def load(self, name: str) -> Keyring:
        """Return a keyring; raises :class:`UnknownKeyring` or ``WrongUnlocker``."""
        path = self._file(name)
        if not _NAME.fullmatch(name) or not path.exists():
            raise UnknownKeyring(name)
        return _unseal(_read(path), name, self._keyring_key(name))

    def keyrings(self) -> Mapping[str, Keyring]:
        """Return every keyring by name, in order of name."""
        names = sorted(path.stem for path in (self.path / KEYRINGS).glob("*.json"))
        return {name: self.load(name) for name in names}

    def deal_nullifier_key(self, names: list[str], threshold: int) -> PublicShares:
        """Share a fresh nullifier key among institutions' keyrings of this folder; does nothing the second time.

        For the demonstration, where one program holds all of them. Raises ``BadShares`` or :class:`UnknownKeyring`.
        """
        existing = self.public_shares
        if existing is not None:
            return existing
        public, shares = deal(threshold, len(names))
        for name, share in zip(names, shares, strict=True):
            keyring = self.load(name)
            self._save(Keyring(name, keyring.role, keyring.signing, keyring.exchange, share))
        # Written last: after an interruption the key is dealt anew.
        _write(self.path / NULLIFIER_KEY, public.encode())
        return public

    def _file(self, name: str) -> Path:
        return self.path / KEYRINGS / f"{name}.json"

    def _keyring_key(self, name: str) -> bytes:
        return derive(self._key, f"signer/{name}")

    def _save(self, keyring: Keyring) -> None:
        _write(self._file(keyring.name), _seal(keyring, self._keyring_key(keyring.name)))


def read_passphrase(path: Path) -> str:
    """Return the first line of a passphrase file that only its owner can read; raises :class:`HomeUnusable`."""
    data = _read(path)
    if path.stat().st_mode & 0o077:
        raise HomeUnusable(f"Others can read {path}; run chmod 600 on it.")
    return data.decode("utf-8", errors="replace").partition("\n")[0]


def _new_lock(passphrase: str) -> bytes:
    cost = Argon2Parameters()
    salt = secrets.token_bytes(wrapping.SALT_LENGTH)
    document = {"v": 1, "salt": to_hex(salt), "m": cost.m, "t": cost.t, "p": cost.p}
    key = wrapping.password_key(passphrase, salt, cost)
    nonce, check = wrapping.encrypt(derive(key, "signer-check"), b"", canonical.encode(document))
    return canonical.encode({**document, "nonce": to_hex(nonce), "check": to_hex(check)})


def _unlock(data: bytes, passphrase: str) -> bytes:
    names = frozenset({"salt", "m", "t", "p", "nonce", "check"})
    fields = Fields.parse("signer lock", data, names, limit=MAX_FILE_LENGTH)
    cost = Argon2Parameters(fields.integer("m"), fields.integer("t"), fields.integer("p"))
    salt = fields.data("salt", wrapping.SALT_LENGTH)
    document = {"v": 1, "salt": to_hex(salt), "m": cost.m, "t": cost.t, "p": cost.p}
    key = wrapping.password_key(passphrase, salt, cost)
    # The empty check tells a wrong passphrase from a damaged keyring.
    wrapping.decrypt(
        derive(key, "signer-check"), fields.data("nonce"), fields.data("check"), canonical.encode(document)
    )
    return key


def _header(name: str, role: Role) -> dict[str, Any]:
    return {"v": 1, "name": name, "role": role.value}


def _seal(keyring: Keyring, key: bytes) -> bytes:
    share = keyring.share
    plaintext = canonical.encode(
        {
            "v": 1,
            "signing": to_hex(keyring.signing.secret_bytes()),
            "exchange": to_hex(keyring.exchange.secret_bytes()),
            "share": None if share is None else [share.index, to_hex(share.value.to_bytes(32, "big"))],
        }
    )
    header = _header(keyring.name, keyring.role)
    nonce, data = wrapping.encrypt(key, plaintext, canonical.encode(header))
    return canonical.encode({**header, "nonce": to_hex(nonce), "data": to_hex(data)})


def _unseal(data: bytes, name: str, key: bytes) -> Keyring:
    names = frozenset({"name", "role", "nonce", "data"})
    fields = Fields.parse(KIND, data, names, limit=MAX_FILE_LENGTH)
    if fields.text("role") not in {role.value for role in Role}:
        raise fields.refuse("its role is unknown")
    role = Role(fields.text("role"))
    header = canonical.encode(_header(name, role))
    plaintext = wrapping.decrypt(key, fields.data("nonce"), fields.data("data"), header)
    secret = Fields.parse(KIND, plaintext, frozenset({"signing", "exchange", "share"}), limit=MAX_FILE_LENGTH)
    share = None
    if secret.raw("share") is not None:
        index, value = secret.array("share")
        share = Share(index, int(value, 16))
    signing, exchange = SigningKey(secret.data("signing", 32)), SecretKey(secret.data("exchange", 32))
    return Keyring(name, role, signing, exchange, share)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise HomeUnusable(f"Cannot read {path} ({error.strerror}).") from error


def _write(path: Path, data: bytes) -> None:
    """Write the whole file or nothing, readable by its owner only."""
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    # The new name must outlive a loss of power as well as the bytes behind it.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
