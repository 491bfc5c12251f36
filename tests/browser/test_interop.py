"""A record written in the browser opens with the command line and the other way round, byte for byte (done-line 4)."""

import hashlib
import random
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.fixtures import Profile
from tests.browser.people import PATIENCE_MS, vault_address, write_file
from tests.browser.worker import VaultWorker, browser_of
from tests.demo.cast import Cast
from tests.demo.harness import Person, Platform

pytestmark = [pytest.mark.demo, pytest.mark.browser, pytest.mark.long]

CHUNK = 65_536
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 17)
"""Nothing, the least, and both sides of a chunk's border."""
LARGE = 64 << 20
NAMES = ("plain.bin", "Befund Müller – Σ 検査.bin", "a" * 60 + ".bin")


def content_of(size: int) -> bytes:
    """Bytes that say nothing, the same in every run."""
    return random.Random(size).randbytes(size)


@pytest.fixture
def ada(cast: Cast) -> Person:
    """A patient with a wallet made by the command line, whose documents are anchored."""
    cast.ada.must("record", "add", __file__, "--section", "profile/documents", "--wait", "final")
    return cast.ada


@pytest.fixture
def device(profile: Profile, platform: Platform, ada: Person) -> BrowserContext:
    """The same patient's browser."""
    return browser_of(ada, profile, platform)


def test_small_records_cross_both_ways(ada: Person, device: BrowserContext, platform: Platform, tmp_path: Path) -> None:
    page = device.new_page()
    page.goto(vault_address(platform) + "/frame.html#/timeline")
    browser = VaultWorker.of(page)
    for number, size in enumerate(SIZES):
        content, name = content_of(size), NAMES[number % len(NAMES)]

        written = browser.add(content, name, section="profile/documents")["record"]
        out = folder(tmp_path, f"from-browser-{size}")
        ada.must("record", "get", written, "--out", out)
        assert contents(out) == {name: content}, size

        file = write_file(tmp_path, name, content)
        added = ada.must("record", "add", file, "--section", "profile/documents")
        assert browser.get(added["record"]) == (name, content), size


def test_64_mib_cross_both_ways_through_the_pages(
    ada: Person, device: BrowserContext, platform: Platform, tmp_path: Path
) -> None:
    content = content_of(LARGE)
    digest = hashlib.sha256(content).hexdigest()
    file = write_file(tmp_path, "scan.bin", content)
    page = device.new_page()
    page.goto(vault_address(platform) + "/#/add")
    page.set_input_files("#file", file)
    page.locator("form button[type=submit]").click()
    expect(page.get_by_text("scan.bin").first).to_be_visible()
    expect(page.get_by_text("Choose more files")).to_be_visible(timeout=PATIENCE_MS)
    rows = {row["name"]: row["record"] for row in ada.must("record", "list")}
    out = folder(tmp_path, "out")
    ada.must("record", "get", rows["scan.bin"], "--out", out)
    assert {name: hashlib.sha256(body).hexdigest() for name, body in contents(out).items()} == {"scan.bin": digest}

    added = ada.must("record", "add", file, "--section", "profile/documents")
    page.goto("about:blank")
    page.goto(f"{vault_address(platform)}/frame.html#/record/{added['record']}")
    page.get_by_role("button", name="Open it").click()
    with page.expect_download(timeout=PATIENCE_MS) as saved:
        page.get_by_role("button", name="Save a copy").click()
    assert saved.value.suggested_filename == "scan.bin"
    assert hashlib.sha256(saved.value.path().read_bytes()).hexdigest() == digest


def folder(parent: Path, name: str) -> Path:
    """A new folder: the command line writes a record there under its own name."""
    made = parent / name
    made.mkdir()
    return made


def contents(place: Path) -> dict[str, bytes]:
    """The files of a folder by name."""
    return {file.name: file.read_bytes() for file in place.iterdir()}
