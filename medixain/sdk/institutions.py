"""Institutions and their professionals: applying, admitting, registering, suspending, attesting persons."""

from typing import Any, Final

from eth_hash.auto import keccak

from contracts.bindings.messages import AccessLevel, Admission, Registration, Suspension, WalletCommitment
from keymgmt.keys.clerk import HttpEvaluator, attest_person
from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.messages import ProfessionalName
from keymgmt.keys.national import nullifier_input
from keymgmt.keys.shamir import PublicShares
from keymgmt.node.wire import from_json
from keymgmt.pre import PublicKey
from medixain.core.addresses import to_address
from medixain.core.eip712 import hash_struct, verify
from medixain.core.errors import InvalidInput, MedixainError
from medixain.core.typed_json import message_to_json
from medixain.sdk import mail
from medixain.sdk.chain import contracts_of
from medixain.sdk.context import Context, Meta
from medixain.sdk.errors import Integrity, NotFound, WalletExists
from medixain.sdk.results import (
    InstitutionCreated,
    InstitutionRow,
    InstitutionVoted,
    KycAttested,
    ProfessionalApplied,
    ProfessionalAuthorised,
    ProfessionalNamed,
    ProfessionalSuspended,
)
from medixain.sdk.standing import mark_professional
from medixain.sdk.transactions import Signed, hand_in, handed, require_wait, sign, stamp, wait_for
from medixain.sdk.words import LEVELS, ROLES, role_names

YEAR: Final = 365 * 24 * 3600


# ---- institutions --------------------------------------------------------------------------------------------------


def create(context: Context, name: str, roles: list[str], *, password: str | None) -> InstitutionCreated:
    """Make an institution's key in the empty home and apply for admission. Raises ``already-exists``."""
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles:
        raise InvalidInput(f"Give roles among {', '.join(ROLES)}.", field="role")
    if context.home.exists:
        raise WalletExists(str(context.home.path))
    keys = WalletKeys.create()
    meta = Meta.parse(context.api.get("/meta"))
    context.home.create(keys, password=password, version=1, config=_config(context, meta, name))
    mask = 0
    for role in roles:
        mask |= ROLES[role]
    context.api.post("/institutions", _entry(context, name, mask))
    return InstitutionCreated(context.institution.address, "applied")


def _entry(context: Context, name: str, roles: int) -> dict[str, Any]:
    """An institution's entry as POST /institutions takes it."""
    return {
        "institution": context.institution.address,
        "name": name,
        "roles": roles,
        "exchange_key": "0x" + bytes(context.desk.exchange_key).hex(),
    }


def settle(context: Context, name: str, *, url: str, token: str, keyring: str) -> str:
    """Make a home for an institution whose keys a signer process holds, or point an existing one at the signer.

    Returns the institution's id. The home's own keys seal what this home remembers and sign for nobody.
    """
    signer = {"url": url, "token": token, "keyring": keyring}
    if not context.home.exists:
        meta = Meta.parse(context.api.get("/meta"))
        config = {**_config(context, meta, name), "signer": signer}
        context.home.create(WalletKeys.create(), password=None, version=1, config=config)
    else:
        config = {**context.home.config(), "signer": signer, "server": context.api.server}
        context.home.write_config(config)
    me = context.institution
    row = next((row for row in context.meta.institutions if row["id"] == me.address), {})
    # Founders stand on chain before anybody could say which key their messages are sealed to.
    context.api.post("/institutions", _entry(context, name, int(row.get("roles", 0))), by=me)
    return me.address


def _config(context: Context, meta: Meta, name: str) -> dict[str, Any]:
    return {"v": 1, "kind": "institution", "server": context.api.server, "name": name, "pins": meta.pins()}


