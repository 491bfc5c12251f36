"""The forge tests provoke every error and every event of the contracts' ABI, with its arguments."""

import re
from pathlib import Path

import pytest

from contracts.bindings import CONTRACT_NAMES
from contracts.bindings.artefacts import load_artefact

FOLDER = Path(__file__).resolve().parents[3] / "contracts"
DECLARATION = re.compile(r"^    (?:error|event) (\w+)\(", re.MULTILINE)
# OpenZeppelin's, which cannot happen here: our names are constants below 32 bytes, and a domain never changes.
IMPOSSIBLE = {"InvalidShortString", "StringTooLong", "EIP712DomainChanged"}

TESTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((FOLDER / "test").rglob("*.sol")))
DECLARED = {
    path.stem: set(DECLARATION.findall(path.read_text(encoding="utf-8")))
    for folder in ("interfaces", "libraries")
    for path in sorted((FOLDER / "src" / folder).glob("*.sol"))
}


def scope_of(contract: str, name: str) -> str:
    """Return the interface or library that declares ``name``: the contract's own, else the one it comes from."""
    own = f"I{contract}"
    if name in DECLARED[own]:
        return own
    # What no source of ours declares comes from OpenZeppelin, whose signature check is all we use of its errors.
    return next((scope for scope, names in DECLARED.items() if name in names), "ECDSA")


ERRORS = sorted(
    {
        (scope_of(contract, error.name), error.name)
        for contract in CONTRACT_NAMES
        for error in load_artefact(contract).errors.values()
        if error.name not in IMPOSSIBLE
    }
)
EVENTS = sorted(
    {
        (scope_of(contract, event.name), event.name)
        for contract in CONTRACT_NAMES
        for event in load_artefact(contract).events.values()
        if event.name not in IMPOSSIBLE
    }
)


@pytest.mark.parametrize(("scope", "name"), ERRORS)
def test_every_error_is_provoked_with_its_arguments(scope: str, name: str) -> None:
    # A partial match of the selector alone does not count.
    assert re.search(rf"encodeWithSelector\(\s*{scope}\.{name}\.selector\b", TESTS), f"{scope}.{name} is never provoked"


@pytest.mark.parametrize(("scope", "name"), EVENTS)
def test_every_event_is_expected_with_its_arguments(scope: str, name: str) -> None:
    expected = rf"expectEmit\(address\(\w+\)\);\s*emit {scope}\.{name}\("
    assert re.search(expected, TESTS), f"{scope}.{name} is never expected"
