"""The hash chain, the Merkle trees, the database beneath."""

import sqlite3
from pathlib import Path

import pytest
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from contracts.bindings.messages import GrantKind, GrantOpening
from keymgmt.node.errors import LogDamaged
from keymgmt.node.merkle import MerkleTree, leaf_hash, verify_proof
from keymgmt.node.messages import AccessRequest, DepositContent, DepositedKey, grant_id
from keymgmt.node.server import log as log_module
from keymgmt.node.server.facts import RootFacts
from keymgmt.node.server.log import AccessLog
from keymgmt.node.server.sealed_rows import RowSeal
from keymgmt.node.server.storage import DatabaseDamaged, DatabaseMismatch, Store
from medixain.core.eip712 import hash_struct
from medixain.core.errors import InvalidInput

A, B, NODE = ("0x" + digit * 40 for digit in "123")
SEAL = RowSeal(keccak(b"a node"))
HASHES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40, unique=True)


# ---- Merkle --------------------------------------------------------------------------------------------------------


@given(HASHES)
def test_every_entry_has_a_proof_to_the_root(entries: list[bytes]) -> None:
    tree = MerkleTree(entries)
    assert all(verify_proof(entry, tree.proof(entry), tree.root) for entry in entries)


@given(HASHES, st.binary(min_size=32, max_size=32), st.data())
def test_no_proof_serves_another_entry_or_root(entries: list[bytes], stranger: bytes, data: st.DataObject) -> None:
    tree = MerkleTree(entries)
    entry = data.draw(st.sampled_from(entries))
    if stranger not in entries:
        assert not verify_proof(stranger, tree.proof(entry), tree.root)
        with pytest.raises(InvalidInput):
            tree.proof(stranger)
    assert not verify_proof(entry, tree.proof(entry), keccak(tree.root))
    assert not verify_proof(entry, [*tree.proof(entry), b"short"], tree.root)


@given(HASHES)
def test_the_root_depends_on_the_entries_and_not_on_their_order(entries: list[bytes]) -> None:
    assert MerkleTree(entries).root == MerkleTree(entries[::-1]).root
    assert MerkleTree(entries).root != MerkleTree([*entries, keccak(b"one more")]).root


def test_the_tree_is_openzeppelins_for_two_and_three_leaves() -> None:
    entries = [keccak(bytes([i])) for i in range(3)]
    low, middle, high = sorted(leaf_hash(entry) for entry in entries)

    def pair(a: bytes, b: bytes) -> bytes:
        return keccak(min(a, b) + max(a, b))

    # StandardMerkleTree lays sorted leaves out from the end of the array: [root, inner, high, middle, low].
    assert MerkleTree(entries).root == pair(pair(middle, low), high)
    two = sorted(map(leaf_hash, entries[:2]))
    assert MerkleTree(entries[:2]).root == pair(*two)
    assert MerkleTree(entries[:1]).root == leaf_hash(entries[0])


def test_no_tree_over_nothing_or_over_something_else_than_hashes() -> None:
    with pytest.raises(InvalidInput):
        MerkleTree([])
    with pytest.raises(InvalidInput):
        MerkleTree([b"short"])


# ---- chain ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "node.sqlite", node=NODE, chain_id=1, seal=SEAL)


def request(number: int) -> AccessRequest:
    return AccessRequest(keccak(b"record"), keccak(b"grant"), A, NODE, number.to_bytes(32, "big"), 5)


def append(log: AccessLog, *slots: str) -> None:
    for number, slot in enumerate(slots):
        log.append(request(number), b"s" * 65, outcome="given", time=7, slot=slot, purpose="treatment")


def test_entries_are_numbered_chained_and_counted_by_slot(store: Store) -> None:
    log = AccessLog(store)
    append(log, A, B, A)
    first, second, third = (stored.entry for stored in store.entries(1, 3))
    assert (first.seq, first.previous, first.slot_seq) == (1, bytes(32), 1)
    assert (second.seq, second.previous, second.slot_seq) == (2, hash_struct(first), 1)
    assert (third.seq, third.previous, third.slot_seq) == (3, hash_struct(second), 2)
    log.verify_chain(1)
    log.verify_chain(3)


def test_what_several_nodes_log_of_one_look_joins_by_request_hash() -> None:
    one, two = request(1), AccessRequest(keccak(b"record"), keccak(b"grant"), A, B, (1).to_bytes(32, "big"), 9)
    assert one.request_hash == two.request_hash != request(2).request_hash


def test_roots_cover_ranges_without_gaps_and_of_bounded_length(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "MAX_ROOT_ENTRIES", 2)
    log = AccessLog(store)
    assert log.next_root(0) is None
    append(log, A, B, A)
    first = log.next_root(0)
    assert first is not None
    second = log.next_root(first.to_seq)
    assert second is not None
    assert [(root.from_seq, root.to_seq) for root in (first, second)] == [(1, 2), (3, 3)]
    assert second.chain_hash == store.last_entry()[1]
    with pytest.raises(LogDamaged):
        log.root_over(3, 4)


def test_the_few_newest_trees_answer_proofs(store: Store) -> None:
    log = AccessLog(store)
    append(log, *[A] * 20)
    for index, seq in enumerate(range(1, 21, 2)):
        store.put_root(index, log.root_over(seq, seq + 1))
    page = log.page(A, after=0)
    assert [proven.index for proven in page] == [index for index in range(10) for _ in range(2)]
    for proven in page:
        assert proven.root is not None
        assert verify_proof(proven.stored.hash, proven.proof, proven.root.root)


