"""The command line: ``optimise`` answers a problem, ``optimise verify`` checks a certificate.

The group is mounted by ``medixain.cli`` and runs alone as ``python -m engines.optimiser``.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from engines.optimiser import plots, present
from engines.optimiser.errors import CertificateRefused, InvalidProblem
from engines.optimiser.groups import GROUP_PRESETS, GroupProblem, group_preset, load_group, solve_groups, verify_groups
from engines.optimiser.presets import PRESETS, load, preset
from engines.optimiser.problem import Problem
from engines.optimiser.search import CostBasis
from engines.optimiser.semantics import Semantics
from engines.optimiser.solver import Objective, solve
from engines.optimiser.units import parse_quantity
from engines.optimiser.verify import verify

_PROGRESS_EVERY = 1.0
"""Seconds between reports of progress; most answers come before the first."""


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--preset", "preset_name", metavar="NAME", help=f"One of {', '.join([*PRESETS, *GROUP_PRESETS])}.")
@click.option("--file", "file", type=click.Path(path_type=Path), help="A problem of your own in TOML.")
@click.option("--tau-u", metavar="SECONDS", help="Upper bound on the mean time to a block, such as 1454/7.")
@click.option("--semantics", metavar="NAME", help="printed (default) or published; for groups printed or joint.")
@click.option("--objective", type=click.Choice([o.value for o in Objective]), default="cost", show_default=True)
@click.option("--budget", metavar="COST", help="Greatest cost allowed, with --objective difficulty.")
@click.option(
    "--basis", type=click.Choice([b.value for b in CostBasis]), help="Cost that ranks rows: nominal or robust."
)
@click.option("--top", type=click.IntRange(1), default=5, show_default=True, help="Greatest number of rows.")
@click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, help="Replace one constant; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print verdict, rows and certificate as JSON.")
@click.option("--plot", "plot", type=click.Path(path_type=Path), help="Also draw the answer as an SVG file.")
@click.pass_context
def optimise(context: click.Context, /, **options: Any) -> None:
    """Find the mining parameters (s, r, d) a consortium should deploy, with proof."""
    if context.invoked_subcommand is not None:
        return
    problem = _problem(options)
    if isinstance(problem, GroupProblem):
        _answer_groups(problem, options)
    else:
        _answer(problem, options)


@optimise.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
def verify_command(file: Path) -> None:
    """Check the certificate in FILE (the output of --json, or the certificate alone) with independent arithmetic."""
    certificate = _read_certificate(file)
    check = verify_groups if certificate.get("kind") == "groups" else verify
    count = check(certificate)
    rows = certificate["rows"]
    verdict = f"feasible, {len(rows)} rows" if rows else "infeasible"
    click.echo(f"The certificate holds: {verdict}; {count} inequalities evaluated.")


def _problem(options: dict[str, Any]) -> Problem | GroupProblem:
    name, file = options["preset_name"], options["file"]
    if (name is None) == (file is None):
        raise InvalidProblem(field="--preset", value=name or "(missing)", bound="given, or else --file, but not both")
    values = dict(_split(setting) for setting in options["settings"])
    if options["tau_u"] is not None:
        values["tau_u"] = options["tau_u"]
    if name in GROUP_PRESETS:
        return group_preset(name).with_values(values)
    if file is not None and (found := load_group(file)) is not None:
        return found.with_values(values)
    return (preset(name) if name is not None else load(file)).with_values(values)


def _split(setting: str) -> tuple[str, str]:
    name, equals, value = setting.partition("=")
    if not equals:
        raise InvalidProblem(field="--set", value=setting, bound="of the form NAME=VALUE")
    return name.strip(), value.strip()


def _answer(problem: Problem, options: dict[str, Any]) -> None:
    semantics = _choice(Semantics, options["semantics"] or "printed")
    solution = solve(
        problem,
        objective=options["objective"],
        budget=None if options["budget"] is None else parse_quantity(options["budget"], field="budget", kind="money"),
        semantics=semantics,
        basis=options["basis"] or CostBasis.NOMINAL,
        top=options["top"],
        progress=_progress(),
    )
    click.echo(json.dumps(solution.as_json()) if options["as_json"] else present.table(solution))
    if options["plot"] is not None:
        plots.save(plots.overview(problem, semantics, solution), options["plot"])


def _answer_groups(problem: GroupProblem, options: dict[str, Any]) -> None:
    if options["objective"] != "cost" or options["budget"] is not None:
        raise InvalidProblem(field="--objective", value=options["objective"], bound="cost for a group-based problem")
    solution = solve_groups(
        problem,
        semantics=options["semantics"] or "printed",
        basis=options["basis"] or CostBasis.ROBUST,
        top=options["top"],
        progress=_progress(),
    )
    click.echo(json.dumps(solution.as_json()) if options["as_json"] else present.group_table(solution))
    if options["plot"] is not None:
        plots.save(plots.allocation(problem, solution), options["plot"])


def _choice(kind: type[Semantics], value: str) -> Semantics:
    try:
        return kind(value)
    except ValueError as error:
        names = " or ".join(item.value for item in kind)
        raise InvalidProblem(field="semantics", value=value, bound=names) from error


def _read_certificate(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CertificateRefused(where=str(file), reason=f"it cannot be read ({error})") from error
    if isinstance(content, dict) and isinstance(content.get("certificate"), dict):
        content = content["certificate"]
    if not isinstance(content, dict):
        raise CertificateRefused(where=str(file), reason="it is not a JSON object")
    return content


def _progress() -> Callable[[int, int], None]:
    """Return a callback that reports on standard error every second."""
    reported = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal reported
        if time.monotonic() - reported > _PROGRESS_EVERY:
            reported = time.monotonic()
            click.echo(f"decided {done} of {total} difficulties", err=True)

    return report
