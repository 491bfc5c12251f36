"""Leading zero bits, targets and accumulated work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.rules.errors import InsufficientWork
from consensus.rules.pow import check_work, leading_zero_bits, target
from consensus.rules.work import accumulate, block_work
from tests.unit.consensus.support import data, vectors


@pytest.mark.parametrize("vector", vectors("pow.json")["zeroBits"])
def test_zero_bit_vectors(vector):
    assert leading_zero_bits(data(vector["digest"])) == vector["bits"]


@pytest.mark.parametrize("vector", vectors("pow.json")["targets"])
def test_target_vectors(vector):
    assert target(vector["d"]) == data(vector["target"])


@given(digest=st.binary(min_size=32, max_size=32), d=st.integers(1, 255))
def test_a_digest_below_the_target_shows_enough_zero_bits_and_no_other(digest, d):
    assert (digest < target(d)) == (leading_zero_bits(digest) >= d)


def test_one_bit_too_few_is_refused_with_both_numbers():
    digest = (1 << 248).to_bytes(32, "big")
    check_work(digest, 7)
    with pytest.raises(InsufficientWork) as refused:
        check_work(digest, 8)
    assert (refused.value.required, refused.value.actual) == (8, 7)


@pytest.mark.parametrize("d", [0, 256])
def test_an_impossible_difficulty_has_no_target(d):
    with pytest.raises(ValueError):
        target(d)


@given(ds=st.lists(st.integers(1, 64)))
def test_work_is_the_sum_of_two_to_the_required_d(ds):
    total = 0
    for d in ds:
        total = accumulate(total, d)
    assert total == sum(2**d for d in ds) == sum(map(block_work, ds))
