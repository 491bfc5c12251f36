"""The platform's part of the table: database, broker, record stores, relay signer, Django's programs."""

import json
import shlex
from typing import Final

from medixain.programs.services import (
    CONFIGURATION,
    DONE,
    HEALTHY,
    OWN_IMAGE,
    SIGNER_PORT,
    STATE,
    Service,
    listens,
    signer_command,
)
from records.storage.kubo import SWARM_ENVIRONMENT, SWARM_SETTINGS, configure

WEB_PORT: Final = 8000
VAULT_PORT: Final = 8300
VAULT_BUNDLE: Final = "/app/keymgmt/vault/dist"
KUBO_PORT: Final = 5001
KUBO_USER: Final = "1000:100"
"""The image's own user, whom its volume belongs to."""

_DJANGO_SECRETS: Final = ("secret-key", "database-url", "broker-url", "cache-url", "relay-token")

ENVIRONMENT: Final = {
    "MEDIXAIN_PROFILE": "production",
    "MEDIXAIN_DATA_DIR": STATE,
    "MEDIXAIN_SECRET_KEY_FILE": "/run/secrets/secret-key",
    "MEDIXAIN_DATABASE_URL_FILE": "/run/secrets/database-url",
    "MEDIXAIN_BROKER_URL_FILE": "/run/secrets/broker-url",
    "MEDIXAIN_CACHE_URL_FILE": "/run/secrets/cache-url",
    "MEDIXAIN_BEHIND_TLS_PROXY": "true",
    "MEDIXAIN_SIGN_IN_DOMAIN": "${SIGN_IN_DOMAIN:?the platform's public host name}",
    "MEDIXAIN_SIGN_IN_URI": "https://${SIGN_IN_DOMAIN}",
    "MEDIXAIN_VAULT_URL": "https://${VAULT_DOMAIN:?the vault's public host name, a sibling of the platform's}",
    "MEDIXAIN_CHAIN_RPC_URL": "http://chain-1:8545",
    "MEDIXAIN_CHAIN_PUBLIC_RPC_URL": "${CHAIN_PUBLIC_RPC_URL:?https address of a JSON-RPC door that answers the vault}",
    "MEDIXAIN_CHAIN_MANIFEST": f"{CONFIGURATION}/contracts.json",
    "MEDIXAIN_RELAY_ADDRESS": "${RELAY_ADDRESS:?the relay's account}",
    "MEDIXAIN_RELAY_SIGNER": json.dumps(
        {
            "BACKEND": "medixain.chainindex.signer.ProcessSigner",
            "OPTIONS": {"url": f"http://relay-signer:{SIGNER_PORT}", "token_file": "/run/secrets/relay-token"},
        }
    ),
    "MEDIXAIN_REENCRYPTION_NODES_FILE": f"{CONFIGURATION}/nodes.json",
    "MEDIXAIN_KYC_SERVICES_FILE": f"{CONFIGURATION}/kyc.json",
    "MEDIXAIN_RECORD_STORES": json.dumps(
        {"default": {"BACKEND": "records.storage.ipfs.IpfsStore", "OPTIONS": {"url": f"http://kubo-1:{KUBO_PORT}"}}}
    ),
}
"""What every program of Django is told."""


def kubo_script() -> str:
    """Return the shell line that makes a kubo's repository on first use, sets everything, and becomes the daemon."""
    settings = [shlex.join(["ipfs", *arguments]) for arguments in configure(SWARM_SETTINGS)]
    steps = [
        'test -f "$$IPFS_PATH/config" || ipfs init --empty-repo',
        'cp /run/secrets/swarm-key "$$IPFS_PATH/swarm.key"',
    ]
    return "; ".join([*steps, *settings, "exec ipfs daemon"])


def platform_services() -> list[Service]:
    """Return the platform's services."""
    return [*_stores(), *_kubos(), *_django()]


def _stores() -> list[Service]:
    return [
        Service(
            name="postgres",
            image="postgres:17.6-bookworm",
            command=("postgres",),
            networks=("platform",),
            environment={
                "POSTGRES_USER": "medixain",
                "POSTGRES_DB": "medixain",
                "POSTGRES_PASSWORD_FILE": "/run/secrets/postgres-password",
            },
            secrets=("postgres-password",),
            volumes=("postgres:/var/lib/postgresql/data",),
            memory=("/tmp", "/run/postgresql"),
            healthy=("pg_isready", "--username", "medixain"),
            user=None,
        ),
        # Tasks are wake-ups and the cache counts requests: nothing here has to outlive a restart.
        Service(
            name="redis",
            image="redis:8.2.1-bookworm",
            command=("redis-server", "/run/secrets/redis.conf"),
            networks=("platform",),
            secrets=("redis.conf",),
            memory=("/data",),
            # An answer that asks for the password is an answer.
            healthy=("/bin/sh", "-c", "redis-cli ping | grep -E 'PONG|NOAUTH'"),
        ),
    ]


