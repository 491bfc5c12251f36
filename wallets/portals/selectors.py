"""What the start pages say: counts, sizes, times and states, because that is all the server knows."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, QuerySet, Sum

from medixain.chainindex.errors import ChainError
from medixain.chainindex.models import ChainEvent, TransactionState
from medixain.chainindex.selectors import chain_status
from records.anchors.models import Record
from wallets.access.models import Message, MessageKind
from wallets.identity.models import Account
from wallets.registry.models import Institution, Professional
from wallets.registry.selectors import (
    colleague_list,
    institution_list,
    node_place,
    node_set_current,
    professional_is_authorised,
)

RECENT = 12


@dataclass(frozen=True, slots=True)
class Overview:
    """The public page's figures; ``chain`` is None while the chain does not answer."""

    chain: dict[str, Any] | None
    institutions: list[Institution]
    nodes: list[dict[str, str]]
    threshold: int


def overview() -> Overview:
    """Return what everybody may see."""
    _, threshold, nodes = node_set_current()
    places = [node_place(node.address) | {"address": node.address} for node in nodes]
    return Overview(_chain(), institution_list(), places, threshold)


def _chain() -> dict[str, Any] | None:
    try:
        return chain_status()
    except ChainError:
        return None


@dataclass(frozen=True, slots=True)
class PatientOverview:
    """What the platform knows of one wallet."""

    slots: frozenset[str]
    records: int
    size: int
    waiting: int
    anchored: int
    failed: int
    last: Any
    recent: list[Record]
    requests: int
    messages: int
    grants: int
    authors: int

    @property
    def on_their_way(self) -> int:
        """Records that are not final yet."""
        return self.waiting + self.anchored


def patient_overview(account: str) -> PatientOverview | None:
    """Return counts and the newest records by time and size; None for an address without an account."""
    row = Account.objects.filter(pk=account).first()
    if row is None:
        return None
    slots = list(row.slots.values_list("address", flat=True))
    records = Record.objects.filter(slot__in=slots, removed=None)
    totals = records.aggregate(count=Count("pk"), size=Sum("size"), last=Max("created"))
    inbox = Message.objects.filter(recipient=account)
    events = ChainEvent.objects.filter(subject__in=slots)
    return PatientOverview(
        slots=frozenset(slots), records=totals["count"], size=totals["size"] or 0, last=totals["last"],
        waiting=records.filter(transaction__state=TransactionState.RECEIVED).count(),
        anchored=records.filter(transaction__state=TransactionState.ANCHORED).count(),
        failed=records.filter(transaction__state=TransactionState.FAILED).count(),
        recent=list(records.select_related("transaction").order_by("-sequence")[:RECENT]),
        requests=inbox.filter(kind=MessageKind.ACCESS_REQUEST).count(), messages=_from_others(inbox).count(),
        grants=events.filter(name="AccessGranted").count() - events.filter(name="AccessWithdrawn").count(),
        authors=events.filter(name="AuthorSet").values("arguments__author").distinct().count(),
    )  # fmt: skip


def _from_others(inbox: QuerySet[Message]) -> QuerySet[Message]:
    """Return what waits besides requests, which are told by themselves.

    What a wallet leaves in its own inbox (a note of each grant, for its other devices) stays and waits for nobody.
    """
    return inbox.exclude(kind=MessageKind.ACCESS_REQUEST).exclude(sender=F("recipient"))


def patient_record(wallet: PatientOverview, record_id: str) -> Record | None:
    """Return a record of the wallet by its id (0x and 64 digits); None when it is another's, removed or unknown."""
    rows = Record.objects.filter(id=bytes.fromhex(record_id[2:]), slot__in=wallet.slots, removed=None)
    return rows.select_related("transaction").first()


@dataclass(frozen=True, slots=True)
class PracticeOverview:
    """What the platform knows of one professional or institution."""

    name: str
    institution: Institution | None
    professional: Professional | None
    authorised: bool
    messages: int
    answered: int
    colleagues: list[Professional]


def practice_overview(address: str) -> PracticeOverview | None:
    """Return standing and inbox of a professional, or standing and staff of an institution; None for others."""
    professional = Professional.objects.filter(pk=address, registered=True).first()
    institution = Institution.objects.filter(pk=professional.institution if professional else address).first()
    if professional is None and institution is None:
        return None
    inbox = Message.objects.filter(recipient=address)
    return PracticeOverview(
        name=str(professional or institution), institution=institution, professional=professional,
        authorised=professional is not None and professional_is_authorised(professional),
        messages=inbox.count(), answered=inbox.filter(kind=MessageKind.GRANT).count(),
        colleagues=colleague_list(address),
    )  # fmt: skip
