"""A request for access as a document: what is signed, what is taken for one (docs/spec/api.md, "What messages hold").

A professional asks for herself (version 1), or that a colleague be let in (version 2, a *referral*). A referral holds a
letter to the colleague, signed by itself, because the patient passes on the letter and keeps what was asked for.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from keymgmt.keys.layers import section_of
from medixain.core import canonical
from medixain.core.addresses import to_address
from medixain.core.errors import InvalidInput
from medixain.core.secp256k1 import personal_message_digest, verify_digest
from medixain.sdk.context import RECORD_LAYERS
from medixain.sdk.transport import Signer

MAX_REASON_BYTES: Final = 4000
"""UTF-8 bytes of a letter's reason."""

_REQUEST: Final = {
    "v", "wallet", "professional", "layers", "sections", "append", "purpose", "until", "authors", "signature",
}  # fmt: skip
_REFERRAL: Final = {
    "v", "wallet", "professional", "letter", "sections", "append", "purpose", "until", "nonce", "signature",
}  # fmt: skip
_LETTER: Final = {"v", "wallet", "referrer", "colleague", "reason", "written", "signature"}
_REQUEST_TITLE: Final = "medixain-access-request"
_LETTER_TITLE: Final = "medixain-referral-letter"
_NONCE: Final = re.compile(r"0x[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Letter:
    """From a professional to a colleague about a patient; ``written`` is when, Unix seconds."""

    wallet: str
    referrer: str
    colleague: str
    reason: str
    written: int
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A request of ``professional``; ``sections`` are ``layer/section``, ``authors`` the pseudonyms by layer.

    A referral has a ``letter`` and a ``nonce``, which its answer names; pseudonyms are the colleague's, so it has none.
    Signatures are checked by :func:`verify_request` against the registered key, because registrations change.
    """

    id: str
    professional: str
    sections: tuple[str, ...]
    append: bool
    purpose: str
    until: int
    authors: dict[str, str]
    received: int
    document: dict[str, Any]
    letter: Letter | None = None
    nonce: str = ""

    @property
    def grantee(self) -> str:
        """Who would be given access."""
        return self.professional if self.letter is None else self.letter.colleague


def signed_text(title: str, document: dict[str, Any]) -> str:
    """Return the text that is signed (EIP-191): a title and the canonical JSON without the signature."""
    unsigned = {name: value for name, value in document.items() if name != "signature"}
    return f"{title}\n" + canonical.encode(unsigned).decode("utf-8")


def sign_request(document: dict[str, Any], signer: Signer) -> dict[str, Any]:
    """Return a request with its signature."""
    return _sign(_REQUEST_TITLE, document, signer)


def sign_letter(document: dict[str, Any], signer: Signer) -> dict[str, Any]:
    """Return a letter with its signature."""
    return _sign(_LETTER_TITLE, document, signer)


def parse_request(document: dict[str, Any], *, id: str, received: int) -> Request:  # noqa: A002  as the dataclass has it
    """Return the request in ``document``, signatures not checked; raises a ``MedixainError`` for anything else."""
    if document.get("v") == 2:
        return _parse_referral(document, id, received)
    if set(document) != _REQUEST:
        raise InvalidInput("This is no access request.")
    try:
        authors = {str(layer): to_address(address) for layer, address in document["authors"].items()}
        return Request(
            id=id,
            professional=to_address(document["professional"]),
            sections=_sections(document),
            append=bool(document["append"]),
            purpose=str(document["purpose"]),
            until=int(document["until"]),
            authors={layer: address for layer, address in authors.items() if layer in RECORD_LAYERS},
            received=received,
            document=document,
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise InvalidInput("This is no access request.") from error


def parse_letter(document: Any) -> Letter:
    """Return the letter in ``document``, its signature not checked; raises a ``MedixainError`` for anything else."""
    if not isinstance(document, dict) or set(document) != _LETTER or _number(document, "v") != 1:
        raise InvalidInput("This is no letter of referral.")
    letter = Letter(
        wallet=_address(document, "wallet"),
        referrer=_address(document, "referrer"),
        colleague=_address(document, "colleague"),
        reason=require_reason(_text(document, "reason")),
        written=_number(document, "written"),
        document=document,
    )
    if letter.colleague in (letter.referrer, letter.wallet):
        raise InvalidInput("A referral names a colleague, not its writer or the patient.", field="colleague")
    return letter


def require_reason(reason: str) -> str:
    """Return ``reason`` if it says something and is not too long; raises :class:`InvalidInput`."""
    if not reason.strip():
        raise InvalidInput("Say why, in words that the patient reads.", field="reason")
    if len(reason.encode("utf-8", "surrogatepass")) > MAX_REASON_BYTES:
        raise InvalidInput(f"Say it in fewer words; a reason has at most {MAX_REASON_BYTES} bytes.", field="reason")
    return reason


def verify_request(request: Request, signing_key: str) -> None:
    """Return if the attested key of ``request.professional`` signed everything in it; raises a ``SignatureError``."""
    _verify(_REQUEST_TITLE, request.document, signing_key)
    if request.letter is not None:
        verify_letter(request.letter, signing_key)


def verify_letter(letter: Letter, signing_key: str) -> None:
    """Return if the attested key of ``letter.referrer`` signed it; raises a ``SignatureError``."""
    _verify(_LETTER_TITLE, letter.document, signing_key)


def _parse_referral(document: dict[str, Any], id: str, received: int) -> Request:  # noqa: A002
    if set(document) != _REFERRAL or not isinstance(document["append"], bool):
        raise InvalidInput("This is no referral.")
    letter = parse_letter(document["letter"])
    professional, wallet = _address(document, "professional"), _address(document, "wallet")
    if (letter.referrer, letter.wallet) != (professional, wallet):
        raise InvalidInput("The letter in this referral is about somebody else.", field="letter")
    sections = _sections(document)
    if not sections:
        raise InvalidInput("A referral names what the colleague should see.", field="sections")
    nonce = _text(document, "nonce")
    if not _NONCE.fullmatch(nonce):
        raise InvalidInput("A referral names 32 random bytes that its answer repeats.", field="nonce")
    return Request(
        id=id,
        professional=professional,
        sections=sections,
        append=document["append"],
        purpose=_text(document, "purpose"),
        until=_number(document, "until"),
        authors={},
        received=received,
        document=document,
        letter=letter,
        nonce=nonce,
    )


def _sections(document: dict[str, Any]) -> tuple[str, ...]:
    if not isinstance(document["sections"], list):
        raise InvalidInput("A request lists sections.", field="sections")
    sections = tuple(map(str, document["sections"]))
    for section in sections:
        layer, _, name = section.partition("/")
        section_of(layer, name)
    return sections


def _sign(title: str, document: dict[str, Any], signer: Signer) -> dict[str, Any]:
    return {**document, "signature": "0x" + signer.sign_text(signed_text(title, document)).hex()}


def _verify(title: str, document: dict[str, Any], signing_key: str) -> None:
    try:
        signature = bytes.fromhex(str(document["signature"]).removeprefix("0x"))
    except ValueError as error:
        raise InvalidInput("A signature is 0x and hexadecimal digits.", field="signature") from error
    verify_digest(personal_message_digest(signed_text(title, document).encode("utf-8")), signature, signing_key)


def _text(document: dict[str, Any], name: str) -> str:
    value = document[name]
    if not isinstance(value, str):
        raise InvalidInput(f"{name} is a text.", field=name)
    return value


def _address(document: dict[str, Any], name: str) -> str:
    return to_address(_text(document, name))


def _number(document: dict[str, Any], name: str) -> int:
    value = document[name]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidInput(f"{name} is a whole number.", field=name)
    return value
