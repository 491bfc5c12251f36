"""Sign-in by signature (EIP-4361), and the proof that a request comes from the device that signed in.

The client composes the text itself and the server takes exactly that form, so nobody is shown one text and signs
another. No password leaves the device.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from keymgmt.keys.errors import SignInRefused
from keymgmt.keys.signing import SigningKey
from medixain.core.addresses import Address, InvalidAddress, to_address
from medixain.core.secp256k1 import SignatureError, personal_message_digest, verify_digest

LIFETIME: Final = 300
"""Seconds a sign-in text counts at most."""
PROOF_WINDOW: Final = 60
"""Seconds a device proof's time may differ from the server's clock."""
UPLOAD_WINDOW: Final = 3600
"""As :data:`PROOF_WINDOW` for a streamed body: a front server that buffers hands a request on once it has all of it."""
CLOCK_SKEW: Final = 60
"""Seconds a client's clock may run ahead of the server's."""
EMPTY_BODY: Final = sha256(b"").hexdigest()
"""Stands in for the body's hash where a body is streamed; its content address is checked instead."""

_TEXT = re.compile(
    r"(?P<domain>[A-Za-z0-9.\-:\[\]]{1,255}) wants you to sign in with your Ethereum account:\n"
    r"(?P<address>0x[0-9A-Fa-f]{40})\n\n"
    r"Sign in to medixain\. Device (?P<device>0x[0-9A-Fa-f]{40})\.\n\n"
    r"URI: (?P<uri>https?://[!-~]{1,255})\n"
    r"Version: 1\n"
    r"Chain ID: (?P<chain_id>[1-9][0-9]{0,15})\n"
    r"Nonce: (?P<nonce>[A-Za-z0-9]{16,64})\n"
    r"Issued At: (?P<issued_at>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n"
    r"Expiration Time: (?P<expires_at>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)"
)
_PROOF = re.compile(r"(?P<time>[1-9][0-9]{0,11})\.0x(?P<signature>[0-9a-f]{130})")


def new_nonce() -> str:
    """Return a fresh nonce of 128 bits, as the server issues it for one sign-in."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a person signs to open a session: ``address`` signs in on the device whose key is ``device``.

    ``issued_at`` and ``expires_at`` are Unix seconds.
    """

    domain: str
    address: Address
    device: Address
    uri: str
    chain_id: int
    nonce: str
    issued_at: int
    expires_at: int

    def text(self) -> str:
        """Return the EIP-4361 text; raises :class:`SignInRefused` for a value that has no place in it."""
        text = (
            f"{self.domain} wants you to sign in with your Ethereum account:\n{self.address}\n\n"
            f"Sign in to medixain. Device {self.device}.\n\n"
            f"URI: {self.uri}\nVersion: 1\nChain ID: {self.chain_id}\nNonce: {self.nonce}\n"
            f"Issued At: {_iso(self.issued_at)}\nExpiration Time: {_iso(self.expires_at)}"
        )
        if parse_sign_in(text) != self:
            raise SignInRefused("a field of the sign-in text holds what does not belong there")
        return text


def compose_sign_in(*, domain: str, address: str, device: str, uri: str, chain_id: int, nonce: str, now: int) -> str:
    """Return the text to sign; it counts for :data:`LIFETIME` seconds from ``now``."""
    message = SignIn(domain, to_address(address), to_address(device), uri, chain_id, nonce, now, now + LIFETIME)
    return message.text()


def parse_sign_in(text: str) -> SignIn:
    """Return the fields of ``text``; raises :class:`SignInRefused` for every other form."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise SignInRefused("the text is not the one that medixain composes")
    try:
        address, device = to_address(match["address"]), to_address(match["device"])
        issued_at, expires_at = _unix(match["issued_at"]), _unix(match["expires_at"])
    except (InvalidAddress, ValueError) as error:
        raise SignInRefused("an address or a time in the text does not exist") from error
    if (address, device) != (match["address"], match["device"]):
        raise SignInRefused("an address in the text is not in EIP-55 form")
    chain_id = int(match["chain_id"])
    return SignIn(match["domain"], address, device, match["uri"], chain_id, match["nonce"], issued_at, expires_at)


def verify_sign_in(
    text: str,
    signature: bytes,
    *,
    domain: str,
    uri: str,
    chain_id: int,
    nonce: str,
    now: int,
    signer: str | None = None,
) -> SignIn:
    """Return what was signed if it is for this server, this nonce and this moment.

    ``signer`` is the key that has to sign when it is no longer the one whose address signs in: a slot's current key
    after a rotation, a professional's registered signing key. The caller consumes ``nonce`` in the same transaction,
    so that it counts once. Raises :class:`SignInRefused`.
    """
    message = parse_sign_in(text)
    if (message.domain, message.uri, message.chain_id) != (domain, uri, chain_id):
        raise SignInRefused("the text was signed for another server or chain")
    if message.nonce != nonce:
        raise SignInRefused("the text answers another challenge")
    if not message.issued_at < message.expires_at <= message.issued_at + LIFETIME:
        raise SignInRefused(f"the text counts for longer than {LIFETIME} seconds")
    if message.issued_at > now + CLOCK_SKEW or message.expires_at <= now:
        raise SignInRefused("the text has expired or your clock is wrong")
    _require_signer(text, signature, signer or message.address)
    return message


def device_proof(key: SigningKey, *, method: str, path: str, body_sha256: str, now: int) -> str:
    """Return the ``Device-Proof`` header of one request; ``path`` includes the query."""
    return f"{now}.0x{key.sign_text(_proof_text(method, path, now, body_sha256)).hex()}"


def verify_device_proof(
    header: str, *, device: str, method: str, path: str, body_sha256: str, now: int, window: int = PROOF_WINDOW
) -> None:
    """Return if ``device`` made this request within ``window`` seconds; raises :class:`SignInRefused`."""
    match = _PROOF.fullmatch(header)
    if match is None:
        raise SignInRefused("the device proof is malformed")
    time = int(match["time"])
    if not -PROOF_WINDOW <= now - time <= window:
        raise SignInRefused("the device proof is too old or your clock is wrong")
    _require_signer(_proof_text(method, path, time, body_sha256), bytes.fromhex(match["signature"]), device)


def _proof_text(method: str, path: str, time: int, body_sha256: str) -> str:
    return f"medixain-proof\n{method}\n{path}\n{time}\n{body_sha256}"


def _require_signer(text: str, signature: bytes, signer: str) -> None:
    try:
        verify_digest(personal_message_digest(text.encode("utf-8")), signature, signer)
    except SignatureError as error:
        raise SignInRefused("the signature is not by the key it should be") from error


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _unix(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
