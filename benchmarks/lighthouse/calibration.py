"""How much slower than this machine a telephone is, by Lighthouse's own measure of a processor.

Lighthouse's mobile preset slows the processor to a quarter, which takes a fast desktop to a middling telephone; on a
slower machine, or one that other work keeps busy, its documentation (docs/throttling.md) has the factor calibrated by
``benchmarkIndex``. It holds for the moment it was measured in, so it is measured before each run.
"""

import functools
import itertools
import subprocess
from typing import Final

from playwright.sync_api import Page

from benchmarks.lighthouse.program import NODE, PACKAGE

PRESET: Final = 4.0
_POINTS: Final = ((150, 1.0), (800, 2.0), (1300, 3.0), (1533, PRESET))
"""``benchmarkIndex`` and factor, between which is interpolated: lighthouse-cpu-throttling-calculator.vercel.app."""


def slowdown(index: float) -> float:
    """The factor for a machine of this ``benchmarkIndex``, never more than the preset's."""
    for (low, least), (high, most) in itertools.pairwise(_POINTS):
        if index < high:
            return round(least + (most - least) * max(0.0, (index - low) / (high - low)), 2)
    return PRESET


def benchmark_index(page: Page) -> float:
    """What Lighthouse's measure of the processor says in this page, now."""
    return float(page.evaluate(f"() => {{ {_measure()}; return computeBenchmarkIndex(); }}"))


@functools.cache
def _measure() -> str:
    """The source of Lighthouse's own function."""
    module = PACKAGE / "core" / "lib" / "page-functions.js"
    script = f"""
        import {{ pageFunctions }} from {str(module)!r};
        process.stdout.write(pageFunctions.computeBenchmarkIndex.toString());
    """
    command = [str(NODE), "--input-type=module", "--eval", script]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
