"""The keystore: a wallet's entropy under one master key, which each of several unlockers wraps (docs/spec/keys.md).

Its version and hash stand on chain (document kind 2 of the account slot), so an old blob is recognised.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from eth_hash.auto import keccak

from keymgmt.keys import wrapping
from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.encoding import Fields, to_hex
from keymgmt.keys.errors import BadDocument, WrongUnlocker
from keymgmt.keys.phrase import ENTROPY_LENGTH
from keymgmt.keys.wrapping import KEY_LENGTH, NONCE_LENGTH, SALT_LENGTH, Argon2Parameters
from medixain.core import canonical

KIND: Final = "keystore"
MAX_KEYSTORE_LENGTH: Final = 1 << 16
MAX_UNLOCKERS: Final = 16
_GENERATION_LENGTH: Final = 4
_TAG_LENGTH: Final = 16
_PRF_SALT_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class Password:
    """Unlocks by a password; the parameters count when sealing, a stored blob's own when opening."""

    password: str = field(repr=False)
    parameters: Argon2Parameters = field(default_factory=Argon2Parameters)


@dataclass(frozen=True, slots=True)
class Passkey:
    """Unlocks by a passkey's PRF output: 32 bytes that it gave for ``salt`` (32 bytes)."""

    credential: bytes
    salt: bytes
    prf_output: bytes = field(repr=False)


Unlocker = Password | Passkey


@dataclass(frozen=True, slots=True)
class PasswordWrap:
    """The master key under a password."""

    salt: bytes
    parameters: Argon2Parameters
    nonce: bytes
    key: bytes

    def header(self) -> dict[str, Any]:
        """What the wrapped key is bound to besides the password."""
        cost = self.parameters
        return {"kind": "argon2id", "salt": to_hex(self.salt), "m": cost.m, "t": cost.t, "p": cost.p}


@dataclass(frozen=True, slots=True)
class PasskeyWrap:
    """The master key under a passkey's PRF output."""

    credential: bytes
    salt: bytes
    nonce: bytes
    key: bytes

    def header(self) -> dict[str, Any]:
        """What the wrapped key is bound to besides the passkey."""
        return {"kind": "prf", "credential": to_hex(self.credential), "salt": to_hex(self.salt)}


Wrap = PasswordWrap | PasskeyWrap


@dataclass(frozen=True, slots=True)
class Keystore:
    """A version of a wallet's keystore; holds ciphertext only."""

    version: int
    wrapped: tuple[Wrap, ...]
    nonce: bytes
    data: bytes

    def __post_init__(self) -> None:
        if self.version < 1 or not 1 <= len(self.wrapped) <= MAX_UNLOCKERS:
            raise BadDocument(KIND, f"its version is below 1 or it has not 1 to {MAX_UNLOCKERS} unlockers")

    def encode(self) -> bytes:
        """Return the canonical JSON."""
        wrapped = [{**wrap.header(), "nonce": to_hex(wrap.nonce), "key": to_hex(wrap.key)} for wrap in self.wrapped]
        nonce, data = to_hex(self.nonce), to_hex(self.data)
        return canonical.encode({"v": 1, "version": self.version, "wrapped": wrapped, "nonce": nonce, "data": data})

    @classmethod
    def parse(cls, blob: bytes) -> "Keystore":
        """Return the keystore in ``blob``.

        Raises :class:`BadDocument`, or :class:`WeakKeystore` for parameters under the floor, before any password is
        asked for.
        """
        keys = frozenset({"version", "wrapped", "nonce", "data"})
        fields = Fields.parse(KIND, blob, keys, limit=MAX_KEYSTORE_LENGTH)
        wrapped = tuple(_parse_wrap(item) for item in fields.array("wrapped"))
        data = fields.data("data", ENTROPY_LENGTH + _GENERATION_LENGTH + _TAG_LENGTH)
        return cls(fields.integer("version", 1), wrapped, fields.data("nonce", NONCE_LENGTH), data)

    def hash(self) -> bytes:
        """Return keccak256 of the canonical bytes, as it stands on chain."""
        return keccak(self.encode())

    def open(self, unlocker: Unlocker) -> WalletKeys:
        """Return the wallet's keys; raises :class:`WrongUnlocker`."""
        master = self._master(unlocker)
        plaintext = wrapping.decrypt(master, self.nonce, self.data, _data_header(self.version))
        return WalletKeys(plaintext[:ENTROPY_LENGTH], int.from_bytes(plaintext[ENTROPY_LENGTH:], "big"))

    def _master(self, unlocker: Unlocker) -> bytes:
        for wrap in self.wrapped:
            key = _unlocking_key(wrap, unlocker)
            if key is None:
                continue
            try:
                return wrapping.decrypt(key, wrap.nonce, wrap.key, canonical.encode(wrap.header()))
            except WrongUnlocker:
                continue  # another entry of the same kind may still be the one
        raise WrongUnlocker


