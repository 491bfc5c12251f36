"""Whitepaper 6.1: disjoint slices, so that every input is hashed at most once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.rules.errors import NonceOutsideSlice
from consensus.rules.slices import check_nonce, nonce_slice, slice_size
from tests.unit.consensus.support import vectors


@pytest.mark.parametrize("vector", vectors("pow.json")["slices"])
def test_vectors(vector):
    own = nonce_slice(vector["index"], vector["s"], vector["r"])
    assert (own.start, own.stop) == (vector["start"], vector["stop"])


@given(r=st.integers(1, 12), data=st.data())
def test_slices_are_disjoint_equal_and_cover_all_but_fewer_than_s_nonces(r, data):
    s = data.draw(st.integers(1, 2**r))
    slices = [nonce_slice(j, s, r) for j in range(1, s + 1)]
    nonces = [nonce for own in slices for nonce in own]
    assert len(nonces) == len(set(nonces)) == s * slice_size(s, r)
    assert nonces == list(range(len(nonces)))
    assert 0 <= 2**r - len(nonces) < s


@given(r=st.integers(1, 64), data=st.data())
def test_a_nonce_is_accepted_from_the_owner_of_its_slice_alone(r, data):
    s = data.draw(st.integers(1, min(2**r, 64)))
    owner = data.draw(st.integers(1, s))
    own = nonce_slice(owner, s, r)
    nonce = data.draw(st.integers(own.start, own.stop - 1))
    check_nonce(nonce, owner, s, r)
    for thief in range(1, s + 1):
        if thief != owner:
            with pytest.raises(NonceOutsideSlice):
                check_nonce(nonce, thief, s, r)


@pytest.mark.parametrize(("s", "r"), [(0, 8), (257, 8), (1, 0), (1, 65)])
def test_impossible_parameters_are_refused(s, r):
    with pytest.raises(ValueError):
        slice_size(s, r)


@pytest.mark.parametrize("rank", [0, 6])
def test_a_rank_outside_the_active_miners_has_no_slice(rank):
    with pytest.raises(ValueError):
        nonce_slice(rank, 5, 18)
