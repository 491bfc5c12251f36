"""Re-encryption opens for the one receiver, with enough honest nodes, and every junk input is one typed error."""

import itertools
import pickle
from collections.abc import Callable

import coincurve
import pytest
import umbral_pre
from hypothesis import given, settings
from hypothesis import strategies as st

from keymgmt.pre import (
    MAX_SHARES,
    BadThreshold,
    CannotOpen,
    Capsule,
    KeyFactory,
    MalformedEncoding,
    PublicKey,
    Sealed,
    SecretKey,
    VerificationFailed,
    VerifiedCFrag,
    VerifiedKFrag,
    make_kfrags,
    reencrypt,
    seal,
    unseal,
    unseal_reencrypted,
    verify_cfrag,
    verify_kfrag,
)

OWNER, READER, SIGNER, STRANGER = (SecretKey((index).to_bytes(32, "big")) for index in (11, 12, 13, 14))
KFRAGS = make_kfrags(OWNER, READER.public_key, SIGNER, threshold=3, shares=5)
SEALED = seal(OWNER.public_key, b"a data key")
CFRAGS = [reencrypt(SEALED.capsule, kfrag) for kfrag in KFRAGS]


def kfrag_verified(
    data: bytes,
    verifying: SecretKey = SIGNER,
    delegating: SecretKey = OWNER,
    receiving: SecretKey = READER,
) -> VerifiedKFrag:
    return verify_kfrag(
        data, verifying=verifying.public_key, delegating=delegating.public_key, receiving=receiving.public_key
    )


def cfrag_verified(
    data: bytes,
    capsule: Capsule = SEALED.capsule,
    verifying: SecretKey = SIGNER,
    delegating: SecretKey = OWNER,
    receiving: SecretKey = READER,
) -> VerifiedCFrag:
    return verify_cfrag(
        data, capsule, verifying=verifying.public_key, delegating=delegating.public_key, receiving=receiving.public_key
    )


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=300))
def test_what_is_sealed_opens_to_its_owner(plaintext: bytes) -> None:
    sealed = Sealed.parse(bytes(seal(OWNER.public_key, plaintext)))
    assert unseal(OWNER, sealed) == plaintext


def test_sealing_twice_shows_nothing_equal() -> None:
    first, second = seal(OWNER.public_key, b"same"), seal(OWNER.public_key, b"same")
    assert first.capsule != second.capsule
    assert first.ciphertext != second.ciphertext


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_any_threshold_of_nodes_opens_for_the_receiver(data: st.DataObject) -> None:
    shares = data.draw(st.integers(1, 6))
    threshold = data.draw(st.integers(1, shares))
    plaintext = data.draw(st.binary(max_size=64))
    sealed = seal(OWNER.public_key, plaintext)
    kfrags = make_kfrags(OWNER, READER.public_key, SIGNER, threshold=threshold, shares=shares)
    chosen = data.draw(st.permutations(kfrags))[:threshold]
    cfrags = [cfrag_verified(bytes(reencrypt(sealed.capsule, k)), sealed.capsule) for k in chosen]
    assert unseal_reencrypted(READER, OWNER.public_key, sealed, cfrags) == plaintext
    if threshold > 1:
        with pytest.raises(CannotOpen):
            unseal_reencrypted(READER, OWNER.public_key, sealed, cfrags[1:])


def test_every_three_of_five_open_and_more_do_no_harm() -> None:
    for chosen in (*itertools.combinations(CFRAGS, 3), CFRAGS):
        assert unseal_reencrypted(READER, OWNER.public_key, SEALED, chosen) == b"a data key"


def test_a_stored_fragment_verifies_again() -> None:
    kfrag = kfrag_verified(bytes(KFRAGS[0]))
    assert kfrag == KFRAGS[0]
    assert (kfrag.delegating, kfrag.receiving) == (OWNER.public_key, READER.public_key)
    assert cfrag_verified(bytes(CFRAGS[0])).capsule == SEALED.capsule


