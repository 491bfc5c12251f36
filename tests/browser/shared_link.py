"""A SMART Health Link that somebody without an account opens, and the platform's answers to it, made here."""

import base64
import json
import struct
import zlib
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from playwright.sync_api import Page, Route, expect

from tests.browser.vault_server import VaultServer

KEY = bytes(range(32))
CODE = "4711"
SECRET = "A" * 43
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>"
)


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
