"""A certificate convinces the independent checker, and no altered one does."""

import copy
import json

import pytest

from engines.optimiser import CertificateRefused, preset, solve, verify


@pytest.fixture(scope="module")
def certificate():
    problem = preset("paper-c1").with_values({"d_l": 38, "d_u": 46})
    return json.loads(json.dumps(solve(problem).as_json()))["certificate"]


@pytest.mark.parametrize("semantics", ["printed", "published"])
@pytest.mark.parametrize("basis", ["nominal", "robust"])
def test_certificates_hold(semantics, basis):
    problem = preset("demo-cpu")
    assert verify(solve(problem, semantics=semantics, basis=basis).certificate) > 100
    assert (
        verify(solve(problem, objective="difficulty", budget=2000, semantics=semantics, basis=basis).certificate) > 100
    )


def _other_row(c):
    c["rows"][0]["d"] = 41


def _smaller_r(c):
    c["levels"][6]["best"]["r"] -= 1


def _missing_difficulty(c):
    del c["levels"][0]


def _missing_pool(c):
    c["levels"][0]["others"][0]["s"][0] += 1


def _doubled_pool(c):
    c["levels"][0]["others"].append(c["levels"][0]["others"][0])


def _no_violation(c):
    c["levels"][0]["others"][-1]["excluded"] = []


def _foreign_corner(c):
    c["levels"][0]["others"][-1]["excluded"][0][2] += 10


def _looser_problem(c):
    c["problem"]["epsilon"] = "1"


def _tighter_problem(c):
    c["problem"]["delta_2"] = "1e-9"


def _wrong_cost(c):
    c["rows"][0]["cost"] = ["1", "2"]


def _fewer_rows(c):
    c["rows"].pop()


def _hidden_best(c):
    level = c["levels"][6]
    s = level["best"]["s"]
    level["others"].append({"s": [s, s], "excluded": [["epsilon", "s-5", level["d"] + 3, 64]]})
    level["best"] = None


@pytest.mark.parametrize(
    "alter",
    [
        _other_row,
        _smaller_r,
        _missing_difficulty,
        _missing_pool,
        _doubled_pool,
        _no_violation,
        _foreign_corner,
        _looser_problem,
        _tighter_problem,
        _wrong_cost,
        _fewer_rows,
        _hidden_best,
    ],
)
def test_an_altered_certificate_is_refused(certificate, alter):
    verify(certificate)
    altered = copy.deepcopy(certificate)
    alter(altered)
    with pytest.raises(CertificateRefused):
        verify(altered)
