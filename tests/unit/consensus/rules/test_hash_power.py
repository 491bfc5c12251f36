"""The bound on a partner's share of the hash power (whitepaper eqs 77-80)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.rules.hash_power import bound_breaches, enough_partners, partner_shares


@given(st.dictionaries(st.text(max_size=3), st.floats(1, 1e12), min_size=1))
def test_shares_sum_to_one(rates):
    assert sum(partner_shares(rates).values()) == pytest.approx(1)


def test_an_idle_network_has_no_shares_to_divide():
    assert partner_shares({"a": 0, "b": 0}) == {"a": 0, "b": 0}


def test_a_partner_above_the_bound_is_named_with_its_share():
    assert bound_breaches({"a": 4, "b": 3, "c": 3}) == {"a": 0.4}
    assert bound_breaches(dict.fromkeys("abcde", 1)) == {}


def test_five_equal_partners_keep_the_bound_when_one_stops_and_four_do_not():
    assert bound_breaches(dict.fromkeys("abcd", 1)) == {}
    assert set(bound_breaches(dict.fromkeys("abc", 1))) == set("abc")
    assert enough_partners("abcde")
    assert not enough_partners("abcda")


def test_only_who_is_above_the_bound_for_sure_is_named_when_rates_are_estimates():
    # Five proofs against ten: half as much again would be luck; the whole counts the estimates, not their low ends.
    assert bound_breaches({"a": 2.0, "b": 1.0}, total=9) == {}
    assert bound_breaches({"a": 3.5, "b": 1.0}, total=9) == {"a": 3.5 / 9}
    assert bound_breaches({"a": 3.5}, total=0) == {}


def test_a_negative_rate_is_an_error():
    with pytest.raises(ValueError):
        partner_shares({"a": -1})
