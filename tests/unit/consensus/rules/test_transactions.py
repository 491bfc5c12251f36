"""Decoding of raw transactions for the permission rules."""

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from consensus.rules.errors import TransactionRefused
from consensus.rules.transactions import Transaction, decode_transaction, decode_transactions
from tests.unit.consensus.support import CHAIN_ID, address, raw_transaction

TO = address("contract")


@pytest.mark.parametrize(
    "fields",
    [
        {"gasPrice": 0},
        {"gasPrice": 7, "accessList": [{"address": TO, "storageKeys": ["0x" + "11" * 32]}], "type": 1},
        {"maxFeePerGas": 0, "maxPriorityFeePerGas": 0},
    ],
    ids=["legacy", "access list", "dynamic fee"],
)
@pytest.mark.parametrize("to", [TO, None], ids=["call", "creation"])
def test_every_type_shows_sender_recipient_value_and_gas(fields, to):
    recipient = {"to": to} if to else {}
    raw = raw_transaction("sender", gas=123_456, value=9, nonce=3, data=b"\x01\x02", **recipient, **fields)
    assert decode_transaction(raw, CHAIN_ID) == Transaction(address("sender"), to, 9, 123_456)


@pytest.mark.parametrize("fields", [{}, {"maxFeePerGas": 0, "maxPriorityFeePerGas": 0}], ids=["legacy", "typed"])
def test_a_transaction_of_another_chain_is_refused(fields):
    with pytest.raises(TransactionRefused):
        decode_transaction(raw_transaction("sender", to=TO, chainId=CHAIN_ID + 1, **fields), CHAIN_ID)


def mangled():
    legacy = raw_transaction("sender", to=TO)
    fields = rlp.decode(legacy)
    typed = raw_transaction("sender", to=TO, maxFeePerGas=0, maxPriorityFeePerGas=0)
    body = rlp.decode(typed[1:])
    yield "empty", b""
    yield "blob type", b"\x03" + typed[1:]
    yield "set-code type", b"\x04" + typed[1:]
    yield "unknown type", b"\x7f"
    yield "trailing byte", legacy + b"\0"
    yield "truncated", legacy[:-1]
    yield "too few fields", rlp.encode(fields[:-1])
    yield "a list where bytes belong", rlp.encode([*fields[:-1], [b""]])
    yield "not EIP-155", rlp.encode([*fields[:6], b"\x1b", *fields[7:]])
    yield "short recipient", rlp.encode([*fields[:3], b"\1\2", *fields[4:]])
    yield "leading zero in an integer", rlp.encode([*fields[:2], b"\0\1", *fields[3:]])
    yield "zero signature", rlp.encode([*fields[:7], b"", b""])
    yield "overlong signature", rlp.encode([*fields[:7], b"\1" * 33, fields[8]])
    yield "typed with too few fields", typed[:1] + rlp.encode(body[:-1])
    yield "typed with wrong parity", typed[:1] + rlp.encode([*body[:-3], b"\2", *body[-2:]])
    yield "typed, value an empty list", typed[:1] + rlp.encode([*body[:6], [], *body[7:]])
    yield "typed, recipient an empty list", typed[:1] + rlp.encode([*body[:5], [], *body[6:]])
    yield "typed, not a list", typed[:1] + rlp.encode(b"text")
    yield "typed, chain id a list", typed[:1] + rlp.encode([[], *body[1:]])
    yield "deeply nested", b"\x02" + nested(3000)


def nested(depth):
    data = b"\xc0"
    for _ in range(depth):
        length = len(data)
        size = length.to_bytes((length.bit_length() + 7) // 8, "big")
        data = (bytes([0xC0 + length]) if length < 56 else bytes([0xF7 + len(size)]) + size) + data
    return data


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in mangled()])
def test_what_is_no_transaction_of_this_chain_is_refused(raw):
    with pytest.raises(TransactionRefused) as refused:
        decode_transaction(raw, CHAIN_ID, index=4)
    assert refused.value.index == 4


@given(st.binary(max_size=300))
def test_junk_raises_one_error(raw):
    with pytest.raises(TransactionRefused):
        decode_transaction(raw, CHAIN_ID)


def test_the_first_bad_one_of_a_block_is_named():
    with pytest.raises(TransactionRefused) as refused:
        decode_transactions([raw_transaction("sender", to=TO), b"\x05"], CHAIN_ID)
    assert refused.value.index == 1
