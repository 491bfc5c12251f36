"""Applications, votes and registrations of the consortium."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from contracts.bindings.messages import Admission, InstitutionSuspension, Registration
from keymgmt.keys.messages import ProfessionalName
from medixain.api.caller import Caller
from medixain.api.errors import BadSignature, Conflict, NotPermitted
from medixain.audit.services import audit_record
from medixain.chainindex.chain import get_chain
from medixain.chainindex.errors import MessageNotDeliverable
from medixain.chainindex.models import Transaction
from medixain.chainindex.services import SignedMessage, transaction_enqueue, transaction_prepare
from medixain.core.addresses import address_bytes
from medixain.core.eip712 import digest, off_chain_domain, verify
from medixain.core.errors import InvalidInput
from medixain.core.secp256k1 import SignatureError, recover_digest
from medixain.core.typed_json import message_from_json
from wallets.registry.models import Institution, InstitutionVote, Professional
from wallets.registry.selectors import institution_get, professional_get

_VOTED: dict[str, type[Admission] | type[InstitutionSuspension]] = {
    "admit": Admission,
    "suspendInstitution": InstitutionSuspension,
}


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes of active institutions for one message, how many the contract needs, and the row once they suffice."""

    votes: int
    needed: int
    transaction: Transaction | None


@dataclass(frozen=True, slots=True)
class SignedName:
    """A professional's name with the institution's signature over a ``ProfessionalName`` of that ``time``."""

    name: str
    time: int
    signature: bytes

    def columns(self) -> dict[str, Any]:
        """The columns of :class:`Professional` that hold it."""
        return {"name": self.name, "name_time": self.time, "name_signature": self.signature}


def institution_apply(
    *, address: str, name: str, roles: int, exchange_key: bytes, caller: Caller | None
) -> Institution:
    """Keep an application until the institutions have voted. Idempotent.

    Once it is on the chain only the institution itself, signed in, changes its name and exchange key: whoever could
    put another exchange key here would read its messages. Raises :class:`NotPermitted`, :class:`Conflict`.
    """
    with transaction.atomic():
        row, created = Institution.objects.get_or_create(
            address=address, defaults={"name": name, "requested_roles": roles, "exchange_key": exchange_key}
        )
        if (row.name, row.requested_roles, row.exchange_key) == (name, roles, exchange_key) and not created:
            return row
        if not created:
            itself = caller is not None and caller.address == row.address
            if row.admitted and not itself:
                raise NotPermitted("Only the institution itself, signed in, may change its entry.")
            if row.name and not itself:
                raise Conflict("There is an application of this institution already; sign in as it to change it.")
            row.name, row.requested_roles, row.exchange_key = name, roles, exchange_key
            row.save()
        audit_record(by=address, action="institution.applied", subject=address, details={"name": name, "roles": roles})
    return row


def institution_vote(*, address: str, function: str, message: Mapping[str, Any], signature: bytes) -> Tally:
    """Collect one vote; when more than half of the active institutions signed, the message goes to the outbox.

    Raises :class:`NotPermitted` when the signer is no active institution.
    """
    struct = _VOTED.get(function)
    if struct is None:
        raise InvalidInput("Vote on admit or suspendInstitution.", field="function")
    vote = message_from_json(struct, message)
    if vote.institution != address:
        raise InvalidInput("The message names another institution.", field="message.institution")
    message_hash = digest(get_chain().domain("InstitutionRegistry"), vote)
    voter = _voter(recover_digest(message_hash, signature))
    with transaction.atomic():
        InstitutionVote.objects.get_or_create(
            message_hash=message_hash, voter=voter,
            defaults={"function": function, "institution": address, "message": dict(message), "signature": signature},
        )  # fmt: skip
        audit_record(by=voter, action="institution.vote", subject=address, details={"function": function})
    return _tally(message_hash, function, message)


def _voter(key: str) -> str:
    institution = Institution.objects.filter(key=key, admitted=True, suspended=False).first()
    if institution is None:
        raise NotPermitted(f"{key} is not the current key of an active institution.")
    return institution.address


def _tally(message_hash: bytes, function: str, message: Mapping[str, Any]) -> Tally:
    votes = list(InstitutionVote.objects.filter(message_hash=message_hash))
    active = dict(Institution.objects.filter(admitted=True, suspended=False).values_list("address", "key"))
    counted = [vote for vote in votes if vote.voter in active]
    needed = len(active) // 2 + 1
    sent = next((vote.transaction for vote in votes if vote.transaction_id), None)
    if sent is None and len(counted) >= needed:
        counted.sort(key=lambda vote: address_bytes(active[vote.voter]))
        signed = SignedMessage("InstitutionRegistry", function, message, [vote.signature for vote in counted], {})
        prepared = transaction_prepare(signed)
        with transaction.atomic():
            sent = transaction_enqueue(prepared, by=counted[-1].voter)
            InstitutionVote.objects.filter(message_hash=message_hash).update(transaction=sent)
    return Tally(len(counted), needed, sent)


def professional_register(
    *, caller: Caller, message: Mapping[str, Any], signatures: Sequence[bytes], name: SignedName
) -> tuple[Professional, Transaction]:
    """Relay a registration signed by holder and institution, and keep the name that the institution signed beside it.

    Raises :class:`NotPermitted` unless the caller is the institution that the message names, :class:`BadSignature`.
    """
    registration = message_from_json(Registration, message)
    if registration.institution != caller.address:
        raise NotPermitted("Only the institution that signs a registration may bring it here.")
    if len(signatures) != 2:
        raise MessageNotDeliverable("A registration has two signatures: holder, institution.", field="signatures")
    _require_signed(name, registration.wallet, caller)
    prepared = transaction_prepare(SignedMessage("InstitutionRegistry", "register", message, signatures, {}))
    with transaction.atomic():
        row = transaction_enqueue(prepared, by=caller.address)
        professional, _ = Professional.objects.update_or_create(wallet=registration.wallet, defaults=name.columns())
        audit_record(by=caller.address, action="professional.registered", subject=registration.wallet,
                     details={"institution": caller.address, "level": registration.level})  # fmt: skip
    return professional, row


def professional_rename(*, caller: Caller, wallet: str, name: SignedName) -> Professional:
    """Keep another name of a professional: a correction, or one that the institution's new key signed.

    Raises :class:`NotFound`, :class:`NotPermitted` unless the caller is the professional's institution, and
    :class:`BadSignature`.
    """
    with transaction.atomic():
        professional = professional_get(wallet)
        if professional.institution != caller.address:
            raise NotPermitted("Only the institution that answers for a professional may name it.")
        _require_signed(name, professional.wallet, caller)
        for column, value in name.columns().items():
            setattr(professional, column, value)
        professional.save(update_fields=list(name.columns()))
        audit_record(by=caller.address, action="professional.renamed", subject=professional.wallet,
                     details={"institution": caller.address})  # fmt: skip
    return professional


def _require_signed(name: SignedName, wallet: str, caller: Caller) -> None:
    """Refuse a name that no client would believe."""
    institution = institution_get(caller.address)
    key = institution.key or institution.address
    message = ProfessionalName(wallet, institution.address, name.name, name.time)
    try:
        verify(off_chain_domain(get_chain().chain_id), message, name.signature, signer=key)
    except SignatureError as error:
        raise BadSignature("the professional's name", key) from error
