"""Take every picture: ``python -m tests.browser.pictures [theme …]``."""

import argparse
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.fixtures import FLAGS
from tests.browser.pictures.album import Album
from tests.browser.pictures.themes import THEMES, Sitting
from tests.demo.harness import ROOT, Platform

FOLDER = ROOT / "screenshots"


def main() -> int:
    """Start the platform, take the themes' pictures, say which pages have none; 1 when there are such."""
    wanted = arguments()
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is missing: apt-get install chromium")
        return 1
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright, ExitStack() as closing:
        platform = Platform(Path(scratch) / "data").start()
        closing.callback(platform.stop)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        closing.callback(browser.close)
        album = Album(FOLDER, platform)
        for theme in wanted:
            print(f"{theme} …", flush=True)
            THEMES[theme](Sitting(album, browser, Path(scratch)))
    print(f"{album.taken} pictures in {FOLDER.relative_to(ROOT)}/")
    missing = album.missing() if wanted == list(THEMES) else []
    print("These pages have no picture:\n- " + "\n- ".join(missing) if missing else "Every page asked for has one.")
    return 1 if missing else 0


def arguments() -> list[str]:
    """The themes asked for, all of them when none is named."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.pictures", description=__doc__)
    parser.add_argument("themes", nargs="*", metavar="theme", help=f"one of {', '.join(THEMES)}; all by default")
    named: list[str] = parser.parse_args().themes
    if unknown := [name for name in named if name not in THEMES]:
        parser.error(f"There is no theme {unknown[0]}; the themes are {', '.join(THEMES)}.")
    return named or list(THEMES)


if __name__ == "__main__":
    sys.exit(main())
