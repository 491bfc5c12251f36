"""Write `tests/vectors/vault/`: `python -m tests.unit.medixain.vault.vectors`."""

import json
from pathlib import Path
from typing import Any

from medixain.vault.bundle import CONFIG, content_type
from medixain.vault.config import asked_origins, encode_config
from medixain.vault.headers import HeaderTable
from medixain.vault.manifest import sign_manifest
from tests.unit.medixain.vault.desks import CHAIN_ID, QUILL, SALTBY, STRANGER, TARN, build

FOLDER = Path(__file__).resolve().parents[3] / "vectors" / "vault"
PLACES: dict[str, Any] = {
    "platform": "https://wallet.example.org",
    "node_set": {"nodes": [{"url": "https://tarn.example.org"}, {"url": "https://quill.example.org:8443/node"}]},
    "rpc_url": "https://door.example.org/rpc",
}
"""What headers depend on of a configuration."""
PATHS = ("index.html", "frame.html", "app.js", "umbral.wasm", CONFIG, "app.webmanifest")


def manifest_vector() -> dict[str, Any]:
    """A signed manifest, what is signed of it, and who of those trusted has signed."""
    manifest = sign_manifest(build(), [TARN, STRANGER, SALTBY], previous=None)
    trusted = [TARN.address, SALTBY.address, QUILL.address]
    return {
        "chain_id": CHAIN_ID,
        "manifest": manifest.encode().decode(),
        "files_hash": "0x" + manifest.message().files_hash.hex(),
        "trusted": trusted,
        "signers": sorted({TARN.address, SALTBY.address}),
    }


def header_vector() -> dict[str, Any]:
    """The headers of some files under a configuration."""
    table = HeaderTable(PLACES["platform"], asked_origins(PLACES))
    paths = {f"/{path}": table.of(path) | {"Content-Type": content_type(path)} for path in PATHS}
    return {"config": encode_config(PLACES).decode(), "paths": paths}


def main() -> None:
    """Write both files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, vector in (("manifest", manifest_vector()), ("headers", header_vector())):
        (FOLDER / f"{name}.json").write_text(json.dumps(vector, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
