"""Django's programs, by the table's own commands: they start, serve, and end when they are asked to."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from celery import Celery

from medixain.programs.compose import services

ROOT = Path(__file__).resolve().parents[3]
DEADLINE_S = 60
COMMANDS = {service.name: service.command for service in services()}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A platform on SQLite, without a chain."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
        "MEDIXAIN_PROFILE": "demo",
        "MEDIXAIN_DATA_DIR": str(tmp_path),
        "MEDIXAIN_SECRET_KEY": secrets.token_urlsafe(64),
    }


def test_the_chain_loop_waits_out_a_missing_chain_and_ends_cleanly(environment: dict[str, str], tmp_path: Path) -> None:
    subprocess.run(COMMANDS["migrate"], cwd=ROOT, env=environment, check=True, timeout=DEADLINE_S, capture_output=True)
    with running("chain-loop", COMMANDS["chain-loop"], environment, tmp_path) as log:
        wait(lambda: b"chain-pass-failed" in log.read_bytes())
        assert b"ready\n" in log.read_bytes()


@pytest.mark.redis
def test_the_worker_takes_wake_ups_from_redis(environment: dict[str, str], tmp_path: Path) -> None:
    broker = os.environ.get("MEDIXAIN_TEST_REDIS")
    if broker is None:
        pytest.skip("no Redis server: .ci/run starts one and sets MEDIXAIN_TEST_REDIS")
    subprocess.run(COMMANDS["migrate"], cwd=ROOT, env=environment, check=True, timeout=DEADLINE_S, capture_output=True)
    with running("worker", COMMANDS["worker"], environment | {"MEDIXAIN_BROKER_URL": broker}, tmp_path) as log:
        Celery(broker=broker).send_task("chainindex.chain_pass")
        # There is no chain here: what the pass says of it shows that the wake-up came through.
        wait(lambda: b"chain-pass-deferred" in log.read_bytes())


def test_gunicorn_serves_the_platform(environment: dict[str, str], tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [address if word == "0.0.0.0:8000" else word for word in COMMANDS["web"]]
    assert address in command
    with running("web", command, environment, tmp_path):
        wait(lambda: status(f"http://{address}/a-page-that-is-not-there") == httpx.codes.NOT_FOUND)


@pytest.mark.parametrize("program", ["chain-loop", "worker", "reconcile", "web", "migrate"])
def test_no_program_starts_on_an_unsound_configuration(environment: dict[str, str], program: str) -> None:
    unsound = environment | {"MEDIXAIN_SECRET_KEY": "short"}
    done = subprocess.run(
        COMMANDS[program], cwd=ROOT, env=unsound, timeout=DEADLINE_S, capture_output=True, check=False
    )
    assert done.returncode not in (0, None)
    assert b"medixain.E001" in done.stderr + done.stdout


def test_reconciling_ends_by_itself(environment: dict[str, str]) -> None:
    subprocess.run(COMMANDS["migrate"], cwd=ROOT, env=environment, check=True, timeout=DEADLINE_S, capture_output=True)
    done = subprocess.run(
        COMMANDS["reconcile"], cwd=ROOT, env=environment, timeout=DEADLINE_S, capture_output=True, check=True
    )
    assert done.stdout == b"dropped 0 blocks\n"


@contextmanager
def running(name: str, command: Sequence[str], environment: dict[str, str], folder: Path) -> Iterator[Path]:
    """The program's log while it runs; it must end by itself when it is asked to."""
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield log
        process.terminate()
        assert process.wait(DEADLINE_S) == 0
    finally:
        process.kill()
        process.wait()


def status(url: str) -> int | None:
    try:
        return httpx.get(url, trust_env=False, timeout=DEADLINE_S).status_code
    except httpx.TransportError:
        return None


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.2)