def test_the_wrong_people_do_not_open() -> None:
    for reader in (STRANGER, OWNER):
        with pytest.raises(CannotOpen):
            unseal_reencrypted(reader, OWNER.public_key, SEALED, CFRAGS[:3])
    for owner in (READER, STRANGER):
        with pytest.raises(CannotOpen):
            unseal(owner, SEALED)
    with pytest.raises(CannotOpen):
        unseal_reencrypted(READER, STRANGER.public_key, SEALED, CFRAGS[:3])


def test_fragments_too_few_repeated_or_mixed_do_not_open() -> None:
    other_grant = make_kfrags(OWNER, READER.public_key, SIGNER, threshold=3, shares=5)
    other_sealed = seal(OWNER.public_key, b"another record")
    mixed = [*CFRAGS[:2], reencrypt(SEALED.capsule, other_grant[2])]
    foreign = [*CFRAGS[:2], reencrypt(other_sealed.capsule, KFRAGS[2])]
    for cfrags in ([], CFRAGS[:2], [CFRAGS[0]] * 3, mixed, foreign):
        with pytest.raises(CannotOpen):
            unseal_reencrypted(READER, OWNER.public_key, SEALED, cfrags)


@pytest.mark.parametrize("role", ["verifying", "delegating", "receiving"])
def test_a_key_fragment_for_other_keys_is_refused(role: str) -> None:
    with pytest.raises(VerificationFailed):
        kfrag_verified(bytes(KFRAGS[0]), **{role: STRANGER})


@pytest.mark.parametrize(("signs_delegating", "signs_receiving"), [(False, False), (True, False), (False, True)])
def test_a_key_fragment_that_does_not_sign_both_keys_is_refused(signs_delegating: bool, signs_receiving: bool) -> None:
    raw = umbral_pre.generate_kfrags(
        umbral_pre.SecretKey.from_be_bytes(OWNER.secret_bytes()),
        umbral_pre.PublicKey.from_compressed_bytes(bytes(READER.public_key)),
        umbral_pre.Signer(umbral_pre.SecretKey.from_be_bytes(SIGNER.secret_bytes())),
        1,
        1,
        signs_delegating,
        signs_receiving,
    )
    # Such a fragment passes umbral-pre's own check, which is why the wrapper needs this test.
    raw_keys = [umbral_pre.PublicKey.from_compressed_bytes(bytes(k.public_key)) for k in (SIGNER, OWNER, READER)]
    umbral_pre.KeyFrag.from_bytes(bytes(raw[0])).verify(*raw_keys)
    with pytest.raises(VerificationFailed):
        kfrag_verified(bytes(raw[0]))


@pytest.mark.parametrize("role", ["verifying", "delegating", "receiving"])
def test_a_capsule_fragment_between_other_keys_is_refused(role: str) -> None:
    with pytest.raises(VerificationFailed):
        cfrag_verified(bytes(CFRAGS[0]), **{role: STRANGER})


def test_a_capsule_fragment_of_another_capsule_is_refused() -> None:
    with pytest.raises(VerificationFailed):
        cfrag_verified(bytes(CFRAGS[0]), seal(OWNER.public_key, b"other").capsule)


@pytest.mark.parametrize(
    ("threshold", "shares"), [(0, 3), (-1, 3), (4, 3), (1, 0), (1, MAX_SHARES + 1), (MAX_SHARES + 1, MAX_SHARES + 1)]
)
def test_thresholds_that_protect_nothing_or_never_open_are_refused(threshold: int, shares: int) -> None:
    with pytest.raises(BadThreshold):
        make_kfrags(OWNER, READER.public_key, SIGNER, threshold=threshold, shares=shares)


PARSERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "public key": (PublicKey, bytes(OWNER.public_key)),
    "capsule": (Capsule, bytes(SEALED.capsule)),
    "sealed": (Sealed.parse, bytes(SEALED)),
    "kfrag": (kfrag_verified, bytes(KFRAGS[0])),
    "cfrag": (cfrag_verified, bytes(CFRAGS[0])),
}


