"""EIP-712 messages: the same digests and signatures as eth-account's, and nothing but canonical signatures accepted."""

from dataclasses import dataclass

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.bindings.messages import Grant, GrantOpening, MinerSet, SectionEpoch
from medixain.core.addresses import address_of_secret_key, to_address
from medixain.core.eip712 import (
    AddressField,
    Bool,
    Bytes,
    Bytes32,
    Domain,
    InvalidTypedData,
    SignatureError,
    SignatureHighS,
    SignatureLengthError,
    SignatureRecoveryIdError,
    SignatureUnrecoverable,
    String,
    TypedStruct,
    Uint8,
    Uint64,
    Uint256,
    WrongSigner,
    digest,
    encode_type,
    hash_struct,
    off_chain_domain,
    recover,
    sign,
    type_hash,
    typed_data,
    verify,
)
from medixain.core.secp256k1 import GROUP_ORDER, SecretKeyInvalid

KEY = bytes.fromhex("11" * 32)
DOMAIN = Domain("AccessGrants", "1", 1337, "0x" + "ab" * 20)


@dataclass(frozen=True, slots=True)
class Person(TypedStruct):
    """The structs of the EIP's own example."""

    name: String
    wallet: AddressField


@dataclass(frozen=True, slots=True)
class Mail(TypedStruct):
    """``from`` is a Python keyword; EIP-712 does not mind the name of a field, only this test's vector does."""

    sender: Person
    to: tuple[Person, ...]
    contents: String


@dataclass(frozen=True, slots=True)
class Everything(TypedStruct):
    """One field of every type in use."""

    flag: Bool
    tiny: Uint8
    huge: Uint256
    blob: Bytes
    word: Bytes32
    text: String
    who: AddressField
    nested: Person
    many_numbers: tuple[Uint64, ...]
    many_blobs: tuple[Bytes, ...]
    many_people: tuple[Person, ...]


addresses = st.binary(min_size=20, max_size=20).map(to_address)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
people = st.builds(Person, name=texts, wallet=addresses)
everything = st.builds(
    Everything,
    flag=st.booleans(),
    tiny=st.integers(0, 2**8 - 1),
    huge=st.integers(0, 2**256 - 1),
    blob=st.binary(max_size=70),
    word=st.binary(min_size=32, max_size=32),
    text=texts,
    who=addresses,
    nested=people,
    many_numbers=st.lists(st.integers(0, 2**64 - 1), max_size=3),
    many_blobs=st.lists(st.binary(max_size=40), max_size=3),
    many_people=st.lists(people, max_size=3),
)
secret_keys = st.integers(1, GROUP_ORDER - 1).map(lambda number: number.to_bytes(32, "big"))
domains = st.builds(
    Domain,
    name=texts,
    version=texts,
    chain_id=st.integers(1, 2**64 - 1),
    verifying_contract=st.none() | addresses,
)


def grant() -> Grant:
    return Grant(
        slot="0x" + "01" * 20, grant_id=b"\x02" * 32, expiry=2_000_000_000, node_set=1, nonce=7, deadline=1_900_000_000
    )


@settings(max_examples=40, deadline=None)
@given(domain=domains, message=everything, key=secret_keys)
def test_signatures_are_those_of_eth_account(domain: Domain, message: Everything, key: bytes) -> None:
    signable = encode_typed_data(full_message=typed_data(domain, message))
    signed = Account.sign_message(signable, key)

    assert digest(domain, message) == bytes(signed.message_hash)
    assert sign(domain, message, key) == bytes(signed.signature)
    assert recover(domain, message, sign(domain, message, key)) == Account.from_key(key).address


@settings(max_examples=40, deadline=None)
@given(message=everything, other=everything)
def test_different_messages_have_different_hashes(message: Everything, other: Everything) -> None:
    assert (hash_struct(message) == hash_struct(other)) == (message == other)


def test_the_names_of_the_specification_are_hashed() -> None:
    assert encode_type(Grant) == (
        "Grant(address slot,bytes32 grantId,uint64 expiry,uint32 nodeSet,uint256 nonce,uint64 deadline)"
    )
    assert encode_type(GrantOpening) == (
        "GrantOpening(address slot,address grantee,bytes granteeKey,uint8 kind,bytes32[] records,"
        "SectionEpoch[] sections,string purpose,uint64 expiry,uint32 nodeSet,bytes32 salt)"
        "SectionEpoch(bytes16 tag,uint32 epoch)"
    )
    assert type_hash(MinerSet) == keccak(
        b"MinerSet(Miner[] miners,uint256 nonce,uint64 deadline)"
        b"Miner(bytes32 id,address key,address institution,bool enabled)"
    )


