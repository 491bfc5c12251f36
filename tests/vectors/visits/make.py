"""Writes the visits' vectors: ``python -m tests.vectors.visits.make``.

``fold`` holds calendars (a few by hand, many by chance from a seed), each with the events that must count; ``events``
holds documents and whether they are appointments.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from medixain.core.errors import MedixainError
from medixain.sdk.visit_fold import VisitEvent, fold, parse_event

VECTORS: Final = Path(__file__).parent / "visits.json"
CALENDARS: Final = 60

DOCTOR, COLLEAGUE = "0xDoctor", "0xColleague"

DOCUMENT: Final[dict[str, Any]] = {
    "v": 1, "kind": "appointment", "id": "ab" * 16, "status": "planned", "start": 1_800_000_000, "minutes": 20,
    "place": "Room 2", "reason": "check", "patient": "0x" + "ad" * 20, "made": 1_790_000_000,
}  # fmt: skip
_RIGHT: Final[tuple[dict[str, Any], ...]] = (
    {}, {"status": "cancelled"}, {"patient": None}, {"start": 0}, {"start": 253_402_300_799}, {"minutes": 5},
    {"minutes": 1440}, {"id": ""}, {"id": "a b"},
)  # fmt: skip
_WRONG: Final[tuple[dict[str, Any], ...]] = (
    {"v": 2}, {"v": "1"}, {"kind": "request"}, {"id": 5}, {"status": "done"}, {"status": None}, {"start": "soon"},
    {"start": -1}, {"start": 253_402_300_800}, {"start": True}, {"minutes": 4}, {"minutes": 1441}, {"minutes": False},
    {"place": None}, {"reason": 5}, {"patient": 5}, {"made": None}, {"made": -1}, {"more": 1},
)  # fmt: skip


def event(number: int, created: int, visit: str = "a", author: str = DOCTOR, **changes: Any) -> VisitEvent:
    """An event as a reader has it after checking signatures; ``number`` names its record."""
    document = DOCUMENT | {"id": visit, "start": DOCUMENT["start"] + number * 3600} | changes
    return VisitEvent(f"0x{number:064x}", author, None, created, document)


def calendars() -> Iterator[tuple[list[VisitEvent], list[str]]]:
    """Yield every calendar with the visits that the device has seen cancelled."""
    cancelled = {"status": "cancelled"}
    yield [], []
    yield [event(1, 10)], []
    # Moved, and moved again; the second move is listed first, and a record id says nothing of time.
    yield [event(1, 30), event(3, 10), event(2, 20)], []
    # Cancelled: for good, also against a move by a clock that ran ahead.
    yield [event(1, 10), event(2, 20, **cancelled), event(3, 30)], []
    yield [event(2, 20, **cancelled), event(4, 40, **cancelled), event(1, 10)], []
    # Another author of the same id neither moves nor cancels it.
    yield [event(1, 10), event(2, 20, author=COLLEAGUE, **cancelled)], []
    yield [event(1, 10, author=COLLEAGUE), event(2, 20, "b")], []
    # Two events of one second: the larger record id.
    yield [event(2, 10), event(1, 10)], []
    # The event that cancelled it is withheld, and this device has seen it.
    yield [event(1, 10), event(2, 10, "b")], [f"{DOCTOR} a", f"{COLLEAGUE} b"]
    yield [event(1, 10, "x y")], [f"{DOCTOR} x y"]
    chance = random.Random("visits/calendars")
    for _ in range(CALENDARS):
        events = [_by_chance(chance, number) for number in range(1, chance.randrange(2, 12))]
        chance.shuffle(events)
        visits = sorted({one.visit for one in events})
        yield events, chance.sample(visits, chance.choice((0, 0, 0, 1)))


def _by_chance(chance: random.Random, number: int) -> VisitEvent:
    return event(
        number,
        chance.randrange(1, 6),
        chance.choice("abc"),
        chance.choice((DOCTOR, DOCTOR, COLLEAGUE)),
        status=chance.choice(("planned", "planned", "planned", "cancelled")),
        start=DOCUMENT["start"] + chance.randrange(4) * 3600,
    )


def plain(one: VisitEvent) -> dict[str, Any]:
    """An event as plain JSON: what the fold goes by."""
    told = {name: one.document[name] for name in ("id", "status", "start")}
    return {"event": one.event, "author": one.author, "created": one.created, **told}


def from_plain(row: dict[str, Any]) -> VisitEvent:
    """The event of a row of the vectors."""
    document = DOCUMENT | {name: row[name] for name in ("id", "status", "start")}
    return VisitEvent(row["event"], row["author"], None, row["created"], document)


def documents() -> Iterator[dict[str, Any]]:
    """Yield documents with whether each is an appointment."""
    lacking = [{key: value for key, value in DOCUMENT.items() if key != name} for name in DOCUMENT]
    for document in (*(DOCUMENT | change for change in (*_RIGHT, *_WRONG)), *lacking, None, [], "appointment"):
        yield {"document": document, "accepted": _is_event(document)}


def _is_event(document: Any) -> bool:
    try:
        parse_event(document)
    except MedixainError:
        return False
    return True


def main() -> None:
    """Write the vectors."""
    content = {
        "fold": [
            {
                "events": [plain(one) for one in events],
                "cancelled": cancelled,
                "counting": [{"event": one.event, "status": one.document["status"]} for one in fold(events, cancelled)],
            }
            for events, cancelled in calendars()
        ],
        "events": list(documents()),
    }
    VECTORS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
