"""One wallet per person: the clerk gets an attestation exactly when honest institutions agree."""

import dataclasses
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.bindings.messages import Attestation
from keymgmt.keys.clerk import EvaluatorRefused, HttpEvaluator, LocalDesk, NotEnoughEvaluators, attest_person
from keymgmt.keys.errors import BadDocument
from keymgmt.keys.group import generator
from keymgmt.keys.messages import OprfRequest
from keymgmt.keys.national import nullifier_input
from keymgmt.keys.nullifier_wire import claim_from_json, claim_to_json, partial_from_json, partial_to_json
from keymgmt.keys.oprf import Claim, Partial, blind, evaluate, finish
from keymgmt.keys.shamir import MAX_SHARES
from keymgmt.keys.signing import SigningKey
from keymgmt.signer.attesting import Evaluator
from keymgmt.signer.errors import NotPermitted, RequesterRefused, SignerRefused
from keymgmt.signer.sessions import SessionStore
from medixain.core import eip712
from medixain.core.eip712 import Domain, off_chain_domain
from tests.unit.keymgmt.signer.conftest import CONFIG, INSTITUTIONS, NOW, Signer

REGISTRY = Domain("WalletRegistry", "1", CONFIG.chain_id, CONFIG.contracts.wallet_registry)
PERSON = nullifier_input("GB", "943 476 5919")
COMMITMENT = b"\xc0" * 32
SESSION = b"\x5e" * 32


def attest(signer: Signer, *, evaluators: list[Any] | None = None, **changes: Any) -> Any:
    desk = signer.client.keyring(INSTITUTIONS[0])
    arguments: dict[str, Any] = {
        "person": PERSON,
        "commitment": COMMITMENT,
        "institution": desk.address,
        "desk": desk,
        "evaluators": evaluators or [signer.evaluator(name) for name in INSTITUTIONS],
        "public": signer.home.public_shares,
        "quorum": 3,
        "wallet_registry": REGISTRY,
        "now": NOW,
    }
    return attest_person(**(arguments | changes))


def test_an_attestation_carries_the_signatures_of_distinct_institutions(signer: Signer) -> None:
    attested = attest(signer)
    signers = [eip712.recover(REGISTRY, attested.attestation, signature) for signature in attested.signatures]
    assert signers[0] == signer.address(INSTITUTIONS[0])
    assert len(set(signers)) == 3
    assert set(signers) <= set(signer.directory.keys)
    assert attested.attestation.commitment == COMMITMENT


def test_the_same_person_has_the_same_nullifier_at_every_desk(signer: Signer) -> None:
    first = attest(signer, evaluators=[signer.evaluator(name) for name in INSTITUTIONS[:3]])
    other = signer.client.keyring(INSTITUTIONS[4])
    second = attest(
        signer,
        desk=other,
        institution=other.address,
        commitment=bytes(32),
        evaluators=[signer.evaluator(name) for name in INSTITUTIONS[2:]],
    )
    assert first.attestation.nullifier == second.attestation.nullifier
    third = attest(signer, person=nullifier_input("GB", "9990000018"))
    assert third.attestation.nullifier != first.attestation.nullifier


def test_a_desk_may_hold_its_key_itself(signer: Signer) -> None:
    key = signer.home.load(INSTITUTIONS[0]).signing
    attested = attest(signer, desk=LocalDesk(key, REGISTRY))
    assert eip712.recover(REGISTRY, attested.attestation, attested.signatures[0]) == key.address


class Down:
    """An evaluator that does not answer."""

    def evaluate(self, request: OprfRequest, signature: bytes) -> Partial:
        raise EvaluatorRefused("unreachable", "It is down.")

    def attest(self, attestation: Attestation, claim: Claim, signature: bytes) -> bytes:
        raise EvaluatorRefused("unreachable", "It is down.")


class Liar(Down):
    """An evaluator that answers with another key."""

    def __init__(self, signer: Signer, name: str) -> None:
        share = signer.home.load(name).share
        assert share is not None
        self._share = dataclasses.replace(share, value=share.value + 1)

    def evaluate(self, request: OprfRequest, signature: bytes) -> Partial:
        return evaluate(self._share, generator(), request.session)


class Silent(Down):
    """An evaluator that evaluates honestly and then does not sign."""

    def __init__(self, honest: HttpEvaluator) -> None:
        self._honest = honest

    def evaluate(self, request: OprfRequest, signature: bytes) -> Partial:
        return self._honest.evaluate(request, signature)


def test_evaluators_that_are_down_or_lie_are_passed_over(signer: Signer) -> None:
    honest = [signer.evaluator(name) for name in INSTITUTIONS[:3]]
    assert len(attest(signer, evaluators=[Down(), Liar(signer, INSTITUTIONS[3]), *honest]).signatures) == 3


