"""The command line of the optimiser, as its users type it."""

import json

import pytest
from click.testing import CliRunner

from engines.optimiser.cli import optimise
from engines.optimiser.errors import CertificateRefused, InvalidProblem

FAST = ["--set", "d_l=38", "--set", "d_u=42"]


def call(*arguments: str):
    return CliRunner().invoke(optimise, list(arguments))


def test_rows_and_verdict_are_printed():
    result = call("--preset", "paper-c1", "--tau-u", "1454/7", *FAST)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["s", "r", "d", "cost"]
    assert lines[1].split() == ["18", "49", "40", "54002.19902"]
    assert lines[-1] == "verdict: feasible"


def test_json_is_checked_by_verify(tmp_path):
    result = call("--preset", "paper-c1", "--semantics", "published", "--top", "2", "--json", *FAST)
    answer = json.loads(result.stdout)
    assert answer["verdict"] == "feasible"
    assert [set(row) for row in answer["rows"]] == [{"s", "r", "d", "cost"}] * 2
    file = tmp_path / "answer.json"
    file.write_text(result.stdout)
    assert "The certificate holds" in call("verify", str(file)).stdout
    answer["certificate"]["rows"][0]["r"] = 47
    file.write_text(json.dumps(answer))
    assert isinstance(call("verify", str(file)).exception, CertificateRefused)


def test_an_infeasible_problem_says_which_constraint_excludes_each_difficulty():
    result = call("--preset", "paper-c1", "--set", "tau_u=1e-9", *FAST)
    assert result.exit_code == 0
    assert "d = 38" in result.stdout
    assert "tau_u" in result.stdout
    assert result.stdout.endswith("verdict: infeasible\n")


def test_plots_are_the_same_bytes_for_the_same_answer(tmp_path):
    files = [tmp_path / "a.svg", tmp_path / "b.svg"]
    for file in files:
        assert call("--preset", "demo-cpu", "--plot", str(file)).exit_code == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    assert b"tau_u" in files[0].read_bytes()


def test_a_group_answer_lists_machines_and_cost_per_partner():
    result = call("--preset", "allocate", "--top", "1", "--set", "d_l=38", "--set", "d_u=38")
    assert "hospital" in result.stdout
    assert "of the hash power; cost" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ([], "--preset"),
        (["--preset", "paper-c9"], "preset"),
        (["--preset", "paper-c1", "--set", "tau_u"], "--set"),
        (["--preset", "paper-c1", "--set", "tau_u=-1"], "tau_u"),
        (["--preset", "paper-c1", "--objective", "difficulty"], "budget"),
        (["--preset", "paper-c1", "--semantics", "joint"], "semantics"),
        (["--preset", "figure-15", "--semantics", "published"], "semantics"),
    ],
)
def test_bad_input_is_refused_by_field(arguments, field):
    error = call(*arguments).exception
    assert isinstance(error, InvalidProblem)
    assert error.field == field
