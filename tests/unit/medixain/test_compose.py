"""The compose file starts what is there: commands exist, variables are read, versions agree, nothing stands open."""

import importlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from gunicorn.config import Config

from consensus.execution.genesis import Genesis
from consensus.execution.geth.process import GethProcess
from medixain import checks
from medixain.programs import compose
from medixain.programs.platform_services import ENVIRONMENT
from medixain.programs.services import OWN_IMAGE, Service
from records.storage.kubo import SETTINGS

ROOT = Path(__file__).parents[3]
SERVICES = {service.name: service for service in compose.services()}
OWN = {service.command: service for service in SERVICES.values() if service.image == OWN_IMAGE}
PROBE = """
import json, os, types
import medixain.env as env
class Recording(dict):
    def get(self, key, default=None):
        read.add(key)
        return super().get(key, default)
read = set()
os.environ["DJANGO_SETTINGS_MODULE"] = "medixain.settings.production"
env.os = types.SimpleNamespace(environ=Recording(os.environ))
env.select_settings()
import django
django.setup()
from django.core.checks import run_checks
print(json.dumps({"read": sorted(read), "found": [str(message) for message in run_checks()]}))
"""


def options_of(command: tuple[str, ...]) -> list[str]:
    return [word for word in command if word.startswith("--")]


def test_the_file_is_what_the_table_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert compose.main(["--check"]) == 0, capsys.readouterr().err


def test_a_changed_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "FILE", tmp_path / "docker-compose.yml")
    assert compose.main(["--check"]) == 1
    assert compose.main([]) == 0
    assert compose.main(["--check"]) == 0


@pytest.mark.parametrize("service", OWN.values(), ids=lambda service: service.name)
def test_every_own_command_exists_and_knows_its_options(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    program, *arguments = service.command
    if program == "gunicorn":
        Config().parser().parse_args(arguments)
        importlib.import_module(arguments[0].partition(":")[0])
    elif arguments[0] == "manage.py":
        assert (ROOT / "manage.py").exists()
        parser = load_command_class(get_commands()[arguments[1]], arguments[1]).create_parser("manage.py", arguments[1])
        parser.parse_args(arguments[2:])
    else:
        assert (program, arguments[0]) == ("python", "-m")
        with pytest.raises(SystemExit) as ended:
            importlib.import_module(_main_module(arguments[1])).main(["--help"])
        assert ended.value.code == 0
        shown = capsys.readouterr().out
        assert all(re.search(rf"{option}\b", shown) for option in options_of(service.command))


def _main_module(name: str) -> str:
    return f"{name}.__main__" if (ROOT / Path(*name.split(".")) / "__main__.py").exists() else name


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What production's settings read of the table's environment, and what the checks find in it."""
    folder = tmp_path_factory.mktemp("deploy")
    files = {
        "secret-key": "s" * 60,
        "database-url": "postgresql://medixain:word@postgres:5432/medixain",
        "broker-url": "redis://:word@redis:6379/0",
        "cache-url": "redis://:word@redis:6379/1",
        "contracts.json": json.dumps({"contracts": {name: {} for name in checks.CONTRACT_NAMES}}),
        "nodes.json": json.dumps([{"address": "0x" + "11" * 20, "url": "https://node.example", "name": "Tarn"}]),
        "kyc.json": "[]",
    }
    for name, content in files.items():
        (folder / name).write_text(content + "\n", encoding="utf-8")
    values = {
        "SIGN_IN_DOMAIN": "wallet.example.org", "VAULT_DOMAIN": "vault.example.org",
        "CHAIN_PUBLIC_RPC_URL": "https://rpc.example", "RELAY_ADDRESS": "0x0",
    }  # fmt: skip

    def filled(text: str) -> str:
        text = re.sub(r"\$\{(\w+)(:\?[^}]*)?\}", lambda found: values[found[1]], text)
        return text.replace("/run/secrets", str(folder)).replace("/etc/medixain", str(folder))

    environment = {name: filled(value) for name, value in ENVIRONMENT.items()}
    environment["MEDIXAIN_DATA_DIR"] = str(folder)
    ran = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=ROOT, env={"PATH": os.defpath, **environment}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


def test_every_variable_of_the_table_is_read(production: dict[str, Any]) -> None:
    named = {name for service in OWN.values() for name in service.environment}
    assert named
    assert all(name.startswith("MEDIXAIN_") for name in named)
    assert named <= set(production["read"])


def test_the_tables_environment_passes_the_system_checks(production: dict[str, Any]) -> None:
    assert production["found"] == []


def test_geth_is_started_as_the_tests_start_it(tmp_path: Path) -> None:
    here = GethProcess(Path("geth"), tmp_path, Genesis(1, 1, 1))
    tested = [word for word in here._flags() if word.startswith("--")]
    for number in range(1, 6):
        [line] = SERVICES[f"geth-{number}"].command
        run = shlex.split(line.partition("; exec ")[2])
        assert [word for word in run if word.startswith("--")] == tested
        assert f"geth-{number}" in run


def test_kubo_is_set_up_as_the_tests_set_it_up() -> None:
    for name in ("kubo-1", "kubo-2"):
        [line] = SERVICES[name].command
        for setting, value in SETTINGS:
            assert shlex.join(["ipfs", "config", "--json", setting, json.dumps(value, separators=(",", ":"))]) in line


@pytest.mark.parametrize(
    ("service", "module"), [("geth-1", "github.com/ethereum/go-ethereum"), ("kubo-1", "github.com/ipfs/kubo")]
)
def test_images_have_the_versions_the_tests_build(service: str, module: str) -> None:
    found = re.search(rf"{re.escape(module)} (v[\d.]+)", (ROOT / "nodes-build" / "go.mod").read_text(encoding="utf-8"))
    assert found is not None
    assert SERVICES[service].image.partition(":")[2] == found[1]


def test_images_are_pinned_and_ports_stay_on_the_host() -> None:
    for service in SERVICES.values():
        assert re.search(r":v?\d+\.\d+(\.\d+)?", service.image), service.image
        assert all(port.startswith("127.0.0.1:") for port in service.published)
        assert not service.published or "edge" in service.networks


def test_stores_and_execution_clients_have_no_way_out() -> None:
    document = compose.document(compose.services())
    inner = {"postgres", "redis", "kubo-1", "kubo-2", "kubo-mirror", "relay-signer"} | {
        f"geth-{n}" for n in range(1, 6)
    }
    for name in inner:
        assert all(document["networks"][network]["internal"] for network in document["services"][name]["networks"])


def test_what_a_service_names_is_there() -> None:
    document = compose.document(compose.services())
    for service in SERVICES.values():
        assert service.after.keys() <= SERVICES.keys()
        for other, condition in service.after.items():
            once = condition == "service_completed_successfully"
            assert SERVICES[other].once if once else SERVICES[other].healthy
    for secret in document["secrets"].values():
        assert secret["file"].removeprefix("./") in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