def test_equal_messages_compare_equal_however_they_were_written() -> None:
    lower = Grant(**{**_fields(grant()), "slot": "0x" + "ab" * 20})
    assert lower == Grant(**{**_fields(grant()), "slot": bytes.fromhex("ab" * 20)})
    assert lower.slot == to_address("0x" + "ab" * 20)
    opening = GrantOpening(
        slot="0x" + "01" * 20,
        grantee="0x" + "02" * 20,
        grantee_key=b"\x02" * 33,
        kind=2,
        records=[],  # type: ignore[arg-type]  # a list is accepted and kept as a tuple
        sections=[SectionEpoch(b"t" * 16, 3)],  # type: ignore[arg-type]
        purpose="care",
        expiry=1,
        node_set=1,
        salt=b"s" * 32,
    )
    assert opening.sections == (SectionEpoch(b"t" * 16, 3),)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slot", "0x01"),
        ("slot", "0x" + "aB" * 20),
        ("grant_id", b"short"),
        ("grant_id", "0x" + "02" * 32),
        ("expiry", -1),
        ("expiry", 2**64),
        ("expiry", True),
        ("expiry", 1.0),
        ("node_set", 2**32),
        ("nonce", 2**256),
    ],
)
def test_a_value_that_does_not_fit_is_refused_where_it_stands(field: str, value: object) -> None:
    with pytest.raises(InvalidTypedData) as caught:
        Grant(**{**_fields(grant()), field: value})
    assert caught.value.field == f"Grant.{field}"


def test_a_misplaced_struct_or_array_is_refused() -> None:
    person = Person("Ann", "0x" + "01" * 20)
    with pytest.raises(InvalidTypedData):
        Mail(sender="Ann", to=(person,), contents="")  # type: ignore[arg-type]
    with pytest.raises(InvalidTypedData):
        Mail(sender=person, to=person, contents="")  # type: ignore[arg-type]
    with pytest.raises(InvalidTypedData) as caught:
        Mail(sender=person, to=(person, "Bob"), contents="")  # type: ignore[arg-type]
    assert caught.value.field == "Mail.to[1]"


def test_a_struct_with_an_unknown_type_cannot_be_declared_by_accident() -> None:
    @dataclass(frozen=True, slots=True)
    class Odd(TypedStruct):
        number: int

    with pytest.raises(TypeError, match="no EIP-712 type"):
        Odd(1)


def test_a_signature_counts_in_its_domain_only() -> None:
    signature = sign(DOMAIN, grant(), KEY)
    signer = address_of_secret_key(KEY)
    verify(DOMAIN, grant(), signature, signer=signer)
    for other in (
        Domain("AccessGrants", "1", 1338, DOMAIN.verifying_contract),
        Domain("AccessGrants", "2", 1337, DOMAIN.verifying_contract),
        Domain("RecordRegistry", "1", 1337, DOMAIN.verifying_contract),
        Domain("AccessGrants", "1", 1337, "0x" + "ac" * 20),
        off_chain_domain(1337),
    ):
        with pytest.raises(WrongSigner) as caught:
            verify(other, grant(), signature, signer=signer)
        assert caught.value.expected == signer


def test_a_signature_has_one_form_only() -> None:
    signature = sign(DOMAIN, grant(), KEY)
    r, s, v = signature[:32], int.from_bytes(signature[32:64], "big"), signature[64]
    twin = r + (GROUP_ORDER - s).to_bytes(32, "big") + bytes([55 - v])
    with pytest.raises(SignatureHighS):
        recover(DOMAIN, grant(), twin)
    for wrong in (0, 1, 26, 29, 255):
        with pytest.raises(SignatureRecoveryIdError):
            recover(DOMAIN, grant(), signature[:64] + bytes([wrong]))
    for wrong_length in (b"", signature[:64], signature + b"\x00"):
        with pytest.raises(SignatureLengthError):
            recover(DOMAIN, grant(), wrong_length)
    with pytest.raises(SignatureUnrecoverable):
        recover(DOMAIN, grant(), b"\x00" * 64 + b"\x1b")


@settings(max_examples=100, deadline=None)
@given(junk=st.binary(max_size=80) | st.binary(min_size=64, max_size=64).map(lambda b: b + b"\x1b"))
def test_junk_raises_the_one_base_error_or_names_somebody_else(junk: bytes) -> None:
    try:
        signer = recover(DOMAIN, grant(), junk)
    except SignatureError:
        return
    assert signer != address_of_secret_key(KEY)


@pytest.mark.parametrize("key", [b"", b"\x01" * 31, b"\x00" * 32, GROUP_ORDER.to_bytes(32, "big"), b"\xff" * 32])
def test_a_key_that_is_none_is_refused_without_showing_it(key: bytes) -> None:
    with pytest.raises(SecretKeyInvalid) as caught:
        sign(DOMAIN, grant(), key)
    assert key.hex() == "" or key.hex() not in str(caught.value)


def _fields(message: Grant) -> dict[str, object]:
    return {name: getattr(message, name) for name in ("slot", "grant_id", "expiry", "node_set", "nonce", "deadline")}
