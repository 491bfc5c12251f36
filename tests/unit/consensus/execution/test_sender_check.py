"""The rules at the door, before and after the governance contract exists."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from consensus.execution.rpc import DeployerOnly, Ingress, RpcError, SenderCheck, SenderRefused
from consensus.execution.transactions import Transaction, decode_transaction
from tests.conformance.execution.probe import GENESIS, account, deploy, probe_address, transaction

KNOWN = probe_address(account(0))
STRANGER = "0x" + "11" * 20
HEAD = b"\x09" * 32


class Governance:
    """Account 0 has a quota and may create, account 1 has a quota alone."""

    def sender_quota(self, sender: str, at: bytes) -> int:
        assert at == HEAD
        return {account(0).address: 1_000_000, account(1).address: 600_000}.get(sender, 0)

    def may_create(self, sender: str, at: bytes) -> bool:
        return sender == account(0).address

    def known_contracts(self, candidates: Collection[str], at: bytes) -> frozenset[str]:
        return frozenset(candidates) & {KNOWN}


def read(raw: bytes) -> Transaction:
    return decode_transaction(raw, GENESIS.chain_id)


CHECK = SenderCheck(Governance(), lambda: HEAD)


@pytest.mark.parametrize(
    "raw",
    [transaction(account(0), 0, KNOWN, b""), transaction(account(1), 0, KNOWN, b"", gas=600_000), deploy(account(0))],
)
def test_permitted(raw: bytes) -> None:
    CHECK(read(raw))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (transaction(account(2), 0, KNOWN, b""), "not a registered sender"),
        (transaction(account(1), 0, KNOWN, b"", gas=600_001), "quota is 600000"),
        (transaction(account(1), 0, KNOWN, b"", value=1), "value to 0"),
        (transaction(account(1), 0, STRANGER, b""), "not one of the chain's contracts"),
        (deploy(account(1)), "may not create"),
    ],
)
def test_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(SenderRefused, match=reason):
        CHECK(read(raw))


def test_what_waits_counts_against_the_quota_where_the_pool_decides() -> None:
    waiting = {bytes.fromhex(account(1).address[2:]): 100_001}
    check = SenderCheck(Governance(), lambda: HEAD, lambda sender: waiting.get(sender, 0))
    check(read(transaction(account(0), 0, KNOWN, b"")))
    with pytest.raises(SenderRefused, match="600001 gas"):
        check(read(transaction(account(1), 0, KNOWN, b"")))


def test_before_governance_the_deployer_alone_may_send() -> None:
    check = SenderCheck(DeployerOnly(account(0).address.lower(), GENESIS.gas_limit), lambda: HEAD)
    check(read(deploy(account(0))))
    check(read(transaction(account(0), 1, STRANGER, b"")))
    with pytest.raises(SenderRefused):
        check(read(transaction(account(1), 0, KNOWN, b"")))


class Recording:
    def __init__(self) -> None:
        self.calls: list[str] = []

    def handle(self, method: str, params: list[Any]) -> Any:
        self.calls.append(method)
        return "0x1"


def test_the_door_lets_nothing_refused_through_and_everything_else() -> None:
    backend = Recording()
    door = Ingress(backend, GENESIS.chain_id, CHECK)
    assert door.handle("eth_blockNumber", []) == "0x1"
    assert door.handle("eth_sendRawTransaction", ["0x" + deploy(account(0)).hex()]) == "0x1"
    for params in (
        ["0x" + deploy(account(2)).hex()],
        ["0x00"],
        [],
        [7],
        ["0x" + deploy(account(0)).hex(), "extra"],
    ):
        with pytest.raises(RpcError):
            door.handle("eth_sendRawTransaction", params)
    assert backend.calls == ["eth_blockNumber", "eth_sendRawTransaction"]