def seal_keystore(keys: WalletKeys, unlockers: Sequence[Unlocker], *, version: int) -> Keystore:
    """Return version ``version`` of the wallet's keystore, under a fresh master key that each unlocker wraps.

    Changing a password or the list of unlockers makes a new version from the open wallet; the master key changes with
    it, so a removed unlocker opens old blobs only. Raises :class:`WeakPassword` or :class:`BadDocument`.
    """
    master = secrets.token_bytes(KEY_LENGTH)
    wrapped = tuple(_wrap(master, unlocker) for unlocker in unlockers)
    plaintext = keys.entropy + keys.generation.to_bytes(_GENERATION_LENGTH, "big")
    nonce, data = wrapping.encrypt(master, plaintext, _data_header(version))
    return Keystore(version, wrapped, nonce, data)


def _data_header(version: int) -> bytes:
    return canonical.encode({"kind": KIND, "v": 1, "version": version})


def _wrap(master: bytes, unlocker: Unlocker) -> Wrap:
    if isinstance(unlocker, Password):
        wrapping.require_password(unlocker.password)
        salt = secrets.token_bytes(SALT_LENGTH)
        draft = PasswordWrap(salt, unlocker.parameters, b"", b"")
        key = wrapping.password_key(unlocker.password, salt, unlocker.parameters)
        nonce, wrapped = wrapping.encrypt(key, master, canonical.encode(draft.header()))
        return PasswordWrap(salt, unlocker.parameters, nonce, wrapped)
    if len(unlocker.salt) != _PRF_SALT_LENGTH:
        raise BadDocument(KIND, f"a passkey's salt has {_PRF_SALT_LENGTH} bytes")
    header = PasskeyWrap(unlocker.credential, unlocker.salt, b"", b"").header()
    nonce, wrapped = wrapping.encrypt(wrapping.prf_key(unlocker.prf_output), master, canonical.encode(header))
    return PasskeyWrap(unlocker.credential, unlocker.salt, nonce, wrapped)


def _unlocking_key(wrap: Wrap, unlocker: Unlocker) -> bytes | None:
    """The key that ``unlocker`` gives for ``wrap``; None when the two are of different kinds or credentials."""
    if isinstance(wrap, PasswordWrap) and isinstance(unlocker, Password):
        return wrapping.password_key(unlocker.password, wrap.salt, wrap.parameters)
    if isinstance(wrap, PasskeyWrap) and isinstance(unlocker, Passkey) and wrap.credential == unlocker.credential:
        return wrapping.prf_key(unlocker.prf_output)
    return None


def _parse_wrap(value: Any) -> Wrap:
    kind = value.get("kind") if isinstance(value, dict) else None
    wrapped_length = KEY_LENGTH + _TAG_LENGTH
    if kind == "argon2id":
        fields = Fields(KIND, value, frozenset({"kind", "salt", "m", "t", "p", "nonce", "key"}))
        cost = Argon2Parameters(fields.integer("m"), fields.integer("t"), fields.integer("p"))
        salt, nonce = fields.data("salt", SALT_LENGTH), fields.data("nonce", NONCE_LENGTH)
        return PasswordWrap(salt, cost, nonce, fields.data("key", wrapped_length))
    if kind == "prf":
        fields = Fields(KIND, value, frozenset({"kind", "credential", "salt", "nonce", "key"}))
        salt, nonce = fields.data("salt", _PRF_SALT_LENGTH), fields.data("nonce", NONCE_LENGTH)
        return PasskeyWrap(fields.data("credential"), salt, nonce, fields.data("key", wrapped_length))
    raise BadDocument(KIND, "an unlocker is neither a password nor a passkey")
