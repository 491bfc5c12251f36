"""What every page has to be, whoever looks: without an axe violation, and no wider than the window."""

from pathlib import Path

from playwright.sync_api import Frame, Page

AXE = Path(__file__).resolve().parents[2] / "keymgmt" / "vault" / "node_modules" / "axe-core" / "axe.min.js"
TRIES = 4
PAUSE_MS = 2_000
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
RUN = """async (options) => (await axe.run(document, { ...options, iframes: false })).violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)"""


def violations(page: Page) -> list[str]:
    """What axe finds in the page and in each of its frames, and still finds when the page has had time to be drawn."""
    for _ in range(TRIES - 1):
        if not _found(page):
            return []
        page.wait_for_timeout(PAUSE_MS)
    return _found(page)


def _found(page: Page) -> list[str]:
    return [f"{frame.url}: {found}" for frame in page.frames for found in _violations(frame)]


def _violations(frame: Frame) -> list[str]:
    if not frame.url.startswith("http"):
        return []  # The browser's own viewer of a PDF.
    # Evaluated, not added as a script: the content policy of the page stays as it is.
    frame.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = frame.evaluate(RUN, RULES)
    return found


def fits(page: Page) -> bool:
    """Whether nothing makes the page scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
