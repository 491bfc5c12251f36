"""Scripts of the vault's origin may use the API; those of no other origin may, and nobody's cookies count."""

import pytest
from django.conf import LazySettings
from django.test import Client

from tests.integration.api.chain import TestChain
from tests.integration.api.people import Patient

VAULT = "http://localhost:8001"
OTHERS = ["http://localhost:8000", "http://localhost:80010", "http://vault.evil.example", "null", "http://localhost"]
PREFLIGHT = {"access-control-request-method": "PUT", "access-control-request-headers": "authorization,device-proof"}


@pytest.fixture(autouse=True)
def vault(settings: LazySettings) -> None:
    settings.VAULT_URL = VAULT


def test_the_vault_s_preflight_is_answered_and_remembered(client: Client, db: None) -> None:
    answer = client.options("/api/v1/records", headers={"origin": VAULT, **PREFLIGHT})
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == VAULT
    allowed = {name.strip().lower() for name in answer["Access-Control-Allow-Headers"].split(",")}
    assert {"authorization", "device-proof", "content-type", "grant-opening", "range"} <= allowed
    assert "PUT" in answer["Access-Control-Allow-Methods"]
    assert int(answer["Access-Control-Max-Age"]) > 600


@pytest.mark.parametrize("origin", OTHERS)
def test_other_origins_are_told_nothing(client: Client, chain: TestChain, origin: str) -> None:
    preflight = client.options("/api/v1/records", headers={"origin": origin, **PREFLIGHT})
    answer = client.get("/api/v1/meta", headers={"origin": origin})
    for found in (preflight, answer):
        assert not [name for name in found.headers if name.lower().startswith("access-control-")]
        assert "Origin" in found["Vary"]


def test_the_vault_reads_answers_and_refusals_with_their_headers(client: Client, chain: TestChain) -> None:
    for path in ("/api/v1/meta", "/api/v1/records", "/api/v1/nowhere"):
        answer = client.get(path, headers={"origin": VAULT})
        assert answer["Access-Control-Allow-Origin"] == VAULT
        exposed = answer["Access-Control-Expose-Headers"]
        assert all(name in exposed for name in ("Content-Range", "Retry-After", "Accept-Ranges"))
        assert "Access-Control-Allow-Credentials" not in answer
        assert not answer.cookies


def test_the_platform_s_pages_are_no_business_of_the_vault_s_scripts(client: Client, chain: TestChain) -> None:
    for path in ("/", "/patient/", "/operator/accounts/login/", "/sw.js"):
        assert "Access-Control-Allow-Origin" not in client.get(path, headers={"origin": VAULT})


def test_a_page_s_session_is_worth_nothing_at_the_api(patient: Patient, client: Client) -> None:
    link = patient.device.post("/page-links", {}).json()["url"]
    client.get("/" + link.split("/", 3)[3])
    assert client.get("/api/v1/records", headers={"origin": VAULT}).status_code == 401


def test_without_a_vault_nobody_s_scripts_are_let_in(client: Client, chain: TestChain, settings: LazySettings) -> None:
    settings.VAULT_URL = ""
    for origin in ("", "null", VAULT):
        assert "Access-Control-Allow-Origin" not in client.get("/api/v1/meta", headers={"origin": origin})
