"""Which event of a visit counts: what its author signed decides, never the order of a listing (promise C20).

An author's events about one visit are those with the same ``id``. When one of them cancels it, the visit is cancelled,
whatever else she wrote. Otherwise the event whose record has the latest ``created`` counts, and of equal ones that with
the larger record id. Both stand in the record's header, whose hash is the id that the author signed and the chain
anchored, so no platform can change which event counts, and every reader decides alike, also one who sees a part only.
`tests/vectors/visits` holds this and the vault's ``visitFold.ts`` to it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from medixain.core.canonical import NotCanonical

LENGTHS: Final = range(5, 24 * 60 + 1)
"""Minutes that a visit may take."""

_LAST: Final = 253_402_300_799
"""The end of the year 9999, Unix seconds: a later time is none that a calendar could show."""

_FIELDS: Final = {
    "v": int, "kind": str, "id": str, "status": str, "start": int, "minutes": int, "place": str, "reason": str,
    "made": int,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class VisitEvent:
    """An event of a visit whose record opened and whose author's signature was checked.

    ``created`` is the author's clock in the header of the record ``event``; ``document`` what it says.
    """

    event: str
    author: str
    institution: str | None
    created: int
    document: Mapping[str, Any]

    @property
    def visit(self) -> str:
        """What the events about one visit have in common: their author and the id, which any author may choose."""
        return f"{self.author} {self.document['id']}"

    @property
    def is_cancelled(self) -> bool:
        """Whether this event cancels the visit."""
        return bool(self.document["status"] == "cancelled")


def fold(events: Iterable[VisitEvent], cancelled: Collection[str] = ()) -> list[VisitEvent]:
    """Return the event of each visit that counts, the earliest visit first. Pure; the order of ``events`` is nothing.

    ``cancelled`` are visits that the device has seen cancelled: they stay so if the platform now withholds the event.
    """
    standing: dict[str, VisitEvent] = {}
    for event in sorted(events, key=lambda one: (one.is_cancelled, one.created, one.event)):
        standing[event.visit] = event
    found = [
        replace(event, document={**event.document, "status": "cancelled"}) if event.visit in cancelled else event
        for event in standing.values()
    ]
    return sorted(found, key=lambda one: (one.document["start"], one.event))


def parse_event(document: Any) -> dict[str, Any]:
    """Return ``document`` if it is an appointment; raises ``NotCanonical`` for anything else."""
    well_formed = (
        isinstance(document, dict)
        and document.keys() == _FIELDS.keys() | {"patient"}
        and all(type(document[name]) is kind for name, kind in _FIELDS.items())
        and (document["patient"] is None or isinstance(document["patient"], str))
        and (document["v"], document["kind"]) == (1, "appointment")
        and document["status"] in {"planned", "cancelled"}
        and all(0 <= document[name] <= _LAST for name in ("start", "made"))
        and document["minutes"] in LENGTHS
    )
    if not well_formed:
        raise NotCanonical("This is no appointment of version 1.")
    found: dict[str, Any] = document
    return found
