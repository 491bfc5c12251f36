"""What every execution client must do, whatever is behind it. Inherit and provide the ``node`` fixture."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import pytest

from consensus.execution.base import (
    ZERO_ADDRESS,
    ZERO_HASH,
    CallReverted,
    ExecutionClient,
    InvalidAttributes,
    InvalidForkchoice,
    Payload,
    PayloadAttributes,
    Status,
    UnknownBlock,
)
from consensus.execution.embedded.blocks import payload_header
from tests.conformance.execution.probe import (
    BYTECODE,
    GENESIS,
    account,
    calldata,
    decoded,
    deploy,
    probe_address,
    store,
    transaction,
)


class Node(Protocol):
    """A client under test, how its users send transactions, and how to get a second one of the same genesis."""

    client: ExecutionClient

    def submit(self, raw: bytes) -> None:
        """Gives the node a raw transaction."""

    def another(self) -> ExecutionClient:
        """A client of the same genesis that knows nothing else."""


_randao = itertools.count(1)


def attributes(timestamp: int, *, root: bytes = b"\x07" * 32) -> PayloadAttributes:
    """Attributes unlike any used before, as every attempt of a miner has them."""
    return PayloadAttributes(timestamp, next(_randao).to_bytes(32, "big"), root)


def extend(client: ExecutionClient, parent: Payload, seconds: int = 1) -> Payload:
    """Builds and imports a block on any branch, without making it the head."""
    payload = client.build(parent.hash, attributes(parent.timestamp + seconds))
    assert client.new_payload(payload).valid
    return payload


def adopt(client: ExecutionClient, payload: Payload, final: bytes = ZERO_HASH) -> None:
    client.set_head(payload.hash, final, final)


def rehashed(payload: Payload, **changes: object) -> Payload:
    """The payload with changed fields and the hash that fits them: what a lying miner can make."""
    changed = replace(payload, **changes)  # type: ignore[arg-type]
    return replace(changed, hash=bytes(payload_header(changed).hash))


def eventually(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Waits for what a client may do behind the caller's back, such as moving transactions in its pool."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


class ExecutionContract:
    """The suite. Every block is built on the head, because not every client can build elsewhere."""

    @pytest.fixture
    def node(self) -> Node:
        raise NotImplementedError

    @pytest.fixture
    def client(self, node: Node) -> ExecutionClient:
        return node.client

    @pytest.fixture
    def genesis(self, client: ExecutionClient) -> Payload:
        payload = client.payload(client.genesis().hash)
        assert payload is not None
        return payload

    @pytest.fixture
    def deployed(self, node: Node, genesis: Payload) -> Payload:
        """The head after the probe contract was deployed by account 0."""
        node.submit(deploy(account(0)))
        payload = extend(node.client, genesis)
        adopt(node.client, payload)
        return payload

    def value(self, client: ExecutionClient, at: Payload) -> int:
        answer = client.call(probe_address(account(0)), calldata("value()"), at.hash)
        return int(decoded("uint256", answer))

    def test_is_an_execution_client(self, client: ExecutionClient) -> None:
        assert isinstance(client, ExecutionClient)

    def test_starts_at_a_genesis_that_follows_from_the_configuration(
        self, node: Node, client: ExecutionClient, genesis: Payload
    ) -> None:
        assert client.head() == client.genesis() == genesis.ref
        assert (genesis.number, genesis.timestamp, genesis.base_fee) == (0, GENESIS.timestamp, 0)
        assert genesis.gas_limit == GENESIS.gas_limit
        assert node.another().genesis() == genesis.ref
        # The same number stands in the suite of every client, so all of them agree on the genesis hash.
        assert genesis.hash.hex() == GENESIS_HASH

    def test_builds_what_the_attributes_say(self, client: ExecutionClient, genesis: Payload) -> None:
        wanted = PayloadAttributes(genesis.timestamp + 5, b"\x01" * 32, b"\x02" * 32)
        payload = client.build(genesis.hash, wanted)
        assert (payload.parent, payload.number) == (genesis.hash, 1)
        assert (payload.timestamp, payload.prev_randao) == (wanted.timestamp, wanted.prev_randao)
        assert payload.parent_beacon_block_root == wanted.parent_beacon_block_root
        assert payload.fee_recipient == ZERO_ADDRESS
        assert (payload.base_fee, payload.blob_gas_used, payload.excess_blob_gas) == (0, 0, 0)
        assert payload.extra_data == b""
        assert payload.gas_limit == GENESIS.gas_limit
        assert Payload.from_json(payload.to_json()) == payload
        assert bytes(payload_header(payload).hash) == payload.hash

    def test_a_block_is_the_head_only_after_set_head(self, client: ExecutionClient, genesis: Payload) -> None:
        payload = client.build(genesis.hash, attributes(genesis.timestamp + 1))
        assert client.payload(payload.hash) is None
        assert client.new_payload(payload).valid
        assert client.payload(payload.hash) == payload
        assert client.head() == genesis.ref
        adopt(client, payload)
        assert client.head() == payload.ref

    def test_importing_a_block_again_is_valid(self, client: ExecutionClient, genesis: Payload) -> None:
        payload = extend(client, genesis)
        assert client.new_payload(payload).valid

    def test_includes_waiting_transactions_in_nonce_order(self, node: Node, deployed: Payload) -> None:
        sender = account(0)
        assert not node.client.has_pending()
        for nonce in (3, 1, 2):
            node.submit(store(sender, nonce, nonce * 10))
        assert eventually(node.client.has_pending)
        payload = extend(node.client, deployed)
        adopt(node.client, payload)
        assert payload.transactions == tuple(store(sender, nonce, nonce * 10) for nonce in (1, 2, 3))
        assert self.value(node.client, payload) == 30
        assert not node.client.has_pending()

    def test_a_transaction_behind_a_nonce_gap_waits(self, node: Node, deployed: Payload) -> None:
        node.submit(store(account(0), 2, 5))
        assert not node.client.has_pending()
        assert extend(node.client, deployed).transactions == ()

    def test_a_reverting_transaction_is_included_and_changes_nothing(self, node: Node, deployed: Payload) -> None:
        node.submit(store(account(0), 1, 0))
        payload = extend(node.client, deployed)
        assert len(payload.transactions) == 1
        assert self.value(node.client, payload) == 0

    def test_free_legacy_and_access_list_transactions_are_executed(self, node: Node, deployed: Payload) -> None:
        sender, to = account(0), probe_address(account(0))
        for nonce, (kind, extra) in enumerate((({}, {}), ({"type": 1}, {"accessList": []})), start=1):
            body = {
                "chainId": GENESIS.chain_id, "nonce": nonce, "gas": 200_000, "gasPrice": 0, "value": 0, "to": to,
                "data": calldata("store(uint256,bytes)", nonce, b""), **kind, **extra,
            }  # fmt: skip
            node.submit(bytes(sender.sign_transaction(body).raw_transaction))
        payload = extend(node.client, deployed)
        assert len(payload.transactions) == 2
        assert self.value(node.client, payload) == 2

    def test_refuses_to_build_on_an_unknown_block(self, client: ExecutionClient) -> None:
        with pytest.raises(UnknownBlock) as caught:
            client.build(b"\xaa" * 32, attributes(GENESIS.timestamp + 1))
        assert caught.value.block_hash == b"\xaa" * 32

    @pytest.mark.parametrize("offset", [0, -1])
    def test_refuses_to_build_before_the_parent(self, client: ExecutionClient, genesis: Payload, offset: int) -> None:
        with pytest.raises(InvalidAttributes):
            client.build(genesis.hash, attributes(genesis.timestamp + offset))

    def test_a_payload_before_its_parent_is_syncing_and_valid_afterwards(
        self, node: Node, client: ExecutionClient, genesis: Payload
    ) -> None:
        first = extend(client, genesis)
        adopt(client, first)
        second = extend(client, first)
        other = node.another()
        assert other.new_payload(second).status is Status.SYNCING
        assert other.new_payload(first).valid
        assert other.new_payload(second).valid

    def test_another_node_computes_the_same_state(self, node: Node, client: ExecutionClient, deployed: Payload) -> None:
        node.submit(store(account(0), 1, 77, b"note" * 100))
        payload = extend(client, deployed)
        other = node.another()
        assert other.new_payload(deployed).valid
        assert other.new_payload(payload).valid
        assert self.value(other, payload) == 77

    @pytest.mark.parametrize(
        "change",
        [
            {"state_root": b"\x01" * 32},
            {"receipts_root": b"\x01" * 32},
            {"logs_bloom": b"\x01" * 256},
            {"gas_used": 21_000},
            {"gas_limit": GENESIS.gas_limit * 2},
            {"base_fee": 7},
            {"number": 9},
            {"timestamp": GENESIS.timestamp},
            {"blob_gas_used": 131_072},
            {"excess_blob_gas": 131_072},
            {"transactions": (b"\x02\xc0",)},
            {"transactions": (transaction(account(1), 5, "0x" + "11" * 20, b""),)},
            {"transactions": (transaction(account(1), 0, "0x" + "11" * 20, b"", value=1),)},
            {"transactions": (transaction(account(1), 0, "0x" + "11" * 20, b"", chainId=1),)},
            {"transactions": (transaction(account(1), 0, "0x" + "11" * 20, b"", gas=20_000),)},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_a_payload_that_lies_is_invalid(
        self, client: ExecutionClient, genesis: Payload, change: dict[str, object]
    ) -> None:
        honest = client.build(genesis.hash, attributes(genesis.timestamp + 1))
        lie = rehashed(honest, **change)
        verdict = client.new_payload(lie)
        if "number" in change:
            # geth looks parents up by hash and number together, so to it this parent is merely unknown.
            assert not verdict.valid
        else:
            assert verdict.status is Status.INVALID
            assert verdict.reason
        assert client.new_payload(honest).valid

    def test_a_payload_with_another_blocks_hash_is_invalid(self, client: ExecutionClient, genesis: Payload) -> None:
        honest = client.build(genesis.hash, attributes(genesis.timestamp + 1))
        assert client.new_payload(replace(honest, hash=b"\x01" * 32)).status is Status.INVALID
        assert client.new_payload(replace(honest, prev_randao=b"\x01" * 32)).status is Status.INVALID

    def test_a_child_of_an_invalid_payload_is_not_valid(self, client: ExecutionClient, genesis: Payload) -> None:
        honest = client.build(genesis.hash, attributes(genesis.timestamp + 1))
        lie = rehashed(honest, state_root=b"\x01" * 32)
        assert client.new_payload(lie).status is Status.INVALID
        child = rehashed(honest, parent=lie.hash, number=2, timestamp=honest.timestamp + 1)
        assert not client.new_payload(child).valid

    def test_branches_keep_their_own_state(self, node: Node, client: ExecutionClient, deployed: Payload) -> None:
        empty = extend(client, deployed, seconds=2)
        node.submit(store(account(0), 1, 11))
        left = extend(client, deployed)
        assert self.value(client, left) == 11
        assert self.value(client, empty) == 0
        assert self.value(client, deployed) == 0
        adopt(client, empty)
        assert self.value(client, left) == 11
        assert client.payload(left.hash) == left

    def test_code_is_read_at_any_block(self, client: ExecutionClient, genesis: Payload, deployed: Payload) -> None:
        address = probe_address(account(0))
        assert client.code(address, genesis.hash) == b""
        assert len(client.code(address, deployed.hash)) > 500
        assert BYTECODE.endswith(client.code(address, deployed.hash))

    def test_a_shorter_branch_becomes_canonical(self, node: Node, client: ExecutionClient, deployed: Payload) -> None:
        sender = account(0)
        short = extend(client, deployed, seconds=3)
        long = deployed
        for nonce in (1, 2, 3):
            node.submit(store(sender, nonce, nonce))
            long = extend(client, long)
            adopt(client, long)
        assert client.head().number == 4
        adopt(client, short)
        assert client.head() == short.ref
        assert self.value(client, short) == 0
        # What was on the branch that lost waits again and goes into the next block.
        assert eventually(client.has_pending)
        after = extend(client, short)
        assert after.transactions == tuple(store(sender, nonce, nonce) for nonce in (1, 2, 3))
        adopt(client, after)
        assert not client.has_pending()
        # And back to the longer one: nothing of it was lost.
        adopt(client, long)
        assert client.head() == long.ref
        assert self.value(client, long) == 3

    def test_setting_an_ancestor_changes_nothing(self, client: ExecutionClient, genesis: Payload) -> None:
        first = extend(client, genesis)
        adopt(client, first)
        second = extend(client, first)
        adopt(client, second)
        adopt(client, first)
        assert client.head() == second.ref

    def test_an_unknown_head_is_refused(self, client: ExecutionClient, genesis: Payload) -> None:
        with pytest.raises(UnknownBlock):
            client.set_head(b"\xaa" * 32, ZERO_HASH, ZERO_HASH)
        assert client.head() == genesis.ref

    def test_finalised_and_safe_are_ancestors_of_the_head(self, client: ExecutionClient, genesis: Payload) -> None:
        left, right = extend(client, genesis), extend(client, genesis, seconds=2)
        with pytest.raises(InvalidForkchoice):
            client.set_head(left.hash, right.hash, genesis.hash)
        with pytest.raises(InvalidForkchoice):
            client.set_head(left.hash, left.hash, right.hash)
        client.set_head(left.hash, left.hash, genesis.hash)
        assert client.head() == left.ref

    def test_a_call_sees_its_blocks_own_context(self, client: ExecutionClient, deployed: Payload) -> None:
        later = extend(client, deployed, seconds=9)
        for block in (deployed, later):
            answer = client.call(probe_address(account(0)), calldata("context()"), block.hash)
            number, timestamp, randao, caller = decoded("uint256,uint256,bytes32,address", answer)
            assert (number, timestamp, randao) == (block.number, block.timestamp, block.prev_randao)
            assert int(caller, 16) == 0
            parent = client.call(probe_address(account(0)), calldata("parent()"), block.hash)
            assert parent == block.parent

    def test_contracts_read_the_parent_beacon_root(self, client: ExecutionClient, deployed: Payload) -> None:
        block = client.build(deployed.hash, attributes(deployed.timestamp + 1, root=b"\x5e" * 32))
        assert client.new_payload(block).valid
        query = calldata("beaconRoot(uint256)", block.timestamp)
        assert client.call(probe_address(account(0)), query, block.hash) == b"\x5e" * 32
        with pytest.raises(CallReverted):
            client.call(probe_address(account(0)), query, deployed.hash)

    def test_a_revert_carries_its_data(self, client: ExecutionClient, deployed: Payload) -> None:
        with pytest.raises(CallReverted) as caught:
            client.call(probe_address(account(0)), calldata("store(uint256,bytes)", 0, b""), deployed.hash)
        assert caught.value.reverted
        assert caught.value.data == calldata("Refused(uint256)", 0)

    def test_a_call_that_burns_its_gas_is_no_revert(self, client: ExecutionClient, deployed: Payload) -> None:
        with pytest.raises(CallReverted) as caught:
            client.call(probe_address(account(0)), calldata("burn()"), deployed.hash)
        assert not caught.value.reverted
        assert caught.value.data == b""

    def test_calls_nest_to_the_evms_own_limit(self, node: Node, genesis: Payload) -> None:
        # Counts its entries, then calls itself with all the gas there is: 1,025 entries, where the 1,026th call fails.
        runtime = bytes.fromhex("60005460010160005560006000600060006000305af100")
        creation = bytes.fromhex(f"60{len(runtime):02x}600c60003960{len(runtime):02x}6000f3") + runtime
        node.submit(transaction(account(1), 0, None, creation))
        created = extend(node.client, genesis)
        adopt(node.client, created)
        node.submit(transaction(account(1), 1, probe_address(account(1)), b"", gas=490_000_000_000))
        assert extend(node.client, created).gas_used == 382_175

    def test_calls_at_unknown_blocks_are_refused(self, client: ExecutionClient) -> None:
        with pytest.raises(UnknownBlock):
            client.call("0x" + "11" * 20, b"", b"\xaa" * 32)
        with pytest.raises(UnknownBlock):
            client.code("0x" + "11" * 20, b"\xaa" * 32)
        assert client.payload(b"\xaa" * 32) is None


GENESIS_HASH = "5ea04184b3e735feac897b0eef0636b896e31457bd3519c4aca85e46776d1120"
