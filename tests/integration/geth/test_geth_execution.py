"""The conformance suite on a real geth, and what concerns geth alone: kill, replay, the forwarding door."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from web3 import HTTPProvider, Web3
from web3.exceptions import Web3RPCError

from consensus.execution.base import (
    ZERO_HASH,
    ExecutionClient,
    ExecutionUnavailable,
    ForeignDatabase,
    NotTheHead,
    Payload,
)
from consensus.execution.embedded import EmbeddedExecution, Genesis
from consensus.execution.geth import GethExecution
from consensus.execution.rpc import DeployerOnly, GethForward, Ingress, RpcServer, SenderCheck
from tests.conformance.execution.execution_contract import ExecutionContract, adopt, attributes, eventually, extend
from tests.conformance.execution.probe import (
    GENESIS,
    account,
    calldata,
    decoded,
    deploy,
    probe_address,
    store,
    transaction,
)
from tests.integration.geth.conftest import GethNode

pytestmark = pytest.mark.geth


class TestGethExecution(ExecutionContract):
    @pytest.fixture
    def node(self, geth_node: GethNode) -> GethNode:
        return geth_node


def genesis_payload(client: ExecutionClient) -> Payload:
    payload = client.payload(client.genesis().hash)
    assert payload is not None
    return payload


def value(client: ExecutionClient, at: Payload) -> int:
    return int(decoded("uint256", client.call(probe_address(account(0)), calldata("value()"), at.hash)))


def grow(node: GethNode, blocks: int) -> Payload:
    """A chain with the probe contract and a value stored in every block."""
    head = genesis_payload(node.client)
    for nonce in range(blocks):
        node.submit(store(account(0), nonce, nonce) if nonce else deploy(account(0)))
        head = extend(node.client, head)
        adopt(node.client, head)
    return head


def test_builds_on_the_head_alone(geth_node: GethNode) -> None:
    client = geth_node.client
    first = extend(client, genesis_payload(client))
    with pytest.raises(NotTheHead):
        client.build(first.hash, attributes(first.timestamp + 1))


def test_geth_and_the_embedded_evm_agree_on_every_block(geth_node: GethNode, tmp_path: Path) -> None:
    head = grow(geth_node, 4)
    with EmbeddedExecution(tmp_path / "embedded.sqlite", GENESIS) as embedded:
        for number in range(1, head.number + 1):
            (payload,) = [p for p in geth_node.client.log.since(number) if p.number == number]
            assert embedded.new_payload(payload).valid
        adopt(embedded, head)
        assert value(embedded, head) == value(geth_node.client, head) == 3
        # And the other way round: what the embedded client builds is valid to geth.
        for nonce, data in ((4, 99), (5, 0)):
            embedded.submit(store(account(0), nonce, data, b"x" * 100))
        embedded.submit(transaction(account(1), 0, "0x" + "11" * 20, b"to an account that does not exist"))
        theirs = extend(embedded, head)
        assert len(theirs.transactions) == 3
        assert geth_node.client.new_payload(theirs).valid
        adopt(geth_node.client, theirs)
        assert value(geth_node.client, theirs) == 99


def test_nothing_imported_is_lost_by_sigkill(geth_node: GethNode) -> None:
    head = grow(geth_node, 5)
    side = extend(geth_node.client, head)
    geth_node.kill_and_restart()
    client = geth_node.client
    assert client.head() == head.ref
    assert value(client, head) == 4
    assert value(client, side) == 4
    assert extend(client, head).number == 6


def test_geths_own_data_can_be_lost_entirely(geth_node: GethNode, tmp_path: Path) -> None:
    head = grow(geth_node, 3)
    geth_node.client.set_head(head.hash, head.parent, geth_node.client.genesis().hash)
    geth_node.client.close()
    geth_node.process.kill()
    shutil.rmtree(tmp_path / "g0" / "data")
    geth_node.process.start()
    client = geth_node.process.client()
    try:
        assert client.head() == head.ref
        assert value(client, head) == 2
        web3 = Web3(HTTPProvider(geth_node.process.http_url))
        assert web3.eth.get_block("latest")["hash"] == head.hash
        assert web3.eth.get_block("safe")["hash"] == head.parent
    finally:
        client.close()


def test_a_geth_of_another_genesis_is_refused(geth_node: GethNode, tmp_path: Path) -> None:
    process = geth_node.process
    with pytest.raises(ForeignDatabase):
        GethExecution(
            engine_url=process.engine_url,
            secret=process.secret,
            ipc_path=process.ipc_path,
            log_path=tmp_path / "other.sqlite",
            genesis=Genesis(GENESIS.chain_id, GENESIS.timestamp + 1, GENESIS.gas_limit),
        )


def test_a_wrong_secret_is_refused(geth_node: GethNode, tmp_path: Path) -> None:
    process = geth_node.process
    with pytest.raises(ExecutionUnavailable):
        GethExecution(
            engine_url=process.engine_url,
            secret=bytes(32),
            ipc_path=process.ipc_path,
            log_path=tmp_path / "other.sqlite",
            genesis=GENESIS,
        )


@pytest.fixture
def door(geth_node: GethNode) -> Iterator[Web3]:
    """The ingress in front of geth, with a quota of a million gas for account 0."""
    client = geth_node.client
    check = SenderCheck(DeployerOnly(account(0).address, 1_000_000), lambda: client.head().hash, client.pending_gas)
    backend = GethForward(geth_node.process.http_url)
    with RpcServer(Ingress(backend, GENESIS.chain_id, check)) as server:
        yield Web3(HTTPProvider(server.url))
    backend.close()


def test_the_door_in_front_of_geth_lets_only_registered_senders_in(geth_node: GethNode, door: Web3) -> None:
    assert door.eth.chain_id == GENESIS.chain_id
    with pytest.raises(Web3RPCError, match="not a registered sender"):
        door.eth.send_raw_transaction(deploy(account(1)))
    sent = door.eth.send_raw_transaction(deploy(account(0)))
    assert door.eth.send_raw_transaction(deploy(account(0))) == sent
    head = extend(geth_node.client, genesis_payload(geth_node.client))
    geth_node.client.set_head(head.hash, ZERO_HASH, ZERO_HASH)
    receipt = door.eth.wait_for_transaction_receipt(sent, timeout=5)
    assert receipt["contractAddress"] == probe_address(account(0))
    # Two transactions of half the quota fit into one block and wait together; a third must wait outside.
    assert eventually(lambda: not geth_node.in_pool(deploy(account(0))))
    for nonce in (1, 2):
        door.eth.send_raw_transaction(store(account(0), nonce, nonce))
    with pytest.raises(Web3RPCError, match="quota"):
        door.eth.send_raw_transaction(store(account(0), 3, 3))


def test_an_account_that_never_sent_may_have_one_transaction_in_flight(geth_node: GethNode) -> None:
    # geth takes an account that is not in the state yet for a delegated one (EIP-7702). Accounts of a chain without
    # balances begin like that, so whoever sends for the first time waits for the first block before going on.
    geth_node.submit(deploy(account(0)))
    assert "in-flight transaction limit" in geth_node.send(store(account(0), 1, 1))["error"]["message"]
    head = extend(geth_node.client, genesis_payload(geth_node.client))
    adopt(geth_node.client, head)
    geth_node.submit(store(account(0), 1, 1))
    geth_node.submit(store(account(0), 2, 2))


@pytest.mark.parametrize("method", ["admin_nodeInfo", "debug_setHead", "miner_stop", "eth_sendTransaction"])
def test_the_door_hides_what_steers_geth(door: Web3, method: str) -> None:
    answer = door.provider.make_request(method, [])  # type: ignore[arg-type]
    assert answer["error"]["code"] == -32601
