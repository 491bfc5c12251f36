"""``make bench-vault``: the vault in Chromium, beside a bare peer in the same page and run.

* unlock: a password through Argon2id (64 MiB, t=3) to open keys; aim 500 ms or less.
* share to open: a clinician's ``recordView`` of a record shared with her, less bare requests in the same number, order
  and parallelism to the same servers; aim 150 ms or less.
* container: sealing and opening in MiB/s, beside bare AES-GCM of WebCrypto over the same chunks.

Medians of as many runs as the first argument says; times are ``performance.now()`` of the page.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.browser.fixtures import FLAGS
from tests.browser.people import PASSWORD, vault_address
from tests.browser.worker import VaultWorker
from tests.demo.cast import professional, with_role
from tests.demo.harness import ROOT, Person, Platform

RUNS = 15
CHUNKS = 512
MIB = CHUNKS / 16
UNLOCK_AIM = 500
OPEN_AIM = 150
VAULT = ROOT / "keymgmt" / "vault"

TIMED = """
async ([method, args]) => {
  const start = performance.now();
  const { error } = await vaultWorker.call(method, args);
  if (error !== undefined) throw new Error(`${error.code}: ${error.message}`);
  return performance.now() - start;
}
"""
BARE = """
async (waves) => {
  const ask = (url) => fetch(url, { credentials: 'omit', cache: 'no-store' }).then((answer) => answer.arrayBuffer());
  const start = performance.now();
  for (const wave of waves) await Promise.all(wave.map(ask));
  return performance.now() - start;
}
"""
# In the vault's folder, where its packages are found.
BUNDLE = """
import { build } from 'esbuild';
const [source, out] = process.argv.slice(1);
const quiet = { 'empty-import-meta': 'silent' };
await build({ entryPoints: [source], outfile: out, bundle: true, format: 'iife', logOverride: quiet });
"""


def timed(worker: VaultWorker, method: str, *arguments: object) -> float:
    """Milliseconds of one call of the vault's Worker."""
    return float(worker.page.evaluate(TIMED, [method, list(arguments)]))


def new_page(browser: Browser, vault: str) -> Page:
    """A page of the vault in a profile of its own."""
    page = browser.new_context().new_page()
    page.goto(f"{vault}/frame.html#/timeline")
    return page


def bench_unlock(page: Page, runs: int) -> None:
    """Lock and unlock again and again, in a new Worker each time, as after a lock."""
    VaultWorker.of(page).call("walletCreate", {"kind": "password", "password": PASSWORD}, "password")
    took = []
    for _ in range(runs + 1):
        worker = VaultWorker.of(page)
        worker.call("lock")
        took.append(timed(worker, "unlockPassword", PASSWORD))
        page.evaluate("vaultWorker.end()")
    line("unlock, Argon2id 64 MiB t=3", statistics.median(took[1:]), UNLOCK_AIM)


def waves_of(requests: Sequence[Request]) -> tuple[list[list[str]], float]:
    """The requests as waves (what overlapped in time is one), and the milliseconds in which any was under way."""
    timings = ((request.timing, request.url) for request in requests)
    spans = sorted((timing["startTime"], timing["startTime"] + timing["responseEnd"], url) for timing, url in timings)
    waves: list[list[str]] = []
    ends = waiting = 0.0
    for start, end, url in spans:
        if not waves or start >= ends:
            waves.append([])
        waiting += max(0.0, end - max(start, ends))
        ends = max(ends, end)
        waves[-1].append(bare_address(url))
    return waves, waiting


def bare_address(url: str) -> str:
    """Where the same server answers with a constant."""
    parts = urlsplit(url)
    path = "/api/v1/meta" if parts.path.startswith("/api/") else "/v1/info"
    return f"{parts.scheme}://{parts.netloc}{path}"


def shared_record(platform: Platform, folder: Path) -> tuple[Person, str]:
    """A clinician with a wallet, and a record of a new patient that she was granted."""
    partners = [Person(Path(row["home"]), platform.url, facts=row) for row in platform.log_ins()["institutions"]]
    clinician = professional(Person(folder / "clinician", platform.url), with_role(partners, "clinical"), "clinical")
    patient = Person(folder / "patient", platform.url)
    patient.facts = patient.must("wallet", "create")
    note = folder / "note.txt"
    note.write_text("A note.")
    record = patient.must("record", "add", note, "--section", "profile/documents", "--wait", "final")["record"]
    patient.must("access", "grant", clinician.facts["wallet"], "--record", record, "--wait", "final")
    return clinician, str(record)


def bench_open(page: Page, clinician: Person, record: str, runs: int) -> None:
    """Open the record and ask as often without content, in turn."""
    worker = VaultWorker.of(page)
    worker.restore(clinician.facts["phrase"], PASSWORD)
    worker.call("accessList")
    timed(worker, "recordView", record)
    requests: list[Request] = []
    page.context.on("requestfinished", lambda request: requests.append(request))
    whole = timed(worker, "recordView", record)
    waves, waiting = waves_of(requests)
    pairs = [(timed(worker, "recordView", record), float(page.evaluate(BARE, waves))) for _ in range(runs)]
    ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    beside = statistics.median(one - other for one, other in pairs)
    print(f"{'recordView, 3 of 5 nodes':<34} {ours:>10.1f} ms")
    print(f"{'bare requests':<34} {bare:>10.1f} ms   ({sum(map(len, waves))} in {len(waves)} waves)")
    print(f"{'one recordView: servers / vault':<34} {waiting:>10.1f} ms / {whole - waiting:.1f} ms")
    line("share to open beside the network", beside, OPEN_AIM)


def bench_container(page: Page, folder: Path, runs: int) -> None:
    """Seal and open in the page."""
    script = folder / "container.js"
    program: list[str | Path] = [Path(sys.executable).with_name("node"), "--input-type=module", "--eval", BUNDLE]
    subprocess.run([*program, ROOT / "benchmarks" / "container.ts", script], cwd=VAULT, check=True, timeout=60)
    page.evaluate(script.read_text(encoding="utf-8"))
    rows = [page.evaluate("(chunks) => measureContainer(chunks)", CHUNKS) for _ in range(runs + 1)][1:]
    seal, open_, bare_seal, bare_open = (MIB / statistics.median(column) * 1000 for column in zip(*rows, strict=True))
    print(f"{'container: seal':<34} {seal:>10.0f} MiB/s   bare AES-GCM {bare_seal:>8.0f} MiB/s")
    print(f"{'container: open':<34} {open_:>10.0f} MiB/s   bare AES-GCM {bare_open:>8.0f} MiB/s")


def line(what: str, milliseconds: float, aim: float) -> None:
    """One figure beside its aim."""
    print(f"{what:<34} {milliseconds:>10.1f} ms   (aim: {aim:.0f} ms or less)")


def main() -> None:
    """Start the demo and Chromium, measure everything, print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        platform = Platform(folder / "data").start()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            vault = vault_address(platform)
            bench_unlock(new_page(browser, vault), runs)
            bench_container(new_page(browser, vault), folder, runs)
            bench_open(new_page(browser, vault), *shared_record(platform, folder), runs)
        finally:
            browser.close()
            platform.stop()


if __name__ == "__main__":
    main()
