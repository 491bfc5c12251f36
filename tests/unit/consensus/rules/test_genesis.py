"""The genesis configuration: canonical form, network id, strict reading."""

import json

import pytest

from consensus.rules.errors import MalformedGenesis
from consensus.rules.genesis import GenesisConfig
from tests.unit.consensus.support import data, genesis, vectors

VECTOR = vectors("genesis.json")


def test_vector():
    config = GenesisConfig.from_json(VECTOR["genesis"])
    assert config.canonical() == VECTOR["canonical"].encode()
    assert config.network_id == data(VECTOR["networkId"])
    assert config.seal == data(VECTOR["seal"])
    assert list(config.contracts) == VECTOR["contracts"]
    assert config.contracts[5] == config.governance


def test_round_trip_through_a_file(tmp_path):
    path = tmp_path / "genesis.json"
    path.write_text(json.dumps(genesis().to_json()))
    assert GenesisConfig.load(path) == genesis()
    path.write_text("{")
    with pytest.raises(MalformedGenesis):
        GenesisConfig.load(path)


def change(**members):
    return {**VECTOR["genesis"], **members}


MINER = VECTOR["genesis"]["miners"][0]
VOTERS = VECTOR["genesis"]["voters"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {name: value for name, value in VECTOR["genesis"].items() if name != "d"},
        change(extra=1),
        change(v=2),
        change(chainId=0),
        change(chainId=2**64),
        change(chainId=True),
        change(time="1"),
        change(gasLimit=1.0),
        change(s=6),
        change(s=0),
        change(r=65),
        change(d=256),
        change(deployer=VOTERS[0].lower()),
        change(governance=1),
        change(voters=VOTERS[:3]),
        change(voters=[*VOTERS[:4], VOTERS[0]]),
        change(voters="none"),
        change(miners=[MINER] * 5),
        change(miners=[{**MINER, "id": MINER["id"].upper()}]),
        change(miners=[{**MINER, "id": "0x12"}]),
        change(miners=[{**MINER, "id": "0x" + "zz" * 32}]),
        change(miners=[{**MINER, "id": 5}]),
        change(miners=[{"id": MINER["id"]}]),
    ],
)
def test_what_cannot_start_a_network_is_refused(value):
    with pytest.raises(MalformedGenesis):
        GenesisConfig.from_json(value)


def test_any_difference_is_another_network():
    config = GenesisConfig.from_json(VECTOR["genesis"])
    other = GenesisConfig.from_json(change(time=VECTOR["genesis"]["time"] + 1))
    assert other.network_id != config.network_id
    assert other.seal != config.seal
