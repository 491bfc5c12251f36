"""Portals show what the server may know beside one frame of the vault; what signs is a link to the vault's own page."""

import json
import re
import struct
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import translation

from keymgmt.keys.signing import SigningKey
from tests.integration.api.conftest import Settle
from tests.integration.api.people import Patient, make_record
from wallets.access.models import Message, MessageKind
from wallets.portals.measures import MEASURES

VAULT = "http://localhost:8001"
ROOT = Path(__file__).resolve().parents[3]
MEASURES_PAGE = ROOT / "docs" / "measures.md"
IMAGES, VAULT_STATIC = ROOT / "static" / "img", ROOT / "keymgmt" / "vault" / "static"
PAGES = ["/patient/", "/patient/records/", "/patient/profile/", "/patient/access/", "/patient/looks/"]


@pytest.fixture(autouse=True)
def vault(settings: LazySettings) -> None:
    settings.VAULT_URL = VAULT


@pytest.fixture
def browser(patient: Patient, client: Client) -> Client:
    """A browser that shows the patient's pages."""
    link = patient.device.post("/page-links", {}).json()["url"]
    client.get("/" + link.split("/", 3)[3])
    return client


def icons_of(manifest: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """File, sizes, type and purpose of each icon."""
    return [(Path(icon["src"]).name, icon["sizes"], icon["type"], icon["purpose"]) for icon in manifest["icons"]]


def html_of(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_each_page_has_one_frame_and_it_is_the_vault_s_display(browser: Client, path: str) -> None:
    frames = re.findall(r'<iframe[^>]* src="([^"]+)"[^>]* title="[^"]+"', html_of(browser, path))
    assert len(frames) == 1
    assert frames[0].startswith(f"{VAULT}/frame.html#/")


@pytest.mark.parametrize("path", PAGES)
def test_what_signs_or_unlocks_is_a_link_and_never_a_frame(browser: Client, path: str) -> None:
    links = set(re.findall(r'href="(http[^"]+)"', html_of(browser, path)))
    assert links
    assert all(link.startswith(f"{VAULT}/#/") and "return=/patient/" in link for link in links)


@pytest.mark.parametrize(
    "path", [*PAGES, "/practice/", "/practice/patients/", "/practice/colleagues/", "/practice/measures/"]
)
def test_a_browser_that_shows_nobody_is_led_to_the_vault_and_back(client: Client, db: None, path: str) -> None:
    html = html_of(client, path)
    assert "<iframe" not in html
    for route in ("unlock", "welcome", "restore"):
        assert f"{VAULT}/#/{route}?return={path}" in html


def test_a_patient_s_browser_does_not_show_the_practice(browser: Client) -> None:
    assert "#/unlock" in html_of(browser, "/practice/")


def test_a_link_opens_the_page_it_names(patient: Patient, client: Client) -> None:
    link = patient.device.post("/page-links", {"next": "/patient/looks/"}).json()["url"]
    assert client.get("/" + link.split("/", 3)[3])["Location"] == "/patient/looks/"


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example/", "/operator/", "/patient",
        "/patient/../operator/", "/patient/?next=//evil.example", "/patient/#x", "/patient//evil/", "patient/",
        "/patient/\n/", "/api/v1/meta",
    ],
)  # fmt: skip
def test_a_link_opens_no_page_that_is_not_a_portal_s(patient: Patient, path: str) -> None:
    refused = patient.device.post("/page-links", {"next": path})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid-input")


def test_a_record_s_page_shows_its_state_and_only_to_its_owner(
    patient: Patient, browser: Client, settle: Settle
) -> None:
    made = make_record(patient, patient.keys.slot("profile"))
    patient.device.upload(made.content)
    record = patient.device.post("/records", made.body).json()["id"]
    page = f"/patient/records/{record}/"
    html = html_of(browser, page)
    assert f"{VAULT}/frame.html#/record/{record}" in html
    assert "data-refresh" in html
    assert "Received" in html_of(browser, f"{page}state/")
    settle()
    assert "Final" in html_of(browser, f"{page}state/")
    assert "data-refresh" not in html_of(browser, f"{page}state/")
    unknown = "0x" + "ab" * 32
    assert browser.get(f"/patient/records/{unknown}/").status_code == 404
    assert "<iframe" not in html_of(Client(), page)


