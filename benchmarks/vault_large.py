"""``make interop-large``: a large file between browser and command line, byte for byte, and the memory Chromium takes.

The file goes through the vault's pages both ways. What is watched is the resident memory of all of Chromium's programs
together: what the file costs is the peak over what Chromium took before. SIZE in MiB as the first argument.
"""

import filecmp
import secrets
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from playwright.sync_api import Page, sync_playwright

from tests.browser.fixtures import FLAGS
from tests.browser.people import PASSWORD, vault_address
from tests.browser.worker import VaultWorker
from tests.demo.harness import Person, Platform

MIB = 1 << 20
SIZE = 1024
PATIENCE_MS = 3_600_000
EVERY = 0.2


class Watch:
    """Watches the memory of every program that was started with ``profile``, and of those it started, MiB."""

    def __init__(self, profile: Path) -> None:
        self._mark = str(profile).encode()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self.before = self.now()
        self.peak = self.before

    def now(self) -> float:
        """Resident memory of all of them now; pages that several share count once (PSS)."""
        return sum(_proportional(folder) for folder in Path("/proc").iterdir() if self._mine(folder)) / 1024

    def _mine(self, folder: Path) -> bool:
        try:
            return folder.name.isdigit() and self._mark in (folder / "cmdline").read_bytes()
        except OSError:  # it ended meanwhile
            return False

    def _follow(self) -> None:
        while not self._ended.wait(EVERY):
            self.peak = max(self.peak, self.now())

    def __enter__(self) -> Self:
        self._thread.start()
        self.start = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self.start
        self._ended.set()
        self._thread.join()

    def line(self, what: str) -> str:
        """The figures as one line."""
        memory = f"{self.before:>6.0f} MiB before, {self.peak:>6.0f} MiB at most"
        return f"{what:<28} {self.seconds:>8.1f} s   Chromium {memory}"


def _proportional(folder: Path) -> int:
    try:
        rows = (folder / "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:  # it ended meanwhile
        return 0
    return next((int(row.split()[1]) for row in rows if row.startswith("Pss:")), 0)


def write_large(path: Path, mebibytes: int) -> None:
    """A file of chance."""
    with path.open("wb") as file:
        for _ in range(mebibytes):
            file.write(secrets.token_bytes(MIB))


def add(page: Page, vault: str, file: Path) -> None:
    """Add a file by the vault's page."""
    page.goto(f"{vault}/#/add")
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Add this record").click()
    page.get_by_text("Choose more files").wait_for()


def save(page: Page, vault: str, record: str, out: Path) -> None:
    """Open a record in the frame's page and save a copy."""
    page.goto("about:blank")
    page.goto(f"{vault}/frame.html#/record/{record}")
    page.get_by_role("button", name="Open it").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save a copy").click()
    saved.value.save_as(out)


def cross(platform: Platform, page: Page, profile: Path, folder: Path, mebibytes: int) -> None:
    """Write in one and open in the other, both ways."""
    vault = vault_address(platform)
    ada = Person(folder / "ada", platform.url)
    ada.facts = ada.must("wallet", "create")
    large, out = folder / "large.bin", folder / "out.bin"
    write_large(large, mebibytes)
    # A new keystore follows an anchored one.
    ada.must("record", "add", __file__, "--section", "profile/documents", "--wait", "final", "--timeout", "600")
    page.goto(f"{vault}/frame.html#/timeline")
    VaultWorker.of(page).restore(ada.facts["phrase"], PASSWORD)

    with Watch(profile) as watch:
        add(page, vault, large)
    print(watch.line("written in the browser"), flush=True)
    record = next(row["record"] for row in ada.must("record", "list") if row["name"] == large.name)
    ada.must("record", "get", record, "--out", out)
    print("the command line opens it byte for byte:", filecmp.cmp(large, out, shallow=False), flush=True)
    out.unlink()

    added = ada.must("record", "add", large, "--section", "profile/documents")
    with Watch(profile) as watch:
        save(page, vault, added["record"], out)
    print(watch.line("opened in the browser"), flush=True)
    print("the browser opens the command line's byte for byte:", filecmp.cmp(large, out, shallow=False), flush=True)


def main() -> None:
    """Start the demo and a Chromium whose profile is on the disk, as people's are."""
    mebibytes = int(sys.argv[1]) if len(sys.argv) > 1 else SIZE
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        profile = folder / "profile"
        platform = Platform(folder / "data").start()
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=shutil.which("chromium"), args=FLAGS
        )
        context.set_default_timeout(PATIENCE_MS)
        try:
            cross(platform, context.pages[0], profile, folder, mebibytes)
        finally:
            context.close()
            platform.stop()


if __name__ == "__main__":
    main()
