"""Execution of blocks and calls by py-evm's Cancun virtual machine, without py-evm's chain.

py-evm's ``HeaderDB`` scores post-merge headers by their number and moves its own head, so a shorter but heavier branch
could never become canonical. Its virtual machine is used for what it is good at, the state transition; everything about
chains stands in this package.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eth.abc import BlockHeaderAPI, ComputationAPI, SignedTransactionAPI, StateAPI
from eth.constants import CREATE_CONTRACT_ADDRESS
from eth.db.trie import make_trie_root_and_nodes
from eth.exceptions import Revert, VMError
from eth.vm.chain_context import ChainContext
from eth.vm.forks.cancun import CancunVM
from eth.vm.forks.cancun.constants import BEACON_ROOTS_ADDRESS, HISTORY_BUFFER_LENGTH
from eth.vm.forks.cancun.state import CancunState, CancunTransactionExecutor
from eth.vm.forks.cancun.transaction_context import CancunTransactionContext
from eth.vm.message import Message
from eth_utils.exceptions import ValidationError

from consensus.execution.base import ZERO_ADDRESS
from consensus.execution.embedded.nodes import Overlay
from consensus.execution.errors import InvalidTransaction
from consensus.execution.records import Log, Receipt
from consensus.execution.transactions import Transaction, initcode_gas, intrinsic_gas, keccak


class _Executor(CancunTransactionExecutor):
    """py-evm's executor without its second and third verification of the signature, which costs more than a transfer.

    :func:`consensus.execution.transactions.decode_transaction` has recovered the sender and checked everything else
    that needs no state, for pool and peer blocks alike; what needs state (nonce, funds, fee) is checked here.
    """

    def validate_transaction(self, transaction: SignedTransactionAPI) -> None:
        self.vm_state.validate_transaction(transaction)


class _State(CancunState):
    transaction_executor_class = _Executor


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call did: its return or revert data, gas used (refunds taken off), and why it failed, if it did."""

    output: bytes
    gas_used: int
    error: str | None
    reverted: bool


@dataclass(frozen=True, slots=True)
class Executed:
    """A block's results: final header, receipts, and the trie nodes and code that are new in it."""

    header: BlockHeaderAPI
    transactions: tuple[Transaction, ...]
    receipts: tuple[Receipt, ...]
    nodes: dict[bytes, bytes]


class BlockRun:
    """One block under execution: :meth:`apply` transactions in order, then :meth:`finish`."""

    def __init__(self, overlay: Overlay, header: BlockHeaderAPI, ancestors: Iterable[bytes], chain_id: int) -> None:
        """``header`` carries the parent's state root and the block's own context; ``ancestors`` newest first."""
        self._overlay = overlay
        self._header = header
        self._state = state_at(overlay, header, ancestors, chain_id)
        self._encoded: list[SignedTransactionAPI] = []
        self._evm_receipts: list[object] = []
        self._transactions: list[Transaction] = []
        self._receipts: list[Receipt] = []
        self.gas_used = 0
        self._bloom = 0
        _store_beacon_root(self._state, header)

    def nonce(self, address: bytes) -> int:
        """The account's nonce after the transactions applied so far."""
        return int(self._state.get_nonce(address))  # type: ignore[arg-type]

    def apply(self, transaction: Transaction) -> Receipt:
        """Executes one transaction. Raises :class:`InvalidTransaction`, leaving the state as it was."""
        if self.gas_used + transaction.gas > self._header.gas_limit:
            raise InvalidTransaction("the transaction's gas limit does not fit into the block")
        self._state.lock_changes()
        signed = transaction.signed
        try:
            computation = self._state.apply_transaction(signed)
        except ValidationError as error:
            raise InvalidTransaction(f"the transaction cannot be executed: {error}") from error
        gas_used = CancunVM.finalize_gas_used(signed, computation)
        self.gas_used += gas_used
        evm_receipt = signed.make_receipt(
            b"" if computation.is_error else b"\x01", self.gas_used, computation.get_log_entries()
        )
        receipt = Receipt(
            transaction_hash=transaction.hash,
            sender=transaction.sender,
            succeeded=not computation.is_error,
            gas_used=gas_used,
            cumulative_gas_used=self.gas_used,
            contract=bytes(computation.msg.storage_address) if transaction.creates_contract else None,
            bloom=int(evm_receipt.bloom).to_bytes(256, "big"),
            logs=tuple(
                Log(bytes(address), tuple(int(topic).to_bytes(32, "big") for topic in topics), bytes(data))
                for address, topics, data in computation.get_log_entries()
            ),
        )
        self._bloom |= int(evm_receipt.bloom)
        self._evm_receipts.append(evm_receipt)
        self._transactions.append(transaction)
        self._receipts.append(receipt)
        return receipt

    def finish(self) -> Executed:
        """The block with its roots computed. The run must not be used afterwards."""
        self._state.persist()
        header = self._header.copy(
            state_root=self._state.state_root,
            transaction_root=make_trie_root_and_nodes([t.signed for t in self._transactions])[0],
            receipt_root=make_trie_root_and_nodes(self._evm_receipts)[0],  # type: ignore[arg-type]
            bloom=self._bloom,
            gas_used=self.gas_used,
        )
        return Executed(header, tuple(self._transactions), tuple(self._receipts), self._overlay.written)


