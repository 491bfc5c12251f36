"""Parameters and the order in which miners are activated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.rules.miners import Miner, Parameters, activation_order, active_miners
from tests.unit.consensus.support import address


def make(owners, disabled=()):
    return [
        Miner(bytes([i + 1]) * 32, address(f"m{i}"), owner, enabled=i not in disabled) for i, owner in enumerate(owners)
    ]


def test_every_institution_has_a_first_miner_before_any_has_a_second():
    miners = make("aabbbc")
    assert [miners.index(miner) for miner in activation_order(miners)] == [0, 2, 5, 1, 3, 4]


def test_disabled_miners_are_passed_over():
    miners = make("aabbbc", disabled=(0, 5))
    assert [miners.index(miner) for miner in activation_order(miners)] == [1, 2, 3, 4]


@given(owners=st.text("abcde", max_size=20), s=st.integers(1, 20), disabled=st.sets(st.integers(0, 19)))
def test_no_institution_is_two_miners_ahead_of_one_that_has_a_spare(owners, s, disabled):
    miners = make(owners, disabled)
    active = active_miners(miners, s)
    enabled = [miner for miner in miners if miner.enabled]
    assert len(active) == min(s, len(enabled)) == len(set(active))
    running = {owner: sum(miner.institution == owner for miner in active) for owner in owners}
    for owner in running:
        spare = sum(miner.institution == owner for miner in enabled) > running[owner]
        assert not spare or max(running.values()) <= running[owner] + 1


@pytest.mark.parametrize(("s", "r", "d"), [(0, 8, 8), (5, 0, 8), (5, 65, 8), (5, 2, 8), (5, 8, 0), (5, 8, 256)])
def test_parameters_outside_the_seals_fields_are_refused(s, r, d):
    with pytest.raises(ValueError):
        Parameters(s, r, d)
