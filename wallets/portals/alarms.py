"""What the chain's page raised alarms about, and when each was over: watched every minute by the chain loop."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from wallets.portals.chain_page import chain_page
from wallets.portals.models import Alarm, AlarmKind

KEPT: Final = timedelta(days=90)
SHOWN: Final = 20


def watch() -> None:
    """Note which alarms there are now, and forget those that are long over."""
    note(alarms_of(chain_page()))
    Alarm.objects.filter(cleared__lt=timezone.now() - KEPT).delete()


def alarms_of(page: Mapping[str, Any]) -> dict[AlarmKind, set[str]]:
    """Return whom each kind is about; a kind that nobody can judge while the chain is silent is left out."""
    found = {
        AlarmKind.CHAIN_SILENT: {""} if page["problem"] else set(),
        AlarmKind.NODE_SILENT: {node.name for node in page["silent"]},
    }
    if not page["problem"]:
        found[AlarmKind.NO_BLOCKS] = {""} if page["stale"] else set()
        found[AlarmKind.PARTNER_STRONG] = {partner.name for partner in page["partners"] if partner.too_strong}
        found[AlarmKind.FEW_PARTNERS] = {""} if page["few_partners"] else set()
    return found


@transaction.atomic
def note(current: Mapping[AlarmKind, Iterable[str]]) -> None:
    """Open an alarm for what is new, and clear what is not there any more; kinds not given stay as they are."""
    for kind, subjects in current.items():
        wanted = set(subjects)
        open_now = Alarm.objects.filter(kind=kind, cleared=None)
        open_now.exclude(subject__in=wanted).update(cleared=timezone.now())
        for subject in wanted:
            Alarm.objects.get_or_create(kind=kind, subject=subject, cleared=None)


def history() -> list[Alarm]:
    """Return the newest alarms, open ones too."""
    return list(Alarm.objects.order_by("-since", "-id")[:SHOWN])
