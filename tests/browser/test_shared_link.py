"""Somebody without an account opens a SMART Health Link, at both widths: the code, the sections, the files inside."""

import base64
import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from playwright.sync_api import Page, Route, expect

from tests.browser.fixtures import WIDTHS, Profile
from tests.browser.review import fits, violations
from tests.browser.vault_server import Elsewhere, VaultServer

pytestmark = [pytest.mark.browser, pytest.mark.long]

KEY = bytes(range(32))
CODE = "4711"
SECRET = "A" * 43
ALERT = "[role=alert]:not(#alarm)"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>"
)


@pytest.fixture(scope="module")
def vault() -> Iterator[VaultServer]:
    with Elsewhere() as pages, VaultServer(pages.platform) as server:
        yield server


@pytest.mark.parametrize("width", WIDTHS)
def test_whoever_has_link_and_code_reads_the_summary_on_the_device(
    vault: VaultServer, profile: Profile, width: int
) -> None:
    page = profile(width).new_page()
    asked = platform_of(vault, page)
    page.goto(f"{vault.url}/link.html#{link_of(vault)}")
    expect(page.get_by_role("heading", level=1)).to_have_text("A shared summary")
    # The key is out of the address, and so out of the history that others read.
    assert page.evaluate("location.hash") == ""
    page.get_by_role("button", name="Open the summary").click()
    expect(page.locator(ALERT)).to_contain_text("Say who you are")
    page.get_by_label("Who are you?").fill("Emergency room")
    page.get_by_label("The code", exact=True).fill("wrong")
    page.get_by_role("button", name="Open the summary").click()
    expect(page.locator(ALERT)).to_contain_text("4 tries are left")
    assert violations(page) == []
    page.get_by_label("The code", exact=True).fill(CODE)
    page.get_by_role("button", name="Open the summary").click()
    expect(page.get_by_role("heading", name="Allergies")).to_be_visible()
    expect(page.get_by_text("Penicillin")).to_be_visible()
    expect(page.get_by_text("Nothing is recorded here.")).to_have_count(1)
    assert [one["recipient"] for one in asked] == ["Emergency room"] * 2
    assert violations(page) == []
    assert fits(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_files_inside_open_on_the_page_fit_it_and_can_be_enlarged(
    vault: VaultServer, profile: Profile, width: int
) -> None:
    page = profile(width).new_page()
    opened(vault, page)
    page.get_by_role("button", name="Open it Scan of the letter").click()
    picture = page.get_by_role("img", name="Scan of the letter")
    expect(picture).to_be_visible()
    assert picture.evaluate("picture => picture.naturalWidth") == 2000
    assert fits(page)
    page.get_by_role("button", name="Full size").click()
    assert picture.evaluate("picture => picture.clientWidth") == 2000
    assert fits(page)
    page.get_by_role("button", name="Open it Letter").click()
    expect(page.get_by_role("link", name="Open on a page of its own")).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save a copy", exact=True).last.click()
    assert saving.value.suggested_filename == "Letter"
    # What only calls itself a picture is not made one.
    page.get_by_role("button", name="Open it Trap").click()
    expect(page.get_by_role("img", name="Trap")).to_have_count(0)
    assert violations(page) == []


def test_a_browser_without_a_viewer_for_pdf_offers_the_page_of_its_own_and_the_copy(
    vault: VaultServer, profile: Profile
) -> None:
    page = profile(WIDTHS[1]).new_page()
    page.add_init_script("Object.defineProperty(navigator, 'pdfViewerEnabled', { value: false })")
    opened(vault, page)
    page.get_by_role("button", name="Open it Letter").click()
    expect(page.get_by_text("This browser shows no PDF inside a page.")).to_be_visible()
    expect(page.locator("iframe")).to_have_count(0)
    expect(page.get_by_role("button", name="Save a copy", exact=True)).to_be_visible()


def test_the_page_speaks_german_and_says_when_a_link_has_ended(vault: VaultServer, profile: Profile) -> None:
    page = profile(WIDTHS[1], locale="de-DE").new_page()
    page.goto(f"{vault.url}/link.html#{link_of(vault, expires=1_700_000_000)}")
    expect(page.locator(ALERT)).to_contain_text("Dieser Link ist zu Ende")
    opened(vault, page, german=True)
    expect(page.get_by_role("heading", name="Allergien")).to_be_visible()
    expect(page.get_by_text("Rash, schwer")).to_be_visible()
    assert fits(page)


def opened(vault: VaultServer, page: Page, *, german: bool = False) -> None:
    """The page with the summary open."""
    platform_of(vault, page)
    page.goto("about:blank")
    page.goto(f"{vault.url}/link.html#{link_of(vault)}")
    page.get_by_label("Wer sind Sie?" if german else "Who are you?").fill("Emergency room")
    page.get_by_label("Der Code" if german else "The code", exact=True).fill(CODE)
    page.get_by_role("button", name="Kurzakte öffnen" if german else "Open the summary").click()
    expect(page.get_by_text("Penicillin")).to_be_visible()


def platform_of(vault: VaultServer, page: Page) -> list[dict[str, Any]]:
    """Answer as the platform does (docs/spec/api.md, "Share links"); returns what it is asked."""
    asked: list[dict[str, Any]] = []
    headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "content-type"}

    def answer(route: Route) -> None:
        if route.request.method == "OPTIONS":
            route.fulfill(status=204, headers=headers)
            return
        sent: dict[str, Any] = route.request.post_data_json or {}
        asked.append(sent)
        if sent.get("passcode") != CODE:
            route.fulfill(status=401, headers=headers, json={"remainingAttempts": 4})
            return
        file = {"contentType": "application/fhir+json", "embedded": jwe(summary())}
        route.fulfill(headers=headers, json={"files": [file]})

    page.route(f"{vault.platform}/api/v1/share-links/open/**", answer)
    return asked


