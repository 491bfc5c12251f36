"""A secp256k1 key that signs, and never shows itself."""

import hmac
import secrets

import coincurve

from medixain.core import eip712
from medixain.core.addresses import Address, address_of_secret_key
from medixain.core.eip712 import Domain, TypedStruct
from medixain.core.secp256k1 import GROUP_ORDER, personal_message_digest, sign_digest


class SigningKey:
    """A secp256k1 secret with its address. ``repr`` shows the address only; it is not pickled."""

    __slots__ = ("_address", "_secret")

    def __init__(self, secret: bytes) -> None:
        """Take a 32-byte secret; raises :class:`~medixain.core.errors.InvalidInput` for an invalid one."""
        self._secret = bytes(secret)
        self._address = address_of_secret_key(self._secret)

    @classmethod
    def random(cls) -> "SigningKey":
        """Return a fresh key."""
        return cls((1 + secrets.randbelow(GROUP_ORDER - 1)).to_bytes(32, "big"))

    @property
    def address(self) -> Address:
        """The key's address, EIP-55."""
        return self._address

    @property
    def public_key(self) -> bytes:
        """The public key, 33 bytes compressed."""
        return coincurve.PublicKey.from_valid_secret(self._secret).format()

    def sign(self, domain: Domain, message: TypedStruct) -> bytes:
        """Return the EIP-712 signature of ``message``, 65 bytes."""
        return eip712.sign(domain, message, self._secret)

    def sign_text(self, text: str) -> bytes:
        """Return the EIP-191 (``personal_sign``) signature of ``text``, 65 bytes."""
        return sign_digest(personal_message_digest(text.encode("utf-8")), self._secret)

    def secret_bytes(self) -> bytes:
        """Return the 32-byte secret. The caller must not log, print or store it unsealed."""
        return self._secret

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SigningKey) and hmac.compare_digest(self._secret, other._secret)

    def __hash__(self) -> int:
        return hash(self._address)

    def __repr__(self) -> str:
        return f"SigningKey(of {self._address})"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret key is not pickled; seal secret_bytes() instead")
