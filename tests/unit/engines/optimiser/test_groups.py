"""Group-based mining: agreement with brute force, presets, hash-power bounds, certificates."""

import json
from fractions import Fraction

import pytest

from engines.optimiser import CertificateRefused, InvalidProblem
from engines.optimiser.groups import GROUP_PRESETS, group_preset, solve_groups, verify_groups
from engines.optimiser.groups.allocate import allocate, hopeless
from engines.optimiser.groups.files import from_mapping
from engines.optimiser.randomised_groups import run


def test_random_problems_agree_with_brute_force():
    outcomes = list(run(range(5_000, 5_020)))
    assert [o for o in outcomes if not o.agrees] == []
    assert any(o.expected for o in outcomes)


@pytest.mark.parametrize("name", GROUP_PRESETS)
def test_every_preset_has_an_answer_whose_certificate_holds(name):
    problem = group_preset(name).with_values({"d_l": 37, "d_u": 37})
    solution = solve_groups(problem)
    assert solution.feasible
    assert verify_groups(json.loads(json.dumps(solution.certificate))) > 0


def test_one_type_alone_agrees_with_the_joint_race():
    problem = group_preset("figure-15").with_values({"next.s_u": 0, "u_s": 4, "d_l": 38, "d_u": 40})
    printed, joint = (solve_groups(problem, semantics=name) for name in ("printed", "joint"))
    assert [(r.machines, r.r, r.d) for r in printed.rows] == [(r.machines, r.r, r.d) for r in joint.rows]


def test_printed_cost_ignores_that_rounds_differ_in_length_and_joint_does_not():
    problem = group_preset("grow").with_values({"d_l": 37, "d_u": 37})
    printed, joint = (solve_groups(problem, semantics=name).rows[0] for name in ("printed", "joint"))
    assert joint.machines["new"] < printed.machines["new"]


def test_allocation_keeps_every_share_within_its_bounds_and_costs_add_up():
    problem = group_preset("allocate").with_values({"d_l": 38, "d_u": 38})
    row = solve_groups(problem).rows[0]
    assert all(0.10 < share < 0.33 for share in row.shares.values())
    assert sum(row.shares.values()) == pytest.approx(1.0)
    assert sum(row.partner_costs.values()) == pytest.approx(row.cost, rel=1e-12)
    assert row.owners["practices"]["flagship"] == 0
    assert row.owners["insurer"]["flagship"] >= 1


@pytest.mark.parametrize(
    ("partners", "hash_power", "possible"),
    [(3, "relative", False), (4, "relative", False), (5, "relative", True), (3, "share", False), (4, "share", True)],
)
def test_equation_79_as_printed_needs_five_equal_partners_and_a_share_four(partners, hash_power, possible):
    base = group_preset("figure-15").as_text()
    base["partners"] = [{"name": f"p{i}"} for i in range(partners)]
    problem = from_mapping({**base, "hash_power": hash_power})
    assert hopeless(problem) is not possible
    assert (allocate(problem, (partners, 0)) is not None) is possible


def test_delta_1_of_one_is_feasible_because_equation_67_is_read_the_right_way_round():
    problem = group_preset("figure-15").with_values({"d_l": 38, "d_u": 38})
    assert problem.delta_1 == 1
    assert solve_groups(problem).feasible


def test_more_losses_than_the_types_have_is_refused_by_equation_71():
    with pytest.raises(InvalidProblem) as refused:
        group_preset("figure-15").with_values({"u_s": 9})
    assert (refused.value.field, refused.value.value) == ("u_s", 9)


def test_one_type_s_constant_can_be_replaced_by_name():
    problem = group_preset("figure-15").with_values({"next.T": "0.01 ns", "asic.s_u": 30})
    assert (problem.types[1].T, problem.types[0].s_u) == (Fraction(1, 10**11), 30)


@pytest.mark.parametrize("alteration", ["drop box", "other best", "tighter problem", "owner"])
def test_an_altered_certificate_is_refused(alteration):
    problem = group_preset("g3-p5").with_values({"d_l": 38, "d_u": 38})
    certificate = json.loads(json.dumps(solve_groups(problem).certificate))
    level = certificate["levels"][0]
    if alteration == "drop box":
        level["discarded"].pop()
    elif alteration == "other best":
        level["best"]["machines"][0] += 1
    elif alteration == "tighter problem":
        certificate["problem"]["delta_2"] = "1e-30"
    else:
        level["best"]["owners"][0], certificate["problem"]["cap"] = [0, 0, 0], "1"
    with pytest.raises(CertificateRefused):
        verify_groups(certificate)
