"""`make screenshots`: every page of the story at both widths, into a folder that git ignores, to be looked at."""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.fixtures import FLAGS, HEIGHT, WIDTHS
from tests.browser.people import Device, vault_address
from tests.browser.story import tell
from tests.demo.harness import ROOT, Platform

FOLDER = ROOT / "screenshots"


def main() -> int:
    """Start the platform, tell the story at each width, keep each page's picture."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is missing: apt-get install chromium")
        return 1
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        platform = Platform(Path(scratch) / "data").start()
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            for width in WIDTHS:
                take(platform, browser, width, Path(scratch))
        finally:
            browser.close()
            platform.stop()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.relative_to(ROOT)}/")
    return 0


def take(platform: Platform, browser, width: int, scratch: Path) -> None:  # type: ignore[no-untyped-def]
    """The story at one width."""

    def make() -> Device:
        context = browser.new_context(viewport={"width": width, "height": HEIGHT})
        return Device(platform.url, vault_address(platform), context)

    def look(device: Device, name: str) -> None:
        device.page.screenshot(path=FOLDER / f"{name}-{width}.png", full_page=True)

    tell(platform, make, look, scratch)


if __name__ == "__main__":
    sys.exit(main())
