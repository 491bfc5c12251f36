"""Raw transactions are those of eth-account, and secrets do not show."""

import pytest
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.bindings import LocalKey, Sender
from contracts.bindings.sending import TransactionType
from medixain.core.addresses import to_address
from medixain.core.errors import InvalidInput

KEY = bytes.fromhex("22" * 32)
SENDER = Sender(LocalKey(KEY), 7077)


@settings(max_examples=30, deadline=None)
@given(
    to=st.none() | st.binary(min_size=20, max_size=20).map(to_address),
    data=st.binary(max_size=100),
    nonce=st.integers(0, 2**64 - 2),
    gas=st.integers(1, 2**40),
    transaction_type=st.sampled_from([0, 2]),
)
def test_raw_transactions_are_those_of_eth_account(
    to: str | None, data: bytes, nonce: int, gas: int, transaction_type: TransactionType
) -> None:
    fields = {"chainId": 7077, "nonce": nonce, "gas": gas, "value": 0, "data": data, "to": to or b""}
    fees = {"gasPrice": 0} if transaction_type == 0 else {"type": 2, "maxFeePerGas": 0, "maxPriorityFeePerGas": 0}
    expected = Account.sign_transaction({**fields, **fees}, KEY)
    signed = SENDER.sign_call(to=to, data=data, nonce=nonce, gas=gas, transaction_type=transaction_type)
    assert (signed.raw, signed.hash) == (bytes(expected.raw_transaction), bytes(expected.hash))
    assert Account.recover_transaction(signed.raw) == signed.sender == SENDER.address


@pytest.mark.parametrize(("nonce", "gas"), [(-1, 1), (0, 0)])
def test_an_impossible_transaction_is_refused(nonce: int, gas: int) -> None:
    with pytest.raises(InvalidInput):
        SENDER.sign_call(to=SENDER.address, data=b"", nonce=nonce, gas=gas)


def test_the_secret_does_not_show() -> None:
    assert KEY.hex() not in repr(SENDER)
    assert repr(KEY) not in repr(SENDER)