def test_with_too_few_evaluators_nothing_is_attested(signer: Signer) -> None:
    with pytest.raises(NotEnoughEvaluators, match=r"2 of the 3.*It is down") as caught:
        attest(signer, evaluators=[Down(), *(signer.evaluator(name) for name in INSTITUTIONS[:2])])
    assert (caught.value.answered, caught.value.needed) == (2, 3)


def test_with_too_few_signatures_nothing_is_attested(signer: Signer) -> None:
    silent = [Silent(signer.evaluator(name)) for name in INSTITUTIONS[1:4]]
    with pytest.raises(NotEnoughEvaluators, match="1 of the 3"):
        attest(signer, evaluators=silent)


# ---- what an evaluator refuses ---------------------------------------------------------------------------------------


def request(signer: Signer, **changes: Any) -> tuple[OprfRequest, bytes]:
    fields: dict[str, Any] = {
        "institution": signer.address(INSTITUTIONS[0]),
        "blinded": bytes(generator()),
        "session": SESSION,
        "time": NOW,
    }
    message = OprfRequest(**(fields | changes))
    return message, signer.client.keyring(INSTITUTIONS[0]).sign(message)


def refusal(signer: Signer, message: OprfRequest, signature: bytes, name: str = INSTITUTIONS[1]) -> str:
    with pytest.raises(EvaluatorRefused) as caught:
        signer.evaluator(name).evaluate(message, signature)
    return caught.value.reason


@pytest.mark.parametrize("time", [NOW - 61, NOW + 61])
def test_a_stale_request_is_refused(signer: Signer, time: int) -> None:
    assert refusal(signer, *request(signer, time=time)) == "requester-refused"


def test_strangers_suspended_institutions_and_forgers_are_refused(signer: Signer) -> None:
    stranger = SigningKey.random()
    message, signature = request(signer, institution=stranger.address)
    assert refusal(signer, message, stranger.sign(off_chain_domain(CONFIG.chain_id), message)) == "requester-refused"
    message, signature = request(signer)
    assert refusal(signer, message, stranger.sign(off_chain_domain(CONFIG.chain_id), message)) == "requester-refused"
    signer.directory.keys.clear()
    assert refusal(signer, message, signature) == "requester-refused"


def test_an_institution_cannot_ask_for_more_than_its_day_allows(signer: Signer) -> None:
    evaluator = signer.evaluator(INSTITUTIONS[1])
    for index in range(CONFIG.daily_limit):
        evaluator.evaluate(*request(signer, session=bytes([index]) * 32))
    evaluator.evaluate(*request(signer, session=bytes([0]) * 32))  # the same again is no new one
    assert refusal(signer, *request(signer, session=b"\xee" * 32)) == "too-many-requests"
    signer.now[0] += 24 * 3600
    evaluator.evaluate(*request(signer, session=b"\xee" * 32, time=signer.now[0]))


def test_a_session_serves_one_point_for_one_institution(signer: Signer) -> None:
    signer.evaluator(INSTITUTIONS[1]).evaluate(*request(signer))
    other = bytes(generator().times(2))
    assert refusal(signer, *request(signer, blinded=other)) == "requester-refused"
    thief = signer.client.keyring(INSTITUTIONS[2])
    message, _ = request(signer, institution=thief.address)
    assert refusal(signer, message, thief.sign(message)) == "requester-refused"


def test_junk_points_and_keyrings_without_a_share_are_refused(signer: Signer) -> None:
    assert refusal(signer, *request(signer, blinded=b"\x02" + b"\xff" * 32)) == "bad-point"
    assert refusal(signer, *request(signer), name="relay") == "not-permitted"
    with pytest.raises(EvaluatorRefused):
        signer.evaluator("relay").public_shares()
    assert signer.evaluator(INSTITUTIONS[1]).public_shares() == signer.home.public_shares


# ---- what an attestation needs ---------------------------------------------------------------------------------------


def served_claim(signer: Signer, session: bytes = SESSION) -> tuple[Claim, Attestation, bytes, Any]:
    """A claim for which evaluators b, c and d served the session, and the desk's own signature."""
    desk = signer.client.keyring(INSTITUTIONS[0])
    blinding = blind(PERSON)
    message, signature = request(signer, blinded=bytes(blinding.blinded), session=session)
    partials = [signer.evaluator(name).evaluate(message, signature) for name in INSTITUTIONS[1:4]]
    public = signer.home.public_shares
    assert public is not None
    claim = finish(public, blinding, partials, session=session, commitment=COMMITMENT)
    attestation = Attestation(COMMITMENT, claim.nullifier, desk.address, 1, NOW + 60)
    return claim, attestation, desk.vouch(attestation, claim, blinding.blinded), blinding


