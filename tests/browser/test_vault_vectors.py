"""The vault's core, and every vector above it, in a real browser: in a Worker under the vault's content policy."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.browser.fixtures import Profile

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
VAULT = ROOT / "keymgmt" / "vault"
NODE = Path(sys.executable).with_name("node")
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)
PATIENCE_MS = 180_000
FEWEST = 250
"""There are more tests than this: a bundle that lost some must not pass."""


class Handler(SimpleHTTPRequestHandler):
    """Serves the built tests, and the project's vectors below ``/vectors/``."""

    def translate_path(self, path: str) -> str:
        """The file of ``path``; vectors lie elsewhere."""
        prefix = "/vectors/"
        if path.startswith(prefix):
            return str(ROOT / "tests" / "vectors" / Path(path.removeprefix(prefix)))
        return super().translate_path(path)

    def end_headers(self) -> None:
        """Every answer carries the policy: a Worker has its script's, not its page's."""
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing of the requests belongs in a test's output."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address that serves the tests of the vault's core."""
    if not (VAULT / "node_modules").is_dir():
        pytest.skip("the vault's packages are not installed (make install-dev)")
    subprocess.run([NODE, "test/browser/build.ts"], cwd=VAULT, check=True, timeout=120)
    handler = partial(Handler, directory=str(VAULT / "dist-test"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.timeout(300)
def test_everything_the_core_promises_holds_in_chromium(profile: Profile, address: str) -> None:
    page = profile().new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(address)
    page.wait_for_selector("html[data-finished]", state="attached", timeout=PATIENCE_MS)
    outcomes = page.evaluate("globalThis.outcomes")

    assert [f"{o['name']}: {o['failure']}" for o in outcomes if o.get("failure")] == []
    assert len(outcomes) > FEWEST
    assert [text for text in complaints if "Content Security Policy" in text] == []
