"""The Python messages, events and bindings against the contracts' ABI: a field out of order would change every hash."""

import dataclasses
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak
from web3 import Web3

from contracts.bindings import (
    CONTRACT_NAMES,
    ContractAddresses,
    ContractMissing,
    ContractReverted,
    Contracts,
    UnknownMessage,
    decode_revert,
    predict_addresses,
)
from contracts.bindings import messages as m
from contracts.bindings.abi import canonical_type, snake_case
from contracts.bindings.artefacts import load_artefact
from contracts.bindings.caller import BlockId
from contracts.bindings.contract import Contract
from contracts.bindings.events import EVENTS, decode_event
from contracts.bindings.messages import Grant, Recovery, fresh_nonce
from medixain.core.addresses import created_address
from medixain.core.eip712 import TypedStruct, struct_fields
from medixain.core.errors import InvalidInput

DEPLOYER = "0x" + "d0" * 20
CHAIN_ID = 7077
KEYS = tuple(keccak(bytes([number])) for number in range(5))


class Answers:
    """A caller that gives the same answer to everything."""

    def __init__(self, answer: bytes | ContractReverted = b"") -> None:
        self._answer = answer

    def call(self, to: str, data: bytes, at: BlockId) -> bytes:
        if isinstance(self._answer, ContractReverted):
            raise self._answer
        return self._answer


CONTRACTS = Contracts(Answers(), predict_addresses(DEPLOYER), CHAIN_ID)
TAKEN = [(contract, message) for contract in CONTRACTS.by_name.values() for message in contract.MESSAGES]


@pytest.mark.parametrize(("contract", "message"), TAKEN, ids=lambda value: getattr(value, "__name__", ""))
def test_a_message_has_the_fields_of_its_struct_in_order(contract: Contract, message: type[TypedStruct]) -> None:
    function = contract.artefact.functions[contract.message_function(message).name]
    struct = function.inputs[0]
    assert struct["internalType"].split(".")[-1] == message.__name__
    assert [component["name"] for component in struct["components"]] == [f.name for f in struct_fields(message)]
    solidity = [component["type"].replace("tuple", "Miner") for component in struct["components"]]
    assert solidity == [field.type_name for field in struct_fields(message)]


def test_every_function_that_changes_state_has_its_message() -> None:
    messages = {(contract.NAME, contract.message_function(message).name) for contract, message in TAKEN}
    unsigned = {("WalletRegistry", "completeRecovery"), ("AccessLog", "commitRoot")}
    cancelling = {(name, "cancel") for name in CONTRACT_NAMES if name != "AccessLog"}
    assert messages | unsigned | cancelling == {
        (entry["contract"], entry["name"]) for entry in _entries() if entry.get("stateMutability") == "nonpayable"
    }


def test_every_event_has_its_dataclass() -> None:
    declared = {}
    for name in CONTRACT_NAMES:
        for event in load_artefact(name).events.values():
            declared[event.name] = [snake_case(parameter["name"]) for parameter in event.inputs]
    declared.pop("EIP712DomainChanged", None)
    assert declared == {name: [f.name for f in dataclasses.fields(kind)] for name, kind in EVENTS.items()}


def test_calldata_is_that_of_web3() -> None:
    grant = _grant()
    signature = CONTRACTS.access_grants.sign(grant, KEYS[0])
    call = CONTRACTS.build_call(grant, [signature])
    abi = [entry for entry in _entries() if entry["contract"] == "AccessGrants" and entry["type"] == "function"]
    peer = Web3().eth.contract(address=Web3.to_checksum_address(call.to), abi=abi)
    message = {field.name: getattr(grant, field.attribute) for field in struct_fields(Grant)}
    assert "0x" + call.data.hex() == peer.encode_abi("grant", args=[message, signature])
    assert call.to == CONTRACTS.addresses.access_grants


def test_votes_are_delivered_in_the_order_the_contract_wants() -> None:
    registry = CONTRACTS.institution_registry
    vote = m.SuspensionVote(wallet=DEPLOYER, suspended=True, nonce=1, deadline=2)
    signatures = [registry.sign(vote, key) for key in KEYS]
    ordered = registry.sort_signatures(vote, signatures)
    signers = [int(registry.recover(vote, signature), 16) for signature in ordered]
    assert signers == sorted(signers)
    assert registry.build_call(vote, signatures) == registry.build_call(vote, signatures[::-1])


