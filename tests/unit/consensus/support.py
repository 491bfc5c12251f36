"""Keys, a genesis configuration and builders of valid messages for the consensus tests."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from coincurve import PrivateKey
from eth_account import Account
from eth_utils.crypto import keccak

from consensus.node.signer import LocalSigner
from consensus.rules.genesis import GenesisConfig, created_address
from consensus.rules.miners import Miner, Parameters
from consensus.rules.pow import leading_zero_bits
from consensus.rules.seal import SealHeader, seal_digest
from consensus.rules.signatures import address_of
from consensus.rules.slices import nonce_slice
from consensus.rules.votes import Link, Vote

VECTORS = Path(__file__).parents[2] / "vectors" / "consensus"
CHAIN_ID = 1337
GENESIS_TIME = 1_763_800_000
PARTNERS = 5


def key(name: str) -> PrivateKey:
    """The private key of a name."""
    return PrivateKey(keccak(f"medixain test {name}".encode()))


def address(name: str) -> str:
    """The address of a name's key."""
    return address_of(key(name).public_key)


MINERS = tuple(
    Miner(bytes([i]) * 32, address(f"miner {i}"), address(f"institution {i}")) for i in range(1, PARTNERS + 1)
)
VOTERS = tuple(address(f"voter {i}") for i in range(1, PARTNERS + 1))
DEPLOYER = address("deployer")


def genesis(d: int = 8, s: int = PARTNERS) -> GenesisConfig:
    """A network of five partners."""
    return GenesisConfig(
        chain_id=CHAIN_ID,
        time=GENESIS_TIME,
        deployer=DEPLOYER,
        gas_limit=10**12,
        parameters=Parameters(s, d + 6, d),
        miners=MINERS,
        voters=VOTERS,
        governance=created_address(DEPLOYER, 5),
    )


def partner_signer(*partners: int) -> LocalSigner:
    """The miner and voter keys of some partners (1 to 5), all of them when none is named."""
    numbers = partners or range(1, PARTNERS + 1)
    return LocalSigner([key(f"{role} {i}") for i in numbers for role in ("miner", "voter")])


def vectors(name: str) -> Any:
    """The contents of a vector file."""
    return json.loads((VECTORS / name).read_text())


def data(text: str) -> bytes:
    """Bytes of a 0x-hex string."""
    return bytes.fromhex(text.removeprefix("0x"))


def sign(name: str, digest: bytes) -> bytes:
    """A 65-byte signature by a name's key."""
    signer = LocalSigner([key(name)])
    return signer.sign_digest(address(name), digest)


def mine(header: SealHeader) -> SealHeader:
    """The header with the first nonce of its slice that proves its d."""
    for nonce in nonce_slice(header.miner_index, header.s, header.r):
        found = replace(header, nonce=nonce)
        if leading_zero_bits(found.seal_hash) >= header.d:
            return found
    raise AssertionError("the slice is exhausted; choose another header")


def sign_seal(header: SealHeader, search_ms: int = 0) -> bytes:
    """The signature of the miner that the header names."""
    rank = next(i for i, miner in enumerate(MINERS, 1) if miner.id == header.miner_id)
    return sign(f"miner {rank}", seal_digest(header.chain_id, header.seal_hash, search_ms))


def vote(voter: int, link: Link) -> Vote:
    """The vote of partner 1 to 5 for a link."""
    return Vote(address(f"voter {voter}"), link, sign(f"voter {voter}", link.digest(CHAIN_ID)))


def raw_transaction(sender: str, **fields: Any) -> bytes:
    """A signed raw transaction by a name's key; free, and of this chain unless ``fields`` say otherwise."""
    transaction = {"chainId": CHAIN_ID, "nonce": 0, "gas": 100_000, "value": 0, "data": b"", **fields}
    if "maxFeePerGas" not in transaction:
        transaction.setdefault("gasPrice", 0)
    return bytes(Account.sign_transaction(transaction, key(sender).secret).raw_transaction)
