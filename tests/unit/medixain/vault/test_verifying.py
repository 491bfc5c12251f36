"""`medixain verify bundle` finds every way in which a vault can differ from what was signed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from medixain.core import canonical
from medixain.vault.app import Site, create_app
from medixain.vault.bundle import CONFIG, Bundle
from medixain.vault.config import asked_origins, config_of, encode_config
from medixain.vault.errors import BadConfig, BadManifest, VaultUnreachable
from medixain.vault.headers import HeaderTable
from medixain.vault.manifest import Desk, sign_manifest
from medixain.vault.verifying import Consortium, verify_bundle
from tests.unit.medixain.vault.desks import CHAIN_ID, SALTBY, STRANGER, TARN, build

PLATFORM, VAULT = "http://localhost:8000", "http://localhost:8001"
META: dict[str, Any] = {
    "chain_id": CHAIN_ID,
    "contracts": {"AccessGrants": "0x" + "11" * 20},
    "node_set": {
        "version": 1,
        "threshold": 1,
        "nodes": [
            {"address": TARN.address, "institution": TARN.address, "key": "0x02", "name": "Tarn", "url": "http://n:1"}
        ],
    },
    "relay": "0x" + "77" * 20,
    "rpc_url": "http://door:8545",
    "institutions": [
        {"id": TARN.address, "name": "Tarn", "active": True},
        {"id": SALTBY.address, "name": "Saltby", "active": True},
    ],
}


@dataclass
class Vault:
    """A vault's origin, sound until something is changed."""

    desks: list[Desk] = field(default_factory=lambda: [TARN, SALTBY])
    config: dict[str, Any] = field(default_factory=lambda: config_of(META, platform=PLATFORM))
    served: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def transport(self) -> httpx.BaseTransport:
        """What answers for the origin."""
        bundle = build().with_file(CONFIG, encode_config(self.config))
        manifest = sign_manifest(bundle, self.desks, previous=None)
        table = HeaderTable(self.config["platform"], asked_origins(self.config))
        site = Site(Bundle({**bundle.files, **self.served}), manifest.encode(), table)
        application = httpx.WSGITransport(create_app(lambda: site))  # type: ignore[arg-type]

        def answer(request: httpx.Request) -> httpx.Response:
            response = application.handle_request(request)
            response.headers.update(self.headers)
            return response

        return httpx.MockTransport(answer)

    def failing(self, build_folder: Path | None = None) -> list[str]:
        """Names of the checks that fail."""
        consortium = Consortium(META, {TARN.address, SALTBY.address})
        checks = verify_bundle(
            VAULT, consortium, platform=PLATFORM, build=build_folder, transport=self.transport()
        )  # fmt: skip
        assert all(check.detail for check in checks)
        return [check.check for check in checks if not check.ok]


def test_a_sound_vault_passes() -> None:
    assert Vault().failing() == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda vault: setattr(vault, "desks", [TARN]), ["signatures"]),
        (lambda vault: setattr(vault, "desks", [TARN, STRANGER]), ["signatures"]),
        (lambda vault: vault.served.update({"app.js": b"steal()"}), ["files"]),
        (lambda vault: vault.served.update({"index.html": b"<script>"}), ["files"]),
        (lambda vault: vault.config.update(platform="http://localhost:6666"), ["configuration"]),
        (lambda vault: vault.config["institutions"].update({STRANGER.address: "Tarn"}), ["configuration"]),
        (lambda vault: vault.config["node_set"].update(threshold=0), ["configuration"]),
        (lambda vault: vault.config.update(rpc_url="http://elsewhere:8545"), ["configuration"]),
        (lambda vault: vault.headers.update({"Content-Security-Policy": "default-src *"}), ["headers"]),
    ],
)
def test_each_way_to_differ_is_found_by_its_check(change: Callable[[Vault], None], found: list[str]) -> None:
    vault = Vault(config=canonical.parse(encode_config(config_of(META, platform=PLATFORM))))
    change(vault)
    assert vault.failing() == found


@pytest.mark.parametrize(
    "address",
    ["", "door:8545", "ftp://door", "https://", "https://door;script-src", "https://door *", "https://a@door"],
)
def test_an_address_that_would_write_into_the_content_policy_makes_no_configuration(address: str) -> None:
    with pytest.raises(BadConfig):
        config_of(META | {"rpc_url": address}, platform=PLATFORM)


def test_the_build_of_the_sources_is_compared_file_by_file(tmp_path: Path) -> None:
    for path, body in build().files.items():
        (tmp_path / path).write_bytes(body)
    assert Vault().failing(tmp_path) == []
    (tmp_path / "app.js").write_bytes(b"another build")
    assert Vault().failing(tmp_path) == ["sources"]


def test_a_vault_that_is_not_there_or_has_no_manifest_is_no_verdict() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    consortium = Consortium(META, {TARN.address})
    with pytest.raises(VaultUnreachable):
        verify_bundle(VAULT, consortium, platform=PLATFORM, transport=httpx.MockTransport(refuse))
    nonsense = httpx.MockTransport(lambda _: httpx.Response(200, content=b"<html>"))
    with pytest.raises(BadManifest):
        verify_bundle(VAULT, consortium, platform=PLATFORM, transport=nonsense)