def link_of(vault: VaultServer, expires: int = 4_000_000_000) -> str:
    """A link with a code to a document at the vault's platform."""
    url = f"{vault.platform}/api/v1/share-links/open/{SECRET}"
    payload = {"url": url, "key": b64(KEY), "exp": expires, "flag": "P", "label": "Summary", "v": 1}
    return f"shlink:/{b64(json.dumps(payload).encode())}"


def summary() -> dict[str, Any]:
    """A patient summary with an allergy, an empty section, and three files."""
    allergy = {
        "resourceType": "AllergyIntolerance",
        "code": {"text": "Penicillin"},
        "reaction": [{"manifestation": [{"text": "Rash"}], "severity": "severe"}],
    }
    files = [
        ("Scan of the letter", "image/png", picture(2000, 40)),
        ("Letter", "application/pdf", PDF),
        ("Trap", "image/png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ]
    letter = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": {"text": "Letters"},
        "presentedForm": [
            {"title": title, "contentType": kind, "data": base64.b64encode(data).decode()}
            for title, kind, data in files
        ],
    }
    composition = {
        "resourceType": "Composition",
        "date": "2026-11-01",
        "title": "International Patient Summary",
        "section": [
            section("48765-2", "Allergies and Intolerances", ["urn:uuid:1"]),
            section("11450-4", "Problems", []),
        ],
    }
    resources = {"urn:uuid:0": composition, "urn:uuid:1": allergy, "urn:uuid:2": letter}
    return {
        "resourceType": "Bundle",
        "type": "document",
        "entry": [{"fullUrl": url, "resource": resource} for url, resource in resources.items()],
    }


def section(code: str, title: str, entries: list[str]) -> dict[str, Any]:
    """A section of the Composition."""
    coding = {"system": "http://loinc.org", "code": code}
    return {"title": title, "code": {"coding": [coding]}, "entry": [{"reference": entry} for entry in entries]}


def picture(width: int, height: int) -> bytes:
    """A white PNG of this size."""
    rows = b"".join(b"\0" + b"\xff" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def jwe(document: dict[str, Any]) -> str:
    """The compact JWE of a document, as RFC 7516 has it and the vault makes it."""
    header = b64(json.dumps({"alg": "dir", "enc": "A256GCM", "zip": "DEF"}).encode())
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(json.dumps(document).encode()) + packer.flush()
    iv = b"\0" * 12
    sealed = AESGCM(KEY).encrypt(iv, packed, header.encode())
    return ".".join([header, "", b64(iv), b64(sealed[:-16]), b64(sealed[-16:])])


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
