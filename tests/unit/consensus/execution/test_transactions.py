"""One judge of raw transactions for pool, blocks and door."""

from __future__ import annotations

import pytest
import rlp
from eth_account import Account
from hypothesis import example, given
from hypothesis import strategies as st

from consensus.execution.base import InvalidTransaction
from consensus.execution.transactions import (
    MAX_INITCODE_BYTES,
    MAX_RAW_BYTES,
    SECP256K1_HALF_ORDER,
    decode_transaction,
    intrinsic_gas,
    keccak,
)
from tests.conformance.execution.probe import GENESIS, account, transaction

CHAIN = GENESIS.chain_id
TO = "0x" + "11" * 20
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@given(
    kind=st.sampled_from([0, 1, 2]),
    nonce=st.integers(0, 2**64 - 2),
    gas=st.integers(100_000, 2**60),
    data=st.binary(max_size=100),
    value=st.integers(0, 2**128),
    creates=st.booleans(),
)
def test_reads_what_eth_account_signs(kind: int, nonce: int, gas: int, data: bytes, value: int, creates: bool) -> None:
    body: dict[str, object] = {"chainId": CHAIN, "nonce": nonce, "gas": gas, "data": data, "value": value}
    body |= {2: {"type": 2, "maxFeePerGas": 3, "maxPriorityFeePerGas": 2}, 1: {"type": 1, "gasPrice": 5}}.get(
        kind, {"gasPrice": 7}
    )
    if not creates:
        body["to"] = TO
    signed = account(3).sign_transaction(body)
    read = decode_transaction(bytes(signed.raw_transaction), CHAIN)
    assert (read.type, read.nonce, read.gas, read.data, read.value) == (kind, nonce, gas, data, value)
    assert read.hash == bytes(signed.hash) == keccak(read.raw)
    assert "0x" + read.sender.hex() == account(3).address.lower()
    assert read.creates_contract is creates
    assert read.max_fee == {0: 7, 1: 5, 2: 3}[kind]
    assert read.max_priority_fee == {0: 7, 1: 5, 2: 2}[kind]


@given(st.binary(max_size=200))
@example(b"")
@example(b"\x7f")
@example(b"\x80")
@example(b"\xc0")
@example(b"\x04\xc0")
def test_junk_is_one_typed_error(raw: bytes) -> None:
    with pytest.raises(InvalidTransaction):
        decode_transaction(raw, CHAIN)


@given(st.data())
def test_a_flipped_bit_never_keeps_the_sender(data: st.DataObject) -> None:
    raw = bytearray(transaction(account(1), 0, TO, b"payload"))
    position = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[position // 8] ^= 1 << position % 8
    try:
        read = decode_transaction(bytes(raw), CHAIN)
    except InvalidTransaction:
        return
    assert "0x" + read.sender.hex() != account(1).address.lower()


def test_the_malleable_twin_is_refused() -> None:
    raw = transaction(account(1), 0, TO, b"")
    fields = rlp.decode(raw[1:])
    s = int.from_bytes(fields[-1], "big")
    assert s <= SECP256K1_HALF_ORDER
    twin = [*fields[:-3], b"" if fields[-3] else b"\x01", fields[-2], (ORDER - s).to_bytes(32, "big")]
    with pytest.raises(InvalidTransaction, match="lower half"):
        decode_transaction(b"\x02" + rlp.encode(twin), CHAIN)


def test_trailing_bytes_and_padded_numbers_are_refused() -> None:
    raw = transaction(account(1), 1, TO, b"")
    with pytest.raises(InvalidTransaction):
        decode_transaction(raw + b"\x00", CHAIN)
    fields = rlp.decode(raw[1:])
    # Found by hypothesis: an empty list in the place of the value 0 decodes to 0 as well.
    assert raw[34:35] == b"\x80"
    with pytest.raises(InvalidTransaction):
        decode_transaction(raw[:34] + b"\xc0" + raw[35:], CHAIN)
    padded = [fields[0], b"\x00" + fields[1], *fields[2:]]
    with pytest.raises(InvalidTransaction):
        decode_transaction(b"\x02" + rlp.encode(padded), CHAIN)


def test_a_legacy_transaction_of_every_chain_is_refused() -> None:
    fields = [b"\x00"[:0], b"", (100_000).to_bytes(3, "big"), bytes.fromhex(TO[2:]), b"", b""]
    signature = Account.unsafe_sign_hash(keccak(rlp.encode(fields)), account(1).key)
    raw = rlp.encode([*fields, signature.v, signature.r, signature.s])
    with pytest.raises(InvalidTransaction, match="EIP-155"):
        decode_transaction(raw, CHAIN)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (transaction(account(1), 0, TO, b"", chainId=CHAIN + 1), "signed for chain"),
        (transaction(account(1), 0, TO, b"", maxPriorityFeePerGas=1), "priority fee"),
        (transaction(account(1), 2**64 - 1, TO, b""), "Nonce"),
        (transaction(account(1), 0, TO, bytes(MAX_RAW_BYTES), gas=10**9), "larger than"),
        (transaction(account(1), 0, None, bytes(MAX_INITCODE_BYTES + 1), gas=10**9), "initcode"),
        (transaction(account(1), 0, TO, b"\x01", gas=21_015), "21016"),
        (transaction(account(1), 0, None, b"\x01", gas=53_017), "53018"),
        (
            transaction(
                account(1), 0, TO, b"", gas=25_199,
                accessList=[{"address": TO, "storageKeys": ["0x" + "00" * 32]}],
            ),
            "25300",
        ),
    ],
)  # fmt: skip
def test_what_no_block_can_hold_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(InvalidTransaction, match=reason):
        decode_transaction(raw, CHAIN)


def test_intrinsic_gas_counts_bytes_and_initcode_words() -> None:
    assert intrinsic_gas(bytes(20), b"") == 21_000
    assert intrinsic_gas(bytes(20), b"\x00\x01") == 21_000 + 4 + 16
    assert intrinsic_gas(None, b"\x01" * 33) == 21_000 + 32_000 + 33 * 16 + 2 * 2
