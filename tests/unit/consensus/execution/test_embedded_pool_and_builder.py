"""The pool's order and bounds, quotas and time in building, and several threads on one client."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.execution.base import InvalidTransaction, Payload, PayloadAttributes
from consensus.execution.embedded import EmbeddedExecution
from consensus.execution.embedded.pool import MAX_NONCE_AHEAD, TransactionPool
from consensus.execution.embedded.queries import ChainQueries, TooManyLogs
from consensus.execution.records import LogQuery
from consensus.execution.transactions import Transaction, decode_transaction
from tests.conformance.execution.execution_contract import adopt, extend
from tests.conformance.execution.probe import (
    GAS,
    GENESIS,
    account,
    calldata,
    deploy,
    probe_address,
    store,
    transaction,
)

TO = "0x" + "11" * 20


def waiting(sender: int, nonce: int, data: bytes = b"") -> Transaction:
    return decode_transaction(transaction(account(sender), nonce, TO, data), GENESIS.chain_id)


PREPARED = {(sender, nonce): waiting(sender, nonce) for sender in range(3) for nonce in range(4)}


@given(st.permutations(sorted(PREPARED)), st.sets(st.sampled_from(sorted(PREPARED))))
def test_executable_is_gapless_per_sender_in_order_of_arrival(
    order: list[tuple[int, int]], missing: set[tuple[int, int]]
) -> None:
    pool = TransactionPool()
    for key in order:
        if key not in missing:
            pool.add(PREPARED[key], 0)
    offered = list(pool.executable(lambda sender: 0))
    for sender in range(3):
        nonces = [t.nonce for t in offered if t.sender == PREPARED[sender, 0].sender]
        reachable = next((n for n in range(4) if (sender, n) in missing), 4)
        assert nonces == list(range(reachable))
    first = [key for key in order if key not in missing and key[1] == 0]
    assert [t.hash for t in offered if t.nonce == 0] == [PREPARED[key].hash for key in first] or len(first) < 2


def test_the_pool_refuses_what_cannot_follow() -> None:
    pool = TransactionPool()
    with pytest.raises(InvalidTransaction, match="too low"):
        pool.add(waiting(0, 3), 4)
    with pytest.raises(InvalidTransaction, match="too high"):
        pool.add(waiting(0, MAX_NONCE_AHEAD + 1), 0)
    pool.add(waiting(0, 0), 0)
    with pytest.raises(InvalidTransaction, match="underpriced"):
        pool.add(waiting(0, 0, b"other"), 0)


def test_a_full_pool_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consensus.execution.embedded.pool.MAX_TRANSACTIONS", 2)
    pool = TransactionPool()
    pool.add(waiting(0, 0), 0)
    pool.add(waiting(0, 1), 0)
    with pytest.raises(InvalidTransaction, match="full"):
        pool.add(waiting(0, 2), 0)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[EmbeddedExecution]:
    with EmbeddedExecution(tmp_path / "chain.sqlite", GENESIS) as client:
        yield client


def genesis(client: EmbeddedExecution) -> Payload:
    payload = client.payload(client.genesis().hash)
    assert payload is not None
    return payload


def test_blocks_keep_to_the_senders_quotas(tmp_path: Path) -> None:
    asked: list[bytes] = []

    def quota(sender: str, parent: bytes) -> int:
        asked.append(parent)
        return {account(0).address: 2 * GAS, account(1).address: GAS - 1}.get(sender, 0)

    with EmbeddedExecution(tmp_path / "chain.sqlite", GENESIS, sender_quota=quota) as client:
        for nonce in range(3):
            client.submit(transaction(account(0), nonce, TO, b""))
        client.submit(transaction(account(1), 0, TO, b""))
        first = extend(client, genesis(client))
        assert first.transactions == tuple(transaction(account(0), nonce, TO, b"") for nonce in (0, 1))
        assert set(asked) == {client.genesis().hash}
        adopt(client, first)
        assert extend(client, first).transactions == (transaction(account(0), 2, TO, b""),)
        # A transaction above its sender's whole quota can never be included and must not keep miners awake.
        assert client.pool.waiting(bytes.fromhex(account(1).address[2:])) == {}


def test_building_stops_when_its_time_is_over(tmp_path: Path) -> None:
    with EmbeddedExecution(tmp_path / "chain.sqlite", GENESIS, build_seconds=0.0) as client:
        for nonce in range(3):
            client.submit(transaction(account(0), nonce, TO, b""))
        block = genesis(client)
        for _ in range(3):
            block = extend(client, block)
            adopt(client, block)
            assert len(block.transactions) == 1
        assert not client.has_pending()


def test_a_block_uses_at_most_half_the_gas_limit(tmp_path: Path) -> None:
    small = type(GENESIS)(GENESIS.chain_id, GENESIS.timestamp, 100_000)
    with EmbeddedExecution(tmp_path / "chain.sqlite", small) as client:
        with pytest.raises(InvalidTransaction, match="half"):
            client.submit(transaction(account(0), 0, TO, b"", gas=50_001))
        for sender in range(3):
            client.submit(transaction(account(sender), 0, TO, b"", gas=22_000))
        block = extend(client, genesis(client))
        assert len(block.transactions) == 2
        assert block.gas_used * 2 <= block.gas_limit
        adopt(client, block)
        assert extend(client, block).base_fee == 0


def test_a_reorganised_transaction_wins_over_a_newcomer_with_its_nonce(client: EmbeddedExecution) -> None:
    fork = genesis(client)
    side = extend(client, fork, seconds=3)
    client.submit(transaction(account(0), 0, TO, b"first"))
    main = extend(client, fork)
    adopt(client, main)
    client.submit(transaction(account(0), 1, TO, b"second"))
    adopt(client, side)
    assert [t.data for t in client.pool.transactions()] == [b"second", b"first"]
    assert [decode_transaction(raw, GENESIS.chain_id).data for raw in extend(client, side).transactions] == [
        b"first",
        b"second",
    ]


def test_too_many_logs_are_refused(client: EmbeddedExecution, monkeypatch: pytest.MonkeyPatch) -> None:
    client.submit(deploy(account(0)))
    for nonce in (1, 2, 3):
        client.submit(store(account(0), nonce, nonce))
    block = extend(client, genesis(client))
    adopt(client, block)
    queries = ChainQueries(client)
    assert len(queries.logs(LogQuery(0, 10))) == 3
    monkeypatch.setattr("consensus.execution.embedded.queries.MAX_LOGS", 2)
    with pytest.raises(TooManyLogs):
        queries.logs(LogQuery(0, 10))


def test_log_queries_use_an_index(client: EmbeddedExecution) -> None:
    statement = "EXPLAIN QUERY PLAN SELECT 1 FROM log l WHERE l.number BETWEEN 1 AND 2"
    for condition in ("", " AND l.address IN (x'00')", " AND l.topic0 IN (x'00')"):
        with client.chain.read() as connection:
            plan = " ".join(row[3] for row in connection.execute(statement + condition))
        assert re.search("SEARCH l USING (COVERING )?INDEX log_by", plan)


def test_threads_read_and_submit_while_blocks_are_made(client: EmbeddedExecution) -> None:
    client.submit(deploy(account(0)))
    block = extend(client, genesis(client))
    adopt(client, block)
    done = threading.Event()

    def read() -> int:
        reads = 0
        while not done.is_set():
            head = client.head()
            answer = client.call(probe_address(account(0)), calldata("value()"), head.hash)
            assert int.from_bytes(answer, "big") <= head.number * 10
            client.has_pending()
            reads += 1
        return reads

    def send() -> None:
        for nonce in range(1, 31):
            client.submit(store(account(0), nonce, nonce))

    with ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(read) for _ in range(3)]
        sender = threads.submit(send)
        while not sender.done() or client.has_pending():
            block = extend(client, block)
            adopt(client, block)
        done.set()
        sender.result()
        assert all(reader.result() > 0 for reader in readers)
    value = client.call(probe_address(account(0)), calldata("value()"), block.hash)
    assert int.from_bytes(value, "big") == 30


def test_a_built_block_is_not_executed_twice(client: EmbeddedExecution, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = client.build(client.genesis().hash, PayloadAttributes(GENESIS.timestamp + 1, bytes(32), bytes(32)))
    monkeypatch.setattr("consensus.execution.embedded.client.execute", None)
    assert client.new_payload(payload).valid
