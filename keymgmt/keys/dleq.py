"""Two Schnorr proofs of the nullifier's protocol, made non-interactive by Fiat-Shamir with SHA-256.

Equality of discrete logarithms (Chaum and Pedersen 1992): E = k·B for the k of K = k·G. Knowledge of a discrete
logarithm: E = r·N. A proof is c || z, 64 bytes, and is bound to its session by the transcript.
"""

from typing import Final

from keymgmt.keys.errors import BadPoint, ProofRefused
from keymgmt.keys.group import SCALAR_LENGTH, Point, challenge, random_scalar, scalar_bytes
from medixain.core.secp256k1 import GROUP_ORDER

PROOF_LENGTH: Final = 2 * SCALAR_LENGTH
_EQUALITY: Final = b"medixain/oprf/dleq/v1"
_KNOWLEDGE: Final = b"medixain/oprf/pok/v1"


def prove_equality(secret: int, base: Point, image: Point, context: bytes) -> bytes:
    """Prove that ``image`` = secret·base for the secret of secret·G; ``context`` is 32 bytes."""
    public = Point.generator_times(secret)
    nonce = random_scalar()
    commitments = (Point.generator_times(nonce), base.times_secret(nonce))
    c = _equality_challenge(context, public, base, image, *commitments)
    return scalar_bytes(c) + scalar_bytes(nonce + c * secret)


def verify_equality(proof: bytes, public: Point, base: Point, image: Point, context: bytes) -> None:
    """Return if whoever knows the logarithm of ``public`` made ``image``; raises :class:`ProofRefused`."""
    c, z = _parse(proof)
    try:
        first = Point.generator_times(z) + public.times(-c)
        second = base.times(z) + image.times(-c)
    except BadPoint as error:
        raise ProofRefused("The proof of a partial evaluation is not valid.") from error
    if _equality_challenge(context, public, base, image, first, second) != c:
        raise ProofRefused("The proof of a partial evaluation is not valid.")


def prove_knowledge(secret: int, base: Point, image: Point, context: bytes) -> bytes:
    """Prove knowledge of the ``secret`` in ``image`` = secret·base; ``context`` is 32 bytes."""
    nonce = random_scalar()
    c = _knowledge_challenge(context, base, image, base.times_secret(nonce))
    return scalar_bytes(c) + scalar_bytes(nonce + c * secret)


def verify_knowledge(proof: bytes, base: Point, image: Point, context: bytes) -> None:
    """Return if the prover knew r of ``image`` = r·base; raises :class:`ProofRefused`."""
    c, z = _parse(proof)
    try:
        commitment = base.times(z) + image.times(-c)
    except BadPoint as error:
        raise ProofRefused("The proof of the blinding is not valid.") from error
    if _knowledge_challenge(context, base, image, commitment) != c:
        raise ProofRefused("The proof of the blinding is not valid.")


def _equality_challenge(context: bytes, *points: Point) -> int:
    return challenge(_EQUALITY, (_context(context), *map(bytes, points)))


def _knowledge_challenge(context: bytes, *points: Point) -> int:
    return challenge(_KNOWLEDGE, (_context(context), *map(bytes, points)))


def _context(context: bytes) -> bytes:
    if len(context) != 32:
        raise ValueError("a proof's context has 32 bytes")
    return context


def _parse(proof: bytes) -> tuple[int, int]:
    c, z = int.from_bytes(proof[:SCALAR_LENGTH], "big"), int.from_bytes(proof[SCALAR_LENGTH:], "big")
    # A scalar of n or above would give one proof a second form.
    if len(proof) != PROOF_LENGTH or c >= GROUP_ORDER or z >= GROUP_ORDER:
        raise ProofRefused("A proof has two scalars of 32 bytes.")
    return c, z
