"""The genesis configuration every node of a network shares."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rlp
from eth_utils.address import is_checksum_address, to_canonical_address, to_checksum_address
from eth_utils.crypto import keccak

from consensus.rules.constants import MIN_VOTERS
from consensus.rules.errors import MalformedGenesis
from consensus.rules.miners import Miner, Parameters, active_miners

CONFIG_VERSION = 1
SYSTEM_CONTRACTS = 6
"""InstitutionRegistry, WalletRegistry, RecordRegistry, AccessGrants, AccessLog, ConsensusGovernance, in this order."""

_UINT64_MAX = 2**64 - 1
_FIELDS = frozenset({"v", "chainId", "time", "deployer", "gasLimit", "s", "r", "d", "miners", "voters", "governance"})
_MINER_FIELDS = frozenset({"id", "key", "institution"})


@dataclass(frozen=True, slots=True)
class GenesisConfig:
    """Where a network starts: chain id, genesis time (s), gas limit, first parameters, miners, voters, addresses.

    Addresses are EIP-55 strings. The parameters, miners and voters hold until ``governance`` has code.
    """

    chain_id: int
    time: int
    deployer: str
    gas_limit: int
    parameters: Parameters
    miners: tuple[Miner, ...]
    voters: tuple[str, ...]
    governance: str

    def __post_init__(self) -> None:
        for field, value in (("chainId", self.chain_id), ("time", self.time), ("gasLimit", self.gas_limit)):
            if not 0 < value <= _UINT64_MAX:
                raise MalformedGenesis(field, "is not a positive 64-bit integer")
        if len(set(self.voters)) != len(self.voters) or len(self.voters) < MIN_VOTERS:
            raise MalformedGenesis("voters", f"needs at least {MIN_VOTERS} different addresses")
        if len({miner.id for miner in self.miners}) != len(self.miners):
            raise MalformedGenesis("miners", "names one id twice")
        if len(self.miners) < self.parameters.s:
            raise MalformedGenesis("miners", f"lists fewer than s = {self.parameters.s}")

    @property
    def network_id(self) -> bytes:
        """keccak256 of the canonical JSON: what peers compare before they talk."""
        return keccak(self.canonical())

    @property
    def seal(self) -> bytes:
        """The seal hash that stands for block 0, which nobody mined."""
        return hashlib.sha256(b"medixain/genesis" + self.network_id).digest()

    @property
    def contracts(self) -> tuple[str, ...]:
        """Addresses of the system contracts: CREATE by the deployer from nonce 0 (docs/spec/contracts.md)."""
        return tuple(created_address(self.deployer, nonce) for nonce in range(SYSTEM_CONTRACTS))

    @property
    def active_miners(self) -> tuple[Miner, ...]:
        """The first s miners in the order of activation."""
        return active_miners(self.miners, self.parameters.s)

    def to_json(self) -> dict[str, Any]:
        """The configuration as in docs/spec/consensus.md."""
        return {
            "v": CONFIG_VERSION,
            "chainId": self.chain_id,
            "time": self.time,
            "deployer": self.deployer,
            "gasLimit": self.gas_limit,
            "s": self.parameters.s,
            "r": self.parameters.r,
            "d": self.parameters.d,
            "miners": [
                {"id": "0x" + miner.id.hex(), "key": miner.key, "institution": miner.institution}
                for miner in self.miners
            ],
            "voters": list(self.voters),
            "governance": self.governance,
        }

    def canonical(self) -> bytes:
        """Canonical JSON (docs/spec/README.md): sorted keys, no spaces, UTF-8."""
        return json.dumps(self.to_json(), sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, value: object) -> GenesisConfig:
        """Reads what :meth:`to_json` writes, and nothing else. Raises :class:`MalformedGenesis`."""
        fields = _object(value, _FIELDS, "genesis")
        if fields["v"] != CONFIG_VERSION:
            raise MalformedGenesis("v", f"is not {CONFIG_VERSION}")
        try:
            parameters = Parameters(_integer(fields, "s"), _integer(fields, "r"), _integer(fields, "d"))
        except ValueError as error:
            raise MalformedGenesis("s, r, d", str(error)) from error
        return cls(
            chain_id=_integer(fields, "chainId"),
            time=_integer(fields, "time"),
            deployer=_address(fields["deployer"], "deployer"),
            gas_limit=_integer(fields, "gasLimit"),
            parameters=parameters,
            miners=tuple(_miner(item, f"miners[{i}]") for i, item in enumerate(_list(fields, "miners"))),
            voters=tuple(_address(item, f"voters[{i}]") for i, item in enumerate(_list(fields, "voters"))),
            governance=_address(fields["governance"], "governance"),
        )

    @classmethod
    def load(cls, path: Path) -> GenesisConfig:
        """Reads a genesis file. Raises :class:`MalformedGenesis`, or :class:`OSError` when it cannot be read."""
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise MalformedGenesis("genesis", "is not JSON") from error
        return cls.from_json(value)


def created_address(creator: str, nonce: int) -> str:
    """Address of what ``creator``'s transaction ``nonce`` creates: keccak256(rlp([creator, nonce]))[12:]."""
    return to_checksum_address(keccak(rlp.encode([to_canonical_address(creator), nonce]))[12:])


def _object(value: object, expected: frozenset[str], field: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MalformedGenesis(field, "is not an object")
    if strange := set(value) ^ expected:
        raise MalformedGenesis(str(min(strange, key=str)), "is missing or not expected")
    return value


def _integer(fields: Mapping[str, Any], field: str) -> int:
    value = fields[field]
    if type(value) is not int:
        raise MalformedGenesis(field, "is not an integer")
    return value


def _list(fields: Mapping[str, Any], field: str) -> list[Any]:
    value = fields[field]
    if not isinstance(value, list):
        raise MalformedGenesis(field, "is not a list")
    return value


def _address(value: object, field: str) -> str:
    if not isinstance(value, str) or not is_checksum_address(value):
        raise MalformedGenesis(field, "is not an EIP-55 address")
    return value


def _miner(value: object, field: str) -> Miner:
    fields = _object(value, _MINER_FIELDS, field)
    text = fields["id"]
    try:
        miner_id = bytes.fromhex(text[2:]) if isinstance(text, str) and text.startswith("0x") else b""
    except ValueError:
        miner_id = b""
    if len(miner_id) != 32 or text != "0x" + miner_id.hex():
        raise MalformedGenesis(f"{field}.id", "is not 32 bytes of lower-case hex")
    key, institution = (_address(fields[name], f"{field}.{name}") for name in ("key", "institution"))
    return Miner(miner_id, key, institution)
