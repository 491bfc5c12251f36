"""How long a page's own work blocks the main thread: Chromium's trace again, by processor time.

Lighthouse counts by the clock, so a thread that waits for a processor because other programs have it looks blocked.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

LONG_MS: Final = 50.0
"""What of a task is longer than this blocks (https://web.dev/articles/tbt)."""
_TASKS: Final = ("RunTask", "ThreadControllerImpl::RunTask")
_MAIN: Final = "CrRendererMain"


def own_blocking(events: Sequence[Mapping[str, Any]]) -> float:
    """Milliseconds of processor time beyond :data:`LONG_MS` in tasks of the busiest renderer's main thread."""
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event.get("name") == "thread_name" and event["args"]["name"] == _MAIN
    }
    tasks: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for event in events:
        if event.get("name") in _TASKS and event.get("ph") == "X" and (event["pid"], event["tid"]) in mains:
            tasks[event["pid"]].append(event)
    # The others are the tab that Lighthouse came from and the browser's own pages.
    page = max(tasks.values(), key=lambda found: sum(task["dur"] for task in found), default=[])
    return sum(max(0.0, task.get("tdur", 0) / 1000 - LONG_MS) for task in page)
