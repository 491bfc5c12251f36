"""Equations 1-18 keep full relative accuracy over their whole range, against mpmath at 200 digits."""

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.optimiser import calculus

UNIT = 2.0**-53

miners = st.integers(1, 4096)
levels = st.integers(1, 256)
nonce_bits = st.integers(1, 128)
rounds = st.integers(1, 2**60)


def exact(formula):
    with mpmath.workdps(200):
        # A result may be exp(-2**120): what is compared is its relative error, and only where doubles can hold it.
        return +formula()


def close(value, expected) -> bool:
    """A few units in the last place, times the condition of exp, or both below the smallest normal double."""
    if abs(expected) < mpmath.mpf(2) ** -1020:
        return abs(float(value)) < 2.0**-1000
    condition = max(1, abs(mpmath.log(abs(expected)))) if expected else 1
    return abs(mpmath.mpf(float(value)) / expected - 1) <= 40 * UNIT * condition


def survival(s, d):
    return (1 - mpmath.mpf(2) ** -d) ** s


@given(s=miners, d=levels, r=nonce_bits)
@settings(max_examples=80, deadline=None)
def test_failure_probability_is_equation_4(s, d, r):
    lam = calculus.nonce_slice(s, r)
    expected = exact(lambda: survival(s, d) ** (lam + 1))
    assert close(calculus.failure_probability(s, d, float(lam)), expected)


@given(s=miners, d=levels, r=nonce_bits)
@settings(max_examples=80, deadline=None)
def test_expected_rounds_is_equation_7(s, d, r):
    lam = calculus.nonce_slice(s, r)

    def printed():
        y = survival(s, d)
        failure = y ** (lam + 1)
        return (1 - failure - (lam + 1) * (1 - y) * failure) / (1 - y)

    assert close(calculus.expected_rounds(s, d, float(lam)), exact(printed))


@given(s=miners, d=levels, k=rounds, extra=rounds)
@settings(max_examples=80, deadline=None)
def test_slow_probability_is_equation_10(s, d, k, extra):
    lam = float(k + extra)
    expected = exact(lambda: survival(s, d) ** k - survival(s, d) ** (int(lam) + 1))
    assert close(calculus.slow_probability(s, d, lam, k), expected)


@given(s=miners, d=levels, k=rounds)
@settings(max_examples=80, deadline=None)
def test_fast_probability_is_equation_11(s, d, k):
    assert close(calculus.fast_probability(s, d, k), exact(lambda: 1 - survival(s, d) ** k))


@given(s=st.integers(2, 4096), d=levels, k=rounds)
@settings(max_examples=80, deadline=None)
def test_dispute_probability_is_equation_16(s, d, k):
    def printed():
        w = survival(1, d) ** k
        return 1 + (s - 1) * w**s - s * w ** (s - 1)

    assert close(calculus.dispute_probability(s, d, k), exact(printed))


@given(s=miners, d=levels, k=rounds)
@settings(max_examples=100, deadline=None)
def test_events_of_equations_12_to_16_add_up_to_one(s, d, k):
    total = (
        calculus.silence_probability(s, d, k)
        + calculus.single_probability(s, d, k)
        + calculus.dispute_probability(s, d, k)
    )
    assert float(total) == pytest.approx(1.0, abs=1e-12)


@given(s=st.integers(1, 20), d=st.integers(1, 12), lam=st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_the_race_of_equations_3_and_4_is_a_distribution_with_mean_equation_6(s, d, lam):
    chances = [float(calculus.success_probability(s, d, k)) for k in range(lam + 1)]
    assert sum(chances) + float(calculus.failure_probability(s, d, lam)) == pytest.approx(1.0, abs=1e-12)
    mean = sum((k + 1) * chance for k, chance in enumerate(chances))
    assert float(calculus.expected_rounds(s, d, lam)) == pytest.approx(mean, rel=1e-11)


def test_rounding_is_exact_where_doubles_are_off_by_one():
    seconds = Fraction(1, 50 * 10**9)
    assert calculus.rounds_to_reach(Fraction(300), seconds) == 15 * 10**12
    assert calculus.rounds_within(Fraction(1, 10_000), seconds) == 5_000_001
    assert calculus.rounds_to_reach(Fraction(1), Fraction(1, 3) + Fraction(1, 10**30)) == 3


def test_time_and_cost_follow_equations_5_and_9():
    rounds_expected = float(calculus.expected_rounds(18, 41, 2.0**44))
    assert float(calculus.expected_time(18, 41, 2.0**44, 2e-11)) == pytest.approx(2e-11 * rounds_expected, rel=1e-15)
    assert float(calculus.cost(18, 41, 2.0**44, 2e-12, 3000)) == pytest.approx(54004.39804651112, rel=1e-15)


def test_robust_cost_is_the_dearest_corner():
    dearest = calculus.robust_cost(18, 48, 40, u_s=5, u_d=3, TVC=2e-12, TFC=3000)
    assert dearest == pytest.approx(54017.592, abs=1e-3)
    assert calculus.pool_power(4, 13, 6) == Fraction(4, 13) ** 6