def state_at(overlay: Overlay, header: BlockHeaderAPI, ancestors: Iterable[bytes], chain_id: int) -> StateAPI:
    """The state with ``header``'s root, in ``header``'s block context."""
    context = CancunVM.create_execution_context(header, ancestors, ChainContext(chain_id))  # type: ignore[arg-type]
    return _State(overlay, context, header.state_root)


def simulate(
    state: StateAPI, *, sender: bytes = ZERO_ADDRESS, to: bytes | None, data: bytes, value: int = 0, gas: int
) -> Outcome:
    """Runs a message as a transaction with free gas would (eth_call, eth_estimateGas); ``state`` is spent by it."""
    available = gas - intrinsic_gas(to, data)
    if available < 0:
        return Outcome(b"", gas, "out of gas: the gas limit is below the intrinsic cost", reverted=False)
    create_address = None
    if to is None:
        available += initcode_gas(data)  # py-evm charges this part when the creation starts
        nonce = state.get_nonce(sender)  # type: ignore[arg-type]
        create_address = contract_address(sender, nonce)
        state.increment_nonce(sender)  # type: ignore[arg-type]
    message = Message(
        gas=available,
        to=to or CREATE_CONTRACT_ADDRESS,  # type: ignore[arg-type]
        sender=sender,  # type: ignore[arg-type]
        value=value,
        data=data if to else b"",
        code=state.get_code(to) if to else data,  # type: ignore[arg-type]
        create_address=create_address,  # type: ignore[arg-type]
    )
    state.mark_address_warm(sender)  # type: ignore[arg-type]
    state.mark_address_warm(message.storage_address)
    context = CancunTransactionContext(gas_price=0, origin=sender)  # type: ignore[arg-type]
    run = state.computation_class.apply_create_message if to is None else state.computation_class.apply_message
    try:
        computation = run(state, message, context)
    except VMError as error:
        return Outcome(b"", gas, str(error), reverted=False)
    return _outcome(computation, gas)


def contract_address(sender: bytes, nonce: int) -> bytes:
    """The address CREATE gives: the right 160 bits of keccak256(rlp([sender, nonce]))."""
    encoded_nonce = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    if len(encoded_nonce) != 1 or encoded_nonce[0] >= 0x80:
        encoded_nonce = bytes([0x80 + len(encoded_nonce)]) + encoded_nonce
    body = b"\x94" + sender + encoded_nonce
    return keccak(bytes([0xC0 + len(body)]) + body)[12:]


def _outcome(computation: ComputationAPI, gas: int) -> Outcome:
    remaining = computation.get_gas_remaining()
    used = gas - remaining
    if not computation.is_error:
        refund = CancunVM.calculate_net_gas_refund(used, computation.get_gas_refund())
        return Outcome(bytes(computation.output), used - refund, None, reverted=False)
    error = computation.error
    if isinstance(error, Revert):
        return Outcome(bytes(computation.output), used, "execution reverted", reverted=True)
    return Outcome(b"", gas, f"{type(error).__name__}: {error}", reverted=False)


def _store_beacon_root(state: StateAPI, header: BlockHeaderAPI) -> None:
    """EIP-4788: what the system call to the beacon roots contract stores, as py-evm's ``block_preprocessing`` does."""
    if not state.get_code(BEACON_ROOTS_ADDRESS):
        return
    slot = header.timestamp % HISTORY_BUFFER_LENGTH
    root = int.from_bytes(header.parent_beacon_block_root or b"", "big")
    state.set_storage(BEACON_ROOTS_ADDRESS, slot, header.timestamp)
    state.set_storage(BEACON_ROOTS_ADDRESS, slot + HISTORY_BUFFER_LENGTH, root)
