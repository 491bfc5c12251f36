"""Writes the profile's vectors: ``python -m tests.vectors.profile.make``.

``fold`` holds histories (a few by hand, many by chance from a seed), each with the entries that must come of it;
``events`` holds documents of events and whether they are any.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from medixain.core.errors import MedixainError
from medixain.sdk.profile import Event, fold, parse_event

VECTORS: Final = Path(__file__).parent / "profile.json"
HISTORIES: Final = 60

PATIENT, DOCTOR, COLLEAGUE, STRANGER = "0xPatient", "0xDoctor", "0xColleague", "0xStranger"
CLINIC, OTHER = "0xClinic", "0xOther"
PEOPLE: Final = ((PATIENT, None, True), (DOCTOR, CLINIC, False), (COLLEAGUE, CLINIC, False), (STRANGER, OTHER, False))
SECTIONS: Final = ("allergies", "medication")

_DOCUMENT: Final[dict[str, Any]] = {
    "v": 1, "kind": "entry", "section": "allergies", "entry": '{"text":"Peanut"}', "target": None, "reason": None,
    "seen": 3, "head": "0x" + "ab" * 32,
}  # fmt: skip
_WRONG: Final[tuple[dict[str, Any], ...]] = (
    {"v": 2}, {"kind": "delete"}, {"kind": None}, {"section": "nowhere"}, {"section": 5}, {"entry": 5}, {"entry": "{"},
    {"entry": "[" * 40 + "]" * 40}, {"target": 5}, {"reason": []}, {"seen": "3"}, {"seen": None}, {"more": 1},
)  # fmt: skip
_RIGHT: Final[tuple[dict[str, Any], ...]] = (
    {}, {"entry": None}, {"kind": "dispute", "entry": None, "target": "0x1", "reason": "no"}, {"section": "disputes"},
    {"entry": '"text alone"'}, {"entry": '{"value":1.50}'}, {"head": "anything"},
)  # fmt: skip


def event(order: int, kind: str = "entry", who: int = 1, target: int | None = None, **more: Any) -> Event:
    """An event of one of the people, as a reader has it after checking signatures."""
    author, institution, by_owner = PEOPLE[who]
    values: dict[str, Any] = {
        "section": SECTIONS[0], "entry": {"n": order} if kind == "entry" else None,
        "reason": None if kind == "entry" else f"reason {order}", "seen": order - 1, "at": 1_790_000_000 + order,
    } | more  # fmt: skip
    return Event(
        id=f"0x{order}", order=order, kind=kind, target=None if target is None else f"0x{target}",
        author=author, institution=institution, by_owner=by_owner, **values,
    )  # fmt: skip


def histories() -> Iterator[list[Event]]:
    """Yield every history."""
    yield []
    yield [event(3), event(1), event(2, section=SECTIONS[1])]
    yield [event(1), event(2, target=1), event(3, target=1, seen=1)]
    yield [event(1), event(2, target=1, section=SECTIONS[1]), event(3, target=4), event(4)]
    yield [event(1), event(2, "confirm", 0, 1), event(3, "dispute", 0, 1), event(4, "answer", 2, 1)]
    yield [event(1), event(2, "dispute", 3, 1), event(3, "answer", 3, 1), event(4, "confirm", 1, 1)]
    yield [event(1), event(2, "dispute", 0, 9), event(3, "dispute", 0, 2)]
    # Somebody else's correction waits for the patient, who may take it back; an answer changes nothing of that.
    third = [event(1), event(2, who=3, target=1)]
    yield third
    yield [*third, event(3, "confirm", 0, 2)]
    yield [*third, event(3, "confirm", 0, 2), event(4, "answer", 3, 2)]
    yield [*third, event(3, "confirm", 0, 2), event(4, "dispute", 0, 2)]
    yield [*third, event(3, "confirm", 1, 2), event(4, "confirm", 0, 1)]
    # A colleague's counts, the patient's where patients write.
    yield [event(1), event(2, who=2, target=1), event(3, who=0, target=2), event(4, "confirm", 0, 3)]
    yield [event(1, section=SECTIONS[1]), event(2, who=0, target=1, section=SECTIONS[1])]
    yield [event(1, who=0, section=SECTIONS[1]), event(2, who=1, target=1, section=SECTIONS[1])]
    # What stands now on both sides does not agree, until the patient confirms the last of one.
    both = [*third, event(3, target=1), event(4, who=3, target=2)]
    yield both
    yield [*both, event(5, "confirm", 0, 4)]
    yield [*third, event(3, who=1, target=2), event(4, "confirm", 0, 3)]
    chance = random.Random("profile/histories")
    for _ in range(HISTORIES):
        length = chance.randrange(2, 12)
        orders = list(range(1, length + 1))
        events = [_by_chance(chance, order) for order in orders]
        chance.shuffle(events)
        yield events


def _by_chance(chance: random.Random, order: int) -> Event:
    kind = chance.choice(("entry", "entry", "entry", "confirm", "dispute", "answer"))
    target = chance.choice((None, chance.randrange(1, 12)))
    seen = max(0, order - chance.choice((1, 1, 2, 4)))
    return event(order, kind, chance.randrange(4), target, section=chance.choice(SECTIONS), seen=seen)


def documents() -> Iterator[dict[str, Any]]:
    """Yield documents with whether each is an event."""
    for change in (*_RIGHT, *_WRONG):
        document = _DOCUMENT | change
        yield {"document": document, "accepted": _is_event(document)}
    for name in _DOCUMENT:
        document = {key: value for key, value in _DOCUMENT.items() if key != name}
        yield {"document": document, "accepted": _is_event(document)}


def _is_event(document: dict[str, Any]) -> bool:
    try:
        parse_event(document, event="0x1", order=1, author=PATIENT, institution=None, by_owner=True, at=1)
    except MedixainError:
        return False
    return True


def folded(events: list[Event]) -> dict[str, list[dict[str, Any]]]:
    """The entries of a history as plain JSON."""
    return {section: [asdict(entry) for entry in entries] for section, entries in fold(events).items()}


def main() -> None:
    """Write the vectors."""
    content = {
        "fold": [{"events": [asdict(one) for one in events], "sections": folded(events)} for events in histories()],
        "events": list(documents()),
    }
    VECTORS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
