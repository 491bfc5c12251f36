"""The attesting institution's side of the nullifier: from a person's number to a signed attestation (oprf.md)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import httpx

from contracts.bindings.messages import Attestation, fresh_nonce
from keymgmt.keys.encoding import Fields, to_hex
from keymgmt.keys.errors import BadDocument, KeysError
from keymgmt.keys.group import Point
from keymgmt.keys.messages import OprfRequest
from keymgmt.keys.nullifier_wire import claim_to_json, partial_from_json
from keymgmt.keys.oprf import SESSION_LENGTH, Claim, Partial, blind, finish, verify_partial
from keymgmt.keys.shamir import PublicShares
from keymgmt.keys.signing import SigningKey
from medixain.core import eip712
from medixain.core.eip712 import Domain, off_chain_domain
from medixain.core.secp256k1 import SignatureError
from medixain.core.typed_json import message_to_json

LIFETIME: Final = 3600
"""Seconds an attestation may wait for its delivery to the chain."""


class EvaluatorRefused(KeysError):
    """An evaluator does not answer, or answered with a problem, whose code is ``reason``."""

    code = "evaluator-refused"
    status = 502
    exit_code = 5

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class NotEnoughEvaluators(KeysError):
    """Too few institutions answered rightly; ``reasons`` says why each of the others did not."""

    code = "not-enough-evaluators"
    status = 503
    exit_code = 5

    def __init__(self, answered: int, needed: int, reasons: tuple[str, ...]) -> None:
        listed = "; ".join(dict.fromkeys(reasons))
        super().__init__(f"Only {answered} of the {needed} institutions needed answered. {listed}".rstrip())
        self.answered = answered
        self.needed = needed
        self.reasons = reasons


class Evaluator(Protocol):
    """An institution that holds a share of the nullifier's key."""

    def evaluate(self, request: OprfRequest, signature: bytes) -> Partial:
        """Return its part of the evaluation."""

    def attest(self, attestation: Attestation, claim: Claim, signature: bytes) -> bytes:
        """Return its signature of an attestation that follows from a session it served."""


class Desk(Protocol):
    """The attesting institution's signing key, wherever it is."""

    def sign_request(self, request: OprfRequest) -> bytes:
        """Sign a request to an evaluator."""

    def vouch(self, attestation: Attestation, claim: Claim, blinded: Point) -> bytes:
        """Sign the institution's own attestation."""


@dataclass(frozen=True, slots=True)
class LocalDesk:
    """A :class:`Desk` whose key is in this process; ``wallet_registry`` is the contract's domain."""

    key: SigningKey
    wallet_registry: Domain

    def sign_request(self, request: OprfRequest) -> bytes:
        """See :meth:`Desk.sign_request`."""
        return self.key.sign(off_chain_domain(self.wallet_registry.chain_id), request)

    def vouch(self, attestation: Attestation, claim: Claim, blinded: Point) -> bytes:
        """See :meth:`Desk.vouch`."""
        return self.key.sign(self.wallet_registry, attestation)


@dataclass(frozen=True, slots=True)
class AttestedPerson:
    """An attestation with the signatures of distinct institutions, the attesting one's first."""

    attestation: Attestation
    signatures: tuple[bytes, ...]


