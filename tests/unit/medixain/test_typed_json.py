"""Messages as JSON: what is written reads back, and nothing else is read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.bindings.messages import Grant, GrantOpening, SectionEpoch, Withdrawal
from medixain.core.errors import InvalidInput
from medixain.core.typed_json import message_from_json, message_to_json

addresses = st.binary(min_size=20, max_size=20)
words = st.binary(min_size=32, max_size=32)
uint64 = st.integers(0, 2**64 - 1)
grants = st.builds(
    Grant, slot=addresses, grant_id=words, expiry=uint64, node_set=st.integers(0, 2**32 - 1),
    nonce=st.integers(0, 2**256 - 1), deadline=uint64,
)  # fmt: skip
sections = st.builds(SectionEpoch, tag=st.binary(min_size=16, max_size=16), epoch=st.integers(0, 9))
openings = st.builds(
    GrantOpening, slot=addresses, grantee=addresses, grantee_key=st.binary(max_size=40), kind=st.integers(0, 255),
    records=st.lists(words, max_size=3),
    sections=st.lists(sections, max_size=3),
    purpose=st.text(max_size=20), expiry=uint64, node_set=st.integers(0, 9), salt=words,
)  # fmt: skip


@given(st.one_of(grants, openings))
def test_round_trip(message: Any) -> None:
    assert message_from_json(type(message), message_to_json(message)) == message


WITHDRAWAL = {"slot": "0x" + "11" * 20, "grantIds": ["0x" + "22" * 32], "nonce": "5", "deadline": 7}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"grant_ids": []}, "message.grant_ids"),
        ({"nonce": "05"}, "message.nonce"),
        ({"nonce": -1}, "Withdrawal.nonce"),
        ({"nonce": True}, "message.nonce"),
        ({"nonce": 1.0}, "message.nonce"),
        ({"deadline": str(2**64)}, "Withdrawal.deadline"),
        ({"grantIds": "0x"}, "message.grantIds"),
        ({"grantIds": ["0x" + "22" * 31]}, "Withdrawal.grant_ids[0]"),
        ({"grantIds": ["0x" + "AA" * 32]}, "message.grantIds[0]"),
        ({"slot": None}, "Withdrawal.slot"),
    ],
)
def test_anything_else_is_refused_with_its_place(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        message_from_json(Withdrawal, WITHDRAWAL | change)
    assert refused.value.field == field
    assert message_from_json(Withdrawal, WITHDRAWAL).nonce == 5
