"""A hostile vault server, other origins around the vault, and no network at all: what the browser's side does then."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from medixain.vault.bundle import INDEX
from medixain.vault.manifest import Manifest, sign_manifest
from tests.browser.fixtures import Profile
from tests.browser.vault_server import Elsewhere, VaultServer
from tests.unit.medixain.vault.desks import SALTBY, STRANGER, TARN

pytestmark = [pytest.mark.browser, pytest.mark.long]

LOOKED_MS = 5_500
"""The service worker looks for a newer manifest at most once in five seconds."""
PATIENCE_MS = 60_000
EVIL = b"globalThis.evil = true;"
# Playwright's own waiting for a condition evaluates strings, which the vault's policy forbids.
UNTIL_CONTROLLED = """async () => {
  while (navigator.serviceWorker.controller === null) await new Promise((resume) => setTimeout(resume, 50));
}"""
LISTEN = (
    "() => { globalThis.news = []; navigator.serviceWorker.addEventListener('message', (e) => news.push(e.data)); }"
)
NEWS = """async () => {
  while (news.length === 0) await new Promise((resume) => setTimeout(resume, 50));
  return news;
}"""
FILES = "medixain-vault-files"


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    with Elsewhere() as pages:
        yield pages


@pytest.fixture
def server(elsewhere: Elsewhere) -> Iterator[VaultServer]:
    with VaultServer(elsewhere.platform) as server:
        yield server


@pytest.fixture
def device(server: VaultServer, profile: Profile) -> BrowserContext:
    """A browser that has been here before: the service worker is in charge."""
    context = profile()
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    arrive(page, server)
    page.evaluate(UNTIL_CONTROLLED)
    page.close()
    return context


def arrive(page: Page, server: VaultServer, path: str = "/") -> None:
    """Open the vault and see its first page."""
    page.goto(server.url + path)
    expect(page.get_by_role("button", name="Make my wallet")).to_be_visible(timeout=PATIENCE_MS)


# ---- scripts ---------------------------------------------------------------------------------------------------------


def unsigned(server: VaultServer) -> None:
    """A newer manifest that nobody signed."""
    server.publish(server.changed("app.js", EVIL), desks=())


def signed_by_one(server: VaultServer) -> None:
    """A newer manifest that one institution signed."""
    server.publish(server.changed("app.js", EVIL), desks=(TARN,))


def signed_by_a_stranger(server: VaultServer) -> None:
    """A newer manifest whose second signature is of an institution that was not pinned, and its configuration names."""
    config = json.loads(server.served.files["config.json"])
    config["institutions"][STRANGER.address] = "Stranger"
    bundle = server.changed("app.js", EVIL).with_file("config.json", json.dumps(config, separators=(",", ":")).encode())
    server.publish(bundle, desks=(TARN, STRANGER))


def altered_after_signing(server: VaultServer) -> None:
    """The signatures of one list of files under another."""
    server.served = server.changed("app.js", EVIL)
    server.manifest = replace(server.manifest, version=server.manifest.version + 1, files=server.served.hashes())


def two_lists_of_one_version(server: VaultServer) -> None:
    """Another list of files under the version that was seen, well signed."""
    server.served = server.changed("app.js", EVIL)
    server.manifest = sign_manifest(server.served, (TARN, SALTBY), previous=None)


def file_not_as_signed(server: VaultServer) -> None:
    """A well signed newer manifest, and a script that is not the one it lists."""
    server.publish(server.changed("app.js", server.served.files["app.js"] + b"\n"))
    server.served = server.changed("app.js", EVIL)


ATTACKS = (
    unsigned,
    signed_by_one,
    signed_by_a_stranger,
    altered_after_signing,
    two_lists_of_one_version,
    file_not_as_signed,
)


def test_the_old_build_stays_until_two_pinned_institutions_have_signed_another(
    server: VaultServer, device: BrowserContext
) -> None:
    page, other = device.new_page(), device.new_page()
    arrive(page, server)
    honest = (server.served, server.manifest)
    for attack in ATTACKS:
        page.evaluate(LISTEN)
        attack(server)
        page.wait_for_timeout(LOOKED_MS)
        arrive(other, server)
        assert other.evaluate("globalThis.evil") is None, attack.__name__
        assert {told["type"] for told in page.evaluate(NEWS)} == {"refused"}, attack.__name__
        server.served, server.manifest = honest


def test_an_older_build_is_refused_however_well_it_was_signed(server: VaultServer, device: BrowserContext) -> None:
    old: tuple[Manifest, bytes] = (server.manifest, server.served.files[INDEX])
    new = old[1].replace(b"</body>", b"<!-- second --></body>")
    page = device.new_page()
    page.wait_for_timeout(LOOKED_MS)
    server.publish(server.changed(INDEX, new))
    arrive(page, server)
    arrive(page, server)
    assert "<!-- second -->" in page.content()

    page.evaluate(LISTEN)
    server.manifest, server.served = old[0], server.changed(INDEX, old[1])
    page.wait_for_timeout(LOOKED_MS)
    other = device.new_page()
    arrive(other, server)
    assert "<!-- second -->" in other.content()
    assert "version" in page.evaluate(NEWS)[0]["detail"]


def test_a_new_build_is_taken_whole_and_told_of(server: VaultServer, device: BrowserContext) -> None:
    page = device.new_page()
    arrive(page, server)
    page.evaluate(LISTEN)
    server.publish(server.changed(INDEX, server.served.files[INDEX].replace(b"</body>", b"<!-- second --></body>")))
    page.wait_for_timeout(LOOKED_MS)
    other = device.new_page()
    arrive(other, server)
    assert page.evaluate(NEWS) == [{"type": "renewed"}]
    arrive(page, server)
    assert "<!-- second -->" in page.content()


def test_a_changed_page_is_stopped_and_says_so(server: VaultServer, device: BrowserContext) -> None:
    """What the device kept is gone, as under storage pressure, and the server sends something else."""
    page = device.new_page()
    arrive(page, server)
    page.evaluate("(name) => caches.delete(name)", FILES)
    server.served = server.changed(INDEX, b"<!doctype html><script>globalThis.evil = true</script><h1>vault</h1>")
    answer = page.goto(server.url)
    assert answer is not None
    assert answer.status == 502
    expect(page.get_by_role("heading", name="This page was stopped")).to_be_visible()
    assert page.evaluate("globalThis.evil") is None
    assert page.get_by_text("medixain verify bundle").is_visible()


def test_a_changed_script_does_not_run(server: VaultServer, device: BrowserContext) -> None:
    page = device.new_page()
    arrive(page, server)
    honest = server.served
    for script in ("app.js", "worker-top.js", "frame.js", "worker-frame.js"):
        page.evaluate("(name) => caches.delete(name)", FILES)
        server.served = honest.with_file(script, EVIL)
        assert page.evaluate("async (path) => (await fetch(path)).status", f"/{script}") == 502
        page.goto(server.url + ("/frame.html" if "frame" in script else "/"))
        page.wait_for_timeout(500)
        assert page.evaluate("globalThis.evil") is None


def test_the_worker_writes_the_headers_that_the_server_leaves_out(
    server: VaultServer, device: BrowserContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medixain.vault.headers.HeaderTable.policy", lambda self, path: "default-src *")
    page = device.new_page()
    answer = page.goto(server.url)
    assert answer is not None
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_what_no_manifest_lists_is_not_served(server: VaultServer, device: BrowserContext) -> None:
    server.served = server.changed("extra.html", b"<!doctype html><script>globalThis.evil = true</script>")
    page = device.new_page()
    answer = page.goto(server.url + "/extra.html")
    assert answer is not None
    assert answer.status == 404
    assert page.evaluate("globalThis.evil") is None
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()


# ---- without a network -----------------------------------------------------------------------------------------------


def test_the_shell_opens_offline(server: VaultServer, device: BrowserContext) -> None:
    device.set_offline(True)
    page = device.new_page()
    arrive(page, server)
    expect(page.locator("link[rel=manifest]")).to_have_count(1)
    assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Atkinson')


def test_the_shell_says_that_it_is_offline(server: VaultServer, device: BrowserContext) -> None:
    page = device.new_page()
    arrive(page, server)
    device.set_offline(True)
    expect(page.get_by_text("offline").first).to_be_visible()
    device.set_offline(False)
    expect(page.get_by_text("offline")).to_have_count(0)


# ---- other origins ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", [False, True], ids=["first visit", "service worker"])
def test_only_the_platform_frames_the_vault_and_only_its_display(
    server: VaultServer, elsewhere: Elsewhere, profile: Profile, again: bool
) -> None:
    page = profile().new_page()
    if again:
        arrive(page, server)
        page.evaluate(UNTIL_CONTROLLED)
    for origin in (elsewhere.stranger, elsewhere.platform):
        for path in ("/", "/frame.html"):
            page.goto(f"{origin}/?frame={server.url}{path}", wait_until="load")
            framed = origin == elsewhere.platform and path == "/frame.html"
            inner = page.frames[1]
            assert (inner.url == server.url + path) is framed, (origin, path)
            assert (inner.locator("#app").count() == 1) is framed, (origin, path)


def test_a_page_that_opens_the_vault_holds_no_window_of_it(
    server: VaultServer, elsewhere: Elsewhere, device: BrowserContext
) -> None:
    page = device.new_page()
    page.goto(elsewhere.stranger)
    with device.expect_page() as opened:
        page.evaluate("(url) => { globalThis.held = open(url); }", server.url)
    expect(opened.value.get_by_role("button", name="Make my wallet")).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("held.closed") is True
    assert opened.value.evaluate("opener") is None
