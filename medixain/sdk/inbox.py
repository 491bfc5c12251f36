"""What comes into an inbox: each kind of message is checked here before this home remembers it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from contracts.bindings.messages import GrantOpening
from keymgmt.keys.introduction import SignedIntroduction
from keymgmt.keys.layers import section_of
from keymgmt.node.errors import NodeError
from keymgmt.node.messages import grant_id
from keymgmt.node.wire import from_json
from keymgmt.pre import Sealed, unseal
from medixain.core import canonical
from medixain.core.addresses import to_address
from medixain.core.errors import MedixainError
from medixain.core.secp256k1 import personal_message_digest, verify_digest
from medixain.sdk import mail
from medixain.sdk.context import RECORD_LAYERS, Context
from medixain.sdk.slots import attested
from medixain.sdk.standing import is_professional
from medixain.sdk.transport import Signer

_REQUEST_FIELDS: Final = {
    "v", "wallet", "professional", "layers", "sections", "append", "purpose", "until", "authors", "signature",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """A professional's request; ``sections`` are ``layer/section``, ``authors`` the pseudonyms by layer.

    The signature is checked against the registered key when the patient grants, because registrations change.
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


def request_text(document: dict[str, Any]) -> str:
    """Return the text a professional signs (EIP-191): the request's canonical JSON without the signature."""
    unsigned = {name: value for name, value in document.items() if name != "signature"}
    return "medixain-access-request\n" + canonical.encode(unsigned).decode("utf-8")


def sign_request(document: dict[str, Any], signer: Signer) -> dict[str, Any]:
    """Return ``document`` with its signature."""
    return {**document, "signature": "0x" + signer.sign_text(request_text(document)).hex()}


def verify_request(request: Request, signing_key: str) -> None:
    """Return if the attested signing key signed the request; raises a ``SignatureError``."""
    signature = bytes.fromhex(str(request.document["signature"])[2:])
    verify_digest(personal_message_digest(request_text(request.document).encode("utf-8")), signature, signing_key)


def sync(context: Context) -> list[Request]:
    """Read this home's inboxes, remember what checks out, and return the requests that wait.

    A message that does not check out is passed over: anybody can write to an inbox.
    """
    requests: list[Request] = []
    for message in mail.inbox(context, context.account, _opener(context)):
        if message.kind == "access-request":
            request = _request(context, message)
            if request is not None:
                requests.append(request)
        elif message.kind == "notice":
            _take_note(context, message)
    # A patient never signs in by the wallet id: the platform would learn whose account slot it is.
    if is_professional(context):
        for message in mail.inbox(context, context.professional, _opener(context)):
            _take(context, message)
    _remember_authors(context, requests)
    return requests


def _opener(context: Context) -> Callable[[Sealed], bytes]:
    return lambda sealed: unseal(context.keys.exchange, sealed)


def _request(context: Context, message: mail.Message) -> Request | None:
    document = message.document
    if set(document) != _REQUEST_FIELDS:
        return None
    try:
        sections = tuple(str(section) for section in document["sections"])
        for section in sections:
            section_of(*section.split("/", 1))
        if to_address(document["wallet"]) != context.keys.wallet_id:
            return None
        authors = {str(layer): to_address(address) for layer, address in document["authors"].items()}
        return Request(
            id=message.id,
            professional=to_address(document["professional"]),
            sections=sections,
            append=bool(document["append"]),
            purpose=str(document["purpose"]),
            until=int(document["until"]),
            authors={layer: address for layer, address in authors.items() if layer in RECORD_LAYERS},
            received=message.created,
            document=document,
        )
    except (MedixainError, TypeError, ValueError, AttributeError):
        return None


def _remember_authors(context: Context, requests: list[Request]) -> None:
    if requests:
        with context.changing("authors") as authors:
            for request in requests:
                authors.setdefault(request.professional, {}).update(request.authors)


def _take_note(context: Context, message: mail.Message) -> None:
    """A note of this wallet to itself: a grant it gave, perhaps from another home."""
    note = mail.open_note(context, message.document)
    if note is None or note.get("kind") != "given":
        return
    if note["grant"] not in context.table("given"):
        with context.changing("given") as given:
            given[note["grant"]] = note["row"]


def _take(context: Context, message: mail.Message) -> None:
    try:
        if message.kind == "introduction":
            _take_introduction(context, message)
        elif message.kind == "grant":
            _take_grant(context, message)
    except NodeError:
        raise
    except (MedixainError, KeyError, TypeError, ValueError):
        return


def _take_introduction(context: Context, message: mail.Message) -> None:
    """An introduction counts when the slot's attested current key signed it for this professional."""
    introduction = SignedIntroduction.parse(str(message.document["introduction"]).encode("utf-8"))
    signed = introduction.message
    patient, layer = to_address(signed.wallet_id), signed.layer
    encoded = introduction.encode().decode("utf-8")
    if context.table("introductions").get(patient, {}).get(layer) == encoded:
        return
    if message.id in context.table("handled"):
        return
    statement = attested(context, signed.slot, fresh=False)
    # The keyset inside is the one of the day it was signed; what is encrypted to is always the attested one.
    introduction.verify(
        chain_id=context.meta.chain_id,
        slot_key=statement.key,
        professional=context.professional.address,
        attested_keyset=signed.keyset_hash,
        now=context.now(),
    )
    with context.changing("introductions") as introductions:
        introductions.setdefault(patient, {})[layer] = encoded
    with context.changing("handled") as handled:
        handled[message.id] = 1


def _take_grant(context: Context, message: mail.Message) -> None:
    """A grant to this wallet's exchange key; whether it counts, the chain and the nodes say when it is used."""
    document = message.document
    opening = from_json(GrantOpening, document["opening"])
    mine = bytes(context.keys.exchange.public_key)
    if opening.grantee != context.professional.address or opening.grantee_key != mine:
        return
    name = "0x" + grant_id(opening).hex()
    if name in context.table("received"):
        return
    row = {
        "opening": document["opening"],
        "wallet": to_address(document["wallet"]),
        "layer": str(document["layer"]),
        "sections": {str(tag): str(section) for tag, section in document["sections"].items()},
    }
    with context.changing("received") as received:
        received[name] = row
