"""What the chain's state says about parameters, miners, voters and permissions at a block.

Reads are pure functions of the block hash: a block's answers never change, so every reader may cache them.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection
from typing import Any, Protocol, TypeVar

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.address import to_checksum_address

from consensus.execution.base import ExecutionClient
from consensus.node.errors import GovernanceUnreadable
from consensus.rules.genesis import GenesisConfig
from consensus.rules.miners import Miner, Parameters

CACHED_ANSWERS = 4096
"""Answers kept; a few hundred cover the blocks that are not final yet."""

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class GovernanceReader(Protocol):
    """Governance at the state after an execution block ``at`` (its 32-byte hash, of any known branch)."""

    def parameters(self, at: bytes) -> Parameters:
        """(s, r, d)."""

    def active_miners(self, at: bytes) -> tuple[Miner, ...]:
        """The first s enabled miners in the order of activation."""

    def voters(self, at: bytes) -> tuple[str, ...]:
        """Addresses entitled to vote on finality."""

    def sender_quota(self, sender: str, at: bytes) -> int:
        """Gas one account may use per block; 0 for an account that is not a registered sender."""

    def may_create(self, sender: str, at: bytes) -> bool:
        """Whether an account may create contracts."""

    def known_contracts(self, candidates: Collection[str], at: bytes) -> frozenset[str]:
        """Those of ``candidates`` that may be called."""


class GenesisGovernance:
    """The genesis configuration as governance: what holds while the governance contract has no code."""

    def __init__(self, genesis: GenesisConfig) -> None:
        self._genesis = genesis

    def parameters(self, at: bytes) -> Parameters:
        """(s, r, d) of the genesis configuration."""
        return self._genesis.parameters

    def active_miners(self, at: bytes) -> tuple[Miner, ...]:
        """The first s miners of the genesis configuration."""
        return self._genesis.active_miners

    def voters(self, at: bytes) -> tuple[str, ...]:
        """The voters of the genesis configuration."""
        return self._genesis.voters

    def sender_quota(self, sender: str, at: bytes) -> int:
        """The whole block for the deployer, nothing for anyone else."""
        return self._genesis.gas_limit if sender == self._genesis.deployer else 0

    def may_create(self, sender: str, at: bytes) -> bool:
        """The deployer alone."""
        return sender == self._genesis.deployer

    def known_contracts(self, candidates: Collection[str], at: bytes) -> frozenset[str]:
        """The system contracts' addresses, which follow from the deployer's."""
        return frozenset(candidates) & frozenset(self._genesis.contracts)


class ContractGovernance:
    """The governance contract read through the execution client at any block of any branch.

    Where the contract has no code yet, the genesis configuration holds. Thread-safe.
    """

    def __init__(self, genesis: GenesisConfig, execution: ExecutionClient) -> None:
        self._genesis = GenesisGovernance(genesis)
        self._address = genesis.governance
        self._execution = execution
        self._answers: OrderedDict[tuple[bytes, bytes], tuple[Any, ...]] = OrderedDict()
        self._deployed: OrderedDict[bytes, bool] = OrderedDict()
        self._lock = threading.Lock()

    def parameters(self, at: bytes) -> Parameters:
        """(s, r, d) after block ``at``."""
        if not self._is_deployed(at):
            return self._genesis.parameters(at)
        return Parameters(*self._read("parameters()", ("uint16", "uint8", "uint8"), at))

    def active_miners(self, at: bytes) -> tuple[Miner, ...]:
        """The first s enabled miners in the order of activation, as the contract lists them after block ``at``."""
        if not self._is_deployed(at):
            return self._genesis.active_miners(at)
        (miners,) = self._read("activeMiners()", ("(bytes32,address,address,bool)[]",), at)
        return tuple(
            Miner(miner_id, to_checksum_address(key), to_checksum_address(institution), enabled)
            for miner_id, key, institution, enabled in miners
        )

    def voters(self, at: bytes) -> tuple[str, ...]:
        """Addresses entitled to vote on finality after block ``at``."""
        if not self._is_deployed(at):
            return self._genesis.voters(at)
        (voters,) = self._read("voters()", ("address[]",), at)
        return tuple(map(to_checksum_address, voters))

    def sender_quota(self, sender: str, at: bytes) -> int:
        """Gas one account may use per block after block ``at``."""
        if not self._is_deployed(at):
            return self._genesis.sender_quota(sender, at)
        return int(self._read("senderQuota(address)", ("uint64",), at, sender)[0])

    def may_create(self, sender: str, at: bytes) -> bool:
        """Whether an account may create contracts after block ``at``."""
        if not self._is_deployed(at):
            return self._genesis.may_create(sender, at)
        return bool(self._read("mayCreate(address)", ("bool",), at, sender)[0])

    def known_contracts(self, candidates: Collection[str], at: bytes) -> frozenset[str]:
        """Those of ``candidates`` that may be called after block ``at``."""
        if not self._is_deployed(at):
            return self._genesis.known_contracts(candidates, at)
        return frozenset(item for item in candidates if self._read("isKnownContract(address)", ("bool",), at, item)[0])

    def _is_deployed(self, at: bytes) -> bool:
        with self._lock:
            known = self._deployed.get(at)
        if known is None:
            known = bool(self._execution.code(self._address, at))
            with self._lock:
                _remember(self._deployed, at, known)
        return known

    def _read(self, function: str, returns: tuple[str, ...], at: bytes, argument: str | None = None) -> tuple[Any, ...]:
        data = function_signature_to_4byte_selector(function)
        if argument is not None:
            data += encode(["address"], [argument])
        with self._lock:
            known = self._answers.get((at, data))
        if known is None:
            known = self._decode(function, returns, self._execution.call(self._address, data, at))
            with self._lock:
                _remember(self._answers, (at, data), known)
        return known

    def _decode(self, function: str, returns: tuple[str, ...], answer: bytes) -> tuple[Any, ...]:
        try:
            return decode(returns, answer)
        except DecodingError as error:
            raise GovernanceUnreadable(self._address, function) from error


def _remember(cache: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    cache[key] = value
    if len(cache) > CACHED_ANSWERS:
        cache.popitem(last=False)
