"""What survives: SIGKILL, a damaged file, a foreign file, and two processes that want one chain."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from consensus.execution.base import ZERO_HASH, DatabaseDamaged, DatabaseInUse, ForeignDatabase, PayloadAttributes
from consensus.execution.embedded import EmbeddedExecution
from tests.conformance.execution.execution_contract import adopt, extend
from tests.conformance.execution.probe import GENESIS, account, calldata, deploy, probe_address, store

CHILD = """
import sys
from pathlib import Path
from consensus.execution.base import ZERO_HASH
from consensus.execution.embedded import EmbeddedExecution
from tests.conformance.execution.execution_contract import extend
from tests.conformance.execution.probe import GENESIS, account, deploy, store

client = EmbeddedExecution(Path(sys.argv[1]), GENESIS)
head = client.payload(client.head().hash)
sender = bytes.fromhex(account(0).address[2:])
while True:
    nonce = client.next_nonce(sender)
    client.submit(store(account(0), nonce, nonce) if nonce else deploy(account(0)))
    head = extend(client, head)
    print("imported", head.hash.hex(), flush=True)
    client.set_head(head.hash, ZERO_HASH, ZERO_HASH)
    print("head", head.hash.hex(), flush=True)
"""


def run_and_kill(path: Path, seconds: float) -> list[tuple[str, str]]:
    """Lets a child make blocks for a while, kills it with SIGKILL, and answers what it had acknowledged."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    first = child.stdout.readline()
    time.sleep(seconds)
    os.kill(child.pid, signal.SIGKILL)
    lines = [first, *child.stdout.read().splitlines(keepends=True)]
    child.wait()
    child.stdout.close()
    assert child.returncode == -signal.SIGKILL
    return [(line.split()[0], line.split()[1]) for line in lines if line.endswith("\n")]


