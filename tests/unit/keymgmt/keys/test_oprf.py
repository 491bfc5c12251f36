"""One person, one nullifier, whoever evaluates; and nobody who lies gets past the proofs."""

import dataclasses
import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keymgmt.keys.dleq import PROOF_LENGTH, prove_equality, prove_knowledge, verify_equality, verify_knowledge
from keymgmt.keys.errors import BadDocument, BadPoint, BadShares, ProofRefused
from keymgmt.keys.group import Point, generator, inverse, random_scalar, scalar_bytes
from keymgmt.keys.hash_to_curve import hash_to_curve
from keymgmt.keys.oprf import (
    DST,
    Claim,
    Partial,
    blind,
    combine_partials,
    evaluate,
    finish,
    nullifier_of,
    verify_claim,
    verify_partial,
)
from keymgmt.keys.shamir import PublicShares, Share, deal, lagrange
from medixain.core.secp256k1 import GROUP_ORDER

PUBLIC, SHARES = deal(3, 5)
PERSON = b"medixain/nullifier/v1|GB|nhs|9434765919"
SESSION, COMMITMENT = b"\x51" * 32, b"\xc0" * 32
BLINDING = blind(PERSON)
PARTIALS = [evaluate(share, BLINDING.blinded, SESSION) for share in SHARES]


def secret() -> int:
    """The whole key, which only a test ever puts together."""
    chosen = SHARES[:3]
    indices = [share.index for share in chosen]
    return sum(share.value * lagrange(indices, share.index) for share in chosen) % GROUP_ORDER


def claim(person: bytes = PERSON, chosen: tuple[int, ...] = (0, 1, 2)) -> Claim:
    blinding = blind(person)
    partials = [evaluate(SHARES[index], blinding.blinded, SESSION) for index in chosen]
    return finish(PUBLIC, blinding, partials, session=SESSION, commitment=COMMITMENT)


def test_every_three_evaluators_give_the_same_nullifier_as_the_whole_key() -> None:
    expected = nullifier_of(hash_to_curve(PERSON, DST).times(secret()))
    for chosen in (*itertools.combinations(range(5), 3), (4, 3, 2, 1, 0)):
        assert claim(chosen=chosen).nullifier == expected


@settings(max_examples=10, deadline=None)
@given(st.binary(min_size=1, max_size=60), st.binary(min_size=1, max_size=60))
def test_persons_share_a_nullifier_exactly_when_they_are_the_same(one: bytes, other: bytes) -> None:
    assert (claim(one).nullifier == claim(other).nullifier) == (one == other)


@settings(max_examples=6, deadline=None)
@given(st.data())
def test_any_threshold_works(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 6))
    threshold = data.draw(st.integers(1, count))
    public, shares = deal(threshold, count)
    blinding = blind(PERSON)
    chosen = data.draw(st.permutations(shares))[:threshold]
    partials = [evaluate(share, blinding.blinded, SESSION) for share in chosen]
    made = finish(public, blinding, partials, session=SESSION, commitment=COMMITMENT)
    assert verify_claim(public, made, blinding.blinded) == made.nullifier
    if threshold > 1:
        with pytest.raises(BadShares, match="are needed"):
            finish(public, blinding, partials[1:], session=SESSION, commitment=COMMITMENT)
    assert PublicShares.parse(public.encode()) == public


def test_evaluators_see_nothing_of_the_person() -> None:
    assert blind(PERSON).blinded != blind(PERSON).blinded
    assert BLINDING.blinded.times(inverse(BLINDING.scalar)) == hash_to_curve(PERSON, DST)
    assert str(BLINDING.scalar) not in repr(BLINDING)
    assert str(SHARES[0].value) not in repr(SHARES[0])


# ---- evaluators that lie ---------------------------------------------------------------------------------------------


def other_share(partial: Partial) -> Partial:
    lie = evaluate(Share(partial.index, random_scalar()), BLINDING.blinded, SESSION)
    return dataclasses.replace(lie, index=partial.index)


LIES: dict[str, Callable[[Partial], Partial]] = {
    "another key": other_share,
    "another point": lambda partial: dataclasses.replace(partial, point=partial.point + generator()),
    "another evaluator's answer": lambda partial: dataclasses.replace(PARTIALS[4], index=partial.index),
    "another session": lambda partial: evaluate(SHARES[partial.index - 1], BLINDING.blinded, bytes(32)),
    "another person": lambda partial: evaluate(SHARES[partial.index - 1], generator(), SESSION),
    "no proof": lambda partial: dataclasses.replace(partial, proof=b""),
    "an empty proof": lambda partial: dataclasses.replace(partial, proof=bytes(PROOF_LENGTH)),
    "a scalar too large": lambda partial: dataclasses.replace(partial, proof=partial.proof[:32] + b"\xff" * 32),
    "an unknown evaluator": lambda partial: dataclasses.replace(partial, index=9),
}


@pytest.mark.parametrize("lie", list(LIES))
def test_a_lying_evaluator_is_named(lie: str) -> None:
    partials = [PARTIALS[0], LIES[lie](PARTIALS[1]), PARTIALS[2]]
    with pytest.raises(ProofRefused) as caught:
        finish(PUBLIC, BLINDING, partials, session=SESSION, commitment=COMMITMENT)
    assert caught.value.index == partials[1].index


def test_one_answer_does_not_count_twice() -> None:
    with pytest.raises(BadShares, match="twice"):
        combine_partials(PUBLIC, [PARTIALS[0], PARTIALS[0], PARTIALS[1]], BLINDING.blinded, SESSION)


def test_honest_partials_verify() -> None:
    for partial in PARTIALS:
        verify_partial(PUBLIC, partial, BLINDING.blinded, SESSION)


