"""The check at ``eth_sendRawTransaction``: only registered senders, known contracts, no value, within quota.

It stands in front of the embedded pool and of geth alike. With geth it is the only such check before the consensus
rules, because geth chooses what a block contains from its own pool.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Protocol

from eth_utils.address import to_checksum_address

from consensus.execution.errors import ExecutionError, InvalidTransaction
from consensus.execution.rpc.backend import Backend
from consensus.execution.rpc.errors import SERVER_ERROR, RpcError
from consensus.execution.rpc.wire import parameters, read_data
from consensus.execution.transactions import Transaction, decode_transaction

CheckSender = Callable[[Transaction], None]
"""Raises :class:`SenderRefused` for a transaction that no block may contain."""


class SenderRefused(ExecutionError):
    """A transaction that the chain's rules do not let in; the message says which rule and what to do."""

    code = "sender-refused"
    status = 403


class SenderRules(Protocol):
    """Who may send what, in the state after block ``at``. Addresses are EIP-55 strings."""

    def sender_quota(self, sender: str, at: bytes) -> int:
        """Gas the account's transactions may offer in one block; 0 for one that is not registered."""

    def may_create(self, sender: str, at: bytes) -> bool:
        """Whether the account may create contracts."""

    def known_contracts(self, candidates: Collection[str], at: bytes) -> frozenset[str]:
        """Those of ``candidates`` that may be called."""


class DeployerOnly:
    """The rules before the governance contract has code: the genesis deployer alone may send, and may do all."""

    def __init__(self, deployer: str, gas_limit: int) -> None:
        self._deployer = to_checksum_address(deployer)
        self._gas_limit = gas_limit

    def sender_quota(self, sender: str, at: bytes) -> int:
        """The whole block for the deployer."""
        return self._gas_limit if sender == self._deployer else 0

    def may_create(self, sender: str, at: bytes) -> bool:
        """The deployer."""
        return sender == self._deployer

    def known_contracts(self, candidates: Collection[str], at: bytes) -> frozenset[str]:
        """All of them: the deployer sets its contracts up by calling them."""
        return frozenset(candidates)


class SenderCheck:
    """The consensus rules on transactions, applied at the door to the state of the present head."""

    def __init__(
        self, rules: SenderRules, head: Callable[[], bytes], pending_gas: Callable[[bytes], int] | None = None
    ) -> None:
        """``pending_gas(sender)`` is what the sender's waiting transactions offer already.

        Given with geth, whose pool must never hold more of a sender than one block may contain; the embedded builder
        keeps to the quota itself, so there a queue may be longer.
        """
        self._rules = rules
        self._head = head
        self._pending_gas = pending_gas

    def __call__(self, transaction: Transaction) -> None:
        """Raises :class:`SenderRefused`."""
        sender = to_checksum_address(transaction.sender)
        at = self._head()
        quota = self._rules.sender_quota(sender, at)
        if quota == 0:
            raise SenderRefused(f"{sender} is not a registered sender; have the institutions vote a quota for it")
        if transaction.value:
            raise SenderRefused(f"the transaction transfers {transaction.value} wei; set value to 0")
        offered = transaction.gas + (self._pending_gas(transaction.sender) if self._pending_gas else 0)
        if offered > quota:
            raise SenderRefused(
                f"the transaction brings {sender} to {offered} gas where its quota is {quota} a block; "
                "lower its gas limit or wait for the next block"
            )
        if transaction.to is None:
            if not self._rules.may_create(sender, at):
                raise SenderRefused(f"{sender} may not create contracts; have the institutions vote the right")
            return
        recipient = to_checksum_address(transaction.to)
        if recipient not in self._rules.known_contracts((recipient,), at):
            raise SenderRefused(f"{recipient} is not one of the chain's contracts; check the address")


class Ingress:
    """A backend with the sender check before it; every other method passes through."""

    def __init__(self, backend: Backend, chain_id: int, check_sender: CheckSender) -> None:
        self._backend = backend
        self._chain_id = chain_id
        self._check_sender = check_sender

    def handle(self, method: str, params: list[Any]) -> Any:
        """The call's result. Raises :class:`RpcError`."""
        if method == "eth_sendRawTransaction":
            raw = read_data(parameters(params, 1, 1)[0], "transaction")
            try:
                self._check_sender(decode_transaction(raw, self._chain_id))
            except (SenderRefused, InvalidTransaction) as error:
                raise RpcError(SERVER_ERROR, error.message) from error
        return self._backend.handle(method, params)
