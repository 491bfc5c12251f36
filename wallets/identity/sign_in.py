"""Challenges, sessions, and which key has to sign for an address."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from keymgmt.keys.errors import SignInRefused
from keymgmt.keys.signin import (
    LIFETIME,
    PROOF_WINDOW,
    SignIn,
    new_nonce,
    parse_sign_in,
    verify_device_proof,
    verify_sign_in,
)
from medixain.api.caller import Caller, Standing
from medixain.api.errors import NotSignedIn
from medixain.audit.services import ANYBODY, audit_record
from medixain.chainindex.chain import get_chain
from medixain.chainindex.models import ChainEvent
from wallets.identity.models import Account, Challenge, Session
from wallets.registry.models import Institution, Professional

MAX_OPEN_CHALLENGES = 20
"""Unused challenges an address may have at once; more would only fill the table."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session; the token is shown once and stored as its hash."""

    token: str
    expires: datetime
    caller: Caller


def challenge_create(*, address: str) -> Challenge:
    """Issue a nonce for one sign-in by ``address``, good for five minutes; the oldest unused ones give way."""
    now = timezone.now()
    with transaction.atomic():
        Challenge.objects.filter(expires__lt=now).delete()
        surplus = Challenge.objects.filter(address=address).order_by("-expires")[MAX_OPEN_CHALLENGES - 1 :]
        Challenge.objects.filter(nonce__in=list(surplus.values_list("nonce", flat=True))).delete()
        audit_record(by=ANYBODY, action="challenge.issued", subject=address)
        return Challenge.objects.create(nonce=new_nonce(), address=address, expires=now + timedelta(seconds=LIFETIME))


def session_open(*, message: str, signature: bytes, device: str) -> OpenedSession:
    """Open a session for the address that signed ``message``, bound to ``device``; the nonce is used up either way.

    Raises :class:`~keymgmt.keys.errors.SignInRefused`.
    """
    claimed = parse_sign_in(message)
    _use_nonce(claimed)
    if claimed.device != device:
        raise SignInRefused("the text names another device")
    verified = _verify(message, signature, claimed)
    token = secrets.token_urlsafe(32)
    expires = timezone.now() + timedelta(seconds=settings.SESSION_SECONDS)
    with transaction.atomic():
        Session.objects.filter(expires__lt=timezone.now()).delete()
        session = Session.objects.create(
            token_hash=_hash(token), address=verified.address, device=device, expires=expires
        )
        audit_record(by=verified.address, action="session.opened", subject=verified.address)
    return OpenedSession(token, expires, _caller(session))


def _use_nonce(claimed: SignIn) -> None:
    """Delete the challenge whether or not the rest holds, so that one nonce buys one guess."""
    with transaction.atomic():
        used, _ = Challenge.objects.filter(
            nonce=claimed.nonce, address=claimed.address, expires__gte=timezone.now()
        ).delete()
        if used:
            audit_record(by=ANYBODY, action="challenge.used", subject=claimed.address)
    if not used:
        raise SignInRefused("the text answers no open challenge; ask for a new one")


def _verify(message: str, signature: bytes, claimed: SignIn) -> SignIn:
    refusal: SignInRefused | None = None
    for signer in signers_of(claimed.address):
        try:
            return verify_sign_in(
                message, signature, domain=settings.SIGN_IN_DOMAIN, uri=settings.SIGN_IN_URI,
                chain_id=get_chain().chain_id, nonce=claimed.nonce, now=int(timezone.now().timestamp()), signer=signer,
            )  # fmt: skip
        except SignInRefused as error:
            refusal = error
    raise refusal or SignInRefused("nobody may sign for this address")


def signers_of(address: str) -> tuple[str, ...]:
    """Return the keys that may sign in for ``address``: a rotated or registered key replaces or joins its own."""
    slot_key = get_chain().key_of_slot(address)
    if slot_key is not None:
        return (slot_key,)
    institution = Institution.objects.filter(address=address, admitted=True).first()
    if institution is not None:
        return (institution.key,)
    professional = Professional.objects.filter(wallet=address, registered=True).first()
    if professional is not None:
        return tuple(dict.fromkeys((address, professional.signing_key)))
    return (address,)


def session_close(*, caller: Caller) -> None:
    """End the caller's session."""
    with transaction.atomic():
        Session.objects.filter(pk=caller.session or 0).delete()
        audit_record(by=caller.address, action="session.closed", subject=caller.address)


def session_authenticate(
    *, token: str, proof: str, method: str, path: str, body_sha256: str, window: int = PROOF_WINDOW
) -> Caller:
    """Return who holds ``token`` if its device made this request within ``window`` s; raises :class:`NotSignedIn`."""
    session = Session.objects.filter(token_hash=_hash(token), expires__gt=timezone.now()).first()
    if session is None:
        raise NotSignedIn
    try:
        verify_device_proof(
            proof, device=session.device, method=method, path=path, body_sha256=body_sha256,
            now=int(timezone.now().timestamp()), window=window,
        )  # fmt: skip
    except SignInRefused as error:
        raise NotSignedIn(f"The device did not prove itself: {error.reason}.") from error
    return _caller(session)


def _caller(session: Session) -> Caller:
    account = Account.objects.filter(pk=session.address).first()
    slots = frozenset(account.slots.values_list("address", flat=True)) if account else frozenset[str]()
    return Caller(session.address, standing_of(session.address, has_account=account is not None), slots, session.pk)


def standing_of(address: str, *, has_account: bool) -> Standing:
    """Return what the platform or the chain knows ``address`` as."""
    if has_account:
        return "account"
    if Professional.objects.filter(wallet=address, registered=True).exists():
        return "professional"
    if Institution.objects.filter(address=address, admitted=True).exists():
        return "institution"
    if ChainEvent.objects.filter(name="AuthorSet", arguments__author=address).exists():
        return "author"
    return "stranger"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8")).digest()
