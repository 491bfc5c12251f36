"""The record of a deployment survives writing, reading and crashes between."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.bindings import predict_addresses
from contracts.deploy import DeployedContract, Manifest, read_manifest, write_manifest
from medixain.core.addresses import to_address
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


@given(
    st.integers(1, 2**64 - 1),
    st.dictionaries(
        st.text(min_size=1, max_size=30),
        st.builds(
            DeployedContract,
            st.binary(min_size=20, max_size=20).map(lambda raw: to_address("0x" + raw.hex())),
            st.binary(min_size=32, max_size=32),
            st.integers(0, 2**64 - 1),
        ),
        max_size=8,
    ),
)
def test_any_manifest_travels_as_json(chain_id: int, contracts: dict[str, DeployedContract]) -> None:
    manifest = Manifest(chain_id, contracts)
    assert Manifest.from_json(json.loads(json.dumps(manifest.to_json()))) == manifest
