"""A small contract that shows what a block's context is, with the transactions to deploy and call it.

Compiled once with solc 0.8.37 (evmVersion cancun, optimizer 200 runs, no metadata) and kept as bytecode, so that the
suite needs no compiler. Its source:

    // SPDX-License-Identifier: GPL-3.0-or-later
    pragma solidity ^0.8.26;

    contract Probe {
        error Refused(uint256 value);
        event Stored(address indexed by, uint256 indexed value, bytes note);

        uint256 public value;
        mapping(uint256 => uint256) public history;

        function store(uint256 next, bytes calldata note) external {
            if (next == 0) revert Refused(value);
            value = next;
            history[block.number] = next;
            emit Stored(msg.sender, next, note);
        }

        function context() external view returns (uint256, uint256, bytes32, address) {
            return (block.number, block.timestamp, bytes32(block.prevrandao), msg.sender);
        }

        function parent() external view returns (bytes32) {
            return blockhash(block.number - 1);
        }

        function beaconRoot(uint256 timestamp) external view returns (bytes32 root) {
            (bool ok, bytes memory data) = 0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02.staticcall(abi.encode(timestamp));
            require(ok && data.length == 32, "no root");
            root = abi.decode(data, (bytes32));
        }

        function signer(bytes32 digest, uint8 v, bytes32 r, bytes32 s) external pure returns (address) {
            return ecrecover(digest, v, r, s);
        }

        function burn() external pure {
            assembly { invalid() }
        }
    }
"""

from __future__ import annotations

from typing import Any

from eth_abi.abi import decode, encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from consensus.execution.embedded.evm import contract_address
from consensus.execution.genesis import Genesis

GENESIS = Genesis(chain_id=7077, timestamp=1_750_000_000, gas_limit=1_000_000_000_000)

BYTECODE = bytes.fromhex(
    "6080604052348015600e575f5ffd5b506104798061001c5f395ff3fe608060405234801561000f575f5ffd5b506004361061"
    "0085575f3560e01c80639b753ca8116100585780639b753ca8146100c6578063a7a38f0b146100f1578063d0496d6a146101"
    "10578063fededdb514610133575f5ffd5b8063124a316e146100895780633fa4f245146100af57806344df8e70146100b757"
    "806360f96a8f146100be575b5f5ffd5b61009c61009736600461032c565b610146565b6040519081526020015b6040518091"
    "0390f35b61009c5f5481565b6100bcfe5b005b61009c61023a565b6100d96100d4366004610343565b61024c565b60405160"
    "01600160a01b0390911681526020016100a6565b61009c6100ff36600461032c565b60016020525f90815260409020548156"
    "5b6040805143815242602082015244918101919091523360608201526080016100a6565b6100bc610141366004610382565b"
    "6102b1565b5f5f5f720f3df6d732807ef1319fb7b8bb8522d0beac026001600160a01b031684604051602001610179918152"
    "60200190565b60408051601f1981840301815290829052610193916103f9565b5f60405180830381855afa9150503d805f81"
    "146101cb576040519150601f19603f3d011682016040523d82523d5f602084013e6101d0565b606091505b50915091508180"
    "156101e3575080516020145b61021e5760405162461bcd60e51b81526020600482015260076024820152661b9bc81c9bdbdd"
    "60ca1b60448201526064015b60405180910390fd5b80806020019051810190610232919061040f565b949350505050565b5f"
    "610246600143610426565b40905090565b604080515f8082526020820180845287905260ff86169282019290925260608101"
    "8490526080810183905260019060a0016020604051602081039080840390855afa15801561029d573d5f5f3e3d5ffd5b5050"
    "604051601f1901519695505050505050565b825f036102d6575f5460405163590a515160e01b815260040161021591815260"
    "200190565b5f838155438152600160205260409081902084905551839033907f9288546fec7e4cbcac1e2346838daccbcdcd"
    "7ddf71a9c035fa5dc2d72ded04109061031f908690869061044b565b60405180910390a3505050565b5f6020828403121561"
    "033c575f5ffd5b5035919050565b5f5f5f5f60808587031215610356575f5ffd5b84359350602085013560ff811681146103"
    "6d575f5ffd5b93969395505050506040820135916060013590565b5f5f5f60408486031215610394575f5ffd5b8335925060"
    "2084013567ffffffffffffffff8111156103b1575f5ffd5b8401601f810186136103c1575f5ffd5b803567ffffffffffffff"
    "ff8111156103d7575f5ffd5b8660208284010111156103e8575f5ffd5b939660209190910195509293505050565b5f825180"
    "60208501845e5f920191825250919050565b5f6020828403121561041f575f5ffd5b5051919050565b818103818111156104"
    "4557634e487b7160e01b5f52601160045260245ffd5b92915050565b60208152816020820152818360408301375f81830160"
    "4090810191909152601f909201601f1916010191905056"
)

STORED_TOPIC = keccak(text="Stored(address,uint256,bytes)")

GAS = 500_000


def account(number: int) -> LocalAccount:
    """A key that is the same in every run."""
    return Account.from_key(keccak(text=f"probe account {number}"))


def probe_address(deployer: LocalAccount, nonce: int = 0) -> str:
    """Where :func:`deploy` puts the contract."""
    return to_checksum_address(contract_address(bytes.fromhex(deployer.address[2:]), nonce))


def transaction(sender: LocalAccount, nonce: int, to: str | None, data: bytes, **fields: Any) -> bytes:
    """A signed, free dynamic-fee transaction; ``fields`` overrides any of its fields."""
    body: dict[str, Any] = {
        "type": 2,
        "chainId": GENESIS.chain_id,
        "nonce": nonce,
        "gas": GAS,
        "maxFeePerGas": 0,
        "maxPriorityFeePerGas": 0,
        "value": 0,
        "data": data,
        **({} if to is None else {"to": to}),
        **fields,
    }
    return bytes(sender.sign_transaction(body).raw_transaction)


def deploy(sender: LocalAccount, nonce: int = 0) -> bytes:
    """The transaction that creates the contract."""
    return transaction(sender, nonce, None, BYTECODE)


def store(sender: LocalAccount, nonce: int, value: int, note: bytes = b"") -> bytes:
    """A transaction that stores ``value`` in the contract ``sender`` deployed first; 0 reverts."""
    return transaction(sender, nonce, probe_address(sender), calldata("store(uint256,bytes)", value, note))


def calldata(signature: str, *arguments: Any) -> bytes:
    """Selector and ABI encoding."""
    return keccak(text=signature)[:4] + encode(_types(signature), arguments)


def decoded(types: str, data: bytes) -> Any:
    """ABI decoding; one value comes without its tuple."""
    values = decode(types.split(","), data)
    return values[0] if len(values) == 1 else values


def _types(signature: str) -> list[str]:
    inner = signature[signature.index("(") + 1 : -1]
    return inner.split(",") if inner else []
