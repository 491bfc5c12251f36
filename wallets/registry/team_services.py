"""Keeping what institutions publish of their care teams beside the messages that put its hash on the chain."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from contracts.bindings.messages import Document, DocumentKind
from keymgmt.keys.messages import CareTeam as TeamDocument
from keymgmt.node.teams import MAX_MEMBERS, MAX_NAME, well_formed
from medixain.api.caller import Caller
from medixain.api.errors import BadSignature, Conflict, NotPermitted
from medixain.audit.services import audit_record
from medixain.chainindex.chain import get_chain
from medixain.chainindex.models import TransactionState
from medixain.chainindex.services import Prepared, SignedMessage, transaction_enqueue, transaction_prepare
from medixain.core.eip712 import hash_struct, off_chain_domain, verify
from medixain.core.errors import InvalidInput
from medixain.core.secp256k1 import SignatureError
from medixain.core.typed_json import message_from_json, message_to_json
from wallets.registry.models import CareTeam
from wallets.registry.selectors import institution_get

KEEP_VERSIONS = 3
"""Versions kept of each team: a reader may hold a state statement of the one before."""


def team_put(
    *,
    caller: Caller,
    team: str,
    document: Mapping[str, Any],
    signature: bytes,
    transactions: Sequence[SignedMessage],
) -> CareTeam:
    """Keep a version of a care team and relay the messages that put its hash on the chain. Idempotent.

    ``transactions`` end in the ``Document`` of the team's slot; before the first stand its opening and its handing over
    to the institution's key. Raises :class:`NotPermitted` unless the caller is the institution that the document names,
    :class:`BadSignature`, :class:`InvalidInput` where document and message do not belong together, :class:`Conflict`,
    ``ContractRefused``.
    """
    message = message_from_json(TeamDocument, document, place="document")
    _require_publishable(message, team=team, caller=caller)
    _require_signed(message, signature)
    known = CareTeam.objects.filter(team=team).order_by("-version")
    if any(row.institution != caller.address for row in known):
        raise Conflict(f"The care team {team} is another institution's.")
    same = known.filter(version=message.version).exclude(transaction__state=TransactionState.FAILED).first()
    if same is not None:
        if same.document != message_to_json(message):
            raise Conflict(f"Version {same.version} of this care team is there with other members; fetch it first.")
        return same
    prepared = _prepare(transactions)
    _require_hash_of(message, prepared)
    with transaction.atomic():
        rows = [transaction_enqueue(item, by=caller.address) for item in prepared]
        CareTeam.objects.filter(team=team, version=message.version).delete()
        row = CareTeam.objects.create(
            team=team, institution=caller.address, version=message.version, name=message.name,
            document=message_to_json(message), signature=signature, transaction=rows[-1],
        )  # fmt: skip
        surplus = CareTeam.objects.filter(team=team).order_by("-version")[KEEP_VERSIONS:]
        CareTeam.objects.filter(pk__in=list(surplus.values_list("pk", flat=True))).delete()
        audit_record(by=caller.address, action="team.published", subject=team,
                     details={"version": message.version, "members": len(message.members)})  # fmt: skip
    return row


def _require_publishable(message: TeamDocument, *, team: str, caller: Caller) -> None:
    if message.institution != caller.address:
        raise NotPermitted("Only the institution that signs a care team may publish it.")
    if message.team != team:
        raise InvalidInput("The document names another team.", field="document.team")
    if not well_formed(message):
        raise InvalidInput(
            f"A care team has a name of at most {MAX_NAME} characters and at most {MAX_MEMBERS} members, each once, in "
            "ascending order.",
            field="document",
        )


def _require_signed(message: TeamDocument, signature: bytes) -> None:
    """Refuse a team that no client would believe."""
    institution = institution_get(message.institution)
    key = institution.key or institution.address
    try:
        verify(off_chain_domain(get_chain().chain_id), message, signature, signer=key)
    except SignatureError as error:
        raise BadSignature("the care team", key) from error


def _prepare(transactions: Sequence[SignedMessage]) -> list[Prepared]:
    prepared: list[Prepared] = []
    for signed in transactions:
        prepared.append(transaction_prepare(signed, opening={item.subject for item in prepared}))
    return prepared


def _require_hash_of(message: TeamDocument, prepared: Sequence[Prepared]) -> None:
    """Refuse messages about another slot, and a last one that does not put this document on the chain."""
    last = prepared[-1].message if prepared else None
    wanted = (message.team, DocumentKind.KEYSET, message.version, hash_struct(message))
    if not isinstance(last, Document) or (last.slot, last.kind, last.version, last.hash) != wanted:
        raise InvalidInput("The last message must put this document's hash on the chain.", field="transactions")
    if any(item.subject != message.team for item in prepared):
        raise InvalidInput("Every message must be about the team's own slot.", field="transactions")
