"""The committed artefacts: ABI and code of each contract, as ``python -m contracts.build`` wrote them."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from contracts.bindings.abi import ErrorAbi, EventAbi, FunctionAbi

FOLDER = Path(__file__).resolve().parent.parent / "build"


@dataclass(frozen=True, slots=True)
class Artefact:
    """One compiled contract. ``immutables`` are (start, length) of what the constructor writes into ``runtime``."""

    name: str
    functions: dict[str, FunctionAbi]
    events: dict[bytes, EventAbi]
    errors: dict[bytes, ErrorAbi]
    constructor_inputs: tuple[dict[str, Any], ...]
    creation: bytes
    runtime: bytes
    immutables: tuple[tuple[int, int], ...]

    def mask_immutables(self, code: bytes) -> bytes:
        """Return ``code`` with the immutable values set to zero, as they are in ``runtime``."""
        masked = bytearray(code)
        for start, length in self.immutables:
            masked[start : start + length] = bytes(length)
        return bytes(masked)


@cache
def load_artefact(name: str) -> Artefact:
    """Return the artefact of the contract ``name``; raises FileNotFoundError for a name that is none."""
    document = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    entries: list[dict[str, Any]] = document["abi"]
    functions = [FunctionAbi.parse(entry) for entry in entries if entry["type"] == "function"]
    events = [EventAbi.parse(entry) for entry in entries if entry["type"] == "event"]
    errors = [ErrorAbi.parse(entry) for entry in entries if entry["type"] == "error"]
    constructors = [entry for entry in entries if entry["type"] == "constructor"]
    return Artefact(
        name=name,
        functions={function.name: function for function in functions},
        events={event.topic: event for event in events},
        errors={error.selector: error for error in errors},
        constructor_inputs=tuple(constructors[0]["inputs"]) if constructors else (),
        creation=bytes.fromhex(document["bytecode"][2:]),
        runtime=bytes.fromhex(document["deployedBytecode"][2:]),
        immutables=tuple((start, length) for start, length in document["immutables"]),
    )