def _kubos() -> list[Service]:
    kubos = [
        Service(
            name=f"kubo-{number}",
            image="ipfs/kubo:v0.39.0",
            command=(kubo_script(),),
            script=True,
            networks=("platform",),
            environment={"IPFS_PATH": "/data/ipfs", **SWARM_ENVIRONMENT},
            secrets=("swarm-key",),
            volumes=(f"kubo-{number}:/data/ipfs",),
            healthy=("ipfs", f"--api=/ip4/127.0.0.1/tcp/{KUBO_PORT}", "id"),
            user=KUBO_USER,
        )
        for number in (1, 2)
    ]
    addresses = [f"http://{kubo.name}:{KUBO_PORT}" for kubo in kubos]
    mirror = Service(
        name="kubo-mirror",
        image=OWN_IMAGE,
        command=("python", "-m", "medixain.programs.kubo_mirror", "--source", addresses[0], "--copy", addresses[1]),
        networks=("platform",),
        after={kubo.name: HEALTHY for kubo in kubos},
    )
    return [*kubos, mirror]


def _django() -> list[Service]:
    signer = Service(
        name="relay-signer",
        image=OWN_IMAGE,
        command=signer_command("relay-passphrase"),
        networks=("platform",),
        secrets=("relay-passphrase",),
        volumes=(f"./deploy/relay-signer:{STATE}",),
        healthy=listens(SIGNER_PORT),
    )
    ready = {"postgres": HEALTHY, "redis": HEALTHY}
    running = ready | {"migrate": DONE, "relay-signer": HEALTHY, "kubo-1": HEALTHY, "chain-1": HEALTHY}
    gunicorn = ("gunicorn", "medixain.wsgi:application", "--bind", f"0.0.0.0:{WEB_PORT}", "--worker-class", "gthread",
                "--workers", "2", "--threads", "8", "--timeout", "600", "--worker-tmp-dir", "/dev/shm")  # fmt: skip
    return [
        signer,
        _program("migrate", ("python", "manage.py", "migrate", "--noinput"), ready, once=True),
        _program("static", ("python", "manage.py", "collectstatic", "--noinput"), {}, once=True),
        _program("reconcile", ("python", "-m", "medixain.programs.reconcile"), running, once=True),
        _program("web", gunicorn, running | {"static": DONE, "reconcile": DONE}, port=WEB_PORT),
        _program("worker", ("python", "-m", "medixain.programs.worker"), running),
        _vault(),
        _program("chain-loop", ("python", "-m", "medixain.programs.chain_loop"), running),
    ]


def _vault() -> Service:
    """Static files on an origin of their own: it knows no secret, no database and no other program."""
    command = ("python", "-m", "medixain.programs.vault", "--bundle", VAULT_BUNDLE, "--data", f"{CONFIGURATION}/vault",
               "--host", "0.0.0.0", "--port", str(VAULT_PORT))  # fmt: skip
    return Service(
        name="vault",
        image=OWN_IMAGE,
        command=command,
        networks=("edge",),
        volumes=(f"./deploy/vault:{CONFIGURATION}/vault:ro",),
        healthy=listens(VAULT_PORT),
        published=(f"127.0.0.1:{VAULT_PORT}:{VAULT_PORT}",),
    )


def _program(
    name: str, command: tuple[str, ...], after: dict[str, str], *, once: bool = False, port: int | None = None
) -> Service:
    return Service(
        name=name,
        image=OWN_IMAGE,
        command=command,
        networks=("platform", "consortium", "edge"),
        environment=ENVIRONMENT,
        secrets=_DJANGO_SECRETS,
        volumes=(f"platform:{STATE}", f"./deploy/platform:{CONFIGURATION}:ro"),
        healthy=() if port is None else listens(port),
        after=after,
        published=() if port is None else (f"127.0.0.1:{port}:{port}",),
        once=once,
    )
