"""Start the real platform as a program and drive it with the real command line, as a stranger would."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(r"^ready (http://\S+)$")
ALARMING = re.compile(r"WARNING|ERROR|CRITICAL|Traceback|\"level\": \"(warning|error|critical)\"")
START_TIMEOUT = 120


class PlatformFailed(AssertionError):
    """The platform did not become ready; carries the end of its output."""


def hear_ctrl_c() -> None:
    """Undo that Ctrl-C is ignored, as it is in everything that a shell starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Platform:
    """`medixain demo` in a process group of its own."""

    def __init__(self, data: Path, *, empty: bool = True, port: int = 0) -> None:
        self.data = data
        self.options = ["--empty"] if empty else []
        self.port = port
        self.url = ""
        self.lines: list[str] = []
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> Self:
        """Start it and wait for its `ready URL` line."""
        command = [sys.executable, "-m", "medixain.cli", "demo", "--port", str(self.port), "--data", str(self.data)]
        self._process = subprocess.Popen(
            command + self.options,
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            preexec_fn=hear_ctrl_c,
        )  # fmt: skip
        ready = threading.Event()
        threading.Thread(target=self._read, args=(ready,), daemon=True).start()
        deadline = time.monotonic() + START_TIMEOUT
        while not ready.wait(0.1):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise PlatformFailed("the platform did not become ready:\n" + "\n".join(self.lines[-40:]))
        self.port = int(self.url.rsplit(":", 1)[1])
        return self

    def _read(self, ready: threading.Event) -> None:
        process = self._process
        if process is None or process.stdout is None:
            return
        for line in process.stdout:
            self.lines.append(line.rstrip())
            if found := READY.match(line.strip()):
                self.url = found[1]
                ready.set()

    def stop(self) -> None:
        """Ask it to stop as Ctrl-C does. Raises :class:`PlatformFailed` unless it ends well and without a warning:
        its programs stop in order, so none of them sees another one fail first.
        """
        if self._process is None:
            return
        logs = {path: path.stat().st_size for path in (self.data / "logs").iterdir()}
        os.killpg(self._process.pid, signal.SIGINT)
        try:
            code = self._process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        said = {path.name: path.read_bytes()[size:].decode() for path, size in logs.items()}
        if code or any(ALARMING.search(text) for text in said.values()):
            raise PlatformFailed(f"the platform ended with {code} and said {said}")

    def kill(self) -> None:
        """kill -9 of the whole process group."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)

    def log_ins(self) -> dict[str, Any]:
        """What the demo wrote for people: homes, addresses, log-ins."""
        found: dict[str, Any] = json.loads((self.data / "log-ins.json").read_text(encoding="utf-8"))
        return found


@dataclass(frozen=True)
class Answer:
    """What one call of the command line said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error object of a refused --json call."""
        found: dict[str, Any] = self.json["error"]
        return found


@dataclass
class Person:
    """A home folder and what its owner types."""

    home: Path
    server: str
    facts: dict[str, Any] = field(default_factory=dict)
    program: tuple[str, ...] = ("-m", "medixain.cli")

    def run(self, *arguments: str | Path, stdin: str | None = None, as_json: bool = True) -> Answer:
        """Run one command for this home."""
        command = [
            sys.executable,
            *self.program,
            *map(str, arguments),
            "--home",
            str(self.home),
            "--server",
            self.server,
        ]
        done = subprocess.run(
            command + (["--json"] if as_json else []),
            cwd=ROOT,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def must(self, *arguments: str | Path, stdin: str | None = None) -> Any:
        """Run a command that has to succeed; its JSON."""
        answer = self.run(*arguments, stdin=stdin)
        if answer.code != 0:
            raise AssertionError(f"{' '.join(map(str, arguments))} exited {answer.code}:\n{answer.out}\n{answer.err}")
        return answer.json

    def refused(self, code: str, *arguments: str | Path) -> dict[str, Any]:
        """Run a command that has to fail with the error ``code``; its error object."""
        answer = self.run(*arguments)
        if answer.code == 0:
            raise AssertionError(f"{' '.join(map(str, arguments))} was not refused:\n{answer.out}")
        if answer.error["code"] != code:
            raise AssertionError(
                f"{' '.join(map(str, arguments))} was refused as {answer.error}, not {code}\n{answer.err}"
            )
        return answer.error
