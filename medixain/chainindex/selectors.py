"""The chain's state as pages and the API show it."""

from typing import Any

from django.utils import timezone

from medixain.chainindex.chain import BlockRef, get_chain
from medixain.chainindex.models import ChainCursor
from medixain.chainindex.relay import outbox_backlog


def chain_status() -> dict[str, Any]:
    """Return heights, ages, parameters and backlog; raises ``ChainUnavailable``."""
    chain = get_chain()
    parameters = chain.parameters()
    backlog = outbox_backlog()
    cursor = ChainCursor.objects.filter(id=1).first()
    return {
        "chain_id": chain.chain_id,
        "head": _block(chain.head()),
        "final": _block(chain.finalized()),
        "indexed": cursor.number if cursor else 0,
        "parameters": dict(zip("srd", parameters, strict=True)) if parameters else None,
        "outbox": {
            "waiting": backlog.waiting, "oldest_seconds": int(backlog.oldest_seconds), "refused": backlog.refused,
        },
    }  # fmt: skip


def _block(block: BlockRef) -> dict[str, Any]:
    age = max(0, int(timezone.now().timestamp()) - block.timestamp)
    return {"number": block.number, "hash": "0x" + block.hash.hex(), "time": block.timestamp, "age": age}
