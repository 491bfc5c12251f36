"""Unsafe or missing configuration stops the start, under a stable id."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from medixain import checks

PRODUCTION: dict[str, Any] = {
    "PROFILE": "production",
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": ["wallet.example"],
    "SIGN_IN_DOMAIN": "wallet.example",
    "SIGN_IN_URI": "https://wallet.example",
    "VAULT_URL": "https://wallet.example:8443",
    "CHAIN_RPC_URL": "http://chain:8545",
    "CHAIN_PUBLIC_RPC_URL": "https://door.example",
    "RELAY_SIGNER": {"BACKEND": "medixain.chainindex.signer.ProcessSigner", "OPTIONS": {"url": "http://signer"}},
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}},
    "RECORD_STORES": {"default": {"BACKEND": "records.storage.ipfs.IpfsStore", "OPTIONS": {}}},
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_SSL_REDIRECT": True,
    "OPERATOR_SECOND_FACTOR_REQUIRED": True,
    "CELERY_BROKER_URL": "redis://broker",
    "REENCRYPTION_NODES": [{"address": "0x" + "11" * 20, "url": "https://node.example", "name": "Tarn"}],
}


@pytest.fixture
def found(settings: LazySettings, tmp_path: Path) -> Callable[..., set[str | None]]:
    """Ids of what the checks find in a sound production with ``changes``."""
    manifest = tmp_path / "contracts.json"
    manifest.write_text(json.dumps({"contracts": {name: {} for name in checks.CONTRACT_NAMES}}), encoding="utf-8")

    def run(**changes: Any) -> set[str | None]:
        for name, value in (PRODUCTION | {"CHAIN_MANIFEST": str(manifest)} | changes).items():
            setattr(settings, name, value)
        every = (
            checks.check_secrets,
            checks.check_sign_in,
            checks.check_chain,
            checks.check_stores,
            checks.check_transport,
            checks.check_vault,
        )
        return {message.id for check in every for message in check()}

    return run


def test_a_sound_production_passes(found: Callable[..., set[str | None]]) -> None:
    assert found() == set()


@pytest.mark.parametrize(
    ("change", "identifier"),
    [
        ({"SECRET_KEY": "short"}, "E001"),
        ({"VAULT_URL": ""}, "E045"),
        ({"VAULT_URL": "http://vault.example"}, "E045"),
        ({"VAULT_URL": "https://wallet.example:8443/vault"}, "E045"),
        ({"VAULT_URL": "https://vault.example.com"}, "E046"),
        ({"VAULT_URL": "https://wallet.example"}, "E047"),
        ({"DEBUG": True}, "E002"),
        ({"ALLOWED_HOSTS": ["*"]}, "E003"),
        ({"ALLOWED_HOSTS": []}, "E003"),
        ({"SIGN_IN_URI": "https://evil.example"}, "E010"),
        ({"SIGN_IN_URI": "http://wallet.example"}, "E011"),
        ({"CHAIN_RPC_URL": ""}, "E020"),
        ({"CHAIN_PUBLIC_RPC_URL": "http://chain:8545"}, "E025"),
        ({"CHAIN_PUBLIC_RPC_URL": ""}, "E025"),
        ({"CHAIN_MANIFEST": "/absent"}, "E021"),
        ({"RELAY_SIGNER": {}}, "E022"),
        ({"RELAY_SIGNER": {"BACKEND": "x", "OPTIONS": {"key": "11"}}}, "E023"),
        ({"REENCRYPTION_NODES": [{"address": "0x" + "11" * 20, "url": "http://node"}]}, "E024"),
        ({"REENCRYPTION_NODES": [{"url": "https://node"}]}, "E024"),
        ({"RECORD_STORES": {}}, "E030"),
        ({"RECORD_STORES": {"default": {"BACKEND": "records.storage.memory.MemoryStore"}}}, "E031"),
        ({"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}}, "E032"),
        ({"SESSION_COOKIE_SECURE": False}, "E040"),
        ({"OPERATOR_SECOND_FACTOR_REQUIRED": False}, "E041"),
        ({"CELERY_BROKER_URL": "memory://"}, "E042"),
        ({"CONTENT_SECURITY_POLICY": {"DIRECTIVES": {"script-src": ["'unsafe-inline'"]}}}, "W040"),
    ],
)
def test_each_fault_has_its_id(found: Callable[..., set[str | None]], change: dict[str, Any], identifier: str) -> None:
    assert f"medixain.{identifier}" in found(**change)