def test_an_evaluator_signs_for_the_session_it_served_and_once(signer: Signer) -> None:
    claim, attestation, own, _ = served_claim(signer)
    evaluator = signer.evaluator(INSTITUTIONS[1])
    assert evaluator.attest(attestation, claim, own) == evaluator.attest(attestation, claim, own)
    again = dataclasses.replace(attestation, nonce=2)
    signature = signer.home.load(INSTITUTIONS[0]).signing.sign(REGISTRY, again)
    with pytest.raises(EvaluatorRefused, match="another attestation"):
        evaluator.attest(again, claim, signature)


def test_an_evaluator_that_did_not_serve_the_session_does_not_sign(signer: Signer) -> None:
    claim, attestation, own, _ = served_claim(signer)
    with pytest.raises(EvaluatorRefused, match="not served"):
        signer.evaluator(INSTITUTIONS[4]).attest(attestation, claim, own)


def test_an_attestation_that_does_not_follow_from_its_claim_is_not_signed(signer: Signer) -> None:
    claim, attestation, _, blinding = served_claim(signer)
    key = signer.home.load(INSTITUTIONS[0]).signing
    desk = signer.client.keyring(INSTITUTIONS[0])
    for changes in ({"nullifier": bytes(32)}, {"commitment": bytes(32)}):
        forged = dataclasses.replace(attestation, **changes)
        with pytest.raises(EvaluatorRefused) as caught:
            signer.evaluator(INSTITUTIONS[1]).attest(forged, claim, key.sign(REGISTRY, forged))
        assert caught.value.reason == "requester-refused"
        with pytest.raises(SignerRefused):
            desk.vouch(forged, claim, blinding.blinded)
    with pytest.raises(SignerRefused) as refused:
        desk.vouch(attestation, claim, generator())
    assert refused.value.reason == "proof-refused"


def test_one_institution_cannot_use_another_ones_session(signer: Signer) -> None:
    claim, attestation, _, blinding = served_claim(signer)
    thief = signer.home.load(INSTITUTIONS[2])
    stolen = dataclasses.replace(attestation, institution=thief.address)
    with pytest.raises(EvaluatorRefused, match="another institution"):
        signer.evaluator(INSTITUTIONS[1]).attest(stolen, claim, thief.signing.sign(REGISTRY, stolen))
    with pytest.raises(EvaluatorRefused, match="current key"):
        signer.evaluator(INSTITUTIONS[1]).attest(attestation, claim, thief.signing.sign(REGISTRY, attestation))
    with pytest.raises(SignerRefused, match="not the attesting"):
        signer.client.keyring(INSTITUTIONS[1]).vouch(attestation, claim, blinding.blinded)


def test_an_institution_without_a_share_neither_evaluates_nor_vouches(signer: Signer, tmp_path: Path) -> None:
    claim, attestation, own, blinding = served_claim(signer)
    keyring = dataclasses.replace(signer.home.load(INSTITUTIONS[0]), share=None)
    sessions = SessionStore(tmp_path / "bare.sqlite3")
    bare = Evaluator(keyring, None, sessions, signer.directory, CONFIG, lambda: NOW)
    with pytest.raises(NotPermitted, match="no share"):
        bare.evaluate(*request(signer))
    with pytest.raises(NotPermitted, match="no nullifier key"):
        bare.vouch(attestation, claim, blinding.blinded)
    with pytest.raises(RequesterRefused):
        bare.attest(attestation, claim, own)
    sessions.close()


# ---- the wire --------------------------------------------------------------------------------------------------------


def test_claims_travel_unchanged_and_junk_is_one_typed_error(signer: Signer) -> None:
    claim, *_ = served_claim(signer)
    assert claim_from_json(claim_to_json(claim)) == claim
    assert partial_from_json(partial_to_json(claim.partials[0])) == claim.partials[0]
    good = claim_to_json(claim)
    for changes in (
        {"session": "0x00"},
        {"partials": {}},
        {"partials": [1]},
        {"partials": [good["partials"][0]] * (MAX_SHARES + 1)},
        {"unblinded": "0x" + "00" * 33},
        {"proof": "0x"},
        {"extra": 1},
    ):
        with pytest.raises(BadDocument):
            claim_from_json(good | changes)
    for change in ({"index": 0}, {"index": "1"}, {"point": "0x"}, {"proof": "0x00"}):
        with pytest.raises(BadDocument):
            partial_from_json(good["partials"][0] | change)


def test_an_evaluator_that_answers_nonsense_is_refused() -> None:
    for response in (httpx.Response(200, json=[1]), httpx.Response(200, json={"signature": "0x00", "signer": ""})):
        evaluator = HttpEvaluator("http://e.invalid", transport=httpx.MockTransport(lambda _, answer=response: answer))
        with pytest.raises(BadDocument):
            evaluator.public_shares()
        evaluator.close()
    broken = HttpEvaluator("http://e.invalid", transport=httpx.MockTransport(lambda _: httpx.Response(200, text="<")))
    with pytest.raises(EvaluatorRefused, match="does not answer"):
        broken.public_shares()
