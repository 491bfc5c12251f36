"""A national number need not stand in a command, where every user of the machine could read it."""

import io
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from medixain.cli.commands.kyc import kyc
from medixain.cli.private import private_text
from medixain.core.errors import InvalidInput
from medixain.sdk import Client
from medixain.sdk.results import KycAttested

WALLET = "0x" + "12" * 20


@pytest.fixture
def attested(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The numbers that were attested."""
    numbers: list[str] = []

    def attest(_: Client, wallet: str, number: str, *__: Any, **___: Any) -> KycAttested:
        numbers.append(number)
        return KycAttested(wallet, WALLET, "received")

    monkeypatch.setattr(Client, "kyc_attest", attest)
    return numbers


@pytest.mark.parametrize(
    ("words", "stdin"),
    [(["--number", "943 476 5919"], None), (["--number", "-"], "943 476 5919\n"), ([], "943 476 5919\n")],
)
def test_the_number_comes_from_the_command_or_from_standard_input(
    attested: list[str], tmp_path: Path, words: list[str], stdin: str | None
) -> None:
    done = CliRunner().invoke(kyc, ["attest", WALLET, "--home", str(tmp_path), *words], input=stdin)
    assert (done.exit_code, attested) == (0, ["943 476 5919"])
    assert "943" not in done.output


def test_the_number_comes_from_a_file(attested: list[str], tmp_path: Path) -> None:
    file = tmp_path / "number"
    file.write_text("943 476 5919\nsecond line\n")
    words = ["attest", WALLET, "--home", str(tmp_path), "--number-file", str(file)]
    assert CliRunner().invoke(kyc, words).exit_code == 0
    assert attested == ["943 476 5919"]
    both = CliRunner().invoke(kyc, [*words, "--number", "1"])
    assert isinstance(both.exception, InvalidInput)


def test_a_terminal_is_asked_and_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def prompt(_: str, **options: Any) -> str:
        asked.append(options)
        return " 943 476 5919 "

    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdin", terminal)
    monkeypatch.setattr("click.prompt", prompt)
    assert private_text("National number") == "943 476 5919"
    assert asked[0]["hide_input"]


def test_nothing_given_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty"
    empty.write_text("")
    with pytest.raises(InvalidInput, match="first line"):
        private_text("National number", empty)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(InvalidInput, match="standard input"):
        private_text("National number")
