"""Proposing a colleague to a patient, and the patient's answer (docs/adr/0055-a-referral-is-a-request.md).

Umbral is single-hop: nobody who was given access can pass it on. A clinician can only ask the patient to give it.
"""

import secrets
from collections.abc import Sequence

from keymgmt.node.errors import UnknownProfessional
from keymgmt.pre import PublicKey
from medixain.core.addresses import to_address
from medixain.core.errors import InvalidInput
from medixain.sdk import mail
from medixain.sdk.access_request import Request, require_reason, sign_letter, sign_request
from medixain.sdk.context import Context
from medixain.sdk.errors import BeyondOwnAccess, NotAttested, ServerRefused
from medixain.sdk.results import AccessProposed, GrantRow, ReferralRow
from medixain.sdk.slots import attested_professional
from medixain.sdk.stored import split_section

_TABLE = "referred"


def propose(
    context: Context,
    wallet: str,
    colleague: str,
    sections: Sequence[str],
    *,
    held: frozenset[str],
    reason: str,
    append: bool,
    purpose: str,
    until: int,
) -> AccessProposed:
    """Leave a signed referral in the patient's inbox; ``held`` are the sections that the patient opens to this wallet.

    Raises :class:`BeyondOwnAccess`, and ``UnknownProfessional`` or ``NotAttested`` for a colleague whom no institution
    answers for: a patient is not asked about a stranger.
    """
    wished = ["/".join(split_section(section)) for section in dict.fromkeys(sections)]
    if not wished:
        raise InvalidInput("Name at least one section the colleague should see.", field="section")
    if until <= context.now():
        raise InvalidInput("The access would end before it begins; give a later time.", field="until")
    me, other, patient = context.professional, to_address(colleague), to_address(wallet)
    if other in (me.address, patient):
        raise InvalidInput("Name a colleague: another professional than you, and not the patient.", field="colleague")
    if beyond := [section for section in wished if section not in held]:
        raise BeyondOwnAccess(patient, beyond)
    attested_professional(context, other)
    card = mail.find_wallet(context, patient)
    now = context.now()
    letter = {
        "v": 1,
        "wallet": card.wallet,
        "referrer": me.address,
        "colleague": other,
        "reason": require_reason(reason.strip()),
        "written": now,
    }
    nonce = "0x" + secrets.token_bytes(32).hex()
    asked = {"sections": wished, "append": append, "purpose": purpose, "until": until}
    document = {
        "v": 2,
        "wallet": card.wallet,
        "professional": me.address,
        "letter": sign_letter(letter, me.signer),
        "nonce": nonce,
        **asked,
    }
    signed = sign_request(document, me.signer)
    message = mail.send(context, to=card.account, key=card.exchange_key, kind="access-request", document=signed, by=me)
    row = {"request": message, "wallet": card.wallet, "colleague": other, "reason": letter["reason"], "sent": now}
    with context.changing(_TABLE) as referred:
        referred[nonce] = {**row, **asked, "answer": None}
    return AccessProposed(message, card.wallet, other)


def answer(context: Context, request: Request, word: str) -> bool:
    """Take a request out of the inbox; whether its sender is told: a referral's is, and learns ``word`` alone."""
    told = request.letter is not None and _tell(context, request, word)
    if request.nonce:
        # Remembered, because the platform may put the same bytes into the inbox again.
        with context.changing("handled") as handled:
            handled[request.nonce] = 1
    mail.forget(context, context.account, request.id)
    return told


def _tell(context: Context, request: Request, word: str) -> bool:
    try:
        referrer = attested_professional(context, request.professional)
        mail.send(
            context,
            to=referrer.wallet,
            key=PublicKey(referrer.umbral_key),
            kind="notice",
            document={"v": 1, "kind": "referral-answer", "nonce": request.nonce, "answer": word},
            by=context.account,
        )
    except (ServerRefused, UnknownProfessional, NotAttested):
        # A full inbox, or nobody's any more: what the patient decided counts without the news of it.
        return False
    return True


def sent(context: Context) -> tuple[ReferralRow, ...]:
    """Return the referrals that this home sent, the newest first."""
    rows = sorted(context.table(_TABLE).values(), key=lambda row: -int(row["sent"]))
    return tuple(
        ReferralRow(
            request=row["request"],
            wallet=row["wallet"],
            colleague=row["colleague"],
            sections=tuple(row["sections"]),
            append=row["append"],
            purpose=row["purpose"],
            reason=row["reason"],
            until=row["until"],
            sent=row["sent"],
            state=row["answer"] or ("expired" if row["until"] <= context.now() else "waiting"),
        )
        for row in rows
    )


def open_sections(grants: Sequence[GrantRow], direction: str, other: str) -> frozenset[str]:
    """Return the sections that active grants to or from ``other`` open."""
    return frozenset(
        section
        for grant in grants
        if (grant.direction, grant.other, grant.state) == (direction, other, "active")
        for section in grant.sections
    )
