"""``python -m medixain.programs.vault_signing``: what institutions do before a new build of the vault is served.

``prepare`` writes ``config.json`` from the platform's ``/meta`` and an unsigned ``manifest.json`` of the build with the
next version. Each institution then builds the sources itself and calls ``sign``, which refuses unless its own build is
the one in the manifest: a signature says "I built this".
"""

import argparse
import sys
from pathlib import Path

from keymgmt.signer.client import SignerClient
from medixain.core.errors import MedixainError
from medixain.vault.bundle import CONFIG, MANIFEST, load_bundle
from medixain.vault.config import config_of, encode_config
from medixain.vault.manifest import Desk, Manifest
from medixain.vault.publishing import fetch_meta
from records.container import atomic_file


def prepare(bundle: Path, data: Path, platform: str) -> Manifest:
    """Write the configuration and an unsigned manifest into ``data``; the version follows the one that is there."""
    config = encode_config(config_of(fetch_meta(platform), platform=platform))
    file = data / MANIFEST
    version = Manifest.parse(file.read_bytes()).version + 1 if file.exists() else 1
    manifest = Manifest(version, load_bundle(bundle).with_file(CONFIG, config).hashes(), {})
    data.mkdir(parents=True, exist_ok=True)
    _write(data / CONFIG, config)
    _write(file, manifest.encode())
    return manifest


def add_signature(bundle: Path, data: Path, desk: Desk) -> Manifest:
    """Add an institution's signature to the manifest in ``data``; raises :class:`BadManifest` for another build."""
    manifest = Manifest.parse((data / MANIFEST).read_bytes())
    manifest.require_files(load_bundle(bundle).with_file(CONFIG, (data / CONFIG).read_bytes()))
    signatures = {**manifest.signatures, desk.address: desk.sign(manifest.message())}
    signed = Manifest(manifest.version, manifest.files, signatures)
    _write(data / MANIFEST, signed.encode())
    return signed


def _write(path: Path, body: bytes) -> None:
    with atomic_file(path) as file:
        file.write(body)
    path.chmod(0o644)  # public facts, which the vault's own user reads


def main(arguments: list[str] | None = None) -> int:
    """Run one step; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m medixain.programs.vault_signing", description="Sign the vault.")
    parser.add_argument("step", choices=["prepare", "sign"])
    parser.add_argument("--bundle", type=Path, required=True, help="the build: keymgmt/vault/dist")
    parser.add_argument("--data", type=Path, required=True, help="folder of config.json and manifest.json")
    parser.add_argument("--platform", help="prepare: the platform's origin")
    parser.add_argument("--signer", help="sign: address of the institution's signer")
    parser.add_argument("--token-file", type=Path, help="sign: the signer's token")
    parser.add_argument("--keyring", help="sign: the institution's keyring")
    options = parser.parse_args(arguments)
    try:
        if options.step == "prepare":
            if not options.platform:
                parser.error("prepare needs --platform")
            manifest = prepare(options.bundle, options.data, options.platform)
        else:
            if not (options.signer and options.token_file and options.keyring):
                parser.error("sign needs --signer, --token-file and --keyring")
            client = SignerClient(options.signer, options.token_file.read_text(encoding="ascii").strip())
            manifest = add_signature(options.bundle, options.data, client.keyring(options.keyring))
    except MedixainError as error:
        sys.stderr.write(f"{error.message}\n")
        return error.exit_code
    sys.stdout.write(
        f"version {manifest.version}, {len(manifest.files)} files, {len(manifest.signatures)} signatures\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
