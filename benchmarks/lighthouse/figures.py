"""Lighthouse's figures of a page: read from its report, taken together over runs, held against what is required."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from benchmarks.lighthouse.main_thread import own_blocking

CATEGORIES: Final = ("performance", "accessibility", "best-practices")
REQUIRED: Final[Mapping[str, int]] = {"performance": 95, "accessibility": 100, "best-practices": 100}
"""Points of 100; SEO is not judged, since most of these pages are nobody's to find."""


class NotMeasured(Exception):
    """Lighthouse could not measure a page."""

    def __init__(self, page: str, problem: str) -> None:
        super().__init__(f"Lighthouse could not measure {page}: {problem}")


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run, or several together, said of a page. ``failed`` names the audits that cost points."""

    scores: Mapping[str, int]
    largest_paint_ms: float
    blocking_ms: float
    own_blocking_ms: float
    shift: float
    benchmark_index: float
    failed: tuple[str, ...]

    @classmethod
    def of_report(cls, page: str, report: Mapping[str, Any], trace: Sequence[Mapping[str, Any]] = ()) -> Self:
        """Read Lighthouse's JSON and the trace's events; raises :class:`NotMeasured` where there are no figures."""
        if "runtimeError" in report:
            raise NotMeasured(page, str(report["runtimeError"].get("message")))
        found = {name: report["categories"][name]["score"] for name in CATEGORIES}
        missing = [name for name, score in found.items() if score is None]
        if missing:
            raise NotMeasured(page, f"its report has no score for {', '.join(missing)}")
        audits = report["audits"]
        return cls(
            scores={name: round(score * 100) for name, score in found.items()},
            largest_paint_ms=audits["largest-contentful-paint"]["numericValue"],
            blocking_ms=audits["total-blocking-time"]["numericValue"],
            own_blocking_ms=own_blocking(trace),
            shift=audits["cumulative-layout-shift"]["numericValue"],
            benchmark_index=report["environment"]["benchmarkIndex"],
            failed=tuple(_failed(report)),
        )

    @classmethod
    def together(cls, runs: Sequence[Self]) -> Self:
        """Several runs as one: timings by their median, as Lighthouse advises; what does not vary by its worst."""
        steady = {name: min(run.scores[name] for run in runs) for name in CATEGORIES}
        return cls(
            scores=steady | {"performance": int(statistics.median(run.scores["performance"] for run in runs))},
            largest_paint_ms=statistics.median(run.largest_paint_ms for run in runs),
            blocking_ms=statistics.median(run.blocking_ms for run in runs),
            own_blocking_ms=statistics.median(run.own_blocking_ms for run in runs),
            shift=max(run.shift for run in runs),
            benchmark_index=statistics.median(run.benchmark_index for run in runs),
            failed=tuple(dict.fromkeys(audit for run in runs for audit in run.failed)),
        )

    @property
    def missed(self) -> list[str]:
        """The categories below what is required."""
        return [name for name, least in REQUIRED.items() if self.scores[name] < least]


def _failed(report: Mapping[str, Any]) -> list[str]:
    """Audits of the unvarying categories that carry weight and did not pass."""
    return [
        reference["id"]
        for name in CATEGORIES[1:]
        for reference in report["categories"][name]["auditRefs"]
        if reference["weight"] > 0 and (report["audits"][reference["id"]]["score"] or 0) < 1
        and report["audits"][reference["id"]]["scoreDisplayMode"] not in {"notApplicable", "informative", "manual"}
    ]  # fmt: skip


def table(rows: Sequence[tuple[str, str, Figures]]) -> str:
    """One line for each page and form factor."""
    head = f"{'page':<15} {'as':<8} {'performance':>11} {'accessibility':>14} {'best practices':>15}"
    lines = [f"{head}   {'LCP':>7} {'TBT':>7} {'own':>7} {'CLS':>6} {'benchmarkIndex':>15}"]
    for page, form, found in rows:
        scores = [f"{found.scores[name]}{'!' if name in found.missed else ''}" for name in CATEGORIES]
        timings = (
            f"{found.largest_paint_ms / 1000:>5.2f} s {found.blocking_ms:>4.0f} ms "
            f"{found.own_blocking_ms:>4.0f} ms "
            f"{found.shift:>6.3f} {found.benchmark_index:>15.0f}"
        )
        lines.append(f"{page:<15} {form:<8} {scores[0]:>11} {scores[1]:>14} {scores[2]:>15}   {timings}")
    return "\n".join(lines)