def test_a_link_that_does_not_fit_is_damage(store: Store) -> None:
    log = AccessLog(store)
    append(log, A, A, A)
    with store.transaction():
        store._db.execute("DELETE FROM log WHERE seq = 1")
    with pytest.raises(LogDamaged):
        log.verify_chain(2)


# ---- the database --------------------------------------------------------------------------------------------------


def test_a_database_serves_one_node_of_one_chain(tmp_path: Path, store: Store) -> None:
    store.close()
    path = tmp_path / "node.sqlite"
    Store(path, node=NODE, chain_id=1, seal=SEAL).close()
    for wrong in ({"node": A, "chain_id": 1}, {"node": NODE, "chain_id": 2}):
        with pytest.raises(DatabaseMismatch):
            Store(path, **wrong, seal=SEAL)  # type: ignore[arg-type]


def test_a_damaged_database_is_an_error_and_never_a_new_start(tmp_path: Path, store: Store) -> None:
    append(AccessLog(store), *[A] * 50)
    store.truncate_journal()
    store.close()
    path = tmp_path / "node.sqlite"
    healthy = path.read_bytes()
    path.write_bytes(b"\xff" * len(healthy))
    with pytest.raises(DatabaseDamaged):
        Store(path, node=NODE, chain_id=1, seal=SEAL)
    path.write_bytes(healthy[:4096] + b"\xa5" * 8192 + healthy[12288:])
    with pytest.raises((DatabaseDamaged, DatabaseMismatch, sqlite3.DatabaseError)):
        Store(path, node=NODE, chain_id=1, seal=SEAL)
    assert path.stat().st_size >= len(healthy)


def test_the_database_says_nothing_of_purpose_outcome_or_requester(tmp_path: Path, store: Store) -> None:
    append(AccessLog(store), B)
    opening = GrantOpening(
        slot=B,
        grantee=A,
        grantee_key=b"\x02" * 33,
        kind=GrantKind.RECORDS,
        records=(keccak(b"record"),),
        sections=(),
        purpose="a-planted-purpose",
        expiry=99,
        node_set=1,
        salt=keccak(b"salt"),
    )
    assert store.use_nonce(A, b"n" * 32, time=7)
    store.put_deposit(DepositContent(opening, (DepositedKey(b"\x02" * 33, b"kfrag"),)), time=7)
    store.close()

    kept = b"".join(path.read_bytes() for path in tmp_path.glob("node.sqlite*"))
    for said in (b"a-planted-purpose", b"treatment", b"given", A[2:].encode(), bytes.fromhex(A[2:])):
        assert said not in kept
    again = Store(tmp_path / "node.sqlite", node=NODE, chain_id=1, seal=SEAL)
    deposit = again.deposit(grant_id(opening))
    assert deposit is not None
    assert deposit.opening == opening
    assert [stored.entry.purpose for stored in again.entries(1, 1)] == ["treatment"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log SET entry = (SELECT entry FROM log WHERE seq = 2) WHERE seq = 1",
        "UPDATE log SET entry = x'00' WHERE seq = 1",
        "UPDATE log SET entry = substr(entry, 1, length(entry) - 1) WHERE seq = 1",
        "UPDATE log SET hash = (SELECT hash FROM log WHERE seq = 2) WHERE seq = 1",
    ],
)
def test_a_changed_entry_is_damage(store: Store, change: str) -> None:
    append(AccessLog(store), A, B)
    store._db.execute(change)
    with pytest.raises(LogDamaged):
        list(store.entries(1, 2))


def test_another_nodes_key_opens_nothing(tmp_path: Path, store: Store) -> None:
    append(AccessLog(store), A)
    store.close()
    other = Store(tmp_path / "node.sqlite", node=NODE, chain_id=1, seal=RowSeal(keccak(b"another node")))
    with pytest.raises(LogDamaged):
        list(other.entries(1, 1))


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    log = AccessLog(store)

    def fail() -> None:
        with store.transaction():
            append(log, A)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert store.last_entry() == (0, bytes(32))
    append(log, A)
    assert store.last_entry()[0] == 1


def test_nonces_are_remembered_and_forgotten(store: Store) -> None:
    assert store.use_nonce(A, b"n" * 32, time=100)
    assert not store.use_nonce(A, b"n" * 32, time=101)
    assert store.use_nonce(B, b"n" * 32, time=101)
    store.forget_nonces(before=101)
    assert not store.nonce_used(A, b"n" * 32)
    assert store.nonce_used(B, b"n" * 32)


def test_writes_are_synced_and_deletions_overwritten(store: Store) -> None:
    pragmas = {name: store._rows(f"PRAGMA {name}")[0][0] for name in ("synchronous", "journal_mode", "secure_delete")}
    assert pragmas == {"synchronous": 2, "journal_mode": "wal", "secure_delete": 1}


def test_roots_are_found_by_the_entries_they_cover(store: Store) -> None:
    root = RootFacts(3, 5, b"r" * 32, b"c" * 32)
    store.put_root(0, root)
    assert store.root_covering(4) == (0, root)
    assert store.root_covering(6) is None
