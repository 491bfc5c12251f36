"""The searcher: finds, exhausts, replaces, cancels, and comes back when its child dies."""

import hashlib
import os
import queue
import signal

import pytest

from consensus.mining.searcher import Exhausted, Found, Lane, Searcher, SearchJob, ShareFound
from consensus.rules.pow import leading_zero_bits

FOR_EVER = 250


@pytest.fixture
def reports():
    return queue.SimpleQueue()


@pytest.fixture
def searcher(reports):
    searcher = Searcher(reports.put)
    searcher.start()
    yield searcher
    searcher.stop()
    assert searcher.pid is None


def lanes(count=5, size=2**40, salt=0):
    return tuple(Lane(bytes([j, salt]) + bytes(267), range(j * size, (j + 1) * size)) for j in range(count))


def bits(lane, nonce):
    return leading_zero_bits(hashlib.sha256(lane.prefix + nonce.to_bytes(8, "big")).digest())


def test_a_find_proves_work_inside_the_lane_that_found_it(searcher, reports):
    race = lanes()
    searcher.search(SearchJob(7, 12, race))
    found = reports.get(timeout=30)
    assert isinstance(found, Found)
    assert found.job == 7
    assert found.nonce in race[found.lane].nonces
    assert bits(race[found.lane], found.nonce) >= 12


def test_lanes_take_turns_so_every_miner_can_win(searcher, reports):
    winners = set()
    for salt in range(60):
        searcher.search(SearchJob(salt, 10, lanes(count=3, salt=salt)))
        winners.add(reports.get(timeout=30).lane)
    assert winners == {0, 1, 2}


def test_an_exhausted_slice_is_reported(searcher, reports):
    searcher.search(SearchJob(1, FOR_EVER, lanes(size=1000)))
    assert reports.get(timeout=30) == Exhausted(1)


def test_a_new_job_replaces_the_present_one(searcher, reports):
    searcher.search(SearchJob(1, FOR_EVER, lanes()))
    searcher.search(SearchJob(2, 4, lanes()))
    assert reports.get(timeout=30).job == 2


def test_a_cancelled_job_reports_nothing(searcher, reports):
    searcher.search(SearchJob(1, FOR_EVER, lanes(size=2**20)))
    searcher.cancel()
    searcher.search(SearchJob(2, FOR_EVER, lanes(size=10)))
    assert reports.get(timeout=30) == Exhausted(2)
    assert reports.empty()


def test_shares_are_reported_beside_the_search(searcher, reports):
    race = lanes(count=1, size=4096)
    searcher.search(SearchJob(1, FOR_EVER, race, share_d=6))
    shares = []
    while isinstance(report := reports.get(timeout=30), ShareFound):
        shares.append(report.nonce)
    assert report == Exhausted(1)
    assert shares == [nonce for nonce in race[0].nonces if bits(race[0], nonce) >= 6]


def test_the_hash_rate_is_measured(searcher, reports):
    assert searcher.hash_rate is None
    searcher.search(SearchJob(1, FOR_EVER, lanes(count=1, size=2**18)))
    reports.get(timeout=30)
    assert searcher.hash_rate > 1000


def test_a_killed_child_is_replaced_and_its_job_repeated(searcher, reports):
    searcher.search(SearchJob(1, FOR_EVER, lanes(count=1, size=2**21)))
    killed = searcher.pid
    os.kill(killed, signal.SIGKILL)
    assert reports.get(timeout=60) == Exhausted(1)
    assert searcher.pid != killed
