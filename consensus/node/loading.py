"""Start-up: the tree from the store, and the payload log replayed into an execution client that lost some of it."""

from __future__ import annotations

from dataclasses import dataclass

from consensus.execution.base import ExecutionClient, Status
from consensus.node.errors import ReplayFailed, StoreDamaged
from consensus.node.store import ConsensusStore, StoredBlock
from consensus.node.tree import WINDOW_BLOCKS, BlockTree, Checkpoint, Entry, genesis_entry
from consensus.rules.finality import Finality
from consensus.rules.fork_choice import BlockNode
from consensus.rules.genesis import GenesisConfig


@dataclass(frozen=True, slots=True)
class Loaded:
    """The tree above the window, and the checkpoints recorded with it."""

    tree: BlockTree
    finality: Finality


def load_tree(genesis: GenesisConfig, execution: ExecutionClient, store: ConsensusStore) -> Loaded:
    """The block tree as the store left it. Raises :class:`StoreDamaged` when a recorded checkpoint's block is missing.

    Blocks of the store were validated when they were added and are not validated again.
    """
    origin = genesis_entry(genesis, execution.genesis())
    finality = store.finality() or Finality(frozenset({origin.seal}), origin.seal)
    stored_final = store.block(finality.final)
    if stored_final is None and finality.final != origin.seal:
        raise StoreDamaged("finality", "the last final block is missing from the payload log")
    floor = (stored_final.block.header.height if stored_final else 0) - WINDOW_BLOCKS
    tree = BlockTree(origin)
    for stored in store.blocks_from(max(1, floor)):
        tree.add(_entry(stored, tree, store))
    if floor > 0:
        tree.prune(floor + WINDOW_BLOCKS)
    known = frozenset(seal for seal in finality.justified if seal in tree)
    return Loaded(tree, Finality(known, finality.final))


def _entry(stored: StoredBlock, tree: BlockTree, store: ConsensusStore) -> Entry:
    header, payload = stored.block.header, stored.block.payload
    parent = tree.get(header.parent_seal)
    if (known := tree.get(header.checkpoint)) is not None:
        checkpoint = known.as_checkpoint()
    elif (older := store.block(header.checkpoint)) is not None:
        checkpoint = Checkpoint(older.block.seal, older.block.header.height, older.block.payload.hash)
    else:
        raise StoreDamaged("payload log", f"the checkpoint of block {header.height} is missing")
    return Entry(
        node=BlockNode(header.seal_hash, header.parent_seal, header.height, stored.work),
        payload_hash=payload.hash,
        time_ms=header.time_ms,
        checkpoint=checkpoint,
        miner_id=header.miner_id,
        institution=stored.institution,
        transactions_height=header.height if payload.transactions else parent.transactions_height if parent else 0,
    )


def catch_up(execution: ExecutionClient, store: ConsensusStore) -> int:
    """Hands the execution client every logged payload it does not know; how many there were.

    It may have lost its newest blocks in a crash (geth does), or all of them. Walks down until a height whose blocks
    are all known, then up again, parents first. Raises :class:`ReplayFailed` when it refuses one.
    """
    height = store.highest()
    while height > 0 and any(
        execution.payload(stored.block.payload.hash) is None for stored in store.blocks_at(height)
    ):
        height -= 1
    replayed = 0
    for stored in store.blocks_from(height + 1):
        if execution.payload(stored.block.payload.hash) is not None:
            continue
        verdict = execution.new_payload(stored.block.payload)
        if verdict.status is not Status.VALID:
            raise ReplayFailed(stored.block.header.height, verdict.reason or verdict.status.value)
        replayed += 1
    return replayed
