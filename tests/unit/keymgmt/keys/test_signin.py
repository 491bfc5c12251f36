"""A sign-in counts once, here, now, and for the device it names; a device proof for one request."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keymgmt.keys.errors import SignInRefused
from keymgmt.keys.signin import (
    EMPTY_BODY,
    compose_sign_in,
    device_proof,
    new_nonce,
    parse_sign_in,
    verify_device_proof,
    verify_sign_in,
)
from keymgmt.keys.signing import SigningKey

PERSON, DEVICE = SigningKey(b"\x41" * 32), SigningKey(b"\x42" * 32)
NOW = 1_795_000_000
HERE: dict[str, Any] = {
    "domain": "localhost:8000",
    "uri": "http://localhost:8000",
    "chain_id": 31337,
    "nonce": "0123456789abcdef",
}
TEXT = compose_sign_in(address=PERSON.address, device=DEVICE.address, now=NOW, **HERE)


def test_the_text_is_exactly_that_of_the_specification() -> None:
    assert (
        "localhost:8000 wants you to sign in with your Ethereum account:\n"
        f"{PERSON.address}\n\nSign in to medixain. Device {DEVICE.address}.\n\n"
        "URI: http://localhost:8000\nVersion: 1\nChain ID: 31337\nNonce: 0123456789abcdef\n"
        "Issued At: 2026-11-18T11:06:40Z\nExpiration Time: 2026-11-18T11:11:40Z"
    ) == TEXT


def test_a_signed_text_signs_in() -> None:
    message = verify_sign_in(TEXT, PERSON.sign_text(TEXT), now=NOW + 299, **HERE)
    assert (message.address, message.device) == (PERSON.address, DEVICE.address)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCDEF0123456789", min_size=16, max_size=64), st.integers(1, 2**33))
def test_what_is_composed_parses_to_the_same(nonce: str, now: int) -> None:
    values = HERE | {"nonce": nonce}
    text = compose_sign_in(address=PERSON.address, device=DEVICE.address, now=now, **values)
    parsed = parse_sign_in(text)
    assert (parsed.nonce, parsed.issued_at, parsed.expires_at) == (nonce, now, now + 300)
    assert parsed.text() == text


@pytest.mark.parametrize(
    "changes",
    [
        {"domain": "evil.example"},
        {"uri": "http://localhost:8001"},
        {"chain_id": 1},
        {"nonce": "fedcba9876543210"},
        {"now": NOW + 300},
        {"now": NOW - 61},
    ],
)
def test_another_place_challenge_or_time_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SignInRefused):
        verify_sign_in(TEXT, PERSON.sign_text(TEXT), **({"now": NOW} | HERE | changes))


@pytest.mark.parametrize("signature", [b"", bytes(65), DEVICE.sign_text(TEXT), PERSON.sign_text(TEXT + " ")])
def test_another_signature_is_refused(signature: bytes) -> None:
    with pytest.raises(SignInRefused):
        verify_sign_in(TEXT, signature, now=NOW, **HERE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Sign in to medixain.", "Sign everything over."),
        ("Version: 1", "Version: 2"),
        ("2026-11-18T11:11:40Z", "2026-11-18T11:11:41Z"),
        ("2026-11-18T11:11:40Z", "2026-11-18T11:06:40Z"),
        ("2026-11-18T11:11:40Z", "2026-13-18T11:11:40Z"),
        (PERSON.address, PERSON.address.lower()),
        (DEVICE.address, "0x" + DEVICE.address[2:].upper()),
        (PERSON.address, "0x" + PERSON.address[2:].swapcase()),
        ("Chain ID: 31337", "Chain ID: 031337"),
        ("\nNonce", "\r\nNonce"),
        ("localhost:8000 wants", "local host:8000 wants"),
        ("URI: http", "URI: ftp"),
    ],
)
def test_a_text_of_any_other_form_is_refused_though_signed(old: str, new: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    with pytest.raises(SignInRefused):
        verify_sign_in(text, PERSON.sign_text(text), now=NOW, **HERE)


@pytest.mark.parametrize(
    "changes", [{"domain": "a\nb"}, {"nonce": "short"}, {"nonce": "x" * 65}, {"uri": "http://x y"}, {"chain_id": 0}]
)
def test_a_value_that_would_add_a_line_to_the_text_is_never_composed(changes: dict[str, Any]) -> None:
    with pytest.raises(SignInRefused):
        compose_sign_in(address=PERSON.address, device=DEVICE.address, now=NOW, **(HERE | changes))


def test_a_value_that_the_text_would_round_is_never_composed() -> None:
    whole = parse_sign_in(TEXT)
    with pytest.raises(SignInRefused):
        dataclasses.replace(whole, issued_at=whole.issued_at + 0.5).text()  # type: ignore[arg-type]


def test_nonces_do_not_repeat_and_fit_the_text() -> None:
    nonces = {new_nonce() for _ in range(100)}
    assert len(nonces) == 100
    for nonce in list(nonces)[:3]:
        compose_sign_in(address=PERSON.address, device=DEVICE.address, now=NOW, **(HERE | {"nonce": nonce}))


REQUEST: dict[str, Any] = {"method": "POST", "path": "/api/v1/records?a=1", "body_sha256": EMPTY_BODY}
PROOF = device_proof(DEVICE, now=NOW, **REQUEST)


@pytest.mark.parametrize("now", [NOW - 60, NOW, NOW + 60])
def test_a_device_proof_counts_for_its_request_within_a_minute(now: int) -> None:
    verify_device_proof(PROOF, device=DEVICE.address, now=now, **REQUEST)


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "GET"},
        {"path": "/api/v1/records?a=2"},
        {"body_sha256": "0" * 64},
        {"device": PERSON.address},
        {"now": NOW + 61},
        {"now": NOW - 61},
        {"header": ""},
        {"header": PROOF + "0"},
        {"header": PROOF.upper()},
        {"header": PROOF.replace(str(NOW), str(NOW + 1))},
        {"header": f"{NOW}.0x" + "00" * 65},
    ],
)
def test_a_device_proof_for_anything_else_is_refused(changes: dict[str, Any]) -> None:
    arguments = {"header": PROOF, "device": DEVICE.address, "now": NOW} | REQUEST | changes
    with pytest.raises(SignInRefused):
        verify_device_proof(arguments.pop("header"), **arguments)
