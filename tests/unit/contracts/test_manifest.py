"""The record of a deployment survives writing, reading and crashes between."""

from pathlib import Path

import pytest

from contracts.bindings import predict_addresses
from contracts.deploy import DeployedContract, Manifest, read_manifest, write_manifest
from medixain.core.errors import InvalidInput

ADDRESSES = predict_addresses("0x" + "d0" * 20)
MANIFEST = Manifest(
    7077,
    {name: DeployedContract(address, b"\x0c" * 32, 3) for name, address in ADDRESSES.by_name().items()},
)


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "contracts.json"
    assert read_manifest(path) is None
    write_manifest(path, MANIFEST)
    assert read_manifest(path) == MANIFEST
    assert MANIFEST.addresses == ADDRESSES
    assert [entry.name for entry in tmp_path.iterdir()] == ["contracts.json"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"chainId": 1, "contracts": {"A": {"address": "0x1"}}}', "null"])
def test_a_damaged_manifest_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "contracts.json"
    path.write_text(text)
    with pytest.raises(InvalidInput):
        read_manifest(path)