def test_parts_are_asked_for_again_only_while_something_is_on_its_way(
    patient: Patient, browser: Client, settle: Settle
) -> None:
    assert "data-refresh" not in html_of(browser, "/patient/tasks/")
    made = make_record(patient, patient.keys.slot("profile"))
    patient.device.upload(made.content)
    patient.device.post("/records", made.body)
    assert "data-refresh" in html_of(browser, "/patient/")
    settle()
    assert "data-refresh" not in html_of(browser, "/patient/tasks/")


def test_what_waits_is_what_others_sent_and_each_is_counted_once(patient: Patient, browser: Client) -> None:
    def leave(kind: MessageKind, sender: str) -> None:
        Message.objects.create(sender=sender, recipient=patient.account, kind=kind, blob=b"sealed")

    other = SigningKey.random().address
    leave(MessageKind.NOTICE, patient.account)
    assert "Nothing waits for you." in html_of(browser, "/patient/tasks/")
    leave(MessageKind.ACCESS_REQUEST, other)
    html = html_of(browser, "/patient/tasks/")
    assert "Answer a request to see your records" in html
    assert "sealed message" not in html
    leave(MessageKind.NOTICE, other)
    assert "1 sealed message waits" in html_of(browser, "/patient/tasks/")


def test_a_part_of_a_locked_page_says_so(client: Client, db: None) -> None:
    html = html_of(client, "/patient/tasks/", hx_request="true")
    assert "<html" not in html
    assert f"{VAULT}/#/unlock?return=/patient/" in html


def test_locking_forgets_the_page_and_goes_on_in_the_vault(browser: Client) -> None:
    assert browser.post("/leave/")["Location"].startswith(f"{VAULT}/#/lock")
    assert "<iframe" not in html_of(browser, "/patient/")


def test_pages_are_kept_by_no_cache(browser: Client) -> None:
    for path in PAGES:
        assert "no-store" in browser.get(path)["Cache-Control"]


def test_the_portal_can_be_installed(client: Client, db: None) -> None:
    manifest = client.get("/app.webmanifest")
    assert manifest["Content-Type"] == "application/manifest+json"
    assert manifest.json()["start_url"] == "/patient/"
    worker = client.get("/sw.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert client.get("/offline/").status_code == 200


def test_the_page_of_a_network_that_is_gone_comes_in_the_language_it_is_asked_in(client: Client, db: None) -> None:
    # The worker that keeps it has no cookie of the person's choice: it names the language, and knows it again.
    for code, words in (("de", "Sie sind offline"), ("en", "You are offline")):
        page = client.get("/offline/", headers={"Accept-Language": code})
        assert page["Content-Language"].split("-")[0] == code
        assert words in page.content.decode()
        assert 'class="waits' in page.content.decode()


def test_a_system_that_takes_no_svg_finds_its_icons_in_both_manifests(client: Client, db: None) -> None:
    ours = icons_of(client.get("/app.webmanifest").json())
    assert ours == icons_of(json.loads((VAULT_STATIC / "app.webmanifest").read_text(encoding="utf-8")))
    assert {(sizes, purpose) for _, sizes, kind, purpose in ours if kind == "image/png"} == {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip
    for name, sizes, kind, _ in [*ours, ("apple-touch-icon.png", "180x180", "image/png", "")]:
        picture = (IMAGES / name).read_bytes()
        # A picture begins with its width and height (https://www.w3.org/TR/png-3/#11IHDR).
        assert kind != "image/png" or "{}x{}".format(*struct.unpack(">8x8xII", picture[:24])) == sizes


def test_the_language_follows_the_visitor_s_choice(client: Client, db: None) -> None:
    assert '<html lang="en' in html_of(client, "/patient/")
    chosen = client.post("/language/setlang/", {"language": "de", "next": "/patient/"})
    assert chosen["Location"] == "/patient/"
    assert '<html lang="de"' in html_of(client, "/patient/")


def test_the_documentation_defines_every_figure_as_the_practice_reads_it() -> None:
    table = [line.strip("|") for line in MEASURES_PAGE.read_text().splitlines() if line.startswith("|")]
    rows = [tuple(cell.strip() for cell in line.split("|")) for line in table]
    with translation.override("en"):
        shown = [tuple(map(str, (one.name, one.definition, one.source, one.limits))) for one in MEASURES]
    assert rows[2:] == shown
