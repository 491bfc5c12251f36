"""The genesis block, the same for the embedded EVM and for geth: one configuration, one genesis hash.

Fees are zero from the beginning: the base fee starts at 0 and stays there while no block is more than half full
(EIP-1559), which the consensus rules require. Nobody has a balance, and nobody needs one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth.vm.forks.cancun.constants import BEACON_ROOTS_ADDRESS, BEACON_ROOTS_CONTRACT_CODE

BEACON_ROOTS_NONCE = 1
"""EIP-4788 deploys its contract by a transaction, which leaves it with the nonce 1."""


@dataclass(frozen=True, slots=True)
class Genesis:
    """What fixes block 0: chain id, time in whole seconds since the epoch, and gas limit (of every later block too)."""

    chain_id: int
    timestamp: int
    gas_limit: int


def identity(genesis_hash: bytes, chain_id: int) -> bytes:
    """What names a chain in a database, 40 bytes: block 0's hash and the chain id, which no block holds."""
    return genesis_hash + chain_id.to_bytes(8, "big")


def geth_genesis(genesis: Genesis) -> dict[str, Any]:
    """The ``genesis.json`` for ``geth init``: every fork up to Cancun from block 0, merged from the beginning.

    Cancun and no later fork, because py-evm's Cancun is what the contracts are compiled for and tested with; with equal
    rules an embedded node and a geth node compute equal blocks and may stand in one network (ADR 0022).
    """
    forks = dict.fromkeys(_BLOCK_FORKS, 0)
    return {
        "config": {
            "chainId": genesis.chain_id,
            **forks,
            "terminalTotalDifficulty": 0,
            "shanghaiTime": 0,
            "cancunTime": 0,
            "blobSchedule": {"cancun": {"target": 3, "max": 6, "baseFeeUpdateFraction": 3338477}},
        },
        "nonce": "0x0",
        "timestamp": hex(genesis.timestamp),
        "extraData": "0x",
        "gasLimit": hex(genesis.gas_limit),
        "difficulty": "0x0",
        "mixHash": "0x" + "00" * 32,
        "coinbase": "0x" + "00" * 20,
        "baseFeePerGas": "0x0",
        "alloc": {
            "0x" + bytes(BEACON_ROOTS_ADDRESS).hex(): {
                "balance": "0x0",
                "nonce": hex(BEACON_ROOTS_NONCE),
                "code": "0x" + BEACON_ROOTS_CONTRACT_CODE.hex(),
            }
        },
    }


_BLOCK_FORKS = (
    "homesteadBlock",
    "eip150Block",
    "eip155Block",
    "eip158Block",
    "byzantiumBlock",
    "constantinopleBlock",
    "petersburgBlock",
    "istanbulBlock",
    "berlinBlock",
    "londonBlock",
)
