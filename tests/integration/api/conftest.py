"""The contracts are deployed once for all tests of the API; chain and platform's database begin anew in each."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client

from consensus.execution.genesis import Genesis
from contracts.bindings import Contracts, Sender
from contracts.deploy import deploy, read_manifest, write_manifest
from medixain.chainindex.loop import chain_pass_once
from medixain.chainindex.relay import Drained, Relay
from tests.conformance.contracts.chains import CHAIN_ID
from tests.conformance.contracts.consortium import CONFIG, DEPLOYER, RELAY
from tests.integration.api.audited import audited
from tests.integration.api.chain import DATABASE, TestChain, new_genesis
from tests.integration.api.people import Patient
from tests.openapi import PREFIX, UNDOCUMENTED, Exchange, platform_document


def exchange_of(method: str, path: str, data: Any, response: Any, options: dict[str, Any]) -> Exchange:
    """What Django's test client sent and was answered."""
    sent = data.encode() if isinstance(data, str) else bytes(data)
    return Exchange(
        method=method, path=urlsplit(path).path, query=response.request.get("QUERY_STRING", ""),
        sent_type=response.request.get("CONTENT_TYPE", ""), sent=sent,
        status=response.status_code, answer_type=response.headers.get("Content-Type", ""),
        answer=None if response.streaming else response.content, headers=options.get("headers") or {},
    )  # fmt: skip


@pytest.fixture(autouse=True)
def as_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every exchange of every test here is held against the OpenAPI document, every write against the audit log."""
    send = Client.generic

    def checked(self: Client, method: str, path: str, data: Any = "", *args: Any, **options: Any) -> Any:
        address = urlsplit(path)
        with audited(f"{method} {address.path}"):
            response = send(self, method, path, data, *args, **options)
        if address.path.startswith(PREFIX) and address.path != UNDOCUMENTED and method not in {"OPTIONS", "HEAD"}:
            platform_document().check(exchange_of(method, path, data, response, options))
        return response

    def drained(self: Relay) -> Drained:
        with audited("the relay"):
            return drain(self)

    drain = Relay.drain
    monkeypatch.setattr(Client, "generic", checked)
    monkeypatch.setattr(Relay, "drain", drained)


@dataclass(frozen=True)
class Deployment:
    """A chain with the contracts deployed and final, at rest: its block 0, its database and the manifest."""

    genesis: Genesis
    database: Path
    manifest: Path


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    folder = tmp_path_factory.mktemp("chain")
    made = Deployment(new_genesis(), folder / DATABASE, folder / "contracts.json")
    with closing(TestChain(folder, made.genesis)) as chain:
        chain.automatic = True
        write_manifest(made.manifest, deploy(chain.web3, Sender(DEPLOYER, CHAIN_ID), CONFIG))
        chain.automatic = False
        chain.mine()
        chain.finalise()
    return made


@pytest.fixture
def chain(deployed: Deployment, settings: LazySettings, tmp_path: Path, db: None) -> Iterator[TestChain]:
    """A copy of the deployed chain: chain and database begin anew in each test, so there is little to index."""
    shutil.copy(deployed.database, tmp_path / DATABASE)
    with closing(TestChain(tmp_path, deployed.genesis)) as test_chain:
        settings.CHAIN_RPC_URL = settings.CHAIN_PUBLIC_RPC_URL = test_chain.url
        settings.CHAIN_MANIFEST = str(deployed.manifest)
        settings.RELAY_SIGNER = {
            "BACKEND": "tests.integration.api.signers.LocalRelay",
            "OPTIONS": {"key": RELAY.secret_key.hex(), "chain_id": CHAIN_ID},
        }
        settings.CHAIN_PASS = "tests.integration.api.conftest.no_pass"
        settings.RECORD_STORES = {
            "default": {
                "BACKEND": "records.storage.embedded.EmbeddedStore",
                "OPTIONS": {"root": str(tmp_path / "blocks")},
            }
        }
        test_chain.finalise()
        chain_pass_once()
        yield test_chain


def no_pass() -> None:
    """In tests a pass happens when the test says so."""


@pytest.fixture
def contracts(chain: TestChain, deployed: Deployment) -> Contracts:
    manifest = read_manifest(deployed.manifest)
    assert manifest is not None
    return Contracts.load(chain.web3, manifest.addresses)


@pytest.fixture
def settle(chain: TestChain) -> "Settle":
    return Settle(chain)


class Settle:
    """Passes and blocks until everything the outbox holds is final."""

    def __init__(self, chain: TestChain) -> None:
        self._chain = chain

    def __call__(self) -> None:
        chain_pass_once()
        self._chain.mine()
        self._chain.finalise()
        chain_pass_once()


@pytest.fixture
def patient(contracts: Contracts, client: Client, settle: Settle) -> Patient:
    """A patient whose account and profile slot are final."""
    made = Patient(contracts)
    answer = client.post("/api/v1/accounts", made.account_body(), content_type="application/json")
    assert answer.status_code == 201, answer.content
    settle()
    return made


@pytest.fixture
def other(contracts: Contracts, patient: Patient, settle: Settle) -> Patient:
    """Another patient."""
    made = Patient(contracts)
    answer = Client().post("/api/v1/accounts", made.account_body(), content_type="application/json")
    assert answer.status_code == 201, answer.content
    settle()
    return made
