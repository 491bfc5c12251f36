"""Create what is missing, check what is there, say where everything stands. Running it again changes nothing."""

import time
from typing import Any, cast

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress
from hexbytes import HexBytes
from web3 import Web3
from web3.exceptions import TransactionNotFound, Web3Exception

from contracts.bindings.abi import encode_arguments
from contracts.bindings.addresses import CONTRACT_NAMES, ContractAddresses, predict_addresses
from contracts.bindings.artefacts import load_artefact
from contracts.bindings.contracts import Contracts
from contracts.bindings.reverts import decode_revert, revert_of
from contracts.bindings.sending import Sender
from contracts.deploy.config import DeploymentConfig
from contracts.deploy.errors import (
    CodeMismatch,
    CreationFailed,
    DeployerNonceMismatch,
    DeploymentTimeout,
)
from contracts.deploy.manifest import DeployedContract, Manifest
from medixain.core.addresses import to_address

CREATION_GAS = 12_000_000
"""Gas limit of a creation: the largest uses about 5 million, and EIP-7825 allows no transaction above 2^24."""

POLL_SECONDS = 0.1


def deploy(
    web3: Web3,
    deployer: Sender,
    config: DeploymentConfig,
    *,
    recorded: Manifest | None = None,
    timeout: float = 120.0,
) -> Manifest:
    """Deploy the six contracts from ``deployer``'s nonce 0 on, or go on where an earlier run was cut off.

    Creations that are missing are sent at once, in nonce order, and awaited for ``timeout`` seconds each. ``recorded``
    is the manifest of an earlier run, from which the creating blocks are taken over; without it a contract that is
    there already is recorded with the block that first shows it, found by bisection.

    Raises :class:`CodeMismatch`, :class:`DeployerNonceMismatch`, :class:`CreationFailed`, :class:`DeploymentTimeout`.
    """
    addresses = predict_addresses(deployer.address)
    present = _count_present(web3, addresses)
    hashes = _send_missing(web3, deployer, config.constructor_arguments(addresses), present)
    blocks = {name: _await_creation(web3, name, hashes[name], timeout) for name in hashes}
    deployed = {}
    for name, address in addresses.by_name().items():
        code = _verified_code(web3, name, address)
        block = blocks.get(name) or _recorded_block(recorded, name, address) or _creation_block(web3, address)
        deployed[name] = DeployedContract(address, keccak(code), block)
    _verify_configuration(Contracts.load(web3, addresses), config)
    return Manifest(web3.eth.chain_id, deployed)


def _count_present(web3: Web3, addresses: ContractAddresses) -> int:
    """Return how many contracts, from the first on, have code."""
    present = 0
    for name, address in addresses.by_name().items():
        if not _code_at(web3, address):
            break
        _verified_code(web3, name, address)
        present += 1
    return present


def _send_missing(
    web3: Web3, deployer: Sender, arguments: dict[str, tuple[Any, ...]], present: int
) -> dict[str, HexBytes]:
    """Send the creations from number ``present`` on; return their transactions' hashes by contract name."""
    nonce = web3.eth.get_transaction_count(cast(ChecksumAddress, deployer.address))
    # More contracts may be there than counted: an earlier run's creations can still be on their way.
    if present < len(CONTRACT_NAMES) and nonce != present:
        raise DeployerNonceMismatch(deployer.address, present, nonce)
    hashes = {}
    for number in range(present, len(CONTRACT_NAMES)):
        name = CONTRACT_NAMES[number]
        artefact = load_artefact(name)
        data = artefact.creation + encode_arguments(artefact.constructor_inputs, arguments[name])
        signed = deployer.sign_call(to=None, data=data, nonce=number, gas=CREATION_GAS)
        _send_raw(web3, name, signed.raw)
        hashes[name] = HexBytes(signed.hash)
    return hashes


def _send_raw(web3: Web3, name: str, raw: bytes) -> None:
    try:
        web3.eth.send_raw_transaction(HexBytes(raw))
    except Web3Exception as error:
        # An earlier run, cut off, may have sent the very same bytes; signatures are deterministic.
        if "known" not in str(error).lower():
            raise CreationFailed(name, str(revert_of(error) or error)) from error


def _await_creation(web3: Web3, name: str, transaction: HexBytes, timeout: float) -> int:
    """Return the block that took the creation."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        try:
            receipt = web3.eth.get_transaction_receipt(transaction)
        except TransactionNotFound:
            time.sleep(POLL_SECONDS)
            continue
        if receipt["status"] != 1:
            raise CreationFailed(name, _failure_reason(web3, transaction))
        return int(receipt["blockNumber"])
    raise DeploymentTimeout(name, timeout)


def _failure_reason(web3: Web3, transaction: HexBytes) -> str:
    """Run the failed creation again as a call, in its block's state, to learn what its constructor reverted with."""
    sent = web3.eth.get_transaction(transaction)
    try:
        web3.eth.call({"from": sent["from"], "data": sent["input"], "gas": sent["gas"]}, sent["blockNumber"])
    except Web3Exception as error:
        return str(revert_of(error) or error)
    return str(decode_revert(b""))


def _verified_code(web3: Web3, name: str, address: str) -> bytes:
    """Return the code at ``address``, which must be the artefact's but for immutable values."""
    code = _code_at(web3, address)
    artefact = load_artefact(name)
    if artefact.mask_immutables(code) != artefact.runtime:
        raise CodeMismatch(name, address, "The code")
    return code


def _code_at(web3: Web3, address: str, block: int | None = None) -> bytes:
    account = cast(ChecksumAddress, to_address(address))
    return bytes(web3.eth.get_code(account) if block is None else web3.eth.get_code(account, block))


def _verify_configuration(contracts: Contracts, config: DeploymentConfig) -> None:
    """Check what the masked immutable values stand for, where nothing but a new deployment could change it."""
    wallets = contracts.wallet_registry
    if (wallets.kyc_quorum(), wallets.recovery_delay()) != (config.kyc_quorum, config.recovery_delay):
        raise CodeMismatch(wallets.NAME, wallets.address, "The configuration")
    expected_links = {
        "WalletRegistry": ("institutions",),
        "RecordRegistry": ("wallets",),
        "AccessGrants": ("institutions", "wallets"),
        "AccessLog": ("institutions",),
        "ConsensusGovernance": ("institutions",),
    }
    targets = {
        "institutions": contracts.institution_registry.address,
        "wallets": contracts.wallet_registry.address,
    }
    for name, links in expected_links.items():
        contract = contracts.by_name[name]
        if any(contract.linked_contract(link) != targets[link] for link in links):
            raise CodeMismatch(name, contract.address, "A link")


def _recorded_block(recorded: Manifest | None, name: str, address: str) -> int | None:
    entry = recorded.contracts.get(name) if recorded is not None else None
    return entry.block if entry is not None and entry.address == address else None


def _creation_block(web3: Web3, address: str) -> int:
    """Return the first block in whose state ``address`` has code, by bisection; needs the states of past blocks."""
    without, having = -1, int(web3.eth.block_number)
    while having - without > 1:
        middle = (without + having) // 2
        if _code_at(web3, address, middle):
            having = middle
        else:
            without = middle
    return having
