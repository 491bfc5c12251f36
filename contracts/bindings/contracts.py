"""The six contracts together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from web3 import Web3

from contracts.bindings.access import AccessGrants, AccessLog
from contracts.bindings.addresses import ContractAddresses
from contracts.bindings.caller import BlockId, Caller, Web3Caller
from contracts.bindings.contract import Contract
from contracts.bindings.errors import UnknownMessage
from contracts.bindings.events import LoggedEvent, decode_log
from contracts.bindings.governance import ConsensusGovernance
from contracts.bindings.messages import Cancellation
from contracts.bindings.registries import InstitutionRegistry, RecordRegistry, WalletRegistry
from medixain.core.eip712 import TypedStruct


@dataclass(frozen=True, slots=True)
class ContractCall:
    """A transaction's recipient and calldata."""

    to: str
    data: bytes


class Contracts:
    """Typed access to the six contracts over any :class:`Caller`."""

    def __init__(self, caller: Caller, addresses: ContractAddresses, chain_id: int) -> None:
        self.addresses = addresses
        self.chain_id = chain_id
        self.institution_registry = InstitutionRegistry(caller, addresses.institution_registry, chain_id)
        self.wallet_registry = WalletRegistry(caller, addresses.wallet_registry, chain_id)
        self.record_registry = RecordRegistry(caller, addresses.record_registry, chain_id)
        self.access_grants = AccessGrants(caller, addresses.access_grants, chain_id)
        self.access_log = AccessLog(caller, addresses.access_log, chain_id)
        self.consensus_governance = ConsensusGovernance(caller, addresses.consensus_governance, chain_id)
        self.by_name: dict[str, Contract] = {
            contract.NAME: contract
            for contract in (
                self.institution_registry,
                self.wallet_registry,
                self.record_registry,
                self.access_grants,
                self.access_log,
                self.consensus_governance,
            )
        }
        self._names: dict[str, str] = {contract.address: contract.NAME for contract in self.by_name.values()}

    @classmethod
    def load(cls, web3: Web3, addresses: ContractAddresses) -> Self:
        """Use a web3 provider, whose chain id counts."""
        return cls(Web3Caller(web3), addresses, web3.eth.chain_id)

    def taking(self, message: type[TypedStruct]) -> Contract:
        """Return the one contract that takes messages of a type; raises :class:`UnknownMessage`.

        Every contract takes a ``Cancellation``, so for that the caller must name one.
        """
        for contract in self.by_name.values():
            if message in contract.MESSAGES and message is not Cancellation:
                return contract
        raise UnknownMessage(f"No single contract takes a {message.__name__}.")

    def build_call(self, message: TypedStruct, signatures: Sequence[bytes]) -> ContractCall:
        """Return the transaction that delivers ``message``; see :meth:`Contract.build_call`."""
        contract = self.taking(type(message))
        return ContractCall(contract.address, contract.build_call(message, signatures))

    def decode_log(self, log: Mapping[str, Any]) -> LoggedEvent | None:
        """Decode a log as web3 returns it; None if it is not one of these contracts' events."""
        return decode_log(self._names, log)

    def decode_logs(self, logs: Iterable[Mapping[str, Any]]) -> list[LoggedEvent]:
        """Decode logs, leaving out those that are not these contracts' events."""
        return [event for log in logs if (event := self.decode_log(log)) is not None]

    def read_events(self, web3: Web3, from_block: BlockId, to_block: BlockId) -> list[LoggedEvent]:
        """Return the contracts' events of the blocks ``from_block`` to ``to_block``, both included, in order."""
        query: Any = {"fromBlock": from_block, "toBlock": to_block, "address": list(self._names)}
        return self.decode_logs(web3.eth.get_logs(query))
