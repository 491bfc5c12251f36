"""The production profile as one table: every program, with what it is told, keeps and waits for.

``python -m medixain.programs.compose`` writes it as docker-compose.yml; docs/operations.md says what an operator puts
into ``deploy/`` first. Published ports are on the host's loopback address only: the operator's TLS proxy stands there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

OWN_IMAGE: Final = "medixain:0.1.0"
OWN_USER: Final = "10001:10001"
STATE: Final = "/var/lib/medixain"
CONFIGURATION: Final = "/etc/medixain"
SIGNER_PORT: Final = 8100
DONE, HEALTHY = "service_completed_successfully", "service_healthy"


@dataclass(frozen=True, slots=True)
class Service:
    """One program of the profile.

    ``command`` replaces the image's; with ``script`` it is one line for ``/bin/sh``. ``secrets`` are files of
    ``deploy/secrets``, ``volumes`` are ``source:target[:ro]``, ``healthy`` is the command whose success means health,
    ``after`` maps services to the condition waited for, ``published`` are ports on the host's loopback address.
    """

    name: str
    image: str
    command: tuple[str, ...]
    networks: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    memory: tuple[str, ...] = ("/tmp",)
    healthy: tuple[str, ...] = ()
    after: Mapping[str, str] = field(default_factory=dict)
    published: tuple[str, ...] = ()
    user: str | None = OWN_USER
    script: bool = False
    once: bool = False


def listens(port: int) -> tuple[str, ...]:
    """Return the health check of an own program: something accepts connections at ``port``."""
    return ("python", "-c", f"import socket; socket.create_connection(('127.0.0.1', {port}), 3)")


def signer_command(passphrase: str) -> tuple[str, ...]:
    """Return the command of a signer whose passphrase is the secret of that name."""
    return ("python", "-m", "keymgmt.signer", "--home", STATE, "--host", "0.0.0.0", "--port", str(SIGNER_PORT),
            "--passphrase-file", f"/run/secrets/{passphrase}")  # fmt: skip
