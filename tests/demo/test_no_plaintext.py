"""Nothing the platform keeps holds plaintext, a secret key or a patient's wallet id (issue: done-line 6)."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.phrase import entropy_of
from tests.demo.cast import Cast, introduce
from tests.demo.harness import Person, Platform

pytestmark = pytest.mark.demo

MARKER = "planted-plaintext-marker-7f3c9d"
DEVICES = "homes"
"""Folder of the synthetic people's and partners' own devices inside the demo's data; no server reads it."""


def spellings(secret: bytes) -> Iterator[bytes]:
    """A value as it could stand in a file: raw, hexadecimal in both cases, base64 at its three alignments."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret)
        start = -(-shift * 8 // 6)
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
            hits += [f"{name} in {path.name}" for spelling in spellings(needle) if spelling in content]
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


@pytest.fixture
def story(cast: Cast, tmp_path: Path) -> Cast:
    """A whole story with a marker in content, file name, profile entry and purpose."""
    note = tmp_path / f"{MARKER}.txt"
    note.write_text(f"{MARKER} " * 5000)
    introduce(cast.ada, cast.author, "--append", "--section", "profile/documents", "--section", "profile/allergies")
    record = cast.author.must("record", "add", note, "--for", cast.ada.facts["wallet"], "--wait", "final")["record"]
    cast.author.must("profile", "append", "allergies", "--text", MARKER, "--for", cast.ada.facts["wallet"])
    cast.ada.must("access", "grant", cast.reader.facts["wallet"], "--record", record)
    cast.reader.must("record", "get", record, "--out", tmp_path / "read.txt")
    cast.ada.must("access", "withdraw", cast.reader.facts["wallet"])
    return cast


def test_no_plaintext_no_key_no_wallet_id(story: Cast, platform: Platform) -> None:
    needles = {"marker": MARKER.encode(), "patient's wallet id": bytes.fromhex(story.ada.facts["wallet"][2:])}
    needles |= {f"patient's {name}": value for name, value in secrets_of(story.ada).items()}
    needles |= {f"clinician's {name}": value for name, value in secrets_of(story.reader).items()}
    needles["national number"] = story.ada.facts["number"].encode()

    assert any(path.suffix in {".sqlite3", ".db", ".sqlite"} for path in kept_files(platform))
    assert found_in(platform, needles) == []


def test_the_search_finds_what_is_there(platform: Platform) -> None:
    address = bytes.fromhex(platform.log_ins()["institutions"][0]["institution"][2:])

    assert found_in(platform, {"institution's address": address})
