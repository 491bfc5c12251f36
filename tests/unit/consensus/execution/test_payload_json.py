"""Payloads travel as JSON through gossip and logs: exact both ways, and junk is one typed error."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.execution.base import MalformedPayload, Payload

uint64 = st.integers(0, 2**64 - 1)


def fixed(length: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=length, max_size=length)


payloads = st.builds(
    Payload,
    hash=fixed(32),
    parent=fixed(32),
    number=uint64,
    timestamp=uint64,
    prev_randao=fixed(32),
    state_root=fixed(32),
    receipts_root=fixed(32),
    logs_bloom=fixed(256),
    gas_used=uint64,
    gas_limit=uint64,
    fee_recipient=fixed(20),
    base_fee=st.integers(0, 2**256 - 1),
    extra_data=st.binary(max_size=32),
    transactions=st.lists(st.binary(max_size=64), max_size=4).map(tuple),
    blob_gas_used=uint64,
    excess_blob_gas=uint64,
    parent_beacon_block_root=fixed(32),
)


@given(payloads)
def test_json_round_trip(payload: Payload) -> None:
    assert Payload.from_json(payload.to_json()) == payload


@given(payloads, payloads)
def test_equal_json_means_equal_payloads(left: Payload, right: Payload) -> None:
    assert (left.to_json() == right.to_json()) == (left == right)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3)
)


@given(payloads, st.data())
def test_any_field_of_another_kind_is_refused(payload: Payload, data: st.DataObject) -> None:
    body = payload.to_json()
    field = data.draw(st.sampled_from(sorted(body)))
    junk = data.draw(json_values.filter(lambda value: value != body[field] and value != []))
    with pytest.raises(MalformedPayload) as caught:
        Payload.from_json({**body, field: junk})
    assert caught.value.field.startswith(field)


GOOD: dict[str, Any] = Payload(
    hash=b"\x01" * 32,
    parent=bytes(32),
    number=1,
    timestamp=2,
    prev_randao=bytes(32),
    state_root=bytes(32),
    receipts_root=bytes(32),
    logs_bloom=bytes(256),
    gas_used=0,
    gas_limit=10,
    fee_recipient=bytes(20),
    base_fee=0,
    extra_data=b"",
    transactions=(b"\x02",),
    blob_gas_used=0,
    excess_blob_gas=0,
    parent_beacon_block_root=bytes(32),
).to_json()


@pytest.mark.parametrize(
    ("field", "junk"),
    [
        ("blockHash", "0x" + "AB" * 32),
        ("blockHash", "0x" + "00" * 31),
        ("blockHash", "00" * 32),
        ("blockNumber", "0x01"),
        ("blockNumber", "0x"),
        ("blockNumber", "0x10000000000000000"),
        ("blockNumber", 1),
        ("baseFeePerGas", hex(2**256)),
        ("extraData", "0x" + "00" * 33),
        ("transactions", None),
        ("transactions", ["0x0"]),
        ("withdrawals", [{"index": "0x0"}]),
        ("withdrawals", None),
        ("timestamp", "0x2\n"),
        ("stateRoot", "0x" + "00" * 32 + "\n"),
    ],
)
def test_forms_that_are_almost_right_are_refused(field: str, junk: object) -> None:
    with pytest.raises(MalformedPayload) as caught:
        Payload.from_json({**GOOD, field: junk})
    assert caught.value.field.startswith(field)


def test_missing_and_additional_fields_are_refused() -> None:
    for field in GOOD:
        with pytest.raises(MalformedPayload):
            Payload.from_json({name: value for name, value in GOOD.items() if name != field})
    with pytest.raises(MalformedPayload, match="executionRequests"):
        Payload.from_json({**GOOD, "executionRequests": []})
    for junk in (None, [], "payload", {1: 2}):
        with pytest.raises(MalformedPayload):
            Payload.from_json(junk)