def test_a_message_goes_to_its_own_contract_with_its_signatures() -> None:
    grant = _grant()
    with pytest.raises(UnknownMessage):
        CONTRACTS.record_registry.sign(grant, KEYS[0])
    with pytest.raises(UnknownMessage):
        CONTRACTS.access_grants.build_call(grant, [])
    with pytest.raises(UnknownMessage):
        CONTRACTS.taking(m.GrantOpening)
    recovery = Recovery(slot=DEPLOYER, new_key=DEPLOYER, new_pre_key=b"\x02" * 33, nonce=1, deadline=2)
    with pytest.raises(UnknownMessage, match="build_recovery_call"):
        CONTRACTS.build_call(recovery, [])
    with pytest.raises(UnknownMessage):
        CONTRACTS.access_log.build_call(m.Cancellation(signer=DEPLOYER, nonces=(), nonce=1, deadline=2), [b""])


def test_an_address_without_code_is_said_to_be_one() -> None:
    with pytest.raises(ContractMissing) as caught:
        CONTRACTS.access_grants.head(DEPLOYER)
    assert caught.value.address == CONTRACTS.addresses.access_grants


def test_unknown_is_none_and_every_other_revert_is_raised() -> None:
    unknown = ContractReverted(decode_revert(_revert("UnknownSlot(address)", ["address"], [DEPLOYER])))
    wallets = Contracts(Answers(unknown), CONTRACTS.addresses, CHAIN_ID).wallet_registry
    assert wallets.slot(DEPLOYER) is None
    assert wallets.key_of(DEPLOYER) is None
    with pytest.raises(ContractReverted):
        wallets.document(DEPLOYER, 1)


@pytest.mark.parametrize(
    ("data", "name", "args"),
    [
        (keccak(b"NotEnoughVotes(uint256,uint256)")[:4] + encode(["uint256"] * 2, [1, 3]), "NotEnoughVotes",
         {"count": 1, "required": 3}),
        (keccak(b"Error(string)")[:4] + encode(["string"], ["no"]), "Error", {"message": "no"}),
        (keccak(b"Panic(uint256)")[:4] + encode(["uint256"], [17]), "Panic", {"panic_code": 17}),
        (b"", "EmptyRevert", {}),
        (b"\x01\x02", "UnknownError", {"data": b"\x01\x02"}),
        (keccak(b"NotEnoughVotes(uint256,uint256)")[:4] + b"\x00", "UnknownError",
         {"data": keccak(b"NotEnoughVotes(uint256,uint256)")[:4] + b"\x00"}),
    ],
)  # fmt: skip
def test_reverts_are_decoded_from_bytes_and_from_hex(data: bytes, name: str, args: dict[str, Any]) -> None:
    for form in (data, "0x" + data.hex()):
        revert = decode_revert(form)
        assert (revert.name, revert.args) == (name, args)


def test_two_contracts_never_mean_different_things_by_one_error() -> None:
    seen: dict[bytes, tuple[str, list[str]]] = {}
    for name in CONTRACT_NAMES:
        for error in load_artefact(name).errors.values():
            described = (error.name, [parameter["name"] for parameter in error.inputs])
            assert seen.setdefault(error.selector, described) == described


def test_an_event_of_another_version_is_left_out() -> None:
    assert decode_event("AccessGrants", [b"\x01" * 32], b"") is None
    assert decode_event("AccessGrants", [], b"") is None


def test_addresses_follow_from_the_deployer() -> None:
    addresses = predict_addresses(DEPLOYER)
    assert tuple(addresses.by_name()) == CONTRACT_NAMES
    assert tuple(addresses.by_name().values()) == tuple(created_address(DEPLOYER, nonce) for nonce in range(6))
    assert ContractAddresses.from_names(addresses.by_name()) == addresses
    with pytest.raises(InvalidInput):
        ContractAddresses.from_names({"AccessGrants": DEPLOYER})


def _grant() -> Grant:
    return Grant(slot=DEPLOYER, grant_id=b"\x01" * 32, expiry=9, node_set=1, nonce=fresh_nonce(), deadline=8)


def _revert(signature: str, types: list[str], values: list[Any]) -> bytes:
    return keccak(signature.encode())[:4] + encode(types, values)


def _entries() -> list[dict[str, Any]]:
    """Every ABI entry with its contract's name, in the shape web3 wants."""
    entries = []
    for name in CONTRACT_NAMES:
        for function in load_artefact(name).functions.values():
            views = "view" if function.outputs else "nonpayable"
            entry = {"type": "function", "name": function.name, "contract": name, "stateMutability": views}
            entries.append(entry | {"inputs": list(function.inputs), "outputs": list(function.outputs)})
    return entries


def test_types_of_structs_are_spelled_out() -> None:
    miners = load_artefact("ConsensusGovernance").functions["setMiners"].inputs[0]
    assert canonical_type(miners) == "((bytes32,address,address,bool)[],uint256,uint64)"
