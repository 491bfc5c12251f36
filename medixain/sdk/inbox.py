"""What comes into an inbox: each kind of message is checked here before this home remembers it."""

from collections.abc import Callable
from typing import Any, Final

from contracts.bindings.messages import GrantOpening
from keymgmt.keys.introduction import SignedIntroduction
from keymgmt.node.errors import NodeError, UnknownProfessional
from keymgmt.node.messages import grant_id
from keymgmt.node.wire import from_json
from keymgmt.pre import Sealed, unseal
from medixain.core.addresses import to_address
from medixain.core.errors import InvalidInput, MedixainError
from medixain.core.secp256k1 import SignatureError
from medixain.sdk import mail
from medixain.sdk.access_request import Request, parse_letter, parse_request, verify_letter, verify_request
from medixain.sdk.context import Context
from medixain.sdk.errors import NotAttested
from medixain.sdk.slots import attested, attested_professional
from medixain.sdk.standing import is_professional

ANSWERS: Final = ("given", "declined")
"""What a patient says to a referral."""


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
    try:
        if to_address(message.document["wallet"]) != context.keys.wallet_id:
            return None
        request = parse_request(message.document, id=message.id, received=message.created)
    except (MedixainError, KeyError, TypeError):
        return None
    # Answered once: the platform may put the same bytes into the inbox again.
    return None if request.nonce and request.nonce in context.table("handled") else request


def _remember_authors(context: Context, requests: list[Request]) -> None:
    """Keep the pseudonyms that professionals named: whoever else signed for one would write into the record as her."""
    known = context.table("authors")
    named = [one for one in requests if not one.authors.items() <= known.get(one.professional, {}).items()]
    signed = [one for one in named if _is_signed_now(context, one)]
    if signed:
        with context.changing("authors") as authors:
            for request in signed:
                authors.setdefault(request.professional, {}).update(request.authors)


def _is_signed_now(context: Context, request: Request) -> bool:
    try:
        return is_signed(context, request)
    except NodeError:
        # Nobody answers: the request waits in the inbox, and is looked at again the next time.
        return False


def is_signed(context: Context, request: Request) -> bool:
    """Whether the professional whose request this is signed it, by the key that m nodes attest now."""
    try:
        verify_request(request, attested_professional(context, request.professional).signing_key)
    except (UnknownProfessional, NotAttested, SignatureError, InvalidInput):
        return False
    return True


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
        elif message.kind == "notice":
            _take_answer(context, message.document)
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
        "letter": _letter(context, document),
    }
    with context.changing("received") as received:
        received[name] = row | {"arrived": 1 + max((one.get("arrived", 0) for one in received.values()), default=0)}


def _letter(context: Context, document: dict[str, Any]) -> dict[str, Any] | None:
    """The letter that came with a grant, None without one or when its writer did not write it to this professional.

    The grant counts in both cases: it is the patient's. A writer whom the nodes do not know any more is not named.
    """
    if document.get("letter") is None:
        return None
    try:
        letter = parse_letter(document["letter"])
        verify_letter(letter, attested_professional(context, letter.referrer).signing_key)
    except (UnknownProfessional, NotAttested, InvalidInput, SignatureError):
        return None
    mine = (letter.colleague, letter.wallet) == (context.professional.address, to_address(document["wallet"]))
    return letter.document if mine else None


def _take_answer(context: Context, document: dict[str, Any]) -> None:
    """A patient's answer to a referral of this home: who names its nonce has read what was sealed to the patient."""
    if document.get("kind") != "referral-answer" or document["answer"] not in ANSWERS:
        return
    if context.table("referred").get(document["nonce"], {"answer": ""})["answer"] is not None:
        return
    with context.changing("referred") as referred:
        referred[document["nonce"]]["answer"] = document["answer"]