def attest_person(
    *,
    person: bytes,
    commitment: bytes,
    institution: str,
    desk: Desk,
    evaluators: Sequence[Evaluator],
    public: PublicShares,
    quorum: int,
    wallet_registry: Domain,
    now: int,
) -> AttestedPerson:
    """Attest that the wallet behind ``commitment`` is the one wallet of ``person``.

    ``person`` is :func:`~keymgmt.keys.national.nullifier_input`; ``quorum`` the contract's ``kycQuorum``. Evaluators
    that are down or answer wrongly are passed over. Raises :class:`NotEnoughEvaluators`.
    """
    blinding = blind(person)
    session = secrets.token_bytes(SESSION_LENGTH)
    request = OprfRequest(institution, bytes(blinding.blinded), session, now)
    served, partials = _evaluations(request, desk.sign_request(request), evaluators, public, blinding.blinded)
    claim = finish(public, blinding, partials, session=session, commitment=commitment)
    attestation = Attestation(commitment, claim.nullifier, institution, fresh_nonce(), now + LIFETIME)
    own = desk.vouch(attestation, claim, blinding.blinded)
    signatures = {eip712.recover(wallet_registry, attestation, own): own}
    reasons: list[str] = []
    for evaluator in served:
        if len(signatures) >= quorum:
            break
        try:
            signature = evaluator.attest(attestation, claim, own)
            signatures.setdefault(eip712.recover(wallet_registry, attestation, signature), signature)
        except (KeysError, SignatureError) as error:
            reasons.append(error.message)
    if len(signatures) < quorum:
        raise NotEnoughEvaluators(len(signatures), quorum, tuple(reasons))
    return AttestedPerson(attestation, tuple(signatures.values()))


def _evaluations(
    request: OprfRequest,
    signature: bytes,
    evaluators: Sequence[Evaluator],
    public: PublicShares,
    blinded: Point,
) -> tuple[list[Evaluator], list[Partial]]:
    """Ask every evaluator, since each that served the session can sign; keep the right answers of distinct ones."""
    served: list[Evaluator] = []
    partials: dict[int, Partial] = {}
    reasons: list[str] = []
    for evaluator in evaluators:
        try:
            partial = evaluator.evaluate(request, signature)
            verify_partial(public, partial, blinded, request.session)
        except KeysError as error:
            reasons.append(error.message)
            continue
        served.append(evaluator)
        partials[partial.index] = partial
    if len(partials) < public.threshold:
        raise NotEnoughEvaluators(len(partials), public.threshold, tuple(reasons))
    return served, list(partials.values())[: public.threshold]


class HttpEvaluator:
    """An evaluator at ``url``, the path of its keyring in its signer, for instance ``http://host/v1/hospital-a``."""

    def __init__(self, url: str, *, timeout: float = 15.0, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url
        self._http = httpx.Client(timeout=timeout, transport=transport, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def public_shares(self) -> PublicShares:
        """Return the nullifier key's public image that this evaluator believes in; raises :class:`EvaluatorRefused`."""
        answer = self._request("GET", "/oprf", None)
        return PublicShares.parse(_fields(answer, "index", "key").text("key").encode("utf-8"))

    def evaluate(self, request: OprfRequest, signature: bytes) -> Partial:
        """See :meth:`Evaluator.evaluate`; raises :class:`EvaluatorRefused` or ``BadDocument``."""
        body = {"message": message_to_json(request), "signature": to_hex(signature)}
        return partial_from_json(self._request("POST", "/oprf/evaluations", body))

    def attest(self, attestation: Attestation, claim: Claim, signature: bytes) -> bytes:
        """See :meth:`Evaluator.attest`; raises :class:`EvaluatorRefused` or ``BadDocument``."""
        body = {
            "attestation": message_to_json(attestation),
            "claim": claim_to_json(claim),
            "signature": to_hex(signature),
        }
        return _fields(self._request("POST", "/oprf/attestations", body), "signature", "signer").data("signature", 65)

    def _request(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        try:
            response = self._http.request(method, self.url + path, json=body)
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise EvaluatorRefused("unreachable", f"The evaluator at {self.url} does not answer.") from error
        if not isinstance(answer, dict):
            raise BadDocument("evaluator's answer", "it is no JSON object")
        if response.status_code != 200:
            raise EvaluatorRefused(str(answer.get("code")), str(answer.get("detail")))
        return answer


def _fields(answer: dict[str, Any], *names: str) -> Fields:
    return Fields("evaluator's answer", answer, frozenset(names))
