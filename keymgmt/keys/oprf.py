"""The nullifier: one wallet per person, by a threshold 2HashDH OPRF (docs/spec/oprf.md; promises C8, G2).

No single institution can compute a person's nullifier, so none can test a list of national numbers against the chain.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from eth_hash.auto import keccak

from keymgmt.keys.dleq import prove_equality, prove_knowledge, verify_equality, verify_knowledge
from keymgmt.keys.errors import BadShares, ProofRefused
from keymgmt.keys.group import Point, inverse, random_scalar
from keymgmt.keys.hash_to_curve import hash_to_curve
from keymgmt.keys.shamir import PublicShares, Share, combine

DST: Final = b"medixain-v1-nullifier"
SESSION_LENGTH: Final = 32
COMMITMENT_LENGTH: Final = 32
_NULLIFIER_LABEL: Final = b"medixain/nullifier/v1"
_CLAIM_LABEL: Final = b"medixain/oprf/claim/v1"


@dataclass(frozen=True, slots=True)
class Blinding:
    """The clerk's secret r and the point B = r·P that it sends out, which tells nothing about the person."""

    scalar: int = field(repr=False)
    blinded: Point


@dataclass(frozen=True, slots=True)
class Partial:
    """One evaluator's answer E_i = k_i·B with its proof."""

    index: int
    point: Point
    proof: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """What the clerk shows the evaluators of a session to have its nullifier attested.

    ``commitment`` is the wallet commitment on chain; ``unblinded`` is N = k·P; ``proof`` shows that the clerk knows r.
    """

    session: bytes
    commitment: bytes
    partials: tuple[Partial, ...]
    unblinded: Point
    proof: bytes

    def __post_init__(self) -> None:
        if len(self.session) != SESSION_LENGTH or len(self.commitment) != COMMITMENT_LENGTH:
            raise ProofRefused("A session and a wallet commitment have 32 bytes each.")

    @property
    def nullifier(self) -> bytes:
        """The 32 bytes that stand on chain."""
        return nullifier_of(self.unblinded)


def blind(person: bytes) -> Blinding:
    """Blind the input of :func:`keymgmt.keys.national.nullifier_input` with a fresh scalar."""
    scalar = random_scalar()
    return Blinding(scalar, hash_to_curve(person, DST).times_secret(scalar))


def evaluate(share: Share, blinded: Point, session: bytes) -> Partial:
    """Return this holder's part of the evaluation, bound to ``session`` (32 bytes)."""
    point = blinded.times_secret(share.value)
    return Partial(share.index, point, prove_equality(share.value, blinded, point, session))


def verify_partial(public: PublicShares, partial: Partial, blinded: Point, session: bytes) -> None:
    """Return if the holder named made ``partial`` with its share; raises :class:`ProofRefused` naming the holder."""
    if partial.index not in public.shares:
        raise ProofRefused(f"There is no evaluator {partial.index}.", index=partial.index)
    try:
        verify_equality(partial.proof, public.shares[partial.index], blinded, partial.point, session)
    except ProofRefused as error:
        raise ProofRefused(
            f"Evaluator {partial.index} answered wrongly; ask another one.", index=partial.index
        ) from error


def combine_partials(public: PublicShares, partials: Iterable[Partial], blinded: Point, session: bytes) -> Point:
    """Return E = k·B from at least the threshold of verified partials of distinct holders.

    Raises :class:`ProofRefused` or :class:`BadShares`.
    """
    points: dict[int, Point] = {}
    for partial in partials:
        if partial.index in points:
            raise BadShares(f"Evaluator {partial.index} is named twice.")
        verify_partial(public, partial, blinded, session)
        points[partial.index] = partial.point
    if len(points) < public.threshold:
        raise BadShares(f"{len(points)} evaluators answered; {public.threshold} are needed.")
    return combine(points)


def finish(
    public: PublicShares, blinding: Blinding, partials: Iterable[Partial], *, session: bytes, commitment: bytes
) -> Claim:
    """Return the claim of a nullifier for the wallet behind ``commitment``.

    Raises :class:`ProofRefused` for a wrong partial (``index`` says whose) or :class:`BadShares` for too few.
    """
    answers = tuple(partials)
    evaluated = combine_partials(public, answers, blinding.blinded, session)
    unblinded = evaluated.times_secret(inverse(blinding.scalar))
    context = _claim_context(session, commitment, unblinded)
    proof = prove_knowledge(blinding.scalar, unblinded, evaluated, context)
    return Claim(session, commitment, answers, unblinded, proof)


def verify_claim(public: PublicShares, claim: Claim, blinded: Point) -> bytes:
    """Return the nullifier if it follows from ``blinded``, the point this evaluator served in the claim's session.

    Nobody can check here that ``blinded`` came from the person's own number: the attesting institution stands for
    that, and the contract names it. Raises :class:`ProofRefused` or :class:`BadShares`.
    """
    evaluated = combine_partials(public, claim.partials, blinded, claim.session)
    context = _claim_context(claim.session, claim.commitment, claim.unblinded)
    verify_knowledge(claim.proof, claim.unblinded, evaluated, context)
    return claim.nullifier


def nullifier_of(unblinded: Point) -> bytes:
    """Return keccak256("medixain/nullifier/v1" || compressed N)."""
    return keccak(_NULLIFIER_LABEL + bytes(unblinded))


def _claim_context(session: bytes, commitment: bytes, unblinded: Point) -> bytes:
    return sha256(_CLAIM_LABEL + session + commitment + nullifier_of(unblinded)).digest()
