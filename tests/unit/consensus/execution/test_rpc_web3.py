"""web3.py against the JSON-RPC server over an embedded chain: what wallets, indexers and tools rely on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from web3 import HTTPProvider, Web3
from web3.exceptions import (
    BlockNotFound,
    ContractCustomError,
    TransactionNotFound,
    Web3RPCError,
)

from consensus.execution.base import ZERO_HASH, Payload, PayloadAttributes
from consensus.execution.embedded import EmbeddedExecution
from consensus.execution.embedded.queries import ChainQueries
from consensus.execution.rpc import (
    DeployerOnly,
    EthereumMethods,
    Ingress,
    RpcError,
    RpcServer,
    SenderCheck,
    ethereum,
    filters,
)
from tests.conformance.execution.probe import (
    BYTECODE,
    GENESIS,
    STORED_TOPIC,
    account,
    calldata,
    deploy,
    probe_address,
    store,
    transaction,
)

DEPLOYER = account(0)
VAULT = "https://vault.example"


class Chain:
    """An embedded chain whose blocks the test makes, behind a JSON-RPC server."""

    def __init__(self, folder: Path) -> None:
        self.client = EmbeddedExecution(folder / "chain.sqlite", GENESIS)
        check = SenderCheck(DeployerOnly(DEPLOYER.address, GENESIS.gas_limit), lambda: self.client.head().hash)
        backend = Ingress(EthereumMethods(self.client), GENESIS.chain_id, check)
        self.server = RpcServer(backend, allowed_origins=(VAULT,)).start()
        self.web3 = Web3(HTTPProvider(self.server.url))
        self._randao = 0

    def block(self, parent: bytes | None = None, seconds: int = 1, *, adopt: bool = True) -> Payload:
        on = self.client.payload(parent or self.client.head().hash)
        assert on is not None
        self._randao += 1
        wanted = PayloadAttributes(on.timestamp + seconds, self._randao.to_bytes(32, "big"), bytes(32))
        payload = self.client.build(on.hash, wanted)
        assert self.client.new_payload(payload).valid
        if adopt:
            self.adopt(payload)
        return payload

    def adopt(self, payload: Payload, final: bytes = ZERO_HASH) -> None:
        self.client.set_head(payload.hash, final, final)

    def send(self, raw: bytes) -> str:
        return self.web3.to_hex(self.web3.eth.send_raw_transaction(raw))

    def raw(self, method: str, *params: Any) -> dict[str, Any]:
        answer = httpx.post(
            self.server.url, json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params}, trust_env=False
        )
        return dict(answer.json())

    def close(self) -> None:
        self.server.stop()
        self.client.close()


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    chain = Chain(tmp_path)
    yield chain
    chain.close()


@pytest.fixture
def deployed(chain: Chain) -> Chain:
    chain.send(deploy(DEPLOYER))
    chain.block()
    return chain


@pytest.fixture
def contract(deployed: Chain) -> Any:
    return deployed.web3.eth.contract(
        address=probe_address(DEPLOYER),
        abi=[
            {"type": "function", "name": "value", "inputs": [], "outputs": [{"type": "uint256"}],
             "stateMutability": "view"},
            {"type": "function", "name": "store", "inputs": [{"name": "next", "type": "uint256"},
             {"name": "note", "type": "bytes"}], "outputs": [], "stateMutability": "nonpayable"},
            {"type": "event", "name": "Stored", "anonymous": False, "inputs": [
                {"name": "by", "type": "address", "indexed": True},
                {"name": "value", "type": "uint256", "indexed": True},
                {"name": "note", "type": "bytes", "indexed": False}]},
            {"type": "error", "name": "Refused", "inputs": [{"name": "value", "type": "uint256"}]},
        ],
    )  # fmt: skip


def test_names_the_network(chain: Chain) -> None:
    w3 = chain.web3
    assert w3.is_connected()
    assert w3.eth.chain_id == GENESIS.chain_id
    assert w3.net.version == str(GENESIS.chain_id)
    assert w3.client_version.startswith("medixain-embedded/")
    assert w3.eth.syncing is False
    assert w3.eth.gas_price == w3.eth.max_priority_fee == 0
    history = w3.eth.fee_history(4, "latest", [50])
    assert set(history["baseFeePerGas"]) == {0}


def test_a_contract_is_deployed_called_and_read(deployed: Chain, contract: Any) -> None:
    w3 = deployed.web3
    # web3.py fills in fees, gas and nonce itself, and all fees come out as zero.
    body = contract.functions.store(41, b"note").build_transaction(
        {"from": DEPLOYER.address, "nonce": w3.eth.get_transaction_count(DEPLOYER.address)}
    )
    assert body["maxFeePerGas"] == 0
    sent = w3.eth.send_raw_transaction(DEPLOYER.sign_transaction(body).raw_transaction)
    assert w3.eth.get_transaction(sent)["blockHash"] is None
    with pytest.raises(TransactionNotFound):
        w3.eth.get_transaction_receipt(sent)
    payload = deployed.block()
    receipt = w3.eth.wait_for_transaction_receipt(sent, timeout=5)
    assert (receipt["status"], receipt["blockNumber"], receipt["blockHash"]) == (1, 2, payload.hash)
    assert receipt["gasUsed"] <= body["gas"] < receipt["gasUsed"] * 1.1
    (event,) = contract.events.Stored().process_receipt(receipt)
    assert dict(event["args"]) == {"by": DEPLOYER.address, "value": 41, "note": b"note"}
    assert contract.functions.value().call() == 41
    assert contract.functions.value().call(block_identifier=1) == 0
    found = w3.eth.get_transaction(sent)
    assert (found["from"], found["to"], found["blockNumber"]) == (DEPLOYER.address, contract.address, 2)
    assert w3.eth.get_transaction_count(DEPLOYER.address) == 2
    assert int.from_bytes(w3.eth.get_storage_at(contract.address, 0), "big") == 41


def test_the_receipt_of_a_creation_names_the_contract(chain: Chain) -> None:
    sent = chain.send(deploy(DEPLOYER))
    chain.block()
    receipt = chain.web3.eth.get_transaction_receipt(sent)
    assert receipt["contractAddress"] == probe_address(DEPLOYER)
    assert receipt["to"] is None
    assert len(chain.web3.eth.get_code(probe_address(DEPLOYER))) > 500


def test_a_failed_transaction_has_status_0(deployed: Chain) -> None:
    sent = deployed.send(store(DEPLOYER, 1, 0))
    deployed.block()
    receipt = deployed.web3.eth.get_transaction_receipt(sent)
    assert receipt["status"] == 0
    assert receipt["logs"] == []


def test_reverts_carry_their_data_with_code_3(deployed: Chain, contract: Any) -> None:
    answer = deployed.raw(
        "eth_call", {"to": contract.address, "input": "0x" + calldata("store(uint256,bytes)", 0, b"").hex()}, "latest"
    )
    assert answer["error"]["code"] == 3
    assert answer["error"]["data"] == "0x" + calldata("Refused(uint256)", 0).hex()
    with pytest.raises(ContractCustomError):
        contract.functions.store(0, b"").call()
    with pytest.raises(ContractCustomError):
        contract.functions.store(0, b"").estimate_gas({"from": DEPLOYER.address})


def test_block_tags_follow_finality(deployed: Chain) -> None:
    w3 = deployed.web3
    assert w3.eth.get_block("finalized")["number"] == 0
    first = deployed.client.head().hash
    second = deployed.block()
    deployed.client.set_head(second.hash, second.hash, first)
    numbers = {tag: w3.eth.get_block(tag)["number"] for tag in ("earliest", "finalized", "safe", "latest", "pending")}
    assert numbers == {"earliest": 0, "finalized": 1, "safe": 2, "latest": 2, "pending": 2}
    with pytest.raises(BlockNotFound):
        w3.eth.get_block(3)


def test_calls_at_a_block_hash_reach_side_branches(deployed: Chain, contract: Any) -> None:
    parent = deployed.client.head().hash
    side = deployed.block(parent, seconds=2, adopt=False)
    deployed.send(store(DEPLOYER, 1, 9))
    main = deployed.block(parent)
    call = {"to": contract.address, "input": "0x" + calldata("value()").hex()}

    def value(at: object) -> int:
        return int(deployed.raw("eth_call", call, at)["result"], 16)

    assert value({"blockHash": "0x" + main.hash.hex()}) == 9
    assert value({"blockHash": "0x" + side.hash.hex()}) == 0
    assert value({"blockNumber": "0x1"}) == 0
    refused = deployed.raw("eth_call", call, {"blockHash": "0x" + side.hash.hex(), "requireCanonical": True})
    assert "not currently canonical" in refused["error"]["message"]
    assert "error" in deployed.raw("eth_call", call, {"blockHash": "0x" + "aa" * 32})


def test_blocks_contain_what_the_payload_did(deployed: Chain) -> None:
    w3 = deployed.web3
    payload = deployed.client.payload(deployed.client.head().hash)
    assert payload is not None
    block = w3.eth.get_block("latest", full_transactions=True)
    assert (block["hash"], block["parentHash"], block["number"]) == (payload.hash, payload.parent, payload.number)
    assert block["parentBeaconBlockRoot"] == payload.parent_beacon_block_root
    assert block["mixHash"] == payload.prev_randao
    assert block["baseFeePerGas"] == 0
    assert [t["from"] for t in block["transactions"]] == [DEPLOYER.address]
    assert w3.eth.get_block(payload.hash)["transactions"] == [block["transactions"][0]["hash"]]
    assert w3.eth.get_block_transaction_count(1) == 1
    assert w3.eth.get_transaction_by_block(1, 0)["hash"] == block["transactions"][0]["hash"]
    (receipt,) = w3.eth.get_block_receipts(1)
    assert receipt["blockHash"] == payload.hash


def test_the_pending_count_includes_the_pool(deployed: Chain) -> None:
    w3 = deployed.web3
    for nonce in (1, 2, 4):
        deployed.send(store(DEPLOYER, nonce, 1))
    assert w3.eth.get_transaction_count(DEPLOYER.address) == 1
    assert w3.eth.get_transaction_count(DEPLOYER.address, "pending") == 3


def test_logs_are_found_by_address_topic_range_and_block(deployed: Chain, contract: Any) -> None:
    w3 = deployed.web3
    for nonce, value in ((1, 10), (2, 20), (3, 10)):
        deployed.send(store(DEPLOYER, nonce, value))
        last = deployed.block()
    ten = "0x" + (10).to_bytes(32, "big").hex()
    topic = "0x" + STORED_TOPIC.hex()

    def numbers(**query: Any) -> list[int]:
        return [log["blockNumber"] for log in w3.eth.get_logs(query)]

    assert numbers(fromBlock=0) == [2, 3, 4]
    assert numbers(fromBlock=3, toBlock=3) == [3]
    assert numbers(fromBlock=0, topics=[topic, None, ten]) == [2, 4]
    assert numbers(fromBlock=0, topics=[[topic, "0x" + "00" * 32]]) == [2, 3, 4]
    assert numbers(fromBlock=0, topics=[None, None, None, None]) == []
    assert numbers(fromBlock=0, address="0x" + "11" * 20) == []
    assert numbers(fromBlock=0, address=[contract.address, "0x" + "11" * 20]) == [2, 3, 4]
    assert numbers(blockHash=last.hash) == [4]
    assert numbers() == [4]
    (log,) = w3.eth.get_logs({"blockHash": last.hash})
    assert contract.events.Stored().process_log(log)["args"]["value"] == 10
    with pytest.raises(Web3RPCError):
        w3.eth.get_logs({"blockHash": b"\xaa" * 32})


def test_a_range_of_logs_ends_at_the_head_and_is_bounded(deployed: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    assert deployed.raw("eth_getLogs", {"fromBlock": "0x0", "toBlock": hex(20_000)})["result"] == []
    assert deployed.raw("eth_getLogs", {"fromBlock": "0x1", "toBlock": "0x0"})["result"] == []
    monkeypatch.setattr(ethereum, "MAX_BLOCK_RANGE", 2)
    deployed.block()
    assert "result" in deployed.raw("eth_getLogs", {"fromBlock": "0x1"})
    assert "more than 2" in deployed.raw("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})["error"]["message"]


def test_filters_report_new_blocks_and_logs_and_removed_ones(deployed: Chain, contract: Any) -> None:
    w3 = deployed.web3
    blocks = w3.eth.filter("latest")
    logs = w3.eth.filter({"address": contract.address})
    fork = deployed.client.head().hash
    short = deployed.block(fork, seconds=5, adopt=False)
    deployed.send(store(DEPLOYER, 1, 5))
    losing = deployed.block(fork)
    assert blocks.get_new_entries() == [losing.hash]
    (entry,) = logs.get_new_entries()
    assert (entry["blockHash"], entry["removed"]) == (losing.hash, False)
    assert blocks.get_new_entries() == logs.get_new_entries() == []
    deployed.adopt(short)
    assert blocks.get_new_entries() == [short.hash]
    (entry,) = logs.get_new_entries()
    assert (entry["blockHash"], entry["removed"]) == (losing.hash, True)
    assert w3.eth.get_logs({"fromBlock": 0}) == []
    assert w3.eth.uninstall_filter(logs.filter_id)
    with pytest.raises(Web3RPCError, match="filter not found"):
        logs.get_new_entries()


def test_a_reorganised_transaction_loses_its_receipt_until_it_is_included_again(deployed: Chain) -> None:
    fork = deployed.client.head().hash
    sent = deployed.send(store(DEPLOYER, 1, 5))
    deployed.block(fork)
    assert deployed.web3.eth.get_transaction_receipt(sent)["blockNumber"] == 2
    side = deployed.block(fork, seconds=7, adopt=False)
    deployed.adopt(side)
    with pytest.raises(TransactionNotFound):
        deployed.web3.eth.get_transaction_receipt(sent)
    again = deployed.block()
    assert deployed.web3.eth.get_transaction_receipt(sent)["blockHash"] == again.hash


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (store(account(1), 0, 1), "not a registered sender"),
        (transaction(DEPLOYER, 1, probe_address(DEPLOYER), b"", value=1), "set value to 0"),
        (transaction(DEPLOYER, 1, probe_address(DEPLOYER), b"", gas=GENESIS.gas_limit + 1), "quota"),
        (transaction(DEPLOYER, 1, probe_address(DEPLOYER), b"", chainId=1), "signed for chain 1"),
        (transaction(DEPLOYER, 0, probe_address(DEPLOYER), b""), "nonce too low"),
        (transaction(DEPLOYER, 1, probe_address(DEPLOYER), b"", maxFeePerGas=1), "fees are free"),
        (transaction(DEPLOYER, 1, probe_address(DEPLOYER), b"", gas=21_000 - 1), "intrinsic"),
        (b"\x02\xff", "cannot be decoded"),
        (b"\x03\xc0", "blob transactions do not exist"),
        (b"", "cannot be decoded"),
    ],
)
def test_the_door_refuses_with_a_reason(deployed: Chain, raw: bytes, reason: str) -> None:
    with pytest.raises(Web3RPCError, match=reason):
        deployed.web3.eth.send_raw_transaction(raw)
    assert not deployed.client.has_pending()


def test_sending_the_same_transaction_again_answers_the_same_hash(deployed: Chain) -> None:
    raw = store(DEPLOYER, 1, 1)
    assert deployed.send(raw) == deployed.send(raw)
    with pytest.raises(Web3RPCError, match="replacement transaction underpriced"):
        deployed.send(store(DEPLOYER, 1, 2))


def test_batches_answer_in_order_with_errors_in_place(chain: Chain) -> None:
    batch = [
        {"jsonrpc": "2.0", "id": "a", "method": "eth_chainId", "params": []},
        {"jsonrpc": "2.0", "id": "b", "method": "eth_mine", "params": []},
        {"jsonrpc": "2.0", "method": "eth_chainId", "params": []},
        7,
    ]
    answers = httpx.post(chain.server.url, json=batch, trust_env=False).json()
    assert [answer["id"] for answer in answers] == ["a", "b", None]
    assert answers[0]["result"] == hex(GENESIS.chain_id)
    assert [answer["error"]["code"] for answer in answers[1:]] == [-32601, -32600]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"[]", -32600),
        (b"[" * 100_000, -32700),
        (b'{"id":1,"method":"eth_getBalance","params":["0x12"]}', -32602),
        (b'{"id":1,"method":"eth_getBlockByNumber","params":["soon",false]}', -32602),
        (b'{"id":1,"method":"eth_chainId","params":{"a":1}}', -32600),
        (b'{"id":1,"method":"eth_call","params":[{"to":"0x12"},"latest"]}', -32602),
        (b'{"id":1,"method":"eth_call","params":[{},"latest",{"0x00":{}}]}', -32602),
        (b'{"id":1,"method":"eth_getLogs","params":[{"topics":["0x1"]}]}', -32602),
    ],
)
def test_malformed_requests_get_an_error_object(chain: Chain, body: bytes, code: int) -> None:
    answer = httpx.post(chain.server.url, content=body, trust_env=False)
    assert answer.status_code == 200
    assert json.loads(answer.content)["error"]["code"] == code


def test_a_huge_body_is_refused(chain: Chain) -> None:
    answer = httpx.post(chain.server.url, content=b" " * (6 * 1024 * 1024), trust_env=False)
    assert answer.status_code == 413


def test_a_page_that_rebinds_its_name_is_turned_away(chain: Chain) -> None:
    answer = httpx.post(chain.server.url, json={}, headers={"Host": "evil.example"}, trust_env=False)
    assert answer.status_code == 400


def asked_by_a_page(chain: Chain, method: str, origin: str) -> httpx.Response:
    """What a browser sends for a page of ``origin``: its question whether it may ask (OPTIONS), and what it asks."""
    headers = {"Origin": origin, "Content-Type": "application/json"}
    if method == "OPTIONS":
        headers |= {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    body = b'{"id":1,"method":"eth_chainId"}' if method == "POST" else b""
    return httpx.request(method, chain.server.url, content=body, headers=headers, trust_env=False)


def test_a_page_of_the_vault_may_ask(chain: Chain) -> None:
    preflight = asked_by_a_page(chain, "OPTIONS", VAULT)
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Methods"] == "POST"
    assert "content-type" in preflight.headers["Access-Control-Allow-Headers"].lower()
    answer = asked_by_a_page(chain, "POST", VAULT)
    assert int(answer.json()["result"], 16) == chain.web3.eth.chain_id
    for response in (preflight, answer):
        assert response.headers["Access-Control-Allow-Origin"] == VAULT
        assert "Origin" in response.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", VAULT.replace("https", "http"), VAULT + ":444", VAULT + ".evil.example"]
)
def test_a_page_of_another_origin_reads_nothing(chain: Chain, origin: str) -> None:
    assert asked_by_a_page(chain, "OPTIONS", origin).status_code == 400
    for method in ("OPTIONS", "POST"):
        assert "Access-Control-Allow-Origin" not in asked_by_a_page(chain, method, origin).headers


def test_a_door_that_names_no_origin_answers_programs_alone(chain: Chain) -> None:
    with RpcServer(EthereumMethods(chain.client)) as server:
        asked = httpx.post(server.url, json={}, headers={"Origin": server.url}, trust_env=False)
    assert asked.status_code == 200
    assert "Access-Control-Allow-Origin" not in asked.headers


def test_listens_on_loopback_only(chain: Chain) -> None:
    assert chain.server.url == f"http://127.0.0.1:{chain.server.port}"


def test_an_estimate_suffices_for_calls_and_creations_and_little_less_does_not(deployed: Chain) -> None:
    w3 = deployed.web3
    creation = {"from": DEPLOYER.address, "data": BYTECODE}
    call = {
        "from": DEPLOYER.address,
        "to": probe_address(DEPLOYER),
        "data": calldata("store(uint256,bytes)", 5, b"x" * 100),
    }
    for nonce, body in ((1, creation), (2, call)):
        gas = w3.eth.estimate_gas(body)  # type: ignore[arg-type]
        raw = transaction(DEPLOYER, nonce, body.get("to"), bytes(body["data"]), gas=gas)
        sent = deployed.send(raw)
        deployed.block()
        receipt = w3.eth.get_transaction_receipt(sent)
        assert receipt["status"] == 1
        assert receipt["gasUsed"] <= gas <= receipt["gasUsed"] * 1.02
    too_little = deployed.raw("eth_estimateGas", {**call, "data": "0x" + call["data"].hex(), "gas": hex(22_000)})
    assert "error" in too_little


def test_a_creation_can_be_called_without_being_sent(chain: Chain) -> None:
    runtime = chain.web3.eth.call({"from": DEPLOYER.address, "data": BYTECODE})
    assert BYTECODE.endswith(bytes(runtime))
    assert chain.web3.eth.get_code(probe_address(DEPLOYER)) == b""


def test_filter_logs_are_all_logs_of_its_range(deployed: Chain, contract: Any) -> None:
    w3 = deployed.web3
    ranged = w3.eth.filter({"fromBlock": 2, "toBlock": 3, "address": contract.address})
    for nonce in (1, 2, 3):
        deployed.send(store(DEPLOYER, nonce, nonce))
        deployed.block()
    assert [log["blockNumber"] for log in ranged.get_new_entries()] == [2, 3]
    assert [log["blockNumber"] for log in ranged.get_all_entries()] == [2, 3]
    blocks = w3.eth.filter("latest")
    with pytest.raises(Web3RPCError, match="not one for logs"):
        blocks.get_all_entries()


def test_forgotten_filters_make_room(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "MAX_FILTERS", 2)
    now = 0.0
    kept = filters.Filters(ChainQueries(chain.client), lambda: now)
    kept.new_block_filter()
    first = kept.new_block_filter()
    with pytest.raises(RpcError, match="too many"):
        kept.new_block_filter()
    now = filters.IDLE_SECONDS
    with pytest.raises(RpcError, match="not found"):
        kept.changes(first)
    kept.new_block_filter()


def test_accounts_without_anything_are_empty(chain: Chain) -> None:
    w3 = chain.web3
    nobody = "0x" + "11" * 20
    assert w3.eth.get_balance(nobody) == w3.eth.get_transaction_count(nobody) == 0
    assert w3.eth.get_code(nobody) == b""
    assert int.from_bytes(w3.eth.get_storage_at(nobody, 3), "big") == 0
    assert list(w3.eth.accounts) == []
    assert chain.raw("eth_getBlockByHash", "0x" + "aa" * 32, False)["result"] is None
    assert chain.raw("eth_getTransactionByHash", "0x" + "aa" * 32)["result"] is None


def test_access_lists_are_shown_as_they_were_signed(deployed: Chain) -> None:
    entry = {"address": probe_address(DEPLOYER), "storageKeys": ["0x" + "00" * 31 + "07"]}
    sent = deployed.send(transaction(DEPLOYER, 1, probe_address(DEPLOYER), calldata("value()"), accessList=[entry]))
    block = deployed.block()
    shown = deployed.web3.eth.get_transaction(sent)
    assert shown["accessList"][0]["address"] == entry["address"]
    assert list(shown["accessList"][0]["storageKeys"]) == entry["storageKeys"]
    assert deployed.web3.eth.get_transaction_by_block(block.hash, 0)["hash"].to_0x_hex() == sent
    assert deployed.web3.eth.get_block_transaction_count(block.hash) == 1
