"""What is written is read back as it was, whatever it holds: documents of keys, deposits, signers' configuration."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.bindings.addresses import predict_addresses
from contracts.bindings.messages import GrantOpening, SectionEpoch
from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.directory import open_card, seal_card
from keymgmt.keys.dleq import PROOF_LENGTH
from keymgmt.keys.group import Point
from keymgmt.keys.introduction import SignedIntroduction, introduce
from keymgmt.keys.keyset import first_keyset, rotate
from keymgmt.keys.keystore import Keystore, PasskeyWrap, PasswordWrap
from keymgmt.keys.layers import LAYERS
from keymgmt.keys.nullifier_wire import claim_from_json, claim_to_json
from keymgmt.keys.oprf import Claim, Partial
from keymgmt.keys.shamir import PublicShares, deal
from keymgmt.keys.wrapping import Argon2Parameters
from keymgmt.node.messages import DepositContent, DepositedKey
from keymgmt.signer.config import SignerConfig
from medixain.core.addresses import to_address
from medixain.core.secp256k1 import GROUP_ORDER

KEYS = WalletKeys(bytes(range(32)))
CHAIN = 7077
WHOLE = st.integers(0, 2**53 - 1)

addresses = st.binary(min_size=20, max_size=20).map(lambda raw: to_address("0x" + raw.hex()))
points = st.integers(1, GROUP_ORDER - 1).map(Point.generator_times)


def exactly(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


wraps = st.one_of(
    st.builds(
        PasswordWrap, exactly(16),
        st.builds(Argon2Parameters, st.integers(65536, 1 << 20), st.integers(3, 16), st.integers(1, 8)),
        exactly(12), exactly(48),
    ),
    st.builds(PasskeyWrap, st.binary(max_size=64), exactly(32), exactly(12), exactly(48)),
)  # fmt: skip


@given(st.integers(1, 2**53 - 1), st.lists(wraps, min_size=1, max_size=16), exactly(12), exactly(52))
def test_a_keystore_is_read_as_it_was_written(version: int, wrapped: list[object], nonce: bytes, data: bytes) -> None:
    keystore = Keystore(version, tuple(wrapped), nonce, data)  # type: ignore[arg-type]
    assert Keystore.parse(keystore.encode()) == keystore
    assert Keystore.parse(keystore.encode()).hash() == keystore.hash()


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_an_introduction_is_read_as_it_was_signed(data: st.DataObject) -> None:
    layer = data.draw(st.sampled_from([name for name, layer in LAYERS.items() if layer.sections]))
    names = st.sets(st.sampled_from(sorted(LAYERS[layer].sections)))
    keyset = rotate(first_keyset(KEYS, layer), KEYS, layer, data.draw(names))
    made = introduce(
        KEYS, layer=layer, keyset=keyset, professional=data.draw(addresses), sections=data.draw(names),
        append=data.draw(st.booleans()), until=data.draw(WHOLE), salt=data.draw(exactly(32)), chain_id=CHAIN,
    )  # fmt: skip
    read = SignedIntroduction.parse(made.encode())
    assert read == made
    assert read.encode() == made.encode()


@settings(max_examples=25, deadline=None)
@given(exactly(32), st.none() | exactly(32).filter(any), st.integers(1, 2**53 - 1))
def test_a_card_opens_as_it_was_sealed(entropy: bytes, kyc_salt: bytes | None, version: int) -> None:
    keys = WalletKeys(entropy)
    sealed = seal_card(keys, kyc_salt=kyc_salt, version=version, chain_id=CHAIN)
    card = open_card(keys.wallet_id, sealed, chain_id=CHAIN)
    assert (card.wallet, card.account) == (keys.wallet_id, keys.slot_id("account"))
    assert (card.exchange_key, card.kyc_salt, card.version) == (keys.exchange.public_key, kyc_salt, version)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_public_shares_are_read_as_they_were_dealt(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 7))
    public, _ = deal(data.draw(st.integers(1, count)), count)
    read = PublicShares.parse(public.encode())
    assert read == public
    assert read.public_key == public.public_key


claims = st.builds(
    Claim, exactly(32), exactly(32),
    st.lists(st.builds(Partial, st.integers(1, 255), points, exactly(PROOF_LENGTH)), max_size=5).map(tuple),
    points, exactly(PROOF_LENGTH),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(claims)
def test_a_claim_travels_as_json(claim: Claim) -> None:
    assert claim_from_json(json.loads(json.dumps(claim_to_json(claim)))) == claim


@given(st.data())
def test_a_deposit_travels_as_json(data: st.DataObject) -> None:
    records = data.draw(st.lists(exactly(32), max_size=4, unique=True))
    tags = data.draw(st.lists(exactly(16), min_size=1, max_size=4, unique=True)) if not records else []
    sections = tuple(SectionEpoch(tag, data.draw(st.integers(1, 2**32 - 1))) for tag in tags)
    opening = GrantOpening(
        slot=data.draw(addresses), grantee=data.draw(addresses), grantee_key=data.draw(exactly(33)),
        kind=1 if records else 2, records=tuple(records), sections=sections, purpose=data.draw(st.text(max_size=40)),
        expiry=data.draw(WHOLE), node_set=data.draw(st.integers(0, 2**16)), salt=data.draw(exactly(32)),
    )  # fmt: skip
    keys = tuple(
        DepositedKey(data.draw(exactly(33)), data.draw(st.binary(min_size=1, max_size=300)))
        for _ in (*records, *sections)
    )
    content = DepositContent(opening, keys)
    read = DepositContent.from_json(json.loads(json.dumps(content.to_json())))
    assert read == content
    assert read.hash == content.hash


@given(
    st.integers(1, 2**53 - 1), addresses, st.none() | st.text(min_size=1, max_size=200), st.integers(1, 2**53 - 1)
)  # fmt: skip
def test_a_signers_configuration_is_read_as_it_was_written(
    chain_id: int, deployer: str, rpc_url: str | None, daily_limit: int
) -> None:
    config = SignerConfig(chain_id, predict_addresses(deployer), rpc_url, daily_limit)
    assert SignerConfig.parse(config.encode()) == config
