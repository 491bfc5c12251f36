"""Where pictures are kept, and which pages have one."""

import re
from collections import defaultdict
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Page, expect

from tests.browser.fixtures import WIDTHS
from tests.browser.people import Device, vault_address
from tests.browser.pictures.places import place, places
from tests.demo.harness import Platform

PENDING = ".pending:not(.waits)"
"""What says that it is looking for something; the page for who is offline always waits."""
QUIET_MS = 200
"""For what follows the last answer on a page: charts drawn, names filled in, frames grown."""


class Album:
    """A folder of pictures, named by theme, page, width and look."""

    def __init__(self, folder: Path, platform: Platform) -> None:
        self.folder = folder
        self.platform = platform
        self.taken = 0
        self._seen: dict[int, set[str]] = defaultdict(set)

    def take(self, page: Page, name: str, *, shows: str | None = None) -> None:
        """Keep what a page and its frames show; ``shows`` names the place where its address does not tell it."""
        settle(page)
        width = page.viewport_size["width"] if page.viewport_size else WIDTHS[0]
        for address in [page.url, *(frame.url for frame in page.frames)]:
            found = shows or place(address, self.platform.url)
            if found is not None:
                self._seen[width].add(found)
        page.screenshot(path=self.folder / f"{file_name(name)}-{width}.png", full_page=True)
        self.taken += 1

    def missing(self) -> list[str]:
        """The pages that have no picture, each with the widths that it is missing at."""
        lacking = {name: [width for width in WIDTHS if name not in self._seen[width]] for name in places()}
        return [f"{name} ({', '.join(map(str, widths))} px)" for name, widths in sorted(lacking.items()) if widths]

    def device(self, context: BrowserContext) -> Device:
        """A person's device."""
        return Device(self.platform.url, vault_address(self.platform), context)


def settle(page: Page) -> None:
    """Wait until nothing on a page says that it is still looking for something."""
    page.wait_for_load_state("networkidle")
    for frame in page.frames:
        try:
            expect(frame.locator(PENDING)).to_have_count(0)
        except Error:
            if frame.is_detached():
                continue  # A portal's page that was left while its frame was asked.
            raise
    page.wait_for_timeout(QUIET_MS)


def file_name(words: str) -> str:
    """A name for a file: lower-case words between hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
