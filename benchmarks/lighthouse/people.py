"""The browser profiles that are measured: a patient's and a clinician's, each a Chromium of its own.

Playwright goes through the story in them and lets go of them; then Lighthouse opens its own tab in the same profile and
finds the log-in and the keys there. Whoever is attached to a page slows it, so only one of them is at a time.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import BrowserType, expect

from benchmarks.lighthouse.calibration import benchmark_index
from benchmarks.lighthouse.places import Place, State
from medixain.demo.ports import free_ports
from tests.browser.fixtures import FLAGS
from tests.browser.people import Device, vault_address
from tests.browser.story import add_records, ask_and_share, attest, become_a_clinician, partners, read_as_a_clinician
from tests.demo.cast import with_role
from tests.demo.harness import Platform

OWN_FLAGS = (
    "--headless=new",
    "--no-first-run",
    "--password-store=basic",
    "--disable-dev-shm-usage",
    "--window-size=1280,900",
)
START_SECONDS = 30.0
SETTLE_MS = 500


class Profile:
    """A Chromium with a profile in ``folder`` that listens on ``port``, until :meth:`close`."""

    def __init__(self, chromium: BrowserType, program: str, platform: Platform, folder: Path) -> None:
        [self.port] = free_ports(1)
        self._chromium = chromium
        self._platform, self._vault = platform.url, vault_address(platform)
        options = [f"--user-data-dir={folder}", f"--remote-debugging-port={self.port}", "about:blank"]
        self._process = subprocess.Popen(
            [program, *FLAGS, *OWN_FLAGS, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._wait()

    def close(self) -> None:
        """End the Chromium."""
        self._process.terminate()
        self._process.wait(START_SECONDS)

    def address(self, place: Place) -> str:
        """The whole address of a page."""
        return f"{self._vault}/{place.address}" if place.in_vault else f"{self._platform}{place.address}"

    @contextmanager
    def device(self) -> Iterator[Device]:
        """The profile as a person's device, in a tab that is closed afterwards."""
        browser = self._chromium.connect_over_cdp(self._url)
        device = Device(self._platform, self._vault, browser.contexts[0])
        try:
            yield device
        finally:
            device.page.close()
            browser.close()

    def prepare(self, place: Place) -> float:
        """See that the page shows what it should, leave nothing of it but what the profile keeps; ``benchmarkIndex``.

        The press of a key counts as use of the vault, which would lock itself after a while otherwise. Without the
        service workers the process ends in which the page has run: Lighthouse's debugger would need a second or more
        to look through a used one, and that would count as the page's.
        """
        with self.device() as device:
            page = device.page
            page.goto(self.address(place))
            where = device.frame if place.has_frame else page
            expect(where.get_by_role("heading", name=place.heading).first).to_be_visible()
            page.keyboard.press("Shift")
            page.wait_for_timeout(SETTLE_MS)
            page.goto("about:blank")
            session = page.context.new_cdp_session(page)
            for command in ("Network.clearBrowserCache", "ServiceWorker.enable", "ServiceWorker.stopAllWorkers"):
                session.send(command)
            return benchmark_index(page)

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                httpx.get(f"{self._url}/json/version", trust_env=False)
                return
            except httpx.TransportError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


def bring_to(state: State, patient: Profile, clinician: Profile, platform: Platform, folder: Path) -> None:
    """Take the story on to ``state``; a clinician's comes with the patient's."""
    if state is State.PATIENT:
        practice = with_role(partners(platform), "clinical")
        with patient.device() as ada, clinician.device() as vera:
            ada.onboard()
            become_a_clinician(vera, practice, _unseen)
            attest(practice, ada)
            add_records(ada, folder, _unseen)
            ask_and_share(ada, vera, _unseen)
            read_as_a_clinician(ada, vera, _unseen)
    elif state is State.LOCKED:
        with patient.device() as ada:
            ada.at_vault("lock?return=/")
            ada.page.wait_for_url(f"{ada.platform}/")


def _unseen(device: Device, name: str) -> None:
    """The story's pages are not looked at on the way."""