@pytest.mark.parametrize("name", list(PARSERS))
def test_junk_of_every_length_is_refused(name: str) -> None:
    parse, good = PARSERS[name]
    parse(good)
    for bad in (b"", good[:1], good[: len(good) // 2], bytes(len(good)), b"\xff" * 600):
        with pytest.raises(MalformedEncoding):
            parse(bad)


@pytest.mark.parametrize("name", [name for name in PARSERS if name != "sealed"])
def test_missing_and_trailing_bytes_are_refused(name: str) -> None:
    parse, good = PARSERS[name]
    for bad in (good[:-1], good + b"\x00"):
        with pytest.raises(MalformedEncoding):
            parse(bad)


def test_a_sealed_message_with_missing_or_trailing_bytes_does_not_open() -> None:
    for bad in (bytes(SEALED)[:-1], bytes(SEALED) + b"\x00"):
        with pytest.raises(CannotOpen):
            unseal(OWNER, Sealed.parse(bad))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(PARSERS)), st.binary(max_size=700))
def test_random_bytes_are_one_typed_error(name: str, data: bytes) -> None:
    with pytest.raises(MalformedEncoding):
        PARSERS[name][0](data)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_of_a_capsule_fragment_never_passes(place: int, change: int) -> None:
    changed = bytearray(bytes(CFRAGS[0]))
    changed[place % len(changed)] ^= change
    with pytest.raises((MalformedEncoding, VerificationFailed)):
        cfrag_verified(bytes(changed))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_of_a_key_fragment_is_caught_by_the_node_or_by_the_reader(place: int, change: int) -> None:
    changed = bytearray(bytes(KFRAGS[0]))
    changed[place % len(changed)] ^= change
    with pytest.raises((MalformedEncoding, VerificationFailed)):
        # A node cannot check the owner's second signature, which is made for the reader; the reader does.
        cfrag_verified(bytes(reencrypt(SEALED.capsule, kfrag_verified(bytes(changed)))))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_of_a_sealed_message_never_opens(place: int, change: int) -> None:
    changed = bytearray(bytes(SEALED))
    changed[place % len(changed)] ^= change
    with pytest.raises((MalformedEncoding, CannotOpen)):
        unseal(OWNER, Sealed.parse(bytes(changed)))


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(32), b"\xff" * 32, bytes(33)])
def test_junk_is_no_secret_key_and_is_not_shown(data: bytes) -> None:
    with pytest.raises(MalformedEncoding) as caught:
        SecretKey(data)
    assert data.hex() not in str(caught.value) or not data


def test_a_public_key_has_one_encoding() -> None:
    uncompressed = coincurve.PublicKey(bytes(OWNER.public_key)).format(compressed=False)
    with pytest.raises(MalformedEncoding):
        PublicKey(uncompressed)


def test_a_factory_gives_the_same_key_for_a_label_and_needs_a_whole_seed() -> None:
    factory, again = KeyFactory(bytes(32)), KeyFactory(bytes(32))
    assert factory.make_key(b"a").public_key == again.make_key(b"a").public_key != factory.make_key(b"b").public_key
    for length in (0, 31, 33):
        with pytest.raises(MalformedEncoding):
            KeyFactory(bytes(length))


def test_values_compare_by_their_encoding_and_hide_what_is_secret() -> None:
    assert {PublicKey(bytes(OWNER.public_key)), OWNER.public_key} == {OWNER.public_key}
    assert {Capsule(bytes(SEALED.capsule)), SEALED.capsule} == {SEALED.capsule}
    assert {SecretKey(OWNER.secret_bytes()), OWNER} == {OWNER}
    assert OWNER != READER
    assert OWNER.public_key != bytes(OWNER.public_key)
    assert SEALED.capsule != bytes(SEALED.capsule)
    assert bytes(SEALED.capsule).hex() in repr(SEALED)
    shown = repr(OWNER) + repr(KeyFactory(OWNER.secret_bytes())) + repr(KFRAGS[0]) + repr(CFRAGS[0])
    for secret in (OWNER.secret_bytes(), bytes(KFRAGS[0]), bytes(CFRAGS[0])):
        assert secret.hex() not in shown
        assert repr(secret) not in shown
    assert SecretKey.random().secret_bytes() != SecretKey.random().secret_bytes()
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(OWNER)
