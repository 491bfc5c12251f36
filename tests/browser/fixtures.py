"""Chromium for tests of pages: one program for the run, a fresh profile for each person."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
HEIGHT = 900
WIDTHS = (1280, 360)

Profile = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; a test that needs it is named as not run where it is missing."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def profile(chromium: Browser) -> Iterator[Profile]:
    """Make a browser profile of its own (storage, service workers): a person's device; ``width`` in CSS pixels."""
    made: list[BrowserContext] = []

    def make(width: int = WIDTHS[0], **options: object) -> BrowserContext:
        context = chromium.new_context(viewport={"width": width, "height": HEIGHT}, **options)  # type: ignore[arg-type]
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
