"""Starts the demo's programs, learns their addresses, notices when one ends, stops them in reverse order."""

import json
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from medixain.demo.errors import ProgramFailed
from medixain.demo.layout import Layout
from medixain.env import child_environment

READY_TIMEOUT = 120.0
STOP_TIMEOUT = 15.0


@dataclass
class Program:
    """A running program and what it announced."""

    name: str
    process: subprocess.Popen[bytes]
    facts: dict[str, Any]


class Supervisor:
    """Programs as children in this process's group; use as a context manager."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.programs: list[Program] = []

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Start a program and return the facts of its ready line. Raises :class:`ProgramFailed`."""
        log = self._layout.log(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as sink:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sink,
                env=child_environment(environment or {}),
            )  # fmt: skip
        program = Program(name, process, {})
        self.programs.append(program)
        program.facts = self._ready(program)
        return program.facts

    def start_module(
        self, name: str, module: str, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Start ``python -m module`` with these arguments; see :meth:`start`."""
        return self.start(name, [sys.executable, "-m", module, *arguments], environment)

    def _ready(self, program: Program) -> dict[str, Any]:
        output = program.process.stdout
        deadline = time.monotonic() + READY_TIMEOUT
        while output is not None and (left := deadline - time.monotonic()) > 0:
            if not select.select([output], [], [], left)[0]:
                break
            line = output.readline()
            if not line:
                break
            if line.startswith(b'{"ready"'):
                facts: dict[str, Any] = json.loads(line)["ready"]
                return facts
        problem = "ended before it was ready" if program.process.poll() is not None else "did not become ready in time"
        raise ProgramFailed(program.name, problem, str(self._layout.log(program.name)))

    def check(self) -> None:
        """Raise :class:`ProgramFailed` when a program has ended."""
        for program in self.programs:
            if program.process.poll() is not None:
                raise ProgramFailed(
                    program.name,
                    f"ended with exit code {program.process.returncode}",
                    str(self._layout.log(program.name)),
                )

    def stop(self) -> None:
        """Ask every program to end, the last started first, and wait; one that does not is killed."""
        for program in reversed(self.programs):
            if program.process.poll() is None:
                program.process.terminate()
            try:
                program.process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                program.process.kill()
                program.process.wait()
            for pipe in (program.process.stdin, program.process.stdout):
                if pipe is not None:
                    pipe.close()
        self.programs.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
