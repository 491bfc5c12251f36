"""Starts the demo's programs, learns their addresses, notices when one ends, stops them in reverse order."""

import contextlib
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from medixain.demo.errors import ProgramFailed
from medixain.demo.layout import Layout
from medixain.env import child_environment

READY_TIMEOUT = 120.0
STOP_TIMEOUT = 5.0
"""Seconds that all programs have together to end."""
STOP_SHARE = 1.0
"""Seconds that each program has at least, however long those before it took."""


@dataclass
class Program:
    """A running program."""

    name: str
    process: subprocess.Popen[bytes]


class Supervisor:
    """Programs as children in this process's group; use as a context manager."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.programs: list[Program] = []

    def start(self, name: str, module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> list[str]:
        """Start ``python -m module``; return the words of its ready line. Raises :class:`ProgramFailed`.

        ``environment`` adds ``MEDIXAIN_`` variables, named without the prefix.
        """
        log = self._layout.log(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as sink, _interrupts_held_back():
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sink,
                env=child_environment(environment or {}),
            )  # fmt: skip
        program = Program(name, process)
        self.programs.append(program)
        return self._ready(program)

    def _ready(self, program: Program) -> list[str]:
        output = program.process.stdout
        deadline = time.monotonic() + READY_TIMEOUT
        while output is not None and (left := deadline - time.monotonic()) > 0:
            if not select.select([output], [], [], left)[0]:
                break
            line = output.readline()
            if not line:
                problem = f"ended with exit code {program.process.wait(STOP_TIMEOUT)} before it was ready"
                raise ProgramFailed(program.name, problem, str(self._layout.log(program.name)))
            if line.split()[:1] == [b"ready"]:
                return line.decode().split()[1:]
        raise ProgramFailed(program.name, "did not become ready in time", str(self._layout.log(program.name)))

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
        deadline = time.monotonic() + STOP_TIMEOUT
        for program in reversed(self.programs):
            if program.process.poll() is None:
                program.process.terminate()
            try:
                program.process.wait(max(STOP_SHARE, deadline - time.monotonic()))
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


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Let a program start that never sees SIGINT: it inherits the mask.

    Ctrl-C goes to the whole group at once. If all programs ended at the same time, each would see the others fail
    first, warn about it and wait for them in vain; so the supervisor alone hears it and stops them one by one.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
