"""What an operator writes becomes the exact problem, and what makes none is refused at its own field."""

from fractions import Fraction

import pytest

from engines.optimiser import PRESETS, InvalidProblem, Objective, preset
from engines.proposals.forms import RequirementsForm
from engines.proposals.requirements import beginning_with, question_of


@pytest.mark.parametrize("name", PRESETS)
def test_a_presets_own_values_make_that_preset(name: str) -> None:
    question = question_of(beginning_with(name))
    assert question.problem == preset(name)
    assert question.objective is Objective.COST


def test_values_with_units_replace_the_presets() -> None:
    changed = {"tau_u": "1454/7", "u_s": "2", "hash_rate": "1 MH/s", "budget": "2000 USD"}
    question = question_of(beginning_with("demo-cpu") | changed)
    assert (question.problem.tau_u, question.problem.u_s) == (Fraction(1454, 7), 2)
    assert question.problem.as_text()["T"] == "1/1000000"
    assert (question.objective, question.budget) == (Objective.DIFFICULTY, 2000)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("tau_u", "soon"), ("tau_u", "0"), ("tau_u", "1e900"), ("s_l", "0"), ("s_l", "16"), ("s_u", "4096"),
        ("u_s", "1.5"), ("u_d", "-1"), ("hash_rate", "5 kWh"), ("hash_rate", "1e-9 H/s"), ("tariff", "-1"),
        ("energy_per_hash", "0"), ("budget", "-3"), ("budget", "lots"), ("TFC", "1e300"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_beside_its_field(field: str, text: str) -> None:
    values = beginning_with("demo-cpu") | {field: text}
    with pytest.raises(InvalidProblem) as refused:
        question_of(values)
    expected = "energy_per_hash" if (field, text) == ("tariff", "-1") else field
    assert refused.value.field == expected
    form = RequirementsForm(values)
    assert expected in form.errors


def test_a_tariff_without_the_energy_is_refused_at_the_energy() -> None:
    values = beginning_with("demo-cpu") | {"energy_per_hash": ""}
    assert list(RequirementsForm(values).errors) == ["energy_per_hash"]


def test_an_unknown_preset_is_refused() -> None:
    assert "preset" in RequirementsForm(beginning_with("demo-cpu") | {"preset": "../paper-c1"}).errors
