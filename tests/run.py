"""Run the whole test suite the way CI does: ``python -m tests.run``.

The parts run one after the other, each on all cores by whole files; coverage of the packages that guard keys, records
and consensus must stay at 95 % of branches; every test that could not run is named in the last lines.
"""

import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GUARDED = ("keymgmt", "records", "consensus/rules")
MINIMUM_COVERAGE = 95


@dataclass(frozen=True)
class Part:
    """A group of tests: its folders, and whether they count for coverage.

    ``database`` names a variable with the address of a database server on which the part runs instead of on SQLite.
    """

    name: str
    folders: tuple[str, ...]
    measured: bool = True
    database: str | None = None

    def missing(self) -> str | None:
        """Why the part cannot run here; None when it can."""
        if self.database is None or self.database in os.environ:
            return None
        return f"{self.name}: {self.database} is not set; .ci/run starts a server and sets it"

    def environment(self) -> dict[str, str]:
        """The variables of the part's process."""
        chosen = {} if self.database is None else {"MEDIXAIN_TEST_DATABASE_URL": os.environ[self.database]}
        return {**os.environ, **chosen}


PARTS = (
    Part("unit and conformance", ("tests/unit", "tests/conformance", "tests/attacks")),
    Part("API", ("tests/integration/api",)),
    Part(
        "API on PostgreSQL",
        ("tests/integration/api",),
        measured=False,
        database="MEDIXAIN_TEST_POSTGRES",
    ),
    Part(
        "nodes and programs",
        ("tests/integration/geth", "tests/integration/node", "tests/integration/production"),
    ),
    Part("platform", ("tests/demo", "tests/hostile", "tests/browser"), measured=False),
)


def run(part: Part, report: Path) -> int:
    """Run one part; pytest's exit code, where "no tests collected" is a failure, since every part has tests."""
    folders = [folder for folder in part.folders if (ROOT / folder).exists()]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "not long", *folders, f"--junitxml={report}"]
    # Files stay whole: what starts a platform or a chain starts it once.
    command += ["-n", str(os.cpu_count() or 1), "--dist", "loadfile", "--tb=short", "--durations=5"]
    if part.measured:
        command += ["--cov", "--cov-append", "--cov-report="]
    return subprocess.run(command, cwd=ROOT, env=part.environment(), check=False).returncode


def coverage_is_enough() -> bool:
    """True when every guarded package reaches the minimum of branches taken; prints the figure of each."""
    enough = True
    for package in GUARDED:
        figure = branch_coverage(package)
        print(f"branch coverage of {package}: {figure:.1f} %")
        enough &= figure >= MINIMUM_COVERAGE
    return enough


def branch_coverage(package: str) -> float:
    """Per cent of a package's branches that the measured parts took; 0 where nothing was measured."""
    command = [sys.executable, "-m", "coverage", "json", f"--include={package}/*", "-q", "-o", "-"]
    report = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if report.returncode:
        return 0.0
    totals = json.loads(report.stdout)["totals"]
    return 100 * totals["covered_branches"] / max(1, totals["num_branches"])


def skipped(report: Path) -> list[str]:
    """Names and reasons of the tests that were skipped, from a JUnit report."""
    if not report.exists():
        return []
    return [
        f"{case.get('classname')}::{case.get('name')}: {mark.get('message')}"
        for case in ET.parse(report).iter("testcase")
        for mark in case.iter("skipped")
    ]


def main() -> int:
    """Run all parts, then say what failed and what did not run."""
    (ROOT / ".coverage").unlink(missing_ok=True)
    failed: list[str] = []
    not_run: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for part in PARTS:
            if missing := part.missing():
                not_run.append(missing)
                continue
            report = Path(folder) / f"{part.name.replace(' ', '-')}.xml"
            print(f"\n== {part.name}", flush=True)
            if run(part, report):
                failed.append(part.name)
            not_run += skipped(report)
    if not coverage_is_enough():
        failed.append(f"branch coverage below {MINIMUM_COVERAGE} %")
    print("\nNot run here, but by `make test-long`: lying platform, browser and CLI, shared FHIR files")
    print(f"\nTests that could not run: {len(not_run)}", *not_run, sep="\n- " if not_run else "")
    print("Failed: " + "; ".join(failed) if failed else "All parts passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
