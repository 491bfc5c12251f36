"""Addresses: checksums are checked, keys give the right ones, and a deployer's contracts are known beforehand."""

import pytest
import rlp
from eth_account import Account
from eth_hash.auto import keccak
from eth_utils import to_checksum_address
from hypothesis import given, settings
from hypothesis import strategies as st

from medixain.core.addresses import (
    InvalidAddress,
    address_bytes,
    address_of_public_key,
    address_of_secret_key,
    created_address,
    to_address,
)
from medixain.core.errors import InvalidInput

raw_addresses = st.binary(min_size=20, max_size=20)


@given(raw=raw_addresses)
def test_checksum_is_eip55(raw: bytes) -> None:
    address = to_address(raw)
    assert address == to_checksum_address(raw)
    assert address_bytes(address) == raw
    assert to_address(address.lower()) == address == to_address(address)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "0x",
        "52908400098527886E0F7030069857D2E4169EE7",
        "0x52908400098527886E0F7030069857D2E4169EE",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"[:-1] + "D" + "0",
        "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",  # one letter's case changed
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg",
        b"\x00" * 19,
        b"\x00" * 21,
    ],
)
def test_what_is_no_address_is_refused(value: str | bytes) -> None:
    with pytest.raises(InvalidAddress):
        to_address(value)


@settings(max_examples=25, deadline=None)
@given(number=st.integers(1, 2**255))
def test_key_to_address_as_eth_account(number: int) -> None:
    secret = number.to_bytes(32, "big")
    account = Account.from_key(secret)
    assert address_of_secret_key(secret) == account.address
    assert address_of_public_key(account._key_obj.public_key.to_compressed_bytes()) == account.address


@pytest.mark.parametrize("secret", [b"", b"\x01" * 31, b"\x00" * 32, b"\xff" * 32])
def test_an_invalid_secret_key_has_no_address(secret: bytes) -> None:
    with pytest.raises(InvalidInput):
        address_of_secret_key(secret)


def test_bytes_off_the_curve_have_no_address() -> None:
    with pytest.raises(InvalidInput):
        address_of_public_key(b"\x02" + b"\xff" * 32)


@settings(deadline=None)
@given(raw=raw_addresses, nonce=st.integers(0, 2**64 - 1))
def test_created_address_is_that_of_create(raw: bytes, nonce: int) -> None:
    expected = to_checksum_address(keccak(rlp.encode([raw, nonce]))[12:])
    assert created_address(to_address(raw), nonce) == expected


def test_a_negative_nonce_is_refused() -> None:
    with pytest.raises(InvalidInput):
        created_address("0x" + "01" * 20, -1)
