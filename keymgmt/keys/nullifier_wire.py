"""JSON of the nullifier's messages: what a clerk and the evaluators send each other (docs/spec/oprf.md)."""

from typing import Any, Final

from keymgmt.keys.dleq import PROOF_LENGTH
from keymgmt.keys.encoding import Fields, to_hex
from keymgmt.keys.errors import BadPoint
from keymgmt.keys.group import POINT_LENGTH, Point
from keymgmt.keys.oprf import COMMITMENT_LENGTH, SESSION_LENGTH, Claim, Partial
from keymgmt.keys.shamir import MAX_SHARES

KIND: Final = "nullifier message"


def partial_to_json(partial: Partial) -> dict[str, Any]:
    """Return an evaluator's answer as JSON."""
    return {"index": partial.index, "point": to_hex(bytes(partial.point)), "proof": to_hex(partial.proof)}


def partial_from_json(value: Any) -> Partial:
    """Inverse of :func:`partial_to_json`; raises ``BadDocument``. The proof is not checked here."""
    fields = Fields(KIND, value, frozenset({"index", "point", "proof"}))
    return Partial(fields.integer("index", 1), _point(fields, "point"), fields.data("proof", PROOF_LENGTH))


def claim_to_json(claim: Claim) -> dict[str, Any]:
    """Return a claim as JSON."""
    return {
        "session": to_hex(claim.session),
        "commitment": to_hex(claim.commitment),
        "partials": [partial_to_json(partial) for partial in claim.partials],
        "unblinded": to_hex(bytes(claim.unblinded)),
        "proof": to_hex(claim.proof),
    }


def claim_from_json(value: Any) -> Claim:
    """Inverse of :func:`claim_to_json`; raises ``BadDocument``. Nothing is verified here."""
    fields = Fields(KIND, value, frozenset({"session", "commitment", "partials", "unblinded", "proof"}))
    partials = fields.array("partials")
    if len(partials) > MAX_SHARES:
        raise fields.refuse(f"it has more than {MAX_SHARES} partial evaluations")
    return Claim(
        session=fields.data("session", SESSION_LENGTH),
        commitment=fields.data("commitment", COMMITMENT_LENGTH),
        partials=tuple(partial_from_json(partial) for partial in partials),
        unblinded=_point(fields, "unblinded"),
        proof=fields.data("proof", PROOF_LENGTH),
    )


def _point(fields: Fields, name: str) -> Point:
    try:
        return Point.parse(fields.data(name, POINT_LENGTH))
    except BadPoint as error:
        raise fields.refuse(f"{name} is no point of the curve") from error
