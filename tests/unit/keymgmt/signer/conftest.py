"""One signer with an institution for each of five partners, a relay, a voter and an engine; no network."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from contracts.bindings.addresses import predict_addresses
from keymgmt.keys.clerk import HttpEvaluator
from keymgmt.signer.app import create_app
from keymgmt.signer.client import SignerClient
from keymgmt.signer.config import SignerConfig
from keymgmt.signer.home import Role, SignerHome
from keymgmt.signer.service import SignerService
from keymgmt.signer.sessions import SessionStore
from medixain.core.addresses import Address

PASSPHRASE = "a passphrase of the demo"
CONFIG = SignerConfig(31337, predict_addresses("0x" + "11" * 20), daily_limit=3)
INSTITUTIONS = [f"hospital-{letter}" for letter in "abcde"]
NOW = 1_795_000_000


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> SignerHome:
    """An unlocked folder; unlocking costs Argon2id, so once for all tests, which never change it."""
    home = SignerHome.open(tmp_path_factory.mktemp("signer") / "home", PASSPHRASE)
    for name in INSTITUTIONS:
        home.create(name, Role.INSTITUTION)
    for name, role in (("relay", Role.RELAY), ("voter", Role.CONSENSUS), ("engine", Role.ENGINE)):
        home.create(name, role)
    home.deal_nullifier_key(INSTITUTIONS, 3)
    return home


class Directory:
    """The registry as a dictionary."""

    def __init__(self, keys: dict[str, Address]) -> None:
        self.keys = keys

    def kyc_key(self, institution: str) -> Address | None:
        return self.keys.get(institution)


@dataclass
class Signer:
    """A signer with its clients."""

    home: SignerHome
    http: TestClient
    client: SignerClient
    directory: Directory
    evaluator: Callable[[str], HttpEvaluator]
    now: list[int] = field(default_factory=lambda: [NOW])

    def address(self, name: str) -> Address:
        return self.client.keyring(name).address


@pytest.fixture
def signer(home: SignerHome, tmp_path: Path) -> Iterator[Signer]:
    """A running signer of that folder, with a session store of its own."""
    keyrings = home.keyrings()
    directory = Directory({keyrings[name].address: keyrings[name].address for name in INSTITUTIONS})
    sessions = SessionStore(tmp_path / "sessions.sqlite3")
    now = [NOW]
    service = SignerService(
        keyrings,
        config=CONFIG,
        sessions=sessions,
        directory=directory,
        public_shares=home.public_shares,
        clock=lambda: now[0],
    )
    with TestClient(create_app(service, home.token), raise_server_exceptions=True) as http:
        transport: httpx.BaseTransport = http._transport
        client = SignerClient("http://testserver", home.token, transport=transport)
        yield Signer(
            home,
            http,
            client,
            directory,
            lambda name: HttpEvaluator(f"http://testserver/v1/{name}", transport=transport),
            now,
        )
    sessions.close()
