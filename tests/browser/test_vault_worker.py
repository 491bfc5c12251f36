"""The vault's service worker in a real browser: what two pinned institutions have not signed never runs.

The build is the real one; the institutions and the origin are the test's own, so that the origin can be hostile.
"""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from waitress.server import create_server

from medixain.core import canonical
from medixain.demo.vault import bundle_folder
from medixain.vault.app import Site, create_app
from medixain.vault.bundle import CONFIG, Bundle, load_bundle
from medixain.vault.headers import HeaderTable
from medixain.vault.manifest import Manifest, sign_manifest
from tests.unit.medixain.vault.desks import CHAIN_ID, QUILL, SALTBY, STRANGER, TARN, Desk

pytestmark = [pytest.mark.demo, pytest.mark.browser]

PLATFORM = "http://localhost:9"
STOLEN = b"document.title = 'stolen';"
MARKED = b"\ndocument.documentElement.dataset.build = 'two';"


@dataclass
class Origin:
    """An origin that serves a build, or pretends to."""

    bundle: Bundle
    manifest: Manifest
    served: dict[str, bytes] = field(default_factory=dict)
    url: str = ""

    def site(self) -> Site:
        """What is served now."""
        files = Bundle({**self.bundle.files, **self.served})
        return Site(files, self.manifest.encode(), HeaderTable(PLATFORM))

    def publish(self, bundle: Bundle, desks: list[Desk], *, previous: Manifest | None) -> None:
        """Serve another build under a manifest that ``desks`` signed."""
        self.bundle, self.manifest, self.served = bundle, sign_manifest(bundle, desks, previous=previous), {}


@pytest.fixture
def origin() -> Iterator[Origin]:
    config = {
        "v": 1, "platform": PLATFORM, "chain_id": CHAIN_ID, "contracts": {}, "languages": ["en"], "rpc_url": PLATFORM,
        "node_set": {"version": 1, "threshold": 1, "nodes": []},
        "institutions": {desk.address: "Hospital" for desk in (TARN, SALTBY, QUILL)},
    }  # fmt: skip
    bundle = load_bundle(bundle_folder()).with_file(CONFIG, canonical.encode(config))
    made = Origin(bundle, sign_manifest(bundle, [TARN, SALTBY], previous=None))
    server = create_server(create_app(lambda: made.site()), host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    made.url = f"http://localhost:{server.effective_port}"
    yield made
    server.close()


@pytest.fixture
def installed(profile: Callable[[int], BrowserContext], origin: Origin) -> Page:
    """A page of a browser whose worker has been installed from the honest origin."""
    page = profile(1280).new_page()
    page.goto(origin.url)
    until(page, "navigator.serviceWorker.controller !== null")
    page.wait_for_timeout(5_100)  # the worker looks for a newer build at most once in five seconds
    return page


def until(page: Page, expression: str) -> None:
    """Wait until an expression is true; Playwright's own way evaluates text in the page, which its policy forbids."""
    for _ in range(300):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"it never became true that {expression}")


def renewed(page: Page) -> None:
    """Open the page until it is of the newer build: one that takes long to fetch is there at the next opening."""
    for _ in range(20):
        page.reload()
        page.wait_for_timeout(1_000)
        if page.evaluate("document.documentElement.dataset.build === 'two'"):
            return
    raise AssertionError("the newer build was not taken")


def script_of(page: Page) -> str:
    """The script that the page's origin hands out, through the worker."""
    text: str = page.evaluate("fetch('/app.js').then((answer) => answer.text())")
    return text


def test_a_changed_script_never_runs(installed: Page, origin: Origin) -> None:
    origin.served["app.js"] = STOLEN
    installed.reload()
    assert installed.title() != "stolen"
    assert script_of(installed).encode() == origin.bundle.files["app.js"]


def test_a_script_that_is_not_kept_and_was_changed_is_refused(installed: Page, origin: Origin) -> None:
    origin.served["app.js"] = STOLEN
    installed.evaluate("caches.delete('medixain-vault-files')")
    answer = installed.evaluate("fetch('/app.js').then((answer) => answer.status)")
    assert answer == 502


def test_a_page_that_no_manifest_lists_is_not_shown(installed: Page, origin: Origin) -> None:
    origin.served["evil.html"] = b"<title>stolen</title>"
    installed.goto(origin.url + "/evil.html")
    assert "stolen" not in installed.title()
    assert installed.locator("h1").inner_text() == "There is no such page"


@pytest.mark.parametrize("desks", [[STRANGER, TARN], [TARN]], ids=["one and a stranger", "one alone"])
def test_a_build_that_others_signed_is_refused_and_the_person_told(
    installed: Page, origin: Origin, desks: list[Desk]
) -> None:
    signed = origin.bundle.files["app.js"]
    origin.publish(origin.bundle.with_file("app.js", STOLEN), desks, previous=origin.manifest)
    installed.reload()
    installed.wait_for_selector("#warning")
    assert installed.title() != "stolen"
    assert script_of(installed).encode() == signed


def test_a_build_that_two_pinned_institutions_signed_is_taken(installed: Page, origin: Origin) -> None:
    newer = origin.bundle.with_file("app.js", origin.bundle.files["app.js"] + MARKED)
    origin.publish(newer, [SALTBY, QUILL], previous=origin.manifest)
    renewed(installed)


def test_the_way_back_to_an_earlier_build_is_shut(installed: Page, origin: Origin) -> None:
    first, manifest = origin.bundle, origin.manifest
    newer = first.with_file("app.js", first.files["app.js"] + MARKED)
    origin.publish(newer, [SALTBY, QUILL], previous=manifest)
    renewed(installed)
    installed.wait_for_timeout(5_100)
    origin.bundle, origin.manifest = first, manifest
    installed.reload()
    until(installed, "document.documentElement.dataset.build === 'two'")


def test_without_a_network_the_vault_still_opens(installed: Page, origin: Origin) -> None:
    installed.context.set_offline(True)
    installed.reload()
    expect(installed.locator("h1").first).to_be_visible(timeout=60_000)
    assert (
        json.loads(installed.evaluate("fetch('/config.json').then((answer) => answer.text())"))["platform"] == PLATFORM
    )
