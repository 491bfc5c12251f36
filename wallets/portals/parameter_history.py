"""What s, r and d were, and between which voted bounds: the miners' page shows it as pictures and as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medixain.chainindex.models import ChainEvent

CHANGES: Final = 100
"""Changes of the parameters that are shown; the institutions vote so rarely that all bounds are."""
DRAWN: Final[dict[str, Promise]] = {"d": _("Difficulty, leading zero bits"), "s": _("Active miners")}
SHORTEST: Final = timedelta(seconds=1)
"""Time after the last change that is drawn at least: a block's clock may be ahead of ours."""
HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 180, 34, 12, 16, 24
LABEL: Final = 16
"""Height of a label."""
WIDTHS: Final = (("w", 700), ("n", 340))
"""Text of a picture never scales: a wide and a narrow one are sent, and the style sheet shows one of them."""


@dataclass(frozen=True, slots=True)
class Change:
    """Parameters from a block on, or the bounds that the institutions voted (``kind``: "parameters" or "bounds").

    ``s``, ``r`` and ``d`` are the value, or the lower and the upper bound.
    """

    block: int
    time: datetime
    kind: str
    s: tuple[int, ...]
    r: tuple[int, ...]
    d: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """Voted bounds over the time in which they held, as a rectangle (SVG units)."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Picture:
    """One parameter over time at one width: its line's path, the bands behind it and its scale (SVG units)."""

    kind: str
    width: int
    line: str
    points: tuple[tuple[float, float], ...]
    bands: tuple[Band, ...]
    scale: tuple[tuple[int, float], ...]
    height: int = HEIGHT
    left: int = LEFT

    @property
    def right(self) -> int:
        """Where the picture's time ends."""
        return self.width - RIGHT


@dataclass(frozen=True, slots=True)
class History:
    """A parameter from its first change that is shown until now."""

    symbol: str
    title: Promise | str
    since: datetime
    first: int
    now: int
    changes: int
    low: int | None
    high: int | None
    pictures: tuple[Picture, ...]


def parameter_changes() -> list[Change]:
    """Return the newest changes of the parameters and all voted bounds, the newest first."""
    events = ChainEvent.objects.filter(contract="ConsensusGovernance").order_by("-block_number", "-log_index")
    newest = [*events.filter(name="ParametersSet")[:CHANGES], *events.filter(name="BoundsSet")]
    newest.sort(key=lambda event: (event.block_number, event.log_index), reverse=True)
    return [_change(event) for event in newest]


def _change(event: ChainEvent) -> Change:
    found = event.arguments
    at = datetime.fromtimestamp(event.block_time, UTC)
    if event.name == "ParametersSet":
        return Change(event.block_number, at, "parameters", (found["s"],), (found["r"],), (found["d"],))
    s, r, d = ((found[f"{name}_min"], found[f"{name}_max"]) for name in "srd")
    return Change(event.block_number, at, "bounds", s, r, d)


def histories(changes: Sequence[Change], now: datetime) -> list[History]:
    """Return the history of d and of s, given their changes, the newest first; nothing where none are known."""
    oldest_first = list(reversed(changes))
    values = [change for change in oldest_first if change.kind == "parameters"]
    bounds = [change for change in oldest_first if change.kind == "bounds"]
    return [_history(symbol, values, bounds, now) for symbol in DRAWN] if values else []


def _history(symbol: str, values: Sequence[Change], bounds: Sequence[Change], now: datetime) -> History:
    since = values[0].time
    steps = [(change.time, getattr(change, symbol)[0]) for change in values]
    limits = [(max(change.time, since), *getattr(change, symbol)) for change in bounds]
    low, high = limits[-1][1:] if limits else (None, None)
    changes = sum(one != other for (_, one), (_, other) in pairwise(steps))
    pictures = tuple(_picture(kind, width, steps, limits, max(now, steps[-1][0] + SHORTEST)) for kind, width in WIDTHS)
    return History(symbol, DRAWN[symbol], since, steps[0][1], steps[-1][1], changes, low, high, pictures)


def _picture(
    kind: str, width: int, steps: list[tuple[datetime, int]], limits: list[tuple[datetime, int, int]], end: datetime
) -> Picture:
    since = steps[0][0]
    seconds = (end - since).total_seconds()
    until = [*(time for time, *_ in limits[1:]), end]
    # Bounds from before the first step that is drawn held until then, which is no time in the picture.
    spans = [(*limit, stop) for limit, stop in zip(limits, until, strict=True) if stop > limit[0]]
    ends = [value for _, value in steps] + [bound for _, low, high, _ in spans for bound in (low, high)]
    least, most = min(ends) - 1, max(ends) + 1

    def across(time: datetime) -> float:
        return round(LEFT + (time - since).total_seconds() / seconds * (width - LEFT - RIGHT), 1)

    def up(value: int) -> float:
        return round(HEIGHT - BOTTOM - (value - least) / (most - least) * (HEIGHT - BOTTOM - TOP), 1)

    points = tuple((across(time), up(value)) for time, value in steps)
    line = f"M{points[0][0]} {points[0][1]}" + "".join(f"H{x}V{y}" for x, y in points[1:]) + f"H{across(end)}"
    bands = tuple(
        Band(across(time), up(high), round(across(stop) - across(time), 1), round(up(low) - up(high), 1))
        for time, low, high, stop in spans
    )
    scale: dict[int, float] = {}
    for value in (steps[-1][1], *(limits[-1][1:] if limits else ())):
        # A label that would stand on another is left out.
        if all(abs(up(value) - height) >= LABEL for height in scale.values()):
            scale[value] = up(value)
    return Picture(kind, width, line, points, bands, tuple(scale.items()))
