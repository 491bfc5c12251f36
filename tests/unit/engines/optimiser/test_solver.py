"""The homogeneous problem: published and printed rows, objectives, bases, infeasibility, alone as a library."""

import subprocess
import sys
from fractions import Fraction

import pytest

from engines.optimiser import InvalidProblem, Objective, preset, solve
from engines.optimiser.paper import PRINTED, PUBLISHED, agrees
from engines.optimiser.randomised import run


@pytest.mark.parametrize("claim", PUBLISHED, ids=lambda claim: claim.name)
def test_published_semantics_gives_every_published_row_to_the_last_printed_digit(claim):
    solution = solve(claim.problem(), semantics="published")
    assert agrees(claim, solution)


@pytest.mark.parametrize(("configuration", "tau_u", "rows"), PRINTED)
def test_printed_semantics_gives_the_table_of_the_specification(configuration, tau_u, rows):
    solution = solve(preset(configuration).with_values({"tau_u": tau_u}))
    assert [(row.s, row.r, row.d) for row in solution.rows] == rows


def test_the_boundary_of_c2_is_between_0_06871_and_0_06872():
    below = solve(preset("paper-c2").with_values({"tau_u": "0.06871"}), semantics="published")
    above = solve(preset("paper-c2").with_values({"tau_u": "0.06872"}), semantics="published")
    assert (below.verdict, below.rows) == ("infeasible", ())
    assert [(row.s, row.r, row.d) for row in above.rows] == [(18, 48, 34)]


def test_infeasibility_names_the_constraint_of_each_difficulty():
    solution = solve(preset("paper-c2").with_values({"tau_u": "0.06871"}), semantics="published")
    reasons = {e.d: dict(e.reasons) for e in solution.explanations}
    assert "tau_u" in " ".join(reasons[34])
    assert reasons[4] == {"delta_2": 63, "delta_3": 14}
    assert all(e.status == "infeasible" for e in solution.explanations)


def test_a_budget_bounds_cost_and_maximises_difficulty():
    problem = preset("paper-c1")
    solution = solve(problem, objective=Objective.DIFFICULTY, budget=Fraction(54002), semantics="published")
    assert (solution.rows[0].s, solution.rows[0].d) == (18, 39)
    assert all(row.cost <= 54002 for row in solution.rows)
    assert solve(problem, objective="difficulty", budget=1000).verdict == "infeasible"


def test_difficulty_without_alpha_reaches_further_than_cost_with_it():
    problem = preset("paper-c1")
    assert solve(problem, objective="difficulty", budget=10**9).rows[0].d == 42
    assert solve(problem).rows[0].d == 40


@pytest.mark.parametrize("question", [{"objective": "difficulty"}, {"budget": 5}, {"top": 0}])
def test_a_question_that_makes_no_sense_is_refused(question):
    with pytest.raises(InvalidProblem):
        solve(preset("paper-c1"), **question)


def test_the_bounds_limit_what_is_deployed_not_the_corners():
    problem = preset("paper-c1").with_values({"d_l": 40, "d_u": 40, "s_l": 18, "s_u": 18})
    assert [(row.s, row.r, row.d) for row in solve(problem).rows] == [(18, 49, 40)]


def test_without_variable_cost_ties_go_to_the_least_r_and_then_s():
    problem = preset("paper-c1").with_values({"TVC": 0, "TFC": 0})
    rows = {row.d: (row.r, row.s) for row in solve(problem, top=61).rows}
    assert rows[40] == (49, 18)
    assert rows[39] == (48, 18)


def test_a_demo_consortium_can_mine_with_a_miner_for_each_of_five_partners():
    rows = solve(preset("demo-cpu")).rows
    assert [row.d for row in rows] == [22, 21, 20]
    assert all(row.s >= 5 for row in rows)


def test_random_problems_agree_with_exact_enumeration():
    outcomes = list(run(range(20_000, 20_200)))
    assert [o for o in outcomes if not o.agrees] == []
    assert 20 < sum(bool(o.expected) for o in outcomes) < 180


def test_the_library_works_alone_and_without_django():
    code = "import sys; from engines.optimiser import Problem, solve; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
