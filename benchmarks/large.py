"""``make bench-large``: a 2 GiB file through the command line and the running platform, and the memory it takes.

Peak resident memory of the command line (``wait4``) and of the platform's web program (``VmHWM``) for a 1 KiB file and
for the large one: what the large one takes more is what a file's size costs. SIZE_MIB as the first argument.
"""

import filecmp
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.demo.harness import ROOT, Person, Platform

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Measured:
    """One command: seconds, peak MiB of the command line, peak MiB of the web program so far."""

    seconds: float
    client: float
    web: float

    def line(self, what: str) -> str:
        """The figures as one line."""
        return f"{what:<24} {self.seconds:>8.1f} s   command line {self.client:>7.0f} MiB   web {self.web:>7.0f} MiB"


def web_program(platform: Platform) -> int:
    """The process id of the platform's web program."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:  # it ended meanwhile
                continue
            if b"medixain.demo.programs.web" in words and str(platform.data).encode() in words:
                return int(folder.name)
    raise RuntimeError("the platform's web program does not run")


def peak(process: int) -> float:
    """The most resident memory a running process ever had, MiB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def run(person: Person, web: int, *arguments: str | Path) -> tuple[Measured, str]:
    """Run one command; figures and what it printed. Raises RuntimeError when it fails."""
    words = ["--home", str(person.home), "--server", person.server, "--json"]
    command = [sys.executable, *person.program, *map(str, arguments), *words]
    start = time.perf_counter()
    with tempfile.TemporaryFile() as out, subprocess.Popen(command, cwd=ROOT, stdout=out) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        out.seek(0)
        text = out.read().decode()
    if process.returncode:
        raise RuntimeError(f"{arguments[:2]} failed: {text}")
    return Measured(seconds, usage.ru_maxrss / 1024, peak(web)), text


def written(path: Path, size: int) -> Path:
    """A file of ``size`` bytes that no compression helps."""
    block = secrets.token_bytes(min(size, MIB))
    with path.open("wb") as file:
        for _ in range(size // len(block)):
            file.write(block)
    return path


def main() -> None:
    """Measure both sizes on one platform."""
    large = int(sys.argv[1]) if len(sys.argv) > 1 else 2048
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        platform = Platform(folder / "data").start()
        try:
            web = web_program(platform)
            patient = Person(folder / "home", platform.url)
            patient.must("wallet", "create")
            for label, size in (("1 KiB", 1 << 10), (f"{large} MiB", large * MIB)):
                file, back = written(folder / "file", size), folder / "back"
                added, said = run(patient, web, "record", "add", file, "--wait", "received")
                print(added.line(f"write {label}"), flush=True)
                got, _ = run(patient, web, "record", "get", json.loads(said)["record"], "--out", back)
                print(got.line(f"read {label}"), flush=True)
                if not filecmp.cmp(file, back, shallow=False):
                    raise RuntimeError("what came back is not what was written")
                back.unlink()
        finally:
            platform.stop()


if __name__ == "__main__":
    main()
