"""``python -m medixain.programs.compose [--check]``: docker-compose.yml from the table of services."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from medixain.programs.institution_services import INSTITUTIONS, institution_services
from medixain.programs.platform_services import platform_services
from medixain.programs.services import OWN_IMAGE, Service

FILE: Final = Path(__file__).resolve().parents[2] / "docker-compose.yml"
HEADER: Final = """\
# Written by `python -m medixain.programs.compose` from medixain/programs/*services.py; change the table, not this file.
# docs/operations.md says what belongs into deploy/ and .env before `docker compose up`.
"""
OPEN_NETWORKS: Final = frozenset({"edge"})
"""Networks with a way out of the host; all others are internal."""


def services() -> list[Service]:
    """Return the whole production profile."""
    institutions = [institution_services(number) for number in range(1, INSTITUTIONS + 1)]
    return [*platform_services(), *(service for group in institutions for service in group)]


def document(table: Sequence[Service]) -> dict[str, Any]:
    """Return the compose file's content (https://docs.docker.com/reference/compose-file/)."""
    networks = sorted({name for service in table for name in service.networks})
    volumes = sorted({volume.partition(":")[0] for service in table for volume in service.volumes})
    secrets = sorted({name for service in table for name in service.secrets})
    return {
        "name": "medixain",
        "services": {service.name: _entry(service) for service in table},
        "networks": {name: {"internal": name not in OPEN_NETWORKS} for name in networks},
        "volumes": {name: {} for name in volumes if not name.startswith(".")},
        "secrets": {name: {"file": f"./deploy/secrets/{name}"} for name in secrets},
    }


def text() -> str:
    """Return the compose file."""
    body = yaml.safe_dump(document(services()), sort_keys=False, width=4096, default_flow_style=False)
    return HEADER + body


def _entry(service: Service) -> dict[str, Any]:
    """One service; what is empty is left out."""
    entry = {
        "image": service.image,
        "build": "." if service.image == OWN_IMAGE else None,
        "user": service.user,
        "entrypoint": ["/bin/sh", "-ec"] if service.script else None,
        "command": list(service.command),
        "environment": dict(service.environment),
        "secrets": list(service.secrets),
        "volumes": list(service.volumes),
        "tmpfs": list(service.memory),
        "networks": list(service.networks),
        "ports": list(service.published),
        "depends_on": {name: {"condition": condition} for name, condition in service.after.items()},
        "healthcheck": _health(service),
        "restart": "no" if service.once else "unless-stopped",
        "read_only": True,
        # Postgres changes to its own user when it starts; nobody else needs a capability.
        "cap_drop": ["ALL"] if service.user else None,
        "security_opt": ["no-new-privileges:true"],
    }
    return {name: value for name, value in entry.items() if value}


def _health(service: Service) -> dict[str, Any]:
    if not service.healthy:
        return {}
    return {
        "test": ["CMD", *service.healthy],
        "interval": "10s",
        "timeout": "10s",
        "retries": 6,
        "start_period": "60s",
    }


def main(arguments: list[str] | None = None) -> int:
    """Write the file, or with ``--check`` say whether it is up to date; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m medixain.programs.compose", description="Write docker-compose.yml."
    )
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 when the file is out of date")
    options = parser.parse_args(arguments)
    wanted = text()
    if not options.check:
        FILE.write_text(wanted, encoding="utf-8")
        return 0
    if FILE.exists() and FILE.read_text(encoding="utf-8") == wanted:
        return 0
    sys.stderr.write("docker-compose.yml is out of date; run python -m medixain.programs.compose\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