def admit(context: Context, institution: str) -> InstitutionVoted:
    """Vote, as the institution of this home, for what an applicant applied for.

    Every voter signs the same message, so nonce and deadline follow from the application and the day.
    """
    row = context.api.get(f"/institutions/{to_address(institution)}", by=context.institution)
    day = 24 * 3600
    deadline = (context.now() // day + 5) * day
    profile = keccak(str(row["name"]).encode("utf-8"))
    seed = f"medixain/admission/{to_address(institution)}/{row['roles']}/{deadline}".encode()
    message = Admission(
        institution=to_address(institution),
        roles=int(row["roles"]),
        profile=profile,
        nonce=int.from_bytes(keccak(seed + profile), "big"),
        deadline=deadline,
    )
    domain = context.contract_domain("InstitutionRegistry")
    answer = context.api.post(
        f"/institutions/{to_address(institution)}/votes",
        {
            "function": "admit",
            "message": message_to_json(message),
            "signature": "0x" + context.desk.sign(domain, message).hex(),
        },
        by=context.institution,
    )
    votes, needed = int(answer["votes"]), int(answer["needed"])
    return InstitutionVoted(
        to_address(institution), votes, needed, "relayed" if answer["transaction"] else "collecting"
    )


def list_institutions(context: Context) -> list[InstitutionRow]:
    """Return the institutions the platform knows."""
    rows = Meta.parse(context.api.get("/meta")).institutions
    return [
        InstitutionRow(to_address(row["id"]), str(row["name"]), role_names(int(row["roles"])), bool(row["active"]))
        for row in rows
    ]


# ---- professionals -------------------------------------------------------------------------------------------------


def apply(context: Context, institution: str, level: str, name: str | None) -> ProfessionalApplied:
    """Ask an institution to authorise the wallet of this home; the registration is signed by the wallet already."""
    if level not in LEVELS:
        raise InvalidInput(f"Give a level among {', '.join(LEVELS)}.", field="level")
    keys = context.keys
    message = Registration(
        wallet=keys.wallet_id,
        signing_key=keys.wallet.address,
        umbral_key=bytes(keys.exchange.public_key),
        institution=to_address(institution),
        level=LEVELS[level],
        valid_until=context.now() + YEAR,
        **stamp(context),
    )
    signed = sign(context, "InstitutionRegistry", "register", message, keys.id_key)
    row = context.api.get(f"/institutions/{to_address(institution)}", by=context.account)
    exchange_key = bytes.fromhex(str(row["exchange_key"])[2:])
    if not exchange_key:
        raise NotFound("key for messages to", str(row["name"] or institution))
    document = {
        "v": 1,
        "kind": "application",
        "registration": message_to_json(message),
        "signature": "0x" + signed.signatures[0].hex(),
        "name": name or "",
    }
    sent = mail.send(
        context,
        to=to_address(institution),
        key=PublicKey(exchange_key),
        kind="notice",
        document=document,
        by=context.account,
    )
    mark_professional(context)
    return ProfessionalApplied(keys.wallet_id, to_address(institution), sent)


def authorise(
    context: Context, wallet: str, level: str | None, until: int | None, name: str | None, *, wait: str, timeout: int
) -> ProfessionalAuthorised:
    """Countersign a professional's application and sign the name, as the institution of this home.

    The applicant signed level and end; other ones need another application. The name is the institution's to give:
    ``name``, else the one applied with. Raises :class:`NotFound`.
    """
    require_wait(wait)
    registration, signature, applied, message_id = _application(context, to_address(wallet))
    name = _given(applied if name is None else name)
    if level is not None and LEVELS.get(level) != registration.level:
        raise InvalidInput(
            f"The applicant signed level {AccessLevel(registration.level).name.lower()}; let them apply again with "
            f"--level {level}.",
            field="level",
        )
    if until is not None and until != registration.valid_until:
        raise InvalidInput(
            f"The applicant signed an end at {registration.valid_until}; leave --until out or suspend them later.",
            field="until",
        )
    domain = context.contract_domain("InstitutionRegistry")
    answer = context.api.post(
        "/professionals",
        {
            "message": message_to_json(registration),
            "signatures": ["0x" + signature.hex(), "0x" + context.desk.sign(domain, registration).hex()],
            **_signed_name(context, to_address(wallet), name),
        },
        by=context.institution,
    )
    state = wait_for(context, [handed(answer.get("transaction", answer))], wait, timeout)
    mail.forget(context, context.institution, message_id)
    level = _level_name(registration.level)
    return ProfessionalAuthorised(to_address(wallet), level, registration.valid_until, name, state)


def rename(context: Context, wallet: str, name: str) -> ProfessionalNamed:
    """Sign another name of a professional of this institution: patients' devices show none that is not signed."""
    professional = to_address(wallet)
    signed = _signed_name(context, professional, _given(name))
    context.api.put(f"/professionals/{professional}/name", signed, by=context.institution)
    return ProfessionalNamed(professional, name)


def _given(name: str) -> str:
    if not name.strip():
        raise InvalidInput("Give the name that patients read.", field="name")
    return name


def _signed_name(context: Context, wallet: str, name: str) -> dict[str, Any]:
    """A name as POST /professionals and PUT /professionals/{wallet}/name take it."""
    message = ProfessionalName(wallet, context.institution.address, name, context.now())
    signature = context.desk.sign(context.off_chain, message)
    return {"name": name, "name_time": message.time, "name_signature": "0x" + signature.hex()}


def _application(context: Context, wallet: str) -> tuple[Registration, bytes, str, str]:
    """The newest application of ``wallet`` in the institution's inbox whose signature verifies."""
    domain = context.contract_domain("InstitutionRegistry")
    for message in reversed(mail.inbox(context, context.institution, context.desk.unseal)):
        if message.document.get("kind") != "application":
            continue
        try:
            registration = from_json(Registration, message.document["registration"])
            signature = bytes.fromhex(str(message.document["signature"])[2:])
            if registration.wallet != wallet or registration.institution != context.institution.address:
                continue
            verify(domain, registration, signature, signer=wallet)
        except (MedixainError, KeyError, ValueError):
            continue  # anybody can write to an inbox; only what the applicant signed counts
        return registration, signature, str(message.document.get("name", "")), message.id
    raise NotFound("application by", wallet)


def _level_name(level: int) -> str:
    return next(name for name, value in LEVELS.items() if value == level)


def suspend(context: Context, wallet: str, *, lift: bool, wait: str, timeout: int) -> ProfessionalSuspended:
    """Suspend a professional of this institution, or end the suspension."""
    require_wait(wait)
    message = Suspension(to_address(wallet), not lift, **stamp(context))
    signed = sign(context, "InstitutionRegistry", "setSuspended", message, context.desk)
    state = wait_for(context, [hand_in(context, signed, by=context.institution)], wait, timeout)
    return ProfessionalSuspended(to_address(wallet), not lift, state)


# ---- persons -------------------------------------------------------------------------------------------------------


def attest(context: Context, wallet: str, number: str, country: str, *, wait: str, timeout: int) -> KycAttested:
    """Attest that one person stands behind ``wallet``; the number goes through the threshold OPRF and nowhere else.

    Raises ``nullifier-used`` when the person has a wallet, ``NotEnoughEvaluators``, ``BadNationalNumber``.
    """
    require_wait(wait)
    person = nullifier_input(country, number)
    card = mail.find_wallet(context, wallet)
    if card.kyc_salt is None:
        raise NotFound("KYC commitment in the directory card of", wallet)
    commitment = hash_struct(WalletCommitment(card.wallet, card.kyc_salt))
    domain = context.contract_domain("WalletRegistry")
    evaluators = [HttpEvaluator(str(row["url"])) for row in context.meta.kyc]
    attested = attest_person(
        person=person,
        commitment=commitment,
        institution=context.institution.address,
        desk=context.desk.at(domain),
        evaluators=evaluators,
        public=_public_shares(evaluators),
        quorum=contracts_of(context).wallet_registry.kyc_quorum(),
        wallet_registry=domain,
        now=context.now(),
    )
    signed = Signed("WalletRegistry", "attest", attested.attestation, attested.signatures)
    state = wait_for(context, [hand_in(context, signed, by=context.institution)], wait, timeout)
    return KycAttested(card.wallet, context.institution.address, state)


def _public_shares(evaluators: list[HttpEvaluator]) -> PublicShares:
    """The nullifier key's public image, which all evaluators that answer must name alike."""
    found: list[PublicShares] = []
    for evaluator in evaluators:
        try:
            found.append(evaluator.public_shares())
        except MedixainError:
            continue  # down; attest_person counts who answers
    if not found:
        raise NotFound("evaluator that answers among", f"{len(evaluators)} KYC institutions")
    if any(one != found[0] for one in found):
        raise Integrity("The KYC institutions disagree about the nullifier's key")
    return found[0]
