"""`make icons`: the app's icons as PNG, drawn by Chromium from `static/img/icon.svg` for systems that take no SVG."""

import base64
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.fixtures import FLAGS

FOLDER = Path(__file__).resolve().parents[2] / "static" / "img"
SOURCE = FOLDER / "icon.svg"


@dataclass(frozen=True)
class Icon:
    """A picture of ``size`` by ``size`` pixels; the drawing takes ``share`` of its width, its ground the rest."""

    name: str
    size: int
    share: float = 1.0


ICONS = (
    Icon("icon-192.png", 192),
    Icon("icon-512.png", 512),
    Icon("apple-touch-icon.png", 180),
    # What is cut off outside a circle of 40 % radius (https://www.w3.org/TR/appmanifest/#icon-masks) is ground alone.
    Icon("icon-maskable-512.png", 512, share=0.9),
)


def main() -> int:
    """Draw each icon."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is missing: apt-get install chromium")
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        for icon in ICONS:
            draw(page, icon)
            print(f"{icon.name}: {(FOLDER / icon.name).stat().st_size} bytes")
        browser.close()
    return 0


def draw(page: Page, icon: Icon) -> None:
    """Draw one icon into the folder of the others."""
    source = SOURCE.read_bytes()
    ground = re.search(rb'<rect [^>]*fill="(#[0-9a-f]{6})"', source)
    assert ground is not None, "icon.svg begins with its ground"
    image = f"data:image/svg+xml;base64,{base64.b64encode(source).decode('ascii')}"
    edge = round(icon.size * (1 - icon.share) / 2)
    page.set_viewport_size({"width": icon.size, "height": icon.size})
    page.set_content(
        f'<body style="margin: {edge}px; background: {ground[1].decode("ascii")}">'
        f'<img style="display: block; width: {icon.size - 2 * edge}px" src="{image}">'
    )
    page.screenshot(path=FOLDER / icon.name)


if __name__ == "__main__":
    sys.exit(main())
