"""What a node tells about itself, for operators' pages and the command line."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from consensus.node.alarms import Alarm
from consensus.node.chain import Chain
from consensus.node.governance import GovernanceReader
from consensus.node.messages import to_hex
from consensus.node.tree import Entry


def describe(
    chain: Chain,
    governance: GovernanceReader,
    *,
    pending: bool,
    waiting: int,
    hash_rate: float | None,
    alarms: Sequence[Alarm],
) -> dict[str, Any]:
    """Head, justified and final block, parameters of the next block, voters, pending work and alarms."""
    with chain.lock:
        head, justified, final = chain.head, chain.justified, chain.final
        context, _ = chain.proposal_context(head)
    parameters = context.parameters
    return {
        "networkId": to_hex(chain.genesis.network_id),
        "chainId": chain.genesis.chain_id,
        "head": _block(head),
        "justified": _block(justified),
        "final": _block(final),
        "parameters": {"s": parameters.s, "r": parameters.r, "d": parameters.d},
        "miners": [{"id": to_hex(miner.id), "institution": miner.institution} for miner in context.active],
        "voters": list(governance.voters(final.payload_hash)),
        "pendingTransactions": pending,
        "waitingBlocks": waiting,
        "hashRate": hash_rate,
        "evidence": len(chain.store.evidence()),
        "alarms": [asdict(alarm) for alarm in alarms],
    }


def _block(entry: Entry) -> dict[str, Any]:
    return {
        "height": entry.height,
        "seal": to_hex(entry.seal),
        "hash": to_hex(entry.payload_hash),
        "timeMs": entry.time_ms,
        "work": str(entry.node.work),
        "institution": entry.institution,
    }