# ---- clerks that lie -------------------------------------------------------------------------------------------------


def honest() -> Claim:
    return finish(PUBLIC, BLINDING, PARTIALS[1:4], session=SESSION, commitment=COMMITMENT)


def test_an_honest_claim_is_accepted_by_who_served_its_session() -> None:
    assert verify_claim(PUBLIC, honest(), BLINDING.blinded) == honest().nullifier


def with_nullifier_of_another(made: Claim) -> Claim:
    return dataclasses.replace(made, unblinded=made.unblinded + generator())


@pytest.mark.parametrize(
    "lie",
    [
        with_nullifier_of_another,
        lambda made: dataclasses.replace(made, commitment=bytes(32)),
        lambda made: dataclasses.replace(made, session=bytes(32)),
        lambda made: dataclasses.replace(made, session=b""),
        lambda made: dataclasses.replace(made, commitment=b""),
        lambda made: dataclasses.replace(made, proof=bytes(PROOF_LENGTH)),
        lambda made: dataclasses.replace(made, proof=made.proof[:-1]),
        lambda made: dataclasses.replace(made, unblinded=claim(b"another person").unblinded),
    ],
)
def test_a_claim_that_does_not_follow_from_its_session_is_refused(lie: Callable[[Claim], Claim]) -> None:
    with pytest.raises(ProofRefused):
        verify_claim(PUBLIC, lie(honest()), BLINDING.blinded)


def test_a_claim_of_another_sessions_point_or_of_too_few_is_refused() -> None:
    with pytest.raises(ProofRefused):
        verify_claim(PUBLIC, honest(), blind(PERSON).blinded)
    with pytest.raises(BadShares):
        verify_claim(PUBLIC, dataclasses.replace(honest(), partials=honest().partials[:2]), BLINDING.blinded)


# ---- proofs and sharing ----------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.integers(1, GROUP_ORDER - 1), st.integers(0, PROOF_LENGTH - 1), st.integers(1, 255))
def test_a_changed_byte_breaks_either_proof(scalar: int, place: int, change: int) -> None:
    base = hash_to_curve(b"base", DST)
    public, image = Point.generator_times(scalar), base.times(scalar)
    for proof, verify in (
        (prove_equality(scalar, base, image, SESSION), lambda p: verify_equality(p, public, base, image, SESSION)),
        (prove_knowledge(scalar, base, image, SESSION), lambda p: verify_knowledge(p, base, image, SESSION)),
    ):
        verify(proof)
        changed = bytearray(proof)
        changed[place] ^= change
        with pytest.raises(ProofRefused):
            verify(bytes(changed))


def test_proofs_whose_commitment_would_be_infinity_are_refused() -> None:
    base, scalar = hash_to_curve(b"base", DST), 7
    public, image = Point.generator_times(scalar), base.times(scalar)
    infinite = scalar_bytes(1) + scalar_bytes(scalar)  # z·G - c·K = 0
    with pytest.raises(ProofRefused):
        verify_equality(infinite, public, base, image, SESSION)
    with pytest.raises(ProofRefused):
        verify_knowledge(infinite, base, image, SESSION)


def test_a_context_of_another_length_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        prove_knowledge(1, generator(), generator(), b"short")


@pytest.mark.parametrize(("threshold", "count"), [(0, 3), (4, 3), (1, 0), (1, 256)])
def test_impossible_thresholds_are_refused(threshold: int, count: int) -> None:
    with pytest.raises(BadShares):
        deal(threshold, count)


def test_public_shares_off_the_polynomial_are_refused() -> None:
    wrong = dict(PUBLIC.shares) | {5: generator()}
    with pytest.raises(BadShares, match="5"):
        PublicShares(3, wrong)
    with pytest.raises(BadShares, match="index"):
        PublicShares(1, {0: generator()})
    assert PUBLIC.public_key == Point.generator_times(secret())


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        PUBLIC.encode().replace(b'"1":', b'"01":'),
        PUBLIC.encode().replace(b'"5":', b'"x":'),
        PUBLIC.encode().replace(bytes(PUBLIC.shares[1]).hex().encode(), b"00" * 33),
        PUBLIC.encode().replace(b'"threshold":3', b'"threshold":0'),
    ],
)
def test_malformed_public_shares_are_refused(data: bytes) -> None:
    with pytest.raises(BadDocument):
        PublicShares.parse(data)


@pytest.mark.parametrize("data", [b"", bytes(33), b"\x02" + b"\xff" * 32, bytes(generator()) + b"\x00", b"\x04" * 65])
def test_junk_is_no_point(data: bytes) -> None:
    with pytest.raises(BadPoint):
        Point.parse(data)


def test_arithmetic_never_ends_at_infinity() -> None:
    point = hash_to_curve(b"x", DST)
    for attempt in (
        lambda: point.times(0),
        lambda: point.times(GROUP_ORDER),
        lambda: Point.generator_times(0),
        lambda: point + point.times(-1),
        lambda: Point.of_coordinates(0, 0),
        lambda: Point.of_coordinates(-1, 2**300),
    ):
        with pytest.raises(BadPoint):
            attempt()


@settings(max_examples=20, deadline=None)
@given(st.integers(1, GROUP_ORDER - 1))
def test_multiplying_by_a_secret_gives_the_plain_product(scalar: int) -> None:
    point = hash_to_curve(b"x", DST)
    assert point.times_secret(scalar) == point.times(scalar) == Point.parse(bytes(point.times(scalar)))
    assert len({point, Point.parse(bytes(point))}) == 1
    assert bytes(point).hex() in repr(point)
