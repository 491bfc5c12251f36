"""The program: it starts, says where it is, keeps its counts over a restart, and dies with its parent when asked."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.bindings import messages as m
from keymgmt.keys.group import generator
from keymgmt.signer import __main__ as program
from keymgmt.signer import runner
from keymgmt.signer.attesting import ChainDirectory
from keymgmt.signer.client import SignerClient
from keymgmt.signer.config import SignerConfig
from keymgmt.signer.errors import HomeUnusable, NotPermitted, RequesterRefused, TooManyRequests
from keymgmt.signer.home import SignerHome
from keymgmt.signer.runner import SignerServer
from keymgmt.signer.sessions import SessionStore
from medixain.core import eip712
from medixain.core.addresses import ZERO_ADDRESS
from medixain.core.eip712 import Domain
from tests.unit.keymgmt.signer.conftest import CONFIG, NOW, PASSPHRASE

ROOT = Path(__file__).parents[4]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with passphrase and configuration, as an installer leaves it."""
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    (tmp_path / "passphrase").chmod(0o600)
    (tmp_path / "config.json").write_bytes(CONFIG.encode())
    return tmp_path


def start(folder: Path, *arguments: str) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "keymgmt.signer", "--home", str(folder), *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    match = re.fullmatch(r"ready (http://127\.0\.0\.1:\d+)\n", line)
    if match is None:
        process.kill()
        raise AssertionError(f"{line!r} {process.communicate()[1]}")
    return process, match[1]


def test_the_program_serves_until_it_is_told_to_stop_and_keeps_its_keys(folder: Path) -> None:
    addresses = []
    for _ in range(2):
        process, url = start(folder, "--create", "clinic=institution", "--create", "relay=relay", "--deal", "1")
        try:
            client = SignerClient.of_home(url, folder)
            clinic = client.keyring("clinic")
            message = m.Suspension(ZERO_ADDRESS, True, 1, NOW)
            domain = Domain("InstitutionRegistry", "1", CONFIG.chain_id, CONFIG.contracts.institution_registry)
            eip712.verify(domain, message, clinic.sign(message), signer=clinic.address)
            assert clinic.evaluator == 1
            addresses.append(clinic.address)
            client.close()
        finally:
            process.send_signal(signal.SIGTERM)
            output, errors = process.communicate(timeout=20)
        assert (process.returncode, output, errors) == (0, "", "")
    assert addresses[0] == addresses[1]


def eventually(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen")


def is_up(url: str) -> bool:
    host, _, port = url.removeprefix("http://").partition(":")
    with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=5):
        return True
    return False


