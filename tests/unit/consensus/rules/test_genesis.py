"""The genesis configuration: canonical form, network id, strict reading."""

import json

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from consensus.rules.constants import DIFFICULTY_MAX, MIN_VOTERS, NONCE_BITS_MAX
from consensus.rules.errors import MalformedGenesis
from consensus.rules.genesis import GenesisConfig
from consensus.rules.miners import Miner, Parameters
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


addresses = st.binary(min_size=20, max_size=20).map(to_checksum_address)
positive = st.integers(1, 2**64 - 1)


@given(st.data())
def test_any_configuration_is_read_as_it_was_written(drawn):
    bits = drawn.draw(st.integers(1, NONCE_BITS_MAX))
    ids = drawn.draw(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=6, unique=True))
    s = drawn.draw(st.integers(1, min(2**bits, len(ids))))
    config = GenesisConfig(
        chain_id=drawn.draw(positive), time=drawn.draw(positive), deployer=drawn.draw(addresses),
        gas_limit=drawn.draw(positive), parameters=Parameters(s, bits, drawn.draw(st.integers(1, DIFFICULTY_MAX))),
        miners=tuple(Miner(one, drawn.draw(addresses), drawn.draw(addresses)) for one in ids),
        voters=tuple(drawn.draw(st.lists(addresses, min_size=MIN_VOTERS, max_size=7, unique=True))),
        governance=drawn.draw(addresses),
    )  # fmt: skip
    read = GenesisConfig.from_json(json.loads(config.canonical()))
    assert read == config
    assert read.network_id == config.network_id
