"""The access log: numbered, hash-chained, written before anything is given out, committed to the chain by roots.

See docs/spec/nodes.md, "Log", and docs/adr/0035. Nothing here decides; :mod:`permission` does.
"""

from collections.abc import Callable
from dataclasses import dataclass

from keymgmt.node.errors import LogDamaged
from keymgmt.node.merkle import MerkleTree
from keymgmt.node.messages import AccessRequest, LogEntry
from keymgmt.node.server.facts import RootFacts
from keymgmt.node.server.storage import Store, StoredEntry
from medixain.core.addresses import ZERO_ADDRESS
from medixain.core.eip712 import hash_struct

GIVEN = "given"
"""The outcome of a request that was served; every other outcome is a refusal's true reason."""

MAX_ROOT_ENTRIES = 4096
"""Entries one root covers at most, so that proofs stay short and building one stays quick."""

MAX_LOG_PAGE = 500
"""Entries one answer to a LogRequest holds at most."""


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry and, once its root is final on chain, the root's index there, the root and the Merkle proof."""

    stored: StoredEntry
    index: int | None
    root: RootFacts | None
    proof: tuple[bytes, ...]


class AccessLog:
    """Appends to and proves the entries in a :class:`Store`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._trees: dict[int, MerkleTree] = {}

    def append(
        self,
        request: AccessRequest,
        signature: bytes,
        *,
        outcome: str,
        time: int,
        slot: str = ZERO_ADDRESS,
        purpose: str = "",
    ) -> LogEntry:
        """Append one entry and return it; it is on disk when the store's outermost transaction ends."""
        with self._store.transaction():
            last_seq, last_hash = self._store.last_entry()
            entry = LogEntry(
                seq=last_seq + 1,
                previous=last_hash,
                slot_seq=self._store.last_slot_seq(slot) + 1,
                slot=slot,
                record=request.record,
                grant_id=request.grant_id,
                requester=request.requester,
                purpose=purpose,
                outcome=outcome,
                time=time,
                request_hash=request.request_hash,
            )
            self._store.add_entry(StoredEntry(entry, hash_struct(entry), request, signature))
        return entry

    def next_root(self, after_seq: int) -> RootFacts | None:
        """Return the root over the entries after ``after_seq``, None if there are none."""
        last_seq, _ = self._store.last_entry()
        if last_seq <= after_seq:
            return None
        return self.root_over(after_seq + 1, min(last_seq, after_seq + MAX_ROOT_ENTRIES))

    def root_over(self, from_seq: int, to_seq: int) -> RootFacts:
        """Return the root over a range, both ends included; raises :class:`LogDamaged` if an entry is missing."""
        hashes = self._store.entry_hashes(from_seq, to_seq)
        return RootFacts(from_seq, to_seq, MerkleTree(hashes).root, hashes[-1])

    def verify_chain(self, from_seq: int) -> None:
        """Check every entry from ``from_seq`` on: numbered, hashed and chained; raises :class:`LogDamaged`."""
        last_seq, _ = self._store.last_entry()
        previous = bytes(32) if from_seq == 1 else self._store.entry_hash(from_seq - 1)
        for stored in self._store.entries(from_seq, last_seq):
            if previous is None or stored.entry.previous != previous:
                raise LogDamaged
            previous = stored.hash

    def page(self, slot: str, *, after: int) -> list[ProvenEntry]:
        """Return up to :data:`MAX_LOG_PAGE` entries of a slot after a ``slot_seq``, with proofs where final."""
        entries = self._store.entries_of(slot, after=after, limit=MAX_LOG_PAGE)
        return [self._prove(stored) for stored in entries]

    def _prove(self, stored: StoredEntry) -> ProvenEntry:
        covering = self._store.root_covering(stored.entry.seq)
        # A root that also covers lost entries cannot be rebuilt, so its entries stay without proof.
        if covering is None or covering[1].from_seq <= self._store.log_base:
            return ProvenEntry(stored, None, None, ())
        index, root = covering
        tree = self._tree(index, lambda: MerkleTree(self._store.entry_hashes(root.from_seq, root.to_seq)))
        return ProvenEntry(stored, index, root, tuple(tree.proof(stored.hash)))

    def _tree(self, index: int, build: Callable[[], MerkleTree]) -> MerkleTree:
        # Consecutive entries share a root, so the last few trees answer nearly every proof.
        if index not in self._trees:
            if len(self._trees) >= 8:
                self._trees.pop(next(iter(self._trees)), None)
            self._trees[index] = build()
        return self._trees[index]
