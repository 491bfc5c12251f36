"""Merkle trees over log entries, as OpenZeppelin's ``StandardMerkleTree`` and ``MerkleProof`` have them.

A leaf is keccak256(keccak256(abi.encode(bytes32 entry hash))): hashed twice, so that no inner node can pass for a leaf.
Leaves are sorted, pairs are sorted before hashing, and the tree is complete (2n - 1 nodes, children of i at 2i + 1 and
2i + 2), so a contract can check a proof with ``MerkleProof.verify``.
"""

from collections.abc import Sequence

from eth_hash.auto import keccak

from medixain.core.errors import InvalidInput


def leaf_hash(entry_hash: bytes) -> bytes:
    """Return the leaf of a 32-byte entry hash; raises :class:`InvalidInput` for another length."""
    if len(entry_hash) != 32:
        raise InvalidInput(f"An entry hash has 32 bytes, not {len(entry_hash)}.")
    return keccak(keccak(entry_hash))


class MerkleTree:
    """The tree over a non-empty sequence of 32-byte entry hashes; raises :class:`InvalidInput` for none."""

    def __init__(self, entry_hashes: Sequence[bytes]) -> None:
        if not entry_hashes:
            raise InvalidInput("A Merkle tree needs at least one entry.")
        leaves = sorted(leaf_hash(entry) for entry in entry_hashes)
        count = len(leaves)
        nodes = [b""] * (count - 1) + leaves[::-1]
        for index in range(count - 2, -1, -1):
            nodes[index] = _hash_pair(nodes[2 * index + 1], nodes[2 * index + 2])
        self._nodes = nodes
        self._places = {leaf: len(nodes) - 1 - rank for rank, leaf in enumerate(leaves)}

    @property
    def root(self) -> bytes:
        """The root, 32 bytes."""
        return self._nodes[0]

    def proof(self, entry_hash: bytes) -> list[bytes]:
        """Return the siblings from the entry's leaf up to the root; raises :class:`InvalidInput` for a stranger."""
        place = self._places.get(leaf_hash(entry_hash))
        if place is None:
            raise InvalidInput("This entry is not in the tree.")
        siblings = []
        while place > 0:
            siblings.append(self._nodes[place + 1 if place % 2 else place - 1])
            place = (place - 1) // 2
        return siblings


def verify_proof(entry_hash: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether ``proof`` leads from the entry to ``root`` (OpenZeppelin ``MerkleProof.verify``)."""
    node = leaf_hash(entry_hash)
    for sibling in proof:
        if len(sibling) != 32:
            return False
        node = _hash_pair(node, sibling)
    return node == root


def _hash_pair(left: bytes, right: bytes) -> bytes:
    return keccak(left + right if left < right else right + left)
