"""`make lighthouse` judges what Lighthouse reports: a page that misses a figure is named, and none slips through."""

from typing import Any

import pytest

from benchmarks.lighthouse.calibration import slowdown
from benchmarks.lighthouse.figures import Figures, NotMeasured, table
from benchmarks.lighthouse.main_thread import own_blocking
from benchmarks.lighthouse.places import PLACES, State


def report(performance: float | None = 1.0, accessibility: float = 1.0, contrast: float = 1.0) -> dict[str, Any]:
    """As much of Lighthouse's JSON as is read."""
    audits = {
        "largest-contentful-paint": 900.0, "total-blocking-time": 20.0, "cumulative-layout-shift": 0.01,
    }  # fmt: skip
    return {
        "environment": {"benchmarkIndex": 1200.0},
        "categories": {
            "performance": {"score": performance, "auditRefs": []},
            "accessibility": {
                "score": accessibility,
                "auditRefs": [{"id": "color-contrast", "weight": 7}, {"id": "video-caption", "weight": 10}],
            },
            "best-practices": {"score": 1.0, "auditRefs": [{"id": "csp-xss", "weight": 0}]},
        },
        "audits": {
            **{name: {"numericValue": value} for name, value in audits.items()},
            "color-contrast": {"score": contrast, "scoreDisplayMode": "binary"},
            "video-caption": {"score": None, "scoreDisplayMode": "notApplicable"},
            "csp-xss": {"score": 0.0, "scoreDisplayMode": "informative"},
        },
    }


def figures(**scores: float) -> Figures:
    """Figures of one run."""
    return Figures.of_report("a page", report(**scores))


def test_a_page_that_reaches_every_figure_misses_none() -> None:
    found = figures(performance=0.95)
    assert (found.scores["performance"], found.missed, found.failed) == (95, [], ())


def test_a_page_below_a_figure_is_marked_and_says_which_audit_cost_it() -> None:
    found = figures(performance=0.94, accessibility=0.99, contrast=0.0)
    assert found.missed == ["performance", "accessibility"]
    assert found.failed == ("color-contrast",)
    line = table([("profile", "mobile", found)]).splitlines()[1]
    assert "94!" in line
    assert "99!" in line


def test_performance_counts_by_its_median_and_what_does_not_vary_by_its_worst() -> None:
    runs = [figures(performance=0.8), figures(performance=0.97, accessibility=0.9), figures(performance=0.96)]
    together = Figures.together(runs)
    assert together.scores == {"performance": 96, "accessibility": 90, "best-practices": 100}


def test_a_page_without_a_score_was_not_measured() -> None:
    with pytest.raises(NotMeasured, match="no score for performance"):
        figures(performance=None)  # type: ignore[arg-type]
    with pytest.raises(NotMeasured, match="page crashed"):
        Figures.of_report("a page", {"runtimeError": {"code": "PAGE_HUNG", "message": "page crashed"}})


def test_a_page_is_not_blamed_for_the_time_that_other_programs_take() -> None:
    task = {"name": "RunTask", "ph": "X", "tid": 1}
    names = [{"name": "thread_name", "pid": pid, "tid": 1, "args": {"name": "CrRendererMain"}} for pid in (7, 8)]
    page = [task | {"pid": 7, "dur": 305_000, "tdur": 17_000}, task | {"pid": 7, "dur": 90_000, "tdur": 80_000}]
    other_tab = [task | {"pid": 8, "dur": 70_000, "tdur": 70_000}]
    assert own_blocking([*names, *page, *other_tab]) == 30
    assert own_blocking([]) == 0


def test_every_state_of_the_browser_profile_has_a_page() -> None:
    assert {place.state for place in PLACES} == set(State)
    assert len({place.name for place in PLACES}) == len(PLACES)


def test_a_telephone_is_taken_to_be_less_slower_than_a_slower_machine() -> None:
    assert [slowdown(index) for index in (100, 150, 475, 800, 1050, 1533, 3000)] == [1, 1, 1.5, 2, 2.5, 4, 4]
