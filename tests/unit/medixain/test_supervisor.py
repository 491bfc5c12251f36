"""Programs of the demo end one after the other, when the supervisor says so and not with Ctrl-C."""

import os
import signal
from pathlib import Path

import pytest

from medixain.demo import supervisor
from medixain.demo.layout import Layout
from medixain.demo.supervisor import Supervisor

PROGRAM = "tests.unit.medixain.obedient"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


def test_ctrl_c_is_heard_by_the_supervisor_alone_and_programs_end_last_started_first(
    tmp_path: Path, notes: Path
) -> None:
    with Supervisor(Layout(tmp_path)) as programs:
        for name in ("first", "second", "third"):
            assert programs.start(name, PROGRAM, name, str(notes)) == [name]
        for program in programs.programs:
            # Ctrl-C reaches every process of the terminal's group.
            os.kill(program.process.pid, signal.SIGINT)
        programs.check()
    assert notes.read_text().split() == ["third", "second", "first"]


def test_the_supervisor_itself_still_hears_ctrl_c(tmp_path: Path, notes: Path) -> None:
    # A run that was started in the background, as some CI is, has Ctrl-C ignored from its first moment.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with Supervisor(Layout(tmp_path)) as programs:
            programs.start("only", PROGRAM, "only", str(notes))
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_program_that_does_not_end_is_killed(tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STOP_TIMEOUT", 0.2)
    monkeypatch.setattr(supervisor, "STOP_SHARE", 0.1)
    programs = Supervisor(Layout(tmp_path))
    programs.start("deaf", PROGRAM, "deaf", str(notes))
    deaf = programs.programs[0].process
    monkeypatch.setattr(deaf, "terminate", lambda: None)
    programs.stop()
    assert deaf.returncode == -signal.SIGKILL


def test_a_slow_program_does_not_cost_the_next_one_its_time(
    tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STOP_TIMEOUT", 0.0)
    monkeypatch.setattr(supervisor, "STOP_SHARE", 20.0)
    with Supervisor(Layout(tmp_path)) as programs:
        for name in ("first", "second"):
            programs.start(name, PROGRAM, name, str(notes))
    assert notes.read_text().split() == ["second", "first"]
