"""Writes the vectors of access requests and referrals: ``python -m tests.vectors.referral.make``.

``signed`` holds documents with what a given key signs of each; ``requests`` and ``letters`` hold documents and whether
each is taken for one; ``forged`` holds requests in good form that the key did not sign.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from keymgmt.keys.signing import SigningKey
from medixain.core.errors import MedixainError
from medixain.core.secp256k1 import SignatureError
from medixain.sdk import access_request

VECTORS: Final = Path(__file__).parent / "referral.json"

ASKER, STRANGER = SigningKey(b"\x11" * 32), SigningKey(b"\x22" * 32)
PATIENT, COLLEAGUE = SigningKey(b"\x33" * 32).address, SigningKey(b"\x44" * 32).address

_REQUEST: Final[dict[str, Any]] = {
    "v": 1, "wallet": PATIENT, "professional": ASKER.address, "layers": ["profile"], "sections": ["profile/allergies"],
    "append": True, "purpose": "care", "until": 1_800_000_000, "authors": {"profile": STRANGER.address},
}  # fmt: skip
_LETTER: Final[dict[str, Any]] = {
    "v": 1, "wallet": PATIENT, "referrer": ASKER.address, "colleague": COLLEAGUE,
    "reason": "Zweitmeinung zum Herzgeräusch – ♥, please", "written": 1_790_000_000,
}  # fmt: skip
_REFERRAL: Final[dict[str, Any]] = {
    "v": 2, "wallet": PATIENT, "professional": ASKER.address, "sections": ["profile/results", "activity/appointments"],
    "append": False, "purpose": "second-opinion", "until": 1_800_000_000, "nonce": "0x" + "5a" * 32,
}  # fmt: skip

_WRONG_LETTERS: Final[tuple[dict[str, Any], ...]] = (
    {"v": 2}, {"v": True}, {"wallet": "0x12"}, {"wallet": None}, {"referrer": 5}, {"colleague": ASKER.address},
    {"colleague": PATIENT}, {"reason": ""}, {"reason": "   "}, {"reason": 5}, {"reason": "é" * 2001}, {"written": "1"},
    {"written": -1}, {"written": True}, {"more": 1},
)  # fmt: skip
_RIGHT_LETTERS: Final[tuple[dict[str, Any], ...]] = ({}, {"reason": "é" * 2000}, {"written": 0}, {"signature": "0x"})
_WRONG_REFERRALS: Final[tuple[dict[str, Any], ...]] = (
    {"v": 1}, {"v": 3}, {"wallet": COLLEAGUE}, {"professional": STRANGER.address}, {"letter": None}, {"letter": {}},
    {"sections": []}, {"sections": ["profile/nowhere"]}, {"sections": ["results"]}, {"sections": "profile/results"},
    {"sections": [5]}, {"append": 1}, {"append": None}, {"purpose": 5}, {"until": "1"}, {"until": True}, {"nonce": ""},
    {"nonce": "0x" + "5A" * 32}, {"nonce": "0x" + "5a" * 31}, {"nonce": 5}, {"authors": {}}, {"layers": ["profile"]},
)  # fmt: skip
_RIGHT_REFERRALS: Final[tuple[dict[str, Any], ...]] = (
    {}, {"append": True}, {"purpose": "in words of one's own"}, {"sections": ["profile/mental-health"]}, {"until": 0},
)  # fmt: skip


def letter(signer: SigningKey = ASKER, **changes: Any) -> dict[str, Any]:
    """A letter, signed as it then stands."""
    return access_request.sign_letter(_LETTER | changes, signer)


def referral(signer: SigningKey = ASKER, **changes: Any) -> dict[str, Any]:
    """A referral, signed as it then stands."""
    return access_request.sign_request(_REFERRAL | {"letter": letter()} | changes, signer)


def request(**changes: Any) -> dict[str, Any]:
    """A professional's request for herself."""
    return access_request.sign_request(_REQUEST | changes, ASKER)


def signed() -> Iterator[dict[str, Any]]:
    """Yield what the key signs."""
    for title, document, sign in (
        ("medixain-access-request", _REQUEST, access_request.sign_request),
        ("medixain-referral-letter", _LETTER, access_request.sign_letter),
        ("medixain-access-request", _REFERRAL | {"letter": letter()}, access_request.sign_request),
    ):
        text = access_request.signed_text(title, document)
        yield {"title": title, "document": document, "text": text, "signature": sign(document, ASKER)["signature"]}


def letters() -> Iterator[dict[str, Any]]:
    """Yield documents with whether each is a letter."""
    yield from _judged((letter(**change) for change in (*_RIGHT_LETTERS, *_WRONG_LETTERS)), access_request.parse_letter)
    yield from _judged(_lacking(letter()), access_request.parse_letter)


def requests() -> Iterator[dict[str, Any]]:
    """Yield documents with whether each is a request of either version."""
    documents = [request(), *(referral(**change) for change in (*_RIGHT_REFERRALS, *_WRONG_REFERRALS))]
    yield from _judged(documents, _parse)
    yield from _judged(_lacking(referral()), _parse)
    yield from _judged(_lacking(request()), _parse)


def forged() -> Iterator[dict[str, Any]]:
    """Yield requests in good form whose signatures are not all by the one whom they name."""
    true = referral()
    yield referral(STRANGER)
    yield referral(letter=letter(STRANGER))
    yield true | {"sections": ["profile/results"]}
    yield true | {"append": True}
    yield true | {"until": true["until"] + 1}
    yield true | {"nonce": "0x" + "00" * 32}
    yield true | {"letter": letter(colleague=STRANGER.address)}
    yield referral(letter=letter() | {"reason": "Something else"})
    yield true | {"signature": true["letter"]["signature"]}
    yield true | {"signature": "0x"}
    yield request() | {"append": False}


def _lacking(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in document:
        yield {key: value for key, value in document.items() if key != name}


def _judged(documents: Any, parse: Callable[[Any], object]) -> Iterator[dict[str, Any]]:
    for document in documents:
        yield {"document": document, "accepted": _accepts(parse, document)}


def _parse(document: dict[str, Any]) -> access_request.Request:
    return access_request.parse_request(document, id="1", received=1)


def _accepts(parse: Callable[[Any], object], document: dict[str, Any]) -> bool:
    try:
        parse(document)
    except MedixainError:
        return False
    return True


def holds(document: dict[str, Any]) -> bool:
    """Whether the asker signed all of a request."""
    try:
        access_request.verify_request(_parse(document), ASKER.address)
    except SignatureError:
        return False
    return True


def main() -> None:
    """Write the vectors."""
    content = {
        "key": "0x" + ASKER.secret_bytes().hex(),
        "signed": list(signed()),
        "letters": list(letters()),
        "requests": list(requests()),
        "forged": list(forged()),
    }
    VECTORS.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
