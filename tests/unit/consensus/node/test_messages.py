"""Gossip's encodings: round trips, and one typed error for junk."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.execution.base import Payload
from consensus.node.gossip.base import ChainStatus
from consensus.node.gossip.server import status_from_json, status_to_json
from consensus.node.messages import JSON_DEPTH_MAX, SealedBlock, parse_json, vote_from_json, vote_to_json
from consensus.rules.errors import MalformedMessage
from consensus.rules.votes import Link, Vote
from tests.unit.consensus.rules.test_seal import headers
from tests.unit.consensus.support import VOTERS

hash32 = st.binary(min_size=32, max_size=32)
height = st.integers(0, 2**63 - 1)
signature = st.binary(min_size=65, max_size=65)
uint64 = st.integers(0, 2**64 - 1)
payloads = st.builds(
    Payload,
    hash=hash32, parent=hash32, number=uint64, timestamp=uint64, prev_randao=hash32, state_root=hash32,
    receipts_root=hash32, logs_bloom=st.just(bytes(256)), gas_used=uint64, gas_limit=uint64,
    fee_recipient=st.binary(min_size=20, max_size=20), base_fee=uint64, extra_data=st.binary(max_size=32),
    transactions=st.lists(st.binary(max_size=40), max_size=3).map(tuple), blob_gas_used=uint64, excess_blob_gas=uint64,
    parent_beacon_block_root=hash32,
)  # fmt: skip
blocks = st.builds(SealedBlock, headers, st.integers(0, 2**32 - 1), signature, payloads)
votes = st.builds(Vote, st.sampled_from(VOTERS), st.builds(Link, hash32, height, hash32, height), signature)
statuses = st.builds(ChainStatus, hash32, height, st.integers(0, 2**256 - 1), hash32, hash32, height)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def through_the_wire(value):
    return parse_json(json.dumps(value).encode())


@given(blocks)
def test_blocks(block):
    assert SealedBlock.from_json(through_the_wire(block.to_json())) == block


@given(votes)
def test_votes(vote):
    assert vote_from_json(through_the_wire(vote_to_json(vote))) == vote


@given(statuses)
def test_statuses(status):
    assert status_from_json(through_the_wire(status_to_json(status))) == status


@pytest.mark.parametrize("read", [SealedBlock.from_json, vote_from_json, status_from_json])
@given(value=json_values)
def test_junk_raises_one_error(read, value):
    with pytest.raises(MalformedMessage):
        read(value)


@given(vote=votes, data=st.data())
def test_a_vote_with_one_member_replaced_by_junk_is_refused(vote, data):
    value = vote_to_json(vote)
    name = data.draw(st.sampled_from(sorted(value)))
    junk = data.draw(st.sampled_from([None, True, 1.5, -1, 2**63, "0X00", "0x0", "", [], {}, "voter"]))
    with pytest.raises(MalformedMessage):
        vote_from_json({**value, name: junk})


def test_brackets_inside_strings_do_not_count_as_depth():
    text = json.dumps({"a": "[" * 1000 + '\\"' + "{" * 1000})
    assert parse_json(text.encode()) == json.loads(text)
    deepest = b"[" * JSON_DEPTH_MAX + b"]" * JSON_DEPTH_MAX
    parse_json(deepest)
    with pytest.raises(MalformedMessage):
        parse_json(b"[" + deepest + b"]")


@given(st.binary(max_size=50))
def test_bytes_parse_as_json_or_raise_one_error(data):
    try:
        expected = json.loads(data)
    except ValueError:
        with pytest.raises(MalformedMessage):
            parse_json(data)
        return
    assert parse_json(data) == expected or expected != expected
