"""Nothing the platform keeps holds plaintext, a secret key or a patient's wallet id (issue: done-line 6)."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.layers import layer_of
from keymgmt.keys.phrase import entropy_of
from medixain.demo.founding import open_signers
from medixain.demo.layout import Layout
from medixain.sdk.context import RECORD_LAYERS, Context
from medixain.sdk.home import Home
from medixain.sdk.stored import own_data_key, own_record_key, rows
from tests.demo.cast import Cast, introduce
from tests.demo.harness import Person, Platform

pytestmark = [pytest.mark.demo, pytest.mark.timeout(600)]

MARKER = "planted-plaintext-marker-7f3c9d"
PURPOSE = "planted-purpose-marker-52e8b1"
EPOCHS = range(1, 4)
"""A withdrawal begins a section's next epoch; the story has one."""
DEVICES = "homes"
"""Folder of the synthetic people's and partners' own devices inside the demo's data; no server reads it."""


def spellings(secret: bytes) -> Iterator[bytes]:
    """What could stand in a file: raw, hex in both cases, base64 in both alphabets at any alignment."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for shift in range(3):
        start = -(-shift * 8 // 6)
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            encoded = encode(b"\0" * shift + secret)
            yield encoded[start : len(encoded) // 4 * 4 - 4]


def kept_files(platform: Platform) -> Iterator[Path]:
    """Everything the running platform keeps: databases with their journals, blocks, logs, chain."""
    for path in platform.data.rglob("*"):
        if path.is_file() and DEVICES not in path.relative_to(platform.data).parts:
            yield path


def found_in(platform: Platform, needles: dict[str, bytes]) -> list[str]:
    """Names of the needles found, with the file each stands in."""
    hits = []
    for path in kept_files(platform):
        content = path.read_bytes()
        for name, needle in needles.items():
            hits += [f"{name} in {path}" for spelling in spellings(needle) if spelling in content]
    return hits


def secrets_of(person: Person) -> dict[str, bytes]:
    """The secrets of a wallet that a careless program would leave behind."""
    entropy = entropy_of(person.facts["phrase"])
    keys = WalletKeys(entropy)
    return {
        "entropy": entropy,
        "phrase": person.facts["phrase"].encode(),
        "wallet key": keys.wallet.secret_bytes(),
        "account slot key": keys.slot("account").secret_bytes(),
        "profile slot key": keys.slot("profile").secret_bytes(),
    }


def section_keys_of(person: Person) -> dict[str, bytes]:
    """The secret key of every section of a wallet's layers, epoch by epoch."""
    keys = WalletKeys(entropy_of(person.facts["phrase"]))
    return {
        f"key of {layer}/{section} in epoch {epoch}": keys.section_key(layer, section, epoch).secret_bytes()
        for layer in RECORD_LAYERS
        for section in layer_of(layer).sections
        for epoch in EPOCHS
    }


def record_keys_of(person: Person) -> dict[str, bytes]:
    """Secret key and content key of each record that the wallet's own device can open."""
    found: dict[str, bytes] = {}
    context = Context(Home(person.home), person.server, password=None)
    try:
        for layer in RECORD_LAYERS:
            for stored in rows(context, context.account, slot=context.keys.slot_id(layer)):
                found[f"secret key of {stored.name}"] = own_record_key(context.keys, stored).secret_bytes()
                found[f"content key of {stored.name}"] = own_data_key(context.keys, stored)
    finally:
        context.close()
    return found


def signers_secrets(platform: Platform) -> dict[str, bytes]:
    """What the signers hold: each institution's share of the nullifier's key, and the keys that sign and open."""
    found: dict[str, bytes] = {}
    for name, keyring in open_signers(Layout(platform.data)).keyrings().items():
        found[f"signing key of {name}"] = keyring.signing.secret_bytes()
        found[f"exchange key of {name}"] = keyring.exchange.secret_bytes()
        if keyring.share is not None:
            found[f"nullifier share of {name}"] = keyring.share.value.to_bytes(32, "big")
    return found


@pytest.fixture
def story(cast: Cast, tmp_path: Path) -> Cast:
    """A whole story with a marker in content, file name, profile entry and purpose."""
    note = tmp_path / f"{MARKER}.txt"
    note.write_text(f"{MARKER} " * 5000)
    introduce(cast.ada, cast.author, "--append", "--section", "profile/documents", "--section", "profile/allergies")
    record = cast.author.must("record", "add", note, "--for", cast.ada.facts["wallet"], "--wait", "final")["record"]
    cast.author.must("profile", "append", "allergies", "--text", MARKER, "--for", cast.ada.facts["wallet"])
    cast.ada.must("access", "grant", cast.reader.facts["wallet"], "--record", record, "--purpose", PURPOSE)
    cast.reader.must("record", "get", record, "--out", tmp_path / "read.txt")
    cast.ada.must("access", "withdraw", cast.reader.facts["wallet"])
    return cast


def test_no_plaintext_no_key_no_wallet_id(story: Cast, platform: Platform) -> None:
    needles = {"marker": MARKER.encode(), "purpose": PURPOSE.encode()}
    needles |= {"patient's wallet id": bytes.fromhex(story.ada.facts["wallet"][2:])}
    needles |= {f"patient's {name}": value for name, value in secrets_of(story.ada).items()}
    needles |= {f"clinician's {name}": value for name, value in secrets_of(story.reader).items()}
    needles["national number"] = story.ada.facts["number"].encode()
    needles |= section_keys_of(story.ada) | record_keys_of(story.ada) | signers_secrets(platform)
    assert {name.split(" ")[0] for name in needles} >= {"key", "secret", "content", "nullifier"}

    assert any(path.suffix in {".sqlite3", ".db", ".sqlite"} for path in kept_files(platform))
    assert found_in(platform, needles) == []


def test_the_search_finds_what_is_there(platform: Platform) -> None:
    address = bytes.fromhex(platform.log_ins()["institutions"][0]["institution"][2:])

    assert found_in(platform, {"institution's address": address})


def test_a_secret_is_found_however_it_is_written(platform: Platform) -> None:
    secret = bytes(range(200, 232))
    planted = platform.data / "logs" / "planted.log"
    written = (
        secret, secret.hex().encode(), secret.hex().upper().encode(), base64.b64encode(b"one" + secret),
        base64.urlsafe_b64encode(b"a" + secret),
    )  # fmt: skip
    try:
        for spelling in written:
            planted.write_bytes(b"key=" + spelling + b";")
            assert found_in(platform, {"planted": secret})
    finally:
        planted.unlink()
