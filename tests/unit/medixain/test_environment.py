"""Settings come from MEDIXAIN_ variables, and a value that cannot be used names its variable."""

from pathlib import Path

import pytest

from medixain.env import ConfigurationError, Environment, parse_database_url


def test_a_missing_variable_without_default_is_an_error_that_names_it() -> None:
    with pytest.raises(ConfigurationError, match="MEDIXAIN_SECRET_KEY"):
        Environment({}).secret("SECRET_KEY")


def test_a_secret_may_come_from_a_file_and_the_file_wins(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("from the file\n", encoding="utf-8")
    values = {"MEDIXAIN_KEY": "from the variable", "MEDIXAIN_KEY_FILE": str(file)}
    assert Environment(values).secret("KEY") == "from the file"
    with pytest.raises(ConfigurationError, match="MEDIXAIN_KEY_FILE"):
        Environment({"MEDIXAIN_KEY_FILE": str(tmp_path / "absent")}).secret("KEY")


@pytest.mark.parametrize(("text", "value"), [("1", True), ("Yes", True), ("off", False), ("FALSE", False)])
def test_flags(text: str, value: bool) -> None:
    assert Environment({"MEDIXAIN_F": text}).flag("F", default=not value) is value


@pytest.mark.parametrize("reader", ["flag", "integer", "json"])
def test_nonsense_is_refused(reader: str) -> None:
    environment = Environment({"MEDIXAIN_X": "{nonsense"})
    read = {
        "flag": lambda: environment.flag("X", default=True),
        "integer": lambda: environment.integer("X"),
        "json": lambda: environment.json("X", None),
    }[reader]
    with pytest.raises(ConfigurationError, match="MEDIXAIN_X"):
        read()


def test_database_addresses() -> None:
    sqlite = parse_database_url("sqlite:////var/lib/x.sqlite3", "V")
    assert sqlite["NAME"] == "/var/lib/x.sqlite3"
    assert "journal_mode=WAL" in sqlite["OPTIONS"]["init_command"]
    postgres = parse_database_url("postgresql://me:p%40ss@db:5433/wallets?sslmode=require", "V")
    assert (postgres["USER"], postgres["PASSWORD"], postgres["HOST"], postgres["PORT"], postgres["NAME"]) == (
        "me", "p@ss", "db", "5433", "wallets",
    )  # fmt: skip
    assert postgres["OPTIONS"] == {"sslmode": "require"}
    with pytest.raises(ConfigurationError):
        parse_database_url("mysql://x", "V")
