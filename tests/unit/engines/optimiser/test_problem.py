"""Constants with units: what is read, derived, replaced and refused."""

from fractions import Fraction

import pytest

from engines.optimiser import InvalidProblem, Problem, load, preset
from engines.optimiser.units import parse_quantity


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("1454/7", "time", Fraction(1454, 7)),
        ("2**-64", "plain", Fraction(1, 2**64)),
        ("2^-64", "plain", Fraction(1, 2**64)),
        ("0.02 ns", "time", Fraction(2, 10**11)),
        ("0.02e-9", "time", Fraction(2, 10**11)),
        ("3*10**-2", "plain", Fraction(3, 100)),
        ("10 W/(GH/s)", "energy", Fraction(1, 10**8)),
        ("0.30 USD/kWh", "tariff", Fraction(3, 36_000_000)),
        (0.001, "plain", Fraction(1, 1000)),
        ("5 min", "time", Fraction(300)),
    ],
)
def test_quantities_are_exact(text, kind, value):
    assert parse_quantity(text, field="x", kind=kind) == value


@pytest.mark.parametrize("text", ["", "abc", "1/0", "nan", "inf", "1 furlong", "2**0.5", "9**99999", "1;2", True, None])
def test_nonsense_is_refused_by_field(text):
    with pytest.raises(InvalidProblem) as refused:
        parse_quantity(text, field="tau_u", kind="time")
    assert refused.value.field == "tau_u"


@pytest.mark.parametrize(
    ("values", "field", "bound"),
    [
        ({"tau_u": 0}, "tau_u", "greater than 0"),
        ({"epsilon": "1.5"}, "epsilon", "at most 1"),
        ({"s_l": 90}, "s_l", "at most s_u = 80"),
        ({"d_u": 300}, "d_u", "1 to 256"),
        ({"u_s": "2.5"}, "u_s", "whole number"),
        ({"alpha": "0.9"}, "alpha", "at least 1"),
        ({"tau_l": 9999}, "tau_l", "at most tau_u"),
        ({"speed": 1}, "speed", "one of the constants"),
    ],
)
def test_bad_values_name_field_value_and_bound(values, field, bound):
    with pytest.raises(InvalidProblem) as refused:
        preset("paper-c1").with_values(values)
    assert refused.value.field == field
    assert bound in refused.value.message
    assert str(refused.value.value) in refused.value.message


def test_th_prime_may_be_written_as_in_the_paper():
    assert preset("paper-c1").with_values({"th'": "7 s"}).th_prime == 7


def test_table_1_follows_from_hash_rate_block_size_and_throughput():
    problem = preset("paper-c1")
    assert Fraction(2, 10**11) == problem.T
    assert problem.tau_u == Fraction(1454, 7)


def test_energy_and_tariff_give_the_cost_of_a_hash(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text('extends = "paper-c1"\nenergy_per_hash = "10 W/(GH/s)"\ntariff = "0.10 USD/kWh"\n')
    # The paper's own premises: 7,200 times less than its Table 1.
    assert Fraction(2, 10**12) / load(file).TVC == 7200


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ('extends = "paper-c1"\ntau_u = 5\nthroughput = "7 tx/s"\n', "tau_u"),
        ('extends = "../paper-c1"\n', "extends"),
        ('s_l = "4"\n', "s_u"),
        ("not toml", "file"),
        ('extends = "paper-c1"\nthroughput = "0 tx/s"\n', "throughput"),
    ],
)
def test_a_bad_file_is_refused_by_field(tmp_path, content, field):
    file = tmp_path / "own.toml"
    file.write_text(content)
    with pytest.raises(InvalidProblem) as refused:
        load(file)
    assert refused.value.field == field


def test_a_problem_survives_its_own_text():
    problem = preset("paper-c3")
    assert Problem.from_mapping(problem.as_text()) == problem
