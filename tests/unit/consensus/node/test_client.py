"""One program that hosts five partners: blocks, finality, status, and what survives kill -9."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from consensus.node.client import ClientConfig, ConsensusClient
from consensus.node.gossip.base import NoGossip
from consensus.rules.votes import conflict
from tests.unit.consensus.cluster import FastClock, wait
from tests.unit.consensus.node import single
from tests.unit.consensus.nodes import Bench, embedded
from tests.unit.consensus.support import genesis, partner_signer, raw_transaction

ROOT = Path(__file__).parents[4]
KILLS = 5


def make(folder, *partners):
    config = genesis()
    execution = embedded(folder / "chain.sqlite3", config)
    signer = partner_signer(*partners)
    return ConsensusClient(ClientConfig(config, folder), execution, signer, NoGossip(), FastClock()), execution


@pytest.fixture
def hosted(tmp_path):
    client, execution = make(tmp_path)
    client.start()
    yield client, execution
    client.stop()
    execution.close()


def test_a_transaction_becomes_final_and_the_chain_then_rests(hosted):
    client, execution = hosted
    execution.submit(raw_transaction("deployer", to=genesis().contracts[0]))
    wait(lambda: client.chain.final.transactions_height > 0)
    transactions_at = client.chain.final.transactions_height
    assert execution.chain.marks.finalized.number >= transactions_at
    assert client.chain.head.height <= transactions_at + 2


def test_an_idle_chain_beats(hosted):
    client, _ = hosted
    wait(lambda: client.chain.head.height >= 2)
    first, second = client.chain.canonical(1, 2)
    assert second.time_ms - first.time_ms >= 10_000


def test_the_status_is_json_and_names_what_an_operator_asks(hosted):
    client, _ = hosted
    wait(lambda: client.chain.final.height >= 1)
    status = json.loads(json.dumps(client.status()))
    assert status["final"]["height"] <= status["justified"]["height"] <= status["head"]["height"]
    assert status["parameters"] == {"s": 5, "r": 14, "d": 8}
    assert (len(status["voters"]), len(status["miners"])) == (5, 5)
    assert status["alarms"] == []
    assert sum(status["wonSeals"].values()) == pytest.approx(1)


def test_too_few_partners_are_alarmed_of_until_there_are_enough(hosted, monkeypatch):
    client, _ = hosted
    wait(lambda: client.chain.final.height >= 1)
    five = client._governance.active_miners(client.chain.final.payload_hash)
    monkeypatch.setattr(client._governance, "active_miners", lambda _: five[:4])
    (alarm,) = client.status()["alarms"]
    assert (alarm["code"], alarm["message"][:15]) == ("few-partners", "4 partners mine")
    monkeypatch.undo()
    assert client.status()["alarms"] == []


def test_block_rows_follow_the_chain(hosted):
    client, _ = hosted
    wait(lambda: client.chain.final.height >= 2)
    rows = client.block_rows(1, 2)
    entries = client.chain.canonical(0, 2)
    assert [row.seal for row in rows] == [entry.seal for entry in entries[1:]]
    assert [row.interval_ms for row in rows] == [b.time_ms - a.time_ms for a, b in pairwise(entries)]
    assert all(row.final for row in rows)
    assert client.block_rows(2, 2) == rows[1:]


def test_three_of_five_partners_make_blocks_that_do_not_become_final(tmp_path):
    client, execution = make(tmp_path, 1, 2, 3)
    client.start()
    execution.submit(raw_transaction("deployer", to=genesis().contracts[0]))
    wait(lambda: client.chain.head.height >= 3)
    assert client.chain.final.height == 0
    client.stop()
    execution.close()


def test_a_status_before_the_start_is_an_error(tmp_path):
    client, execution = make(tmp_path)
    with pytest.raises(RuntimeError):
        client.status()
    execution.close()


def test_kill_9_at_random_points_loses_nothing_and_never_makes_a_voter_contradict_itself(tmp_path):
    started = str(time.time())
    announced = {"head": 0, "final": 0}
    for _ in range(KILLS):
        child = subprocess.Popen(
            [sys.executable, "-m", single.__name__, str(tmp_path), started],
            stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True,
        )  # fmt: skip
        first = json.loads(child.stdout.readline())
        assert first["final"] >= announced["final"]
        time.sleep(random.uniform(0.0, 0.6))
        os.killpg(child.pid, signal.SIGKILL)
        told = child.stdout.read().splitlines()
        child.wait()
        child.stdout.close()
        announced = json.loads(told[-1]) if told and told[-1].endswith("}") else first
    bench = Bench(tmp_path)
    assert bench.chain.final.height >= announced["final"] > 0
    assert bench.chain.head.height >= announced["head"]
    votes = bench.chain.votes_between(1, bench.chain.head.height + 10)
    for first, second in combinations(votes, 2):
        assert first.voter != second.voter or not conflict(first.link, second.link)
    bench.close()
