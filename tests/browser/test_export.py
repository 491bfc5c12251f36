"""Everything in one act, made in the browser: each record as it was, each proof checked, its FHIR taken elsewhere."""

import json
import random
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from medixain.cli.exit_codes import INTEGRITY
from medixain.demo.synthetic import bundle
from tests.browser.fixtures import Profile
from tests.browser.people import vault_address, write_file
from tests.browser.worker import browser_of
from tests.demo.cast import Cast, Make, Professionals, introduce
from tests.demo.fixtures import new_cast
from tests.demo.harness import Person, Platform

pytestmark = [pytest.mark.demo, pytest.mark.browser]

NOTE = "Slept badly since Tuesday, and\nsnored as far as the neighbours."
SCAN = random.Random(5).randbytes(200_001)
"""No kind of file that anything is known of, over several chunks."""
LETTER = "Seen today; snoring. To be reviewed in autumn."
PROVEN = {"content", "address", "anchor", "author", "vouched for"}


@pytest.fixture
def ada(cast: Cast, tmp_path: Path) -> Person:
    """A patient with records of her own and of her clinician's, an entry of her profile, a visit, grants and a look."""
    wallet = cast.ada.facts["wallet"]
    files = {"note.txt": NOTE.encode(), "scan.bin": SCAN, "bundle.json": bundle(77), "letter.txt": LETTER.encode()}
    made = {name: write_file(tmp_path, name, content) for name, content in files.items()}
    cast.ada.must("record", "add", made["note.txt"], "--section", "profile/self-reports")
    cast.ada.must("record", "add", made["scan.bin"], "--section", "profile/documents")
    shared = cast.ada.must("record", "add", made["bundle.json"], "--section", "profile/documents", "--wait", "final")
    cast.ada.must("profile", "append", "self-reports", "--text", "Hay fever in May")
    introduce(cast.ada, cast.author, "--append", "--section", "profile/documents", "--section", "activity/appointments")
    cast.author.must("record", "add", made["letter.txt"], "--for", wallet, "--section", "profile/documents")
    cast.author.must("activity", "plan", "--start", "31d", "--reason", "sleep", "--for", wallet, "--wait", "final")
    cast.ada.must("access", "grant", cast.reader.facts["wallet"], "--record", shared["record"])
    cast.reader.must("record", "get", shared["record"], "--out", tmp_path / "read")
    return cast.ada


@pytest.fixture
def vault(ada: Person, profile: Profile, platform: Platform) -> Page:
    """A page of her browser."""
    return browser_of(ada, profile, platform).new_page()


@pytest.mark.timeout(900)
def test_everything_leaves_as_it_was_and_can_be_proved(
    ada: Person,
    vault: Page,
    platform: Platform,
    profile: Profile,
    partners: list[Person],
    professionals: Professionals,
    newcomer: Make,
    tmp_path: Path,
) -> None:
    vault.goto(vault_address(platform) + "/#/export")
    with vault.expect_download() as saved:
        vault.get_by_role("button", name="Export everything").click()
    folder, export = tmp_path / "export", tmp_path / "export.zip"
    saved.value.save_as(export)
    with zipfile.ZipFile(export) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    proves_itself(ada, export, tmp_path)

    rows = {row["record"]: row for row in ada.must("record", "list")}
    evidence = json.loads((folder / "evidence/records.json").read_text())
    assert json.loads((folder / "left-out.json").read_text()) == []
    assert {one["record"] for one in evidence["records"]} == set(rows)
    assert {row["name"] for row in rows.values()} >= {"note.txt", "scan.bin", "bundle.json", "letter.txt"}

    for one in evidence["records"]:
        exported = folder / one["path"]
        ada.must("record", "get", one["record"], "--out", tmp_path / f"original-{one['record']}")
        assert exported.read_bytes() == (tmp_path / f"original-{one['record']}").read_bytes(), one["path"]
        checks = {check["check"]: check for check in ada.must("verify", exported)}
        assert set(checks) >= PROVEN
        assert one["record"] in checks["content"]["detail"]
        assert one["cid"] == checks["address"]["detail"]
    contents = {path.name.split("-", 1)[1]: path.read_bytes() for path in (folder / "records").rglob("*.*")}
    assert contents["note.txt"] == NOTE.encode()
    assert contents["scan.bin"] == SCAN
    assert contents["bundle.json"] == bundle(77)
    assert contents["letter.txt"] == LETTER.encode()

    assert "Hay fever in May" in (folder / "profile.json").read_text()
    assert "sleep" in (folder / "bundle.json").read_text() + "".join(
        path.read_text() for path in (folder / "records/activity").rglob("*.json")
    )
    looks = json.loads((folder / "access-log.json").read_text())
    assert professionals.reader.facts["wallet"].lower() in json.dumps(looks).lower()
    assert (folder / "summary.pdf").read_bytes().startswith(b"%PDF-")

    other = new_cast(newcomer("other"), partners, professionals).ada
    page = browser_of(other, profile, platform).new_page()
    for name in ("summary-ips.json", "bundle.json"):
        entries = len(json.loads((folder / name).read_text())["entry"])
        assert entries > 0
        page.goto(vault_address(platform) + "/#/add")
        page.reload()
        page.set_input_files("#file", folder / name)
        expect(page.get_by_text(re.compile(rf"^\s*{entries} entr(y is|ies are) taken"))).to_be_visible()
        page.locator("form button[type=submit]").click()
        expect(page.get_by_role("heading", name="1 record is yours now")).to_be_visible()


def proves_itself(ada: Person, export: Path, folder: Path) -> None:
    """The archive is proved without a wallet, offline and by the chain; a letter that was changed is not."""
    stranger = Person(folder / "nobody", ada.server)
    offline = {check["check"]: check for check in stranger.must("verify", export, "--offline")}
    assert {name for name, check in offline.items() if check["ok"]} == {
        "files", "attested", "content", "anchor", "author", "vouched for",
    }  # fmt: skip
    assert offline["chain"]["ok"] is None
    assert re.match(r"[1-9][0-9]* records signed by professionals", offline["vouched for"]["detail"])
    asked = {check["check"]: check["ok"] for check in stranger.must("verify", export)}
    assert (asked["nodes on chain"], asked["anchor on chain"]) == (True, True)
    forged = folder / "forged.zip"
    with zipfile.ZipFile(export) as before, zipfile.ZipFile(forged, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(b"snoring", b"working"))
    refused = stranger.run("verify", forged, "--offline")
    assert refused.code == INTEGRITY
    assert {check["check"] for check in refused.json if check["ok"] is False} >= {"files", "content"}


def test_words_inside_a_text_find_it_and_nothing_found_says_so(vault: Page, platform: Platform) -> None:
    vault.goto(vault_address(platform) + "/frame.html#/timeline")
    box = vault.get_by_role("searchbox", name=re.compile("^Search your records"))
    box.fill("neighbours")
    found = vault.locator(".search-rows").get_by_role("link", name="note.txt")
    expect(found).to_be_visible()
    expect(vault.locator(".search-rows li")).to_have_count(1)
    box.fill("rhinoceros")
    expect(vault.get_by_text("Nothing found for “rhinoceros”.")).to_be_visible()
    box.fill("snor")
    expect(vault.locator(".search-rows li")).to_have_count(2)
    found.click()
    expect(vault.get_by_text("snored as far as the neighbours.")).to_be_visible()
