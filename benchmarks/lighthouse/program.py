"""Runs the Lighthouse of this folder's package against a page of a Chromium that already runs."""

import enum
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.lighthouse.figures import CATEGORIES, Figures, NotMeasured

NODE: Final = Path(sys.executable).with_name("node")
PACKAGE: Final = Path(__file__).parent / "node_modules" / "lighthouse"
PROGRAM: Final = PACKAGE / "cli" / "index.js"
TIMEOUT: Final = 180
TRACE_LOST: Final = "NO_NAVSTART"
"""Chromium lost the beginning of its trace: nothing was measured, so the page is loaded once more."""


class Form(enum.StrEnum):
    """A form factor, as Lighthouse presets it: screen, network and the processor's slowdown."""

    DESKTOP = "desktop"
    MOBILE = "mobile"


def measure(url: str, form: Form, *, port: int, report: Path, keep_storage: bool, slowdown: float) -> Figures:
    """Measure the page at ``url`` in the Chromium that listens on ``port``; ``report`` gets ``.report.html`` added.

    ``keep_storage`` leaves log-in, keys and service workers as they are; otherwise Lighthouse clears what makes a
    second visit faster. ``slowdown`` is how much slower than here a telephone's processor is taken to be.
    Raises :class:`NotMeasured`.
    """
    options = [
        f"--port={port}", "--hostname=127.0.0.1", f"--only-categories={','.join(CATEGORIES)}", "--quiet",
        "--save-assets", "--no-enable-error-reporting", "--output=json", "--output=html", f"--output-path={report}",
        "--preset=desktop" if form is Form.DESKTOP else f"--throttling.cpuSlowdownMultiplier={slowdown}",
        *(["--disable-storage-reset"] if keep_storage else []),
    ]  # fmt: skip
    try:
        _run(url, options)
    except NotMeasured as error:
        if TRACE_LOST not in str(error):
            raise
        _run(url, options)
    written, trace, log = (Path(f"{report}{end}") for end in (".report.json", "-0.trace.json", "-0.devtoolslog.json"))
    figures = Figures.of_report(url, _read(written), _read(trace)["traceEvents"])
    for big in (trace, log):
        big.unlink()
    return figures


def _run(url: str, options: Sequence[str]) -> None:
    try:
        subprocess.run([NODE, PROGRAM, url, *options], check=True, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.CalledProcessError as error:
        raise NotMeasured(url, error.stderr.strip()) from error
    except subprocess.TimeoutExpired as error:
        raise NotMeasured(url, f"it was not done in {TIMEOUT} s") from error


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
