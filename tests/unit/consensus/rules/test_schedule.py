"""Parameter epochs, and when the next block is due."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.rules.constants import EMPTY_RUN_MAX, EPOCH_BLOCKS, HEARTBEAT_MS, UNJUSTIFIED_CHILD_MS
from consensus.rules.schedule import Situation, difficulty_height, due_ms, epoch_of
from tests.unit.consensus.support import vectors


@pytest.mark.parametrize("vector", vectors("pow.json")["difficultyHeights"])
def test_difficulty_is_read_after_the_previous_epoch(vector):
    assert difficulty_height(vector["height"]) == vector["readAt"]


@given(st.integers(1, 2**63))
def test_blocks_of_an_epoch_read_d_from_one_block_below_them(height):
    first = epoch_of(height) * EPOCH_BLOCKS + 1
    assert difficulty_height(height) == difficulty_height(first) == first - 1 < height


def test_genesis_belongs_to_no_epoch():
    with pytest.raises(ValueError):
        epoch_of(0)


HEAD_MS = 1_763_800_000_400
IDLE = Situation(HEAD_MS, head_justified=True, pending=False, unfinal_transactions=False, empty_run=1)
NEXT_SECOND_MS = 1_763_800_001_000


def test_a_waiting_transaction_makes_a_block_due_in_the_next_second():
    assert due_ms(replace(IDLE, pending=True)) == NEXT_SECOND_MS


def test_an_unfinal_transaction_gets_a_finalising_child_once_its_block_is_justified():
    assert due_ms(replace(IDLE, unfinal_transactions=True)) == NEXT_SECOND_MS


def test_without_votes_the_child_waits_and_then_hurries_only_a_few_times():
    waiting = replace(IDLE, unfinal_transactions=True, head_justified=False)
    assert due_ms(replace(waiting, empty_run=0)) == HEAD_MS + UNJUSTIFIED_CHILD_MS
    assert due_ms(replace(waiting, empty_run=EMPTY_RUN_MAX)) == HEAD_MS + HEARTBEAT_MS


def test_an_idle_chain_beats_every_ten_seconds():
    assert due_ms(IDLE) == HEAD_MS + HEARTBEAT_MS
    assert due_ms(replace(IDLE, head_justified=False)) == HEAD_MS + HEARTBEAT_MS


@given(st.builds(Situation, st.integers(0, 2**50), st.booleans(), st.booleans(), st.booleans(), st.integers(0, 9)))
def test_a_block_is_never_due_in_its_parents_second_nor_later_than_the_heartbeat(situation):
    due = due_ms(situation)
    assert due // 1000 > situation.head_time_ms // 1000
    assert due <= situation.head_time_ms + HEARTBEAT_MS
