"""Sealed messages between people, through inboxes the platform keeps (docs/spec/api.md, "Message kinds").

Sealing hides a message and does not say who wrote it: each kind carries a signature or refers to the chain, and whoever
handles it checks that. Notes to oneself are encrypted under the wallet's own key instead, which nobody can forge.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from keymgmt.keys import wrapping
from keymgmt.keys.directory import OpenCard, lookup, open_card
from keymgmt.keys.errors import WrongUnlocker
from keymgmt.keys.wrapping import NONCE_LENGTH
from keymgmt.pre import CannotOpen, MalformedEncoding, PublicKey, Sealed, seal
from medixain.core import canonical
from medixain.core.canonical import NotCanonical
from medixain.sdk.context import Context
from medixain.sdk.errors import BadServerAnswer, ServerRefused, UnknownWallet
from medixain.sdk.transport import Identity

_NOTE_HEADER = b"medixain/note/v1"


@dataclass(frozen=True, slots=True)
class Message:
    """An opened message; ``document`` is its canonical JSON, whose signatures are still to be checked."""

    id: str
    sender: str
    kind: str
    document: dict[str, Any]
    created: int


def find_wallet(context: Context, wallet: str) -> OpenCard:
    """Return the verified directory card of ``wallet``, never an older one than this home has seen.

    Raises :class:`UnknownWallet`, ``BadDocument`` or a ``SignatureError``.
    """
    seen = int(context.table("cards").get(wallet, 1))
    card = fetch_card(context, wallet, chain_id=context.meta.chain_id, least_version=seen)
    if card.version > seen:
        with context.changing("cards") as cards:
            cards[wallet] = card.version
    return card


def fetch_card(context: Context, wallet: str, *, chain_id: int, least_version: int = 1) -> OpenCard:
    """Return the verified directory card of ``wallet``; needs no home. Raises as :func:`find_wallet`."""
    try:
        row = context.api.get(f"/directory/0x{lookup(wallet).hex()}")
    except ServerRefused as error:
        if error.status == 404:
            raise UnknownWallet(wallet) from error
        raise
    return open_card(wallet, _decode(row["ciphertext"]), chain_id=chain_id, least_version=least_version)


def send(
    context: Context,
    *,
    to: str,
    key: PublicKey,
    kind: str,
    document: dict[str, Any],
    by: Identity,
    reply_to: str | None = None,
) -> str:
    """Seal ``document`` to ``key`` and leave it in the inbox of ``to``; return the message's id."""
    blob = bytes(seal(key, canonical.encode(document)))
    body: dict[str, Any] = {"to": to, "kind": kind, "blob": base64.b64encode(blob).decode("ascii")}
    if reply_to is not None:
        body["reply_to"] = reply_to
    answer = context.api.post("/messages", body, by=by)
    return str(answer["id"])


def note(context: Context, document: dict[str, Any]) -> None:
    """Leave a note to oneself in the own inbox, so that a wallet restored elsewhere knows it too."""
    nonce, ciphertext = wrapping.encrypt(context.keys.keystore_key, canonical.encode(document), _NOTE_HEADER)
    sealed = {"v": 1, "note": base64.b64encode(nonce + ciphertext).decode("ascii")}
    send(
        context,
        to=context.account.address,
        key=context.keys.exchange.public_key,
        kind="notice",
        document=sealed,
        by=context.account,
    )


def open_note(context: Context, document: dict[str, Any]) -> dict[str, Any] | None:
    """Return the note in a message, None when it is none or not by this wallet."""
    encoded = document.get("note")
    if not isinstance(encoded, str):
        return None
    try:
        blob = base64.b64decode(encoded, validate=True)
        plaintext = wrapping.decrypt(context.keys.keystore_key, blob[:NONCE_LENGTH], blob[NONCE_LENGTH:], _NOTE_HEADER)
    except (WrongUnlocker, binascii.Error):
        return None
    found = canonical.parse(plaintext)
    return found if isinstance(found, dict) else None


def inbox(context: Context, by: Identity, unseal: Callable[[Sealed], bytes]) -> list[Message]:
    """Return every message in the inbox of ``by`` that ``unseal`` opens, oldest first.

    What does not open or is no canonical JSON is left out: anybody can leave junk in an inbox.
    """
    found: list[Message] = []
    after: str | None = None
    while True:
        page = context.api.get("/messages", by=by, after=after, limit=200)
        for row in page["messages"]:
            document = _open(row, unseal)
            if document is not None:
                found.append(
                    Message(str(row["id"]), str(row["from"]), str(row["kind"]), document, _time(row["created"]))
                )
        after = page.get("next")
        if after is None:
            return found


def forget(context: Context, by: Identity, message: str) -> None:
    """Delete a message of the own inbox; one that is gone already is fine."""
    try:
        context.api.delete(f"/messages/{message}", by=by)
    except ServerRefused as error:
        if error.status != 404:
            raise


def _open(row: Any, unseal: Callable[[Sealed], bytes]) -> dict[str, Any] | None:
    try:
        document = canonical.parse(unseal(Sealed.parse(base64.b64decode(row["blob"], validate=True))))
    except (CannotOpen, MalformedEncoding, NotCanonical, binascii.Error):
        return None
    return document if isinstance(document, dict) else None


def _decode(text: Any) -> bytes:
    """Bytes in JSON: ``0x`` hex, or base64 for bulk ciphertext (docs/spec/README.md)."""
    if not isinstance(text, str):
        raise BadServerAnswer("a ciphertext")
    try:
        return bytes.fromhex(text[2:]) if text.startswith("0x") else base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BadServerAnswer("a ciphertext") from error


def _time(value: Any) -> int:
    if not isinstance(value, int):
        raise BadServerAnswer("a message's time")
    return value
