"""Block rows, won seals, hash rates and shares."""

import random
from dataclasses import replace

import pytest

from consensus.rules.errors import InsufficientWork, NonceOutsideSlice
from consensus.rules.hash_power import bound_breaches
from consensus.stats.hash_rate import estimate_rate, plain_rates, rates_by_partner, won_seals
from consensus.stats.rows import block_row
from consensus.stats.shares import ShareBook, checked_share
from tests.unit.consensus.nodes import Bench
from tests.unit.consensus.support import MINERS, mine


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def rows(bench, *ranks):
    return [
        block_row(
            bench.build(rank=rank).header,
            partner=MINERS[rank - 1].institution, search_ms=1000, transactions=0, parent_ms=0, final=False,
        )
        for rank in ranks
    ]  # fmt: skip


def test_a_row_keeps_who_won_under_which_parameters_and_how_long_it_took(bench):
    header = bench.build(rank=2, seconds=4).header
    row = block_row(header, partner="p", search_ms=9, transactions=3, parent_ms=bench.chain.head.time_ms, final=True)
    assert (row.miner_id, row.miner_index, row.partner, row.seal) == (MINERS[1].id, 2, "p", header.seal_hash)
    assert (row.s, row.r, row.d, row.work) == (5, 14, 8, 256)
    assert (row.interval_ms, row.search_ms, row.transactions, row.final) == (4000, 9, 3, True)


def test_won_seals_and_rates_by_partner(bench):
    won = rows(bench, 1, 1, 2)
    first, second = MINERS[0].institution, MINERS[1].institution
    assert won_seals(won) == pytest.approx({first: 2 / 3, second: 1 / 3})
    rates = rates_by_partner(won)
    assert (rates[first].rate, rates[second].rate) == pytest.approx((512 / 3, 256 / 3))
    assert first in bound_breaches(plain_rates(rates))
    assert won_seals([]) == {}


@pytest.mark.parametrize(("count", "low", "high"), [(5, 1.623, 11.67), (10, 4.795, 18.39), (100, 81.36, 121.6)])
def test_the_interval_is_garwoods(count, low, high):
    """Garwood's exact interval for a Poisson count, from published tables, in units of one proof."""
    found = estimate_rate([1] * count, 1)
    assert found.proofs == count
    assert (found.low, found.high) == pytest.approx((low, high), rel=0.02, abs=0.01)


def test_no_proof_is_no_rate():
    assert estimate_rate([], 1).rate == 0


def test_the_interval_holds_the_true_rate_about_as_often_as_it_says():
    draw = random.Random(7)
    hits = 0
    for _ in range(400):
        seconds = sum(draw.expovariate(1.0) for _ in range(20))
        found = estimate_rate([1000] * 20, seconds)
        hits += found.low <= 1000 <= found.high
    assert 0.91 <= hits / 400 <= 0.99


def test_a_rate_needs_a_time():
    with pytest.raises(ValueError):
        estimate_rate([1], 0)


def test_shares_are_checked_counted_once_and_give_a_rate(bench):
    header = bench.build().header
    found = mine(header)
    share = checked_share(found, "partner", 5)
    assert share.bits == header.d - 6
    book = ShareBook()
    assert book.add(share)
    assert not book.add(share)
    assert book.rates(since_ms=0, search_seconds=2)["partner"].rate == (1 << share.bits) / 2
    assert book.rates(since_ms=6, search_seconds=2) == {}


def test_a_share_without_work_from_another_slice_or_without_room_is_refused(bench):
    header = mine(bench.build().header)
    lazy = header
    while lazy.seal_hash[0] < 128:
        lazy = replace(lazy, nonce=lazy.nonce + 1)
    with pytest.raises(InsufficientWork):
        checked_share(lazy, "partner", 0)
    with pytest.raises(NonceOutsideSlice):
        checked_share(replace(header, miner_index=2), "partner", 0)
    with pytest.raises(ValueError):
        checked_share(replace(header, d=6), "partner", 0)
