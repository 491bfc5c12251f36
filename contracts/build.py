"""Write the artefacts under ``contracts/build``, or check that they are those of the sources.

Run as ``python -m contracts.build [--check]``. The artefacts are committed, so running medixain needs no compiler.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from contracts.bindings.addresses import CONTRACT_NAMES
from contracts.compiler import FOLDER, BuildError, compile_sources

ARTEFACTS = FOLDER / "build"
MAX_CODE_BYTES = 24_576
"""Longest code a contract may have (EIP-170)."""


def render_artefacts() -> dict[Path, str]:
    """Compile and return the text of each artefact by its path; raises :class:`BuildError`."""
    output = compile_sources()["contracts"]
    return {ARTEFACTS / f"{name}.json": _render(name, output[f"src/{name}.sol"][name]) for name in CONTRACT_NAMES}


def _render(name: str, compiled: dict[str, Any]) -> str:
    deployed = compiled["evm"]["deployedBytecode"]
    size = len(deployed["object"]) // 2
    if size > MAX_CODE_BYTES:
        raise BuildError(f"{name} has {size} bytes of code; EIP-170 allows {MAX_CODE_BYTES}.")
    # Where the constructor writes immutable values into the code; only these bytes may differ on chain.
    immutables = sorted(
        (place["start"], place["length"]) for places in deployed["immutableReferences"].values() for place in places
    )
    artefact = {
        "contractName": name,
        "abi": compiled["abi"],
        "bytecode": "0x" + compiled["evm"]["bytecode"]["object"],
        "deployedBytecode": "0x" + deployed["object"],
        "immutables": immutables,
    }
    return json.dumps(artefact, indent=1) + "\n"


def stale_artefacts() -> list[Path]:
    """Return the artefacts that are missing, differ from the sources, or belong to no contract."""
    expected = render_artefacts()
    stale = [path for path, text in expected.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    return stale + [path for path in sorted(ARTEFACTS.glob("*.json")) if path not in expected]


def main(arguments: list[str]) -> int:
    """Build or check; returns the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m contracts.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if an artefact is not up to date")
    options = parser.parse_args(arguments)
    try:
        if not options.check:
            ARTEFACTS.mkdir(exist_ok=True)
            for path, text in render_artefacts().items():
                path.write_text(text, encoding="utf-8")
            return 0
        stale = stale_artefacts()
    except BuildError as error:
        sys.stderr.write(f"{error.message}\n")
        return error.exit_code
    for path in stale:
        sys.stderr.write(
            f"{path.relative_to(FOLDER.parent)} is not that of the sources; run python -m contracts.build.\n"
        )
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
