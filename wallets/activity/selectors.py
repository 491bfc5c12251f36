"""A slot's history, straight from the indexed events: the client folds the heads itself and compares."""

from collections.abc import Iterable
from typing import Any

from medixain.chainindex.models import ChainEvent

_RECORDS = {"RecordAnchored": "anchor", "RecordRemoved": "remove"}
_GRANTS = {"AccessGranted": "grant", "AccessWithdrawn": "withdraw"}


def slot_history(slot: str) -> dict[str, list[dict[str, Any]]]:
    """Return the slot's record items, grant items and author rights in the chain's order, final or not."""
    history: dict[str, list[dict[str, Any]]] = {"records": [], "grants": [], "authors": []}
    for event in _events(slot):
        values, place = event.arguments, {"block": event.block_number, "time": event.block_time, "final": event.final}
        if event.name in _RECORDS:
            history["records"].append(
                {"kind": _RECORDS[event.name], "record": values["record"], "seq": values["seq"], **place}
                | {name: values.get(name) for name in ("ipfs", "kc_hash", "originator")}
            )
        elif event.name in _GRANTS:
            history["grants"].append(
                {"kind": _GRANTS[event.name], "grant_id": values["grant_id"], "seq": values["seq"], **place}
                | {name: values.get(name) for name in ("expiry", "node_set")}
            )
        else:
            history["authors"].append({"author": values["author"], "until": values["until"], **place})
    return history


def _events(slot: str) -> Iterable[ChainEvent]:
    names = [*_RECORDS, *_GRANTS, "AuthorSet"]
    return ChainEvent.objects.filter(subject=slot, name__in=names).order_by("block_number", "log_index").iterator()
