"""Payload rules beyond the EVM's: fixed fields, registered senders, quotas, known contracts."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.execution.base import Payload
from consensus.rules.errors import (
    CreationNotPermitted,
    PayloadRuleBroken,
    QuotaExceeded,
    RecipientNotKnown,
    SealMismatch,
    SenderNotRegistered,
    TransactionRefused,
)
from consensus.rules.payload import Permissions, check_payload, check_transactions
from consensus.rules.seal import SealHeader, prev_randao
from consensus.rules.transactions import Transaction
from tests.unit.consensus.support import CHAIN_ID, GENESIS_TIME, MINERS

PARENT_SEAL, PARENT_HASH = b"\x0a" * 32, b"\x0e" * 32
HEADER = SealHeader(
    chain_id=CHAIN_ID, height=7, parent_seal=PARENT_SEAL, payload_hash=b"\x0b" * 32, time_ms=GENESIS_TIME * 1000 + 999,
    s=5, r=14, d=8, miner_index=1, miner_id=MINERS[0].id, attempt=2, checkpoint=b"\x0c" * 32, nonce=0,
)  # fmt: skip
PAYLOAD = Payload(
    hash=HEADER.payload_hash, parent=PARENT_HASH, number=7, timestamp=GENESIS_TIME,
    prev_randao=prev_randao(PARENT_SEAL, MINERS[0].id, 2), state_root=bytes(32), receipts_root=bytes(32),
    logs_bloom=bytes(256), gas_used=500, gas_limit=1000, fee_recipient=bytes(20), base_fee=0, extra_data=b"",
    transactions=(), blob_gas_used=0, excess_blob_gas=0, parent_beacon_block_root=PARENT_SEAL,
)  # fmt: skip


def test_a_payload_that_follows_the_rules_passes():
    check_payload(HEADER, PAYLOAD, PARENT_HASH)


@pytest.mark.parametrize(("field", "value"), [("hash", b"\x0f" * 32), ("number", 8), ("timestamp", GENESIS_TIME + 1)])
def test_a_payload_the_header_does_not_describe_is_refused(field, value):
    with pytest.raises(SealMismatch):
        check_payload(HEADER, replace(PAYLOAD, **{field: value}), PARENT_HASH)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("parent", b"\x0f" * 32),
        ("parent_beacon_block_root", bytes(32)),
        ("prev_randao", bytes(32)),
        ("fee_recipient", b"\x01" * 20),
        ("extra_data", b"\x00"),
        ("base_fee", 1),
        ("blob_gas_used", 131_072),
        ("excess_blob_gas", 1),
        ("gas_used", 501),
    ],
)
def test_a_field_this_chain_fixes_may_not_vary(field, value):
    with pytest.raises(PayloadRuleBroken):
        check_payload(HEADER, replace(PAYLOAD, **{field: value}), PARENT_HASH)


def test_an_attempt_fixes_prev_randao():
    with pytest.raises(PayloadRuleBroken):
        check_payload(replace(HEADER, attempt=3), PAYLOAD, PARENT_HASH)


ALLOWED = Permissions({"relay": 100, "shut": 0}, frozenset({"relay"}), frozenset({"registry"}))
CALL = Transaction("relay", "registry", 0, 60)


def test_registered_senders_may_call_known_contracts_and_creators_create():
    check_transactions([CALL, replace(CALL, recipient=None, gas_limit=40)], ALLOWED)
    check_transactions([], Permissions({}, frozenset(), frozenset()))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"sender": "stranger"}, SenderNotRegistered),
        ({"sender": "shut"}, SenderNotRegistered),
        ({"gas_limit": 101}, QuotaExceeded),
        ({"value": 1}, TransactionRefused),
        ({"recipient": "elsewhere"}, RecipientNotKnown),
    ],
)
def test_anything_else_is_refused(change, error):
    with pytest.raises(error):
        check_transactions([replace(CALL, **change)], ALLOWED)


def test_creation_needs_its_own_right():
    with pytest.raises(CreationNotPermitted):
        check_transactions([replace(CALL, recipient=None)], replace(ALLOWED, creators=frozenset()))


@given(st.lists(st.integers(1, 60), max_size=8))
def test_a_senders_quota_bounds_the_sum_of_its_gas_limits_in_a_block(limits):
    calls = [replace(CALL, gas_limit=limit) for limit in limits]
    if sum(limits) <= 100:
        check_transactions(calls, ALLOWED)
    else:
        with pytest.raises(QuotaExceeded) as refused:
            check_transactions(calls, ALLOWED)
        assert refused.value.wanted > refused.value.quota == 100
