"""The proposer: when it searches, what it refuses to seal, when it starts again."""

import time

import pytest

from consensus.mining.searcher import Exhausted, Found, ShareFound
from consensus.node.proposer import BUILD_BUDGET_S, IDLE_MS, REFRESH_MS, Proposer
from consensus.rules.constants import HEARTBEAT_MS, SHARE_BITS
from consensus.rules.pow import leading_zero_bits
from consensus.rules.seal import SealHeader
from tests.unit.consensus.support import MINERS, partner_signer, raw_transaction


class RecordingSearcher:
    """Takes jobs and searches only when asked to."""

    def __init__(self):
        self.jobs, self.cancelled = [], 0

    def search(self, job):
        self.jobs.append(job)

    def cancel(self):
        self.cancelled += 1

    def find(self):
        """Solves the last job in its first lane."""
        job = self.jobs[-1]
        lane = job.lanes[0]
        for nonce in lane.nonces:
            header = SealHeader.decode(lane.prefix + nonce.to_bytes(8, "big"))
            if leading_zero_bits(header.seal_hash) >= job.d:
                return Found(job.number, 0, nonce, 12)
        raise AssertionError("the slice is exhausted")


@pytest.fixture
def searcher():
    return RecordingSearcher()


@pytest.fixture
def propose(bench, searcher):
    def make(*partners, race_width=5):
        signer = partner_signer(*partners)
        return Proposer(
            bench.chain, bench.execution, signer, searcher, bench.clock, bench.alarms, race_width=race_width
        )

    bench.clock.time_ms = bench.chain.head.time_ms + 2000
    return make


def lane_headers(job):
    return [SealHeader.decode(lane.prefix + bytes(8)) for lane in job.lanes]


def test_an_idle_chain_is_left_alone_until_the_heartbeat(bench, searcher, propose):
    proposer = propose()
    proposer.step()
    assert searcher.jobs == []
    bench.clock.time_ms = bench.chain.head.time_ms + HEARTBEAT_MS
    proposer.step()
    (job,) = searcher.jobs
    assert (job.d, job.share_d) == (8, 8 - SHARE_BITS)


def test_local_miners_race_each_in_its_own_slice_with_its_own_payload(bench, searcher, propose):
    bench.submit()
    propose(2, 4).step()
    headers = lane_headers(searcher.jobs[0])
    assert sorted(header.miner_index for header in headers) == [2, 4]
    assert len({header.payload_hash for header in headers}) == 2
    first, second = (lane.nonces for lane in searcher.jobs[0].lanes)
    assert first.stop <= second.start or second.stop <= first.start


def test_a_narrow_race_draws_among_the_local_miners(bench, searcher, propose):
    bench.submit()
    drawn = set()
    for _ in range(40):
        propose(race_width=1).step()
        (header,) = lane_headers(searcher.jobs[-1])
        drawn.add(header.miner_id)
    assert len(drawn) > 1


def test_slow_builds_leave_fewer_racers_and_more_time_to_search(bench, searcher, propose, monkeypatch):
    build = bench.execution.build

    def slow(parent, attributes):
        time.sleep(BUILD_BUDGET_S)
        return build(parent, attributes)

    monkeypatch.setattr(bench.execution, "build", slow)
    bench.submit()
    propose().step()
    assert len(searcher.jobs[0].lanes) == 1


def test_a_find_becomes_a_block_that_every_node_accepts(bench, searcher, propose):
    bench.submit()
    proposer = propose()
    proposer.step()
    block = proposer.on_report(searcher.find())
    assert block.search_ms == 12
    assert bench.chain.import_block(block)
    assert bench.chain.head.transactions_height == 1


def test_a_late_report_of_an_older_race_is_ignored(bench, searcher, propose):
    bench.submit()
    proposer = propose()
    proposer.step()
    late = searcher.find()
    bench.extend()
    proposer.step()
    assert searcher.cancelled == 1
    assert proposer.on_report(late) is None


def test_an_exhausted_slice_starts_a_new_attempt_with_another_prev_randao(bench, searcher, propose):
    bench.submit()
    proposer = propose(1)
    proposer.step()
    assert proposer.on_report(Exhausted(searcher.jobs[0].number)) is None
    proposer.step()
    first, second = (lane_headers(job)[0] for job in searcher.jobs)
    assert (first.attempt, second.attempt) == (0, 1)
    assert first.payload_hash != second.payload_hash


def test_a_long_search_is_refreshed_and_a_waiting_transaction_is_taken_in(bench, searcher, propose):
    bench.clock.time_ms = bench.chain.head.time_ms + HEARTBEAT_MS
    proposer = propose(1)
    bench.clock.time_ms = bench.chain.head.time_ms + HEARTBEAT_MS
    proposer.step()
    proposer.step()
    assert len(searcher.jobs) == 1
    bench.clock.time_ms += IDLE_MS
    bench.submit()
    proposer.step()
    assert len(searcher.jobs) == 2
    bench.clock.time_ms += REFRESH_MS
    proposer.step()
    assert len(searcher.jobs) == 3
    assert lane_headers(searcher.jobs[2])[0].time_ms == bench.clock.time_ms


def test_a_payload_the_rules_forbid_is_not_sealed_but_reported(bench, searcher, propose):
    bench.execution.submit(raw_transaction("stranger", to=bench.config.contracts[0]))
    propose().step()
    assert searcher.jobs == []
    assert [alarm.code for alarm in bench.alarms.current()] == ["own-payload-refused"]


def test_a_program_without_active_miners_never_searches(bench, searcher, propose):
    bench.submit()
    strangers = partner_signer(1)
    strangers._keys = {}
    proposer = Proposer(bench.chain, bench.execution, strangers, searcher, bench.clock, bench.alarms, race_width=5)
    proposer.step()
    assert searcher.jobs == []


def test_a_share_of_the_present_race_names_its_partner(bench, searcher, propose):
    bench.submit()
    proposer = propose(3)
    proposer.step()
    found = searcher.find()
    share = proposer.on_share(ShareFound(found.job, found.lane, found.nonce))
    assert (share.partner, share.bits) == (MINERS[2].institution, 8 - SHARE_BITS)
    assert proposer.on_share(ShareFound(found.job + 1, 0, 0)) is None


def test_no_block_starts_in_the_second_of_its_parent(bench, searcher, propose):
    head = bench.extend()
    bench.submit()
    proposer = propose()
    bench.clock.time_ms = head.time_ms + 999
    proposer.step()
    assert searcher.jobs == []
    bench.clock.time_ms = head.time_ms + 1000
    proposer.step()
    assert len(searcher.jobs) == 1