def test_nothing_acknowledged_is_lost_by_sigkill(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    chance = random.Random(7)
    for _ in range(4):
        acknowledged = run_and_kill(path, chance.uniform(0.0, 0.25))
        imported = [bytes.fromhex(value) for kind, value in acknowledged if kind == "imported"]
        heads = [bytes.fromhex(value) for kind, value in acknowledged if kind == "head"]
        with EmbeddedExecution(path, GENESIS) as client:
            blocks = [client.payload(block_hash) for block_hash in imported]
            assert None not in blocks
            head = client.payload(client.head().hash)
            assert head is not None
            if heads:
                # The head may be one block beyond the last acknowledged one, never before it.
                assert head.hash == heads[-1] or head.parent == heads[-1]
            if head.number > 1:
                value = client.call(probe_address(account(0)), calldata("value()"), head.hash)
                assert int.from_bytes(value, "big") == head.number - 1
            assert [client.chain.canonical_hash(n) is not None for n in range(head.number + 2)][-2:] == [True, False]


def test_a_kill_during_creation_leaves_nothing_that_looks_like_a_chain(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    (tmp_path / "chain.sqlite.new").write_bytes(b"half a database")
    (tmp_path / "chain.sqlite.new-journal").write_bytes(b"half a journal")
    with EmbeddedExecution(path, GENESIS) as client:
        assert client.head().number == 0


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A closed chain of some blocks."""
    path = tmp_path / "chain.sqlite"
    with EmbeddedExecution(path, GENESIS) as client:
        client.submit(deploy(account(0)))
        for nonce in range(1, 40):
            client.submit(store(account(0), nonce, nonce, bytes(200)))
        head = client.payload(client.genesis().hash)
        assert head is not None
        for _ in range(3):
            head = extend(client, head)
            adopt(client, head)
    return path


def test_an_empty_file_is_damage_not_a_new_chain(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    path.touch()
    with pytest.raises(DatabaseDamaged):
        EmbeddedExecution(path, GENESIS)
    assert path.stat().st_size == 0


def test_a_missing_file_with_its_journal_left_is_damage(made: Path) -> None:
    made.rename(made.with_name("elsewhere"))
    made.with_name("chain.sqlite-wal").write_bytes(b"journal")
    with pytest.raises(DatabaseDamaged, match="journal"):
        EmbeddedExecution(made, GENESIS)
    assert not made.exists()


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_damage(made: Path, keep: float) -> None:
    os.truncate(made, int(made.stat().st_size * keep))
    with pytest.raises(DatabaseDamaged):
        EmbeddedExecution(made, GENESIS)


@pytest.mark.parametrize("where", [0.0, 0.2, 0.4, 0.6, 0.8])
def test_an_overwritten_page_is_damage(made: Path, where: float) -> None:
    pages = made.stat().st_size // 4096
    with made.open("r+b") as file:
        file.seek(int(pages * where) * 4096)
        file.write(os.urandom(4096))
    with pytest.raises(DatabaseDamaged):
        EmbeddedExecution(made, GENESIS)


def change(path: Path, statement: str, *parameters: object) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute(statement, parameters).rowcount > 0
    connection.commit()
    connection.close()


def read_all(path: Path) -> None:
    with EmbeddedExecution(path, GENESIS) as client:
        for number in range(4):
            client.payload(client.chain.canonical_hash(number) or b"")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE block SET header = zeroblob(length(header)) WHERE number = 3",
        "UPDATE block SET transactions = x'c0' WHERE number = 1",
        "DELETE FROM canonical WHERE number = 3",
        "DELETE FROM meta WHERE key = 'head'",
        "DELETE FROM meta WHERE key = 'genesis'",
        "UPDATE meta SET value = zeroblob(32) WHERE key = 'head'",
        "DELETE FROM node",
        "UPDATE node SET value = x'80'",
    ],
)
def test_rows_that_contradict_each_other_are_damage(made: Path, statement: str) -> None:
    change(made, statement)
    with pytest.raises(DatabaseDamaged):
        read_all(made)


def test_a_lost_state_node_below_the_root_is_damage_when_it_is_needed(made: Path) -> None:
    with EmbeddedExecution(made, GENESIS) as client:
        head = client.payload(client.head().hash)
        assert head is not None
    change(made, "DELETE FROM node WHERE hash != ?", head.state_root)
    with EmbeddedExecution(made, GENESIS) as client, pytest.raises(DatabaseDamaged):
        client.call(probe_address(account(0)), calldata("value()"), head.hash)


@pytest.mark.parametrize(
    "other", [replace(GENESIS, chain_id=1), replace(GENESIS, timestamp=1), replace(GENESIS, gas_limit=10**9)]
)
def test_another_genesis_is_refused(made: Path, other: object) -> None:
    # The chain id is no part of block 0, so it is kept beside the genesis hash.
    with pytest.raises(ForeignDatabase):
        EmbeddedExecution(made, other)  # type: ignore[arg-type]


def test_any_other_sqlite_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE notes (text)")
    connection.commit()
    connection.close()
    with pytest.raises(DatabaseDamaged, match="not a chain database"):
        EmbeddedExecution(path, GENESIS)


def test_two_clients_cannot_have_one_chain(made: Path) -> None:
    with EmbeddedExecution(made, GENESIS), pytest.raises(DatabaseInUse):
        EmbeddedExecution(made, GENESIS)
    with EmbeddedExecution(made, GENESIS) as client:
        assert client.head().number == 3


def test_marks_survive_a_restart(made: Path) -> None:
    with EmbeddedExecution(made, GENESIS) as client:
        head = client.head()
        client.set_head(head.hash, head.parent, client.genesis().hash)
    with EmbeddedExecution(made, GENESIS) as client:
        marks = client.chain.marks
        assert marks.head == head
        assert marks.safe is not None
        assert marks.safe.hash == head.parent
        assert marks.finalized == client.genesis()


def test_a_built_block_that_was_never_imported_leaves_no_trace(made: Path) -> None:
    with EmbeddedExecution(made, GENESIS) as client:
        head = client.head()
        payload = client.build(head.hash, PayloadAttributes(head.timestamp + 1, bytes(32), bytes(32)))
    with EmbeddedExecution(made, GENESIS) as client:
        assert client.payload(payload.hash) is None
        assert client.new_payload(payload).valid
        client.set_head(payload.hash, ZERO_HASH, ZERO_HASH)