def test_the_program_ends_when_its_parent_is_killed(folder: Path) -> None:
    parent = textwrap.dedent(f"""
        import subprocess, sys, time
        subprocess.Popen([sys.executable, "-m", "keymgmt.signer", "--home", {str(folder)!r}, "--with-parent"])
        time.sleep(60)
    """)
    process = subprocess.Popen(
        [sys.executable, "-c", parent], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    url = process.stdout.readline().split()[1]
    assert is_up(url)
    process.kill()
    process.communicate()
    eventually(lambda: not is_up(url))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--create", "clinic=king"], "NAME=ROLE"),
        (["--create", "Clinic=relay"], "lower-case"),
        (["--config", "nowhere.json"], "configuration"),
        (["--deal", "2"], "threshold"),
    ],
)
def test_a_wrong_start_is_one_sentence_and_an_exit_code(
    folder: Path, arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main(["--home", str(folder), *arguments]) > 0
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


def test_a_missing_passphrase_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--home", str(tmp_path)]) == 2
    assert "passphrase" in capsys.readouterr().err


def test_a_taken_port_is_said(folder: Path, home: SignerHome, capsys: pytest.CaptureFixture[str]) -> None:
    server = SignerServer(home, CONFIG)
    try:
        port = server.url.rpartition(":")[2]
        assert program.main(["--home", str(folder), "--port", port]) == 1
        assert "another one" in capsys.readouterr().err
    finally:
        server.start()
        server.stop()


def test_a_server_in_a_thread_answers_over_the_network(home: SignerHome) -> None:
    server = SignerServer(home, SignerConfig(CONFIG.chain_id, CONFIG.contracts, "http://127.0.0.1:1"))
    client = SignerClient.of_home(server.start(), home.path)
    try:
        assert "relay" in client.keyrings()
    finally:
        client.close()
        server.stop()


def test_the_main_thread_serves_and_ends_cleanly(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    handlers: dict[int, Callable[[int, None], None]] = {}
    monkeypatch.setattr(signal, "signal", lambda number, handler: handlers.setdefault(number, handler))
    monkeypatch.setattr(SignerServer, "wait", lambda _server: handlers[signal.SIGTERM](signal.SIGTERM, None))
    watched: list[object] = []
    monkeypatch.setattr(program, "watch_parent", watched.append)
    with pytest.raises(SystemExit) as caught:
        program.main(["--home", str(folder), "--with-parent"])
    assert caught.value.code == 0
    assert len(watched) == 1
    assert capsys.readouterr().out.startswith("ready http://127.0.0.1:")


def test_a_signer_without_a_parent_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    parents = iter([7, 7, 1])
    monkeypatch.setattr(os, "getppid", lambda: next(parents, 1))
    monkeypatch.setattr(runner, "PARENT_INTERVAL", 0.0)
    stopped: list[bool] = []
    runner.watch_parent(lambda: stopped.append(True)).join(timeout=10)
    assert stopped == [True]


@pytest.mark.parametrize(
    "data", [b"", b"{}", CONFIG.encode().replace(b"31337", b"0"), CONFIG.encode().replace(b"AccessLog", b"Access")]
)
def test_a_malformed_configuration_is_refused(data: bytes) -> None:
    with pytest.raises(HomeUnusable):
        SignerConfig.parse(data)


def test_a_configuration_travels_unchanged() -> None:
    for config in (CONFIG, SignerConfig(5, CONFIG.contracts, "http://127.0.0.1:8545", 9)):
        assert SignerConfig.parse(config.encode()) == config


def test_counts_and_sessions_outlive_a_restart(tmp_path: Path) -> None:
    path, point = tmp_path / "sessions.sqlite3", generator()
    store = SessionStore(path)
    store.serve("a", bytes(32), ZERO_ADDRESS, point, now=NOW, limit=1)
    store.use("a", bytes(32), b"\x01" * 32)
    store.close()
    again = SessionStore(path)
    assert again.find("a", bytes(32)).attested == b"\x01" * 32
    with pytest.raises(TooManyRequests):
        again.serve("a", b"\x01" * 32, ZERO_ADDRESS, point, now=NOW, limit=1)
    again.serve("b", b"\x01" * 32, ZERO_ADDRESS, point, now=NOW, limit=1)  # another institution's own count
    with pytest.raises(RequesterRefused):
        again.find("a", b"\x01" * 32)
    with pytest.raises(RequesterRefused):
        again.use("a", b"\x02" * 32, bytes(32))
    again.close()


class Registry:
    """An InstitutionRegistry of one institution."""

    def __init__(self, *, is_kyc: bool, key: str | None) -> None:
        self._is_kyc = is_kyc
        self._key = key

    def has_roles(self, _institution: str, _roles: int) -> bool:
        return self._is_kyc

    def institution_key(self, _institution: str) -> str | None:
        return self._key


@pytest.mark.parametrize(
    ("is_kyc", "key", "expected"), [(True, ZERO_ADDRESS, ZERO_ADDRESS), (False, ZERO_ADDRESS, None), (True, None, None)]
)
def test_only_active_kyc_institutions_have_a_key_that_counts(
    monkeypatch: pytest.MonkeyPatch, is_kyc: bool, key: str | None, expected: str | None
) -> None:
    directory = ChainDirectory(SignerConfig(5, CONFIG.contracts, "http://127.0.0.1:1"))
    monkeypatch.setattr(directory, "_registry", Registry(is_kyc=is_kyc, key=key))
    assert directory.kyc_key(ZERO_ADDRESS) == expected


def test_a_signer_without_a_chain_looks_nobody_up_elsewhere() -> None:
    directory = ChainDirectory(SignerConfig(5, CONFIG.contracts))
    with pytest.raises(NotPermitted, match="set rpc_url"):
        directory.kyc_key(ZERO_ADDRESS)
