"""``make lighthouse``: the main pages of portal and vault in Lighthouse, each held to the figures of ``figures.py``."""

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.lighthouse.calibration import slowdown
from benchmarks.lighthouse.figures import Figures, NotMeasured, table
from benchmarks.lighthouse.people import Profile, bring_to
from benchmarks.lighthouse.places import PLACES, Place, State
from benchmarks.lighthouse.program import PROGRAM, Form, measure
from tests.demo.harness import ROOT, Platform

REPORTS = ROOT / "lighthouse-reports"
RUNS = 3
SLOW = 1000
"""``benchmarkIndex`` under which Lighthouse itself warns of an underpowered machine."""

Rows = list[tuple[str, str, Figures]]


def main() -> int:
    """Measure, print the table, say what was missed; 1 when anything was."""
    wanted = arguments()
    chromium = shutil.which("chromium")
    if chromium is None or not PROGRAM.exists():
        print("Chromium is missing: apt-get install chromium" if chromium is None else "Run `make lighthouse`.")
        return 1
    REPORTS.mkdir(exist_ok=True)
    # Stopped from outside, the platform and the browsers end as they do otherwise.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        rows = measure_all(chromium, wanted.pages, wanted.forms, wanted.runs)
    except NotMeasured as error:
        print(error)
        return 1
    print(f"\n{table(rows)}\n\n{about_machine([found for _, _, found in rows])}")
    print(f"Reports: {REPORTS.relative_to(ROOT)}/")
    missed = [
        f"{page} ({form}): {', '.join(found.missed)} {list(found.failed)}" for page, form, found in rows if found.missed
    ]
    print("Below what is required:\n- " + "\n- ".join(missed) if missed else "Every page reaches what is required.")
    return 1 if missed else 0


def about_machine(rows: Sequence[Figures]) -> str:
    """How far the timings are to be believed, and what a telephone is taken to be."""
    indexes = [found.benchmark_index for found in rows]
    return "\n".join(
        (
            f"benchmarkIndex {min(indexes):.0f} to {max(indexes):.0f}: below {SLOW} a machine is slow or busy.",
            "own: what blocks by processor time, which other programs do not lengthen.",
            "mobile: Lighthouse's preset, its processor slowdown calibrated to benchmarkIndex before each run.",
        )
    )


def arguments() -> argparse.Namespace:
    """What is asked for: all of it, or some pages, one form factor, fewer runs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lighthouse", description=__doc__)
    names = [place.name for place in PLACES]
    parser.add_argument("--page", dest="pages", action="append", choices=names, help="only this page (again for more)")
    parser.add_argument("--form", dest="forms", action="append", choices=list(Form), type=Form)
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of each page, of which the median counts")
    found = parser.parse_args()
    found.pages = [place for place in PLACES if place.name in (found.pages or names)]
    found.forms = found.forms or list(Form)
    return found


def measure_all(chromium: str, places: Sequence[Place], forms: Sequence[Form], runs: int) -> Rows:
    """Start the platform and the browsers, and take the pages state by state."""
    rows: Rows = []
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright, ExitStack() as closing:
        folder = Path(scratch)
        platform = Platform(folder / "data").start()
        closing.callback(platform.stop)
        profiles = []
        for name in ("patient", "clinician"):
            profiles.append(Profile(playwright.chromium, chromium, platform, folder / name))
            closing.callback(profiles[-1].close)
        patient, clinician = profiles
        for state in states_until(places):
            bring_to(state, patient, clinician, platform, folder)
            profile = clinician if state is State.CLINICIAN else patient
            rows += measure_state(profile, [place for place in places if place.state is state], forms, runs)
    return rows


def states_until(places: Sequence[Place]) -> list[State]:
    """The states up to the last one that a page needs: each comes out of the one before."""
    states = list(State)
    return states[: 1 + max(states.index(place.state) for place in places)]


def measure_state(profile: Profile, places: Sequence[Place], forms: Sequence[Form], runs: int) -> Rows:
    """Measure pages that need the profile as it is now."""
    rows: Rows = []
    for place in places:
        for form in forms:
            found = [measure_once(profile, place, form, run) for run in range(1, runs + 1)]
            rows.append((place.name, form, Figures.together(found)))
    return rows


def measure_once(profile: Profile, place: Place, form: Form, run: int) -> Figures:
    """One run of one page, with its report kept and its figures said at once."""
    index = profile.prepare(place)
    found = measure(
        profile.address(place), form,
        port=profile.port,
        report=REPORTS / f"{place.name.replace(' ', '-')}-{form}-{run}",
        keep_storage=place.state is not State.FRESH,
        slowdown=slowdown(index),
    )  # fmt: skip
    scores = " ".join(str(score) for score in found.scores.values())
    slower = f", {slowdown(index)} times slower" if form is Form.MOBILE else ""
    print(f"{place.name} as {form}, run {run}: {scores} (benchmarkIndex {index:.0f}{slower})", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
